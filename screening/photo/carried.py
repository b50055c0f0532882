"""What a file carries beside the picture that it shows, and that has to be looked at too."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from screening.arrays import Pixels
from screening.containers.parts import Kind
from screening.finding import Finding
from screening.photo.decode import TURNS
from screening.photo.embedded import PREVIEW, Embedded
from screening.photo.files import BROKEN, FORMATS
from screening.photo.metadata import read
from screening.photo.photo import Photo
from screening.photo.same_view import same_view
from screening.photo.unshown import unshown

PREVIEW_MEGAPIXELS = 120
COMPARED = 960
# What packing makes of one shade: it differs by so many grey levels.
ONE_SHADE = 24
# How the previews begin that the metadata library gives.
OPENED = (b"\xff\xd8", b"\x89PNG", b"II", b"MM", b"RIFF", b"GIF8", b"BM")


@dataclass(frozen=True, slots=True)
class Carried:
    """Something that a file carries.

    Attributes:
        finding: what is to be reported of it; None where it is only to be screened.
        photo: the picture that it is; None where it cannot be read.
    """

    finding: Finding | None
    photo: Photo | None = None


def carried(photo: Photo) -> Iterator[Carried]:
    """The embedded pictures that show something the photo does not, and whatever else nobody has looked at.

    Raises:
        MetadataError: if the metadata cannot be read, or there is something that cannot be screened here.
    """
    if photo.source is not None:
        yield from photo.source.carried()
        return
    metadata = read(photo)
    mirrored, quarters = TURNS[metadata.orientation]
    # a scale that the report's small picture uses too; only asked for where there is a preview
    shown = photo.scaled(COMPARED)[0] if metadata.pictures else photo.rgb
    for one in metadata.pictures:
        if photo.format == "TIFF" and one.name == PREVIEW and one.data[:2] in (b"II", b"MM"):
            continue  # a page of this very file, which is screened as a frame
        if one.name == PREVIEW and not one.data.startswith(OPENED):
            continue  # no picture, but what a maker's stale pointer gives
        stored = _decoded(one)
        if stored is None:
            yield Carried(_unread(f"a picture that cannot be opened ({one.name})"))
            continue
        if one.kind is Kind.FRAME and filled_up(photo.rgb, stored):
            continue
        if one.kind is Kind.CROPPED or not same_view(shown, stored):
            more = (
                "the picture before it was cropped"
                if one.kind is Kind.CROPPED
                else "a preview that shows something else"
            )
            said = f"the file carries {more}"
            # most programs store a preview unturned, like the picture
            turned = np.rot90(stored[:, ::-1] if mirrored else stored, quarters)
            other = Photo(turned, name=photo.name, data=photo.data, format=photo.format, frame=one.name)
            yield Carried(
                Finding("metadata.preview", 1.0, said, stage="photo") if one.kind is not Kind.FRAME else None, other
            )
    yield from (Carried(_unread(said)) for said in (*metadata.unread, unshown(photo.data)) if said)


def filled_up(shown: Pixels, stored: Pixels) -> bool:
    """Whether a picture is the one that is shown, filled up at the right and below with one shade, as encoders do."""
    height, width = shown.shape[:2]
    if stored.shape == shown.shape or not np.array_equal(stored[:height, :width], shown):
        return False
    rest = [part for part in (stored[:, width:], stored[height:]) if part.size]
    return all(int(np.ptp(part, axis=(0, 1)).max()) <= ONE_SHADE for part in rest)


def _unread(what: str) -> Finding:
    return Finding("metadata.unread", 1.0, f"the file holds {what}", stage="photo")


def _decoded(one: Embedded) -> Pixels | None:
    """An embedded picture's pixels; None where they cannot be read."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which is read elsewhere
            image = Image.open(io.BytesIO(one.data), formats=[name for name in FORMATS if name in Image.OPEN])
            if image.width * image.height > PREVIEW_MEGAPIXELS * 1e6:
                return None
            # an orientation of its own is left alone: all turns are tried
            width, height = one.size
            return np.array(image.convert("RGB"), dtype=np.uint8)[: height or None, : width or None]
    except (*BROKEN, Image.DecompressionBombError):
        return None
