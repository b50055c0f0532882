"""What a photo's file says in words, EXIF, IPTC, XMP and comments, and what it carries beside its picture.

`read(photo)` gives a `Metadata`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screening.containers import chunks, heif, jpeg, texts
from screening.containers.bmp import is_bare
from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.walk import walk
from screening.photo import embedded
from screening.photo.blocks import PARTS, blocks, coded
from screening.photo.credentials import CredentialsError, credentials_said
from screening.photo.decode import TURNS
from screening.photo.embedded import PREVIEW, Embedded
from screening.photo.fields import Field, exif, iptc, number
from screening.photo.files import PhotoError
from screening.photo.owner import Owned, owned
from screening.photo.photo import Photo
from screening.photo.positions import Position, exif_positions
from screening.photo.statements import Statements, statements
from screening.photo.xmp import XmpError

if TYPE_CHECKING:
    import exiv2

# Above these a file is blocked: nobody writes so much, and later stages read every string.
STRINGS = 4000
CHARACTERS = 400_000
# A longer string is read in pieces of that length, each with the end of the one before: no number is cut apart.
PIECE, AGAIN = 20_000, 200
PREVIEWS = 16
# How a BigTIFF file begins, which the metadata library does not read.
BIG = (b"II+\0", b"MM\0+")


class MetadataError(PhotoError):
    """Metadata that is there and cannot be read, so that nobody knows what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Everything that a file's metadata says.

    Attributes:
        fields: its strings, each once.
        positions: the places on the map that it gives.
        pictures: each embedded picture.
        unread: where the file holds something that is neither known nor words, in words for the report.
        orientation: the EXIF orientation of the stored pixels, 1 to 8.
        credentials: the program named in its Content Credentials ("" where none is named); None without credentials.
        owner: who made it and who owns it, as a redacted copy repeats it.
    """

    fields: tuple[Field, ...] = ()
    positions: tuple[Position, ...] = ()
    pictures: tuple[Embedded, ...] = ()
    unread: tuple[str, ...] = ()
    orientation: int = 1
    credentials: str | None = None
    owner: tuple[Owned, ...] = ()

    def having(self, *roles: str) -> tuple[Field, ...]:
        """The fields that are for one of these purposes."""
        return tuple(one for one in self.fields if one.role in roles)


def read(photo: Photo) -> Metadata:
    """The metadata of a photo's file; empty for a photo that was made without one.

    Raises:
        MetadataError: if there is metadata that cannot be read, or more of it than can be screened.
    """
    if photo.said is None:
        photo.said = photo.source.metadata() if photo.source else _read_here(photo) if photo.data else Metadata()
    said: Metadata = photo.said
    return said


def _read_here(photo: Photo) -> Metadata:
    import exiv2

    # it prints warnings about most camera files otherwise
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    try:
        return _read(photo)
    except exiv2.Exiv2Error as error:
        raise MetadataError("holds metadata that cannot be read; export it again from the original") from error
    except (ContainerError, XmpError) as error:
        raise MetadataError(f"holds metadata that cannot be read: {error}; export it again") from error


def _read(photo: Photo) -> Metadata:
    data = photo.data
    parts = walk(data)
    listed = list(blocks(data, parts))
    said = [block.data for block in listed if block.name not in PARTS]
    said += jpeg.joined(data) if data.startswith(jpeg.SOI) else ()
    parts += embedded.within(said)
    if foreign := embedded.foreign(parts):
        raise MetadataError(f"carries {foreign}, which cannot be screened; export the picture alone")
    # the library takes what lies behind a HEIF file for one of its boxes
    image, unread = _open(heif.without_tail(data) if heif.is_heif(data) else data)
    _refuse_unread(image, data)
    own = [*exif(image), *iptc(image)]
    further = statements(listed, own)
    credentials = _credentials(data, parts)
    orientation = number(image.exifData(), "Exif.Image.Orientation")
    pictures = [*_previews(image), *embedded.pictures(data, parts)]
    return Metadata(
        fields=_settle((*further.fields, *credentials.fields)),
        positions=_each_once(
            [*_unread_position(image, data), *exif_positions(image), *further.positions, *credentials.positions]
        ),
        pictures=embedded.distinct([*pictures, *(inner for one in pictures for inner in _inside(one))]),
        unread=(
            *unread,
            *embedded.unread(data, parts),
            *embedded.unread_resources(said),
            *coded(listed),
            *further.unread,
            *credentials.unread,
        ),
        orientation=orientation if orientation in TURNS else 1,
        credentials=texts.credentials(data),
        owner=owned(image),
    )


def _inside(one: Embedded) -> Iterator[Embedded]:
    """The pictures in a further picture's metadata; its own kind says what they need be like."""
    if one.data.startswith((jpeg.SOI, chunks.PNG, b"RIFF")):
        # one that is not laid out as its format says is looked at as a picture
        with suppress(ContainerError):
            within = embedded.within(block.data for block in blocks(one.data, walk(one.data), whole=False))
            for found in embedded.pictures(one.data, within):
                yield replace(found, kind=one.kind if found.kind is Kind.PICTURE else found.kind)


def _credentials(data: bytes, parts: Sequence[Part]) -> Statements:
    try:
        fields, positions = credentials_said(data, parts)
    except CredentialsError as error:
        return Statements((), (), (f"Content Credentials that cannot be read: {error}",))
    return Statements(tuple(fields), tuple(positions), ())


def _each_once(positions: Iterable[Position]) -> tuple[Position, ...]:
    """The positions without those that another block of metadata gives again."""
    return tuple({(one.latitude, one.longitude): one for one in reversed([*positions])}.values())


def _open(data: bytes) -> tuple[exiv2.Image, tuple[str, ...]]:
    """The file as the library reads it, and what it cannot read of it."""
    import exiv2

    try:
        image = exiv2.ImageFactory.open(data)
        image.readMetadata()
        return image, ()
    except exiv2.Exiv2Error:
        # all that a PNG or GIF file says stands in blocks, which are read one by one, and a bitmap says nothing
        read = data.startswith((b"\x89PNG", b"GIF8", b"BM")) or is_bare(data)
        if not read and not data.startswith((b"\xff\xd8", b"RIFF", *BIG)):
            raise  # of TIFF and HEIF, some of what they say stands nowhere else
        return exiv2.ImageFactory.create(exiv2.ImageType.jpeg), () if read else ("metadata that cannot be read",)


def _refuse_unread(image: exiv2.Image, data: bytes) -> None:
    """Raises where a block of metadata is there but nothing came out of it: exiv2 only logs that."""
    block = texts.exif_block(data)
    if block and image.exifData().empty() and texts.entries(block, 8) != 0:
        raise MetadataError("holds EXIF data that cannot be read; export it again from the original")


def _unread_position(image: exiv2.Image, data: bytes) -> Iterator[Position]:
    """A group of GPS tags that is there, and not empty, but from which nothing could be read."""
    tags = image.exifData()
    place = number(tags, "Exif.Image.GPSTag")
    block = texts.exif_block(data)
    if place and block and not any(tag.groupName() == "GPSInfo" for tag in tags) and texts.entries(block, place):
        yield Position("EXIF GPS", None, None)


def _settle(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields with something in them, each string once for each purpose."""
    kept: dict[tuple[str, str], Field] = {}
    for one in fields:
        for piece in _pieces(one.text):
            text = re.sub(r"[\0-\x08\x0b-\x1f\x7f]+", " ", piece).strip()
            if any(char.isalnum() for char in text):
                kept.setdefault((one.role, text), Field(one.name, text, one.role))
    if len(kept) > STRINGS or sum(len(one.text) for one in kept.values()) > CHARACTERS:
        raise MetadataError("holds more text in its metadata than can be screened; export it again without")
    return tuple(kept.values())


def _pieces(text: str) -> Iterator[str]:
    """A text, in pieces where it is long."""
    yield text[:PIECE]
    yield from (text[place - AGAIN : place + PIECE] for place in range(PIECE, len(text), PIECE))


def _previews(image: exiv2.Image) -> Iterator[Embedded]:
    import exiv2

    manager = exiv2.PreviewManager(image)
    for count, properties in enumerate(manager.getPreviewProperties()):
        if count == PREVIEWS:
            raise MetadataError("holds more embedded previews than are screened; export it again without")
        yield Embedded(PREVIEW, bytes(manager.getPreviewImage(properties).data()))


__all__ = ["Field", "Metadata", "MetadataError", "Position", "read"]
