"""What a photo's file says in words: EXIF, IPTC, XMP, comments, and the small pictures that are embedded in it.

`read(photo)` gives a `Metadata`; `differing_previews(photo)` the embedded pictures that show something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Pixels
from screening.photo import containers
from screening.photo.decode import TURNS
from screening.photo.fields import Field, Position, decode, exif, iptc, number, positions, xmp
from screening.photo.files import BROKEN, PhotoError
from screening.photo.photo import Photo
from screening.photo.same_view import same_view

if TYPE_CHECKING:
    import exiv2

# Above these a file is blocked: nobody writes so much, and later stages read every string.
STRINGS = 4000
CHARACTERS = 20_000
PREVIEWS = 16
PREVIEW_MEGAPIXELS = 120
COMPARED = 960


class MetadataError(PhotoError):
    """Metadata that is there and cannot be read, so that nobody knows what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Everything that a file's metadata says.

    Attributes:
        fields: its strings, each once.
        positions: the places on the map that it gives.
        previews: the bytes of each embedded picture.
        orientation: the EXIF orientation of the stored pixels, 1 to 8.
        credentials: the program named in its Content Credentials ("" where none is named); None without credentials.
    """

    fields: tuple[Field, ...] = ()
    positions: tuple[Position, ...] = ()
    previews: tuple[bytes, ...] = field(default=(), repr=False)
    orientation: int = 1
    credentials: str | None = None

    def having(self, *roles: str) -> tuple[Field, ...]:
        """The fields that are for one of these purposes."""
        return tuple(one for one in self.fields if one.role in roles)


def read(photo: Photo) -> Metadata:
    """The metadata of a photo's file; empty for a photo that was made without one.

    Raises:
        MetadataError: if there is metadata that cannot be read, or more of it than can be screened.
    """
    import exiv2

    if not photo.data:
        return Metadata()
    # it prints warnings about most camera files otherwise
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    try:
        return _read(photo)
    except exiv2.Exiv2Error as error:
        raise MetadataError("holds metadata that cannot be read; export it again from the original") from error
    except containers.ContainerError as error:
        raise MetadataError(f"holds metadata that cannot be read: {error}; export it again") from error


def _read(photo: Photo) -> Metadata:
    data = photo.data
    if containers.has_film(data):
        raise MetadataError("carries a film, which cannot be screened; export the picture alone")
    image = _open(data)
    _refuse_unread(image, data)
    packets = [_parse_xmp(packet) for packet in (containers.long_xmp(data), containers.gif_xmp(data)) if packet]
    parts = [image, *_further_pictures(photo), *packets]
    fields = [one for part in parts for listed in (exif, iptc, xmp) for one in listed(part)]
    fields += [Field(name, decode(raw)) for name, raw in containers.comments(data)]
    orientation = number(image.exifData(), "Exif.Image.Orientation")
    return Metadata(
        fields=_settle(fields),
        positions=(*_unread_position(image, data), *(place for part in parts for place in positions(part))),
        previews=tuple(_previews(image)),
        orientation=orientation if orientation in TURNS else 1,
        credentials=containers.credentials(data),
    )


def _open(data: bytes) -> exiv2.Image:
    import exiv2

    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    return image


def _parse_xmp(packet: bytes) -> exiv2.Image:
    import exiv2

    image = exiv2.ImageFactory.create(exiv2.ImageType.jpeg)
    image.setXmpPacket(packet.decode("utf-8", "replace"))
    return image


def _refuse_unread(image: exiv2.Image, data: bytes) -> None:
    """Raises where a block of metadata is there but nothing came out of it: exiv2 only logs that."""
    block = containers.exif_block(data)
    if block and image.exifData().empty() and containers.entries(block, 8) != 0:
        raise MetadataError("holds EXIF data that cannot be read; export it again from the original")
    packet = image.xmpPacket()
    if image.xmpData().empty() and packet.strip("\0 \r\n\t"):
        # raises where it is not well formed; one without properties is fine
        image.setXmpPacket(packet.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _unread_position(image: exiv2.Image, data: bytes) -> Iterator[Position]:
    """A group of GPS tags that is there, and not empty, but from which nothing could be read."""
    tags = image.exifData()
    place = number(tags, "Exif.Image.GPSTag")
    block = containers.exif_block(data)
    if place and block and not any(tag.groupName() == "GPSInfo" for tag in tags) and containers.entries(block, place):
        yield Position("EXIF GPS", None, None)


def _further_pictures(photo: Photo) -> Iterator[exiv2.Image]:
    """The other pictures of a multi-picture JPEG: each has EXIF data of its own."""
    if photo.format == "MPO":
        starts = (match.start() for match in re.finditer(rb"\xff\xd8\xff\xe1..Exif\0\0", photo.data[2:], re.DOTALL))
        for start in islice(starts, PREVIEWS):
            yield _open(photo.data[start + 2 :])


def _settle(fields: list[Field]) -> tuple[Field, ...]:
    """The fields with something in them, each string once for each purpose."""
    kept: dict[tuple[str, str], Field] = {}
    for one in fields:
        text = re.sub(r"[\0-\x08\x0b-\x1f\x7f]+", " ", one.text).strip()
        if any(char.isalnum() for char in text):
            kept.setdefault((one.role, text), Field(one.name, text, one.role))
    if len(kept) > STRINGS or any(len(one.text) > CHARACTERS for one in kept.values()):
        raise MetadataError("holds more text in its metadata than can be screened; export it again without")
    return tuple(kept.values())


def _previews(image: exiv2.Image) -> Iterator[bytes]:
    import exiv2

    manager = exiv2.PreviewManager(image)
    for count, properties in enumerate(manager.getPreviewProperties()):
        if count == PREVIEWS:
            raise MetadataError("holds more embedded previews than are screened; export it again without")
        yield bytes(manager.getPreviewImage(properties).data())


def differing_previews(photo: Photo) -> Iterator[Photo]:
    """The embedded previews that show something the photo does not: what was cropped out or covered, say.

    Raises:
        MetadataError: if the metadata or a preview cannot be read.
    """
    metadata = read(photo)
    mirrored, quarters = TURNS[metadata.orientation]
    # a scale that the report's small picture uses too; only asked for where there is a preview
    shown = photo.scaled(COMPARED)[0] if metadata.previews else photo.rgb
    for data in metadata.previews:
        if photo.format == "TIFF" and data[:2] in (b"II", b"MM"):
            continue  # a page of this very file, which is screened as a frame
        stored = _decode_preview(data)
        if stored is None:
            continue
        turned = np.ascontiguousarray(np.rot90(stored[:, ::-1] if mirrored else stored, quarters))
        # most programs store a preview unturned, like the picture; some turn it
        if not same_view(shown, turned) and (metadata.orientation == 1 or not same_view(shown, stored)):
            yield Photo(turned, name=photo.name, data=photo.data, format=photo.format, frame="embedded preview")


def _decode_preview(data: bytes) -> Pixels | None:
    """A preview's pixels; None for bytes that are no picture, as a maker note's stale pointer gives."""
    import io

    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "TIFF", "PNG", "WEBP"))
        if image.width * image.height > PREVIEW_MEGAPIXELS * 1e6:
            raise MetadataError("holds an embedded preview that is too large; export it again without")
        # an orientation of the preview's own is left alone: both ways round are tried
        return np.array(image.convert("RGB"), dtype=np.uint8)
    except UnidentifiedImageError:
        return None
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise MetadataError("holds an embedded preview that cannot be read; export it again without") from error


__all__ = ["Field", "Metadata", "MetadataError", "Position", "differing_previews", "read"]
