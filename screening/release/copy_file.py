"""The file of a redacted copy: how places in it are redacted, what it is called, and what it keeps of its original.

Filling is the default. Blurred or pixelated print can be recovered by trying which text gives the same result. Here
both keep only a few cells across a place, whatever its size; a filled place keeps nothing at all.
"""

from __future__ import annotations

import enum
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box, ScreeningError
from screening.office.office import stage
from screening.photo.photo import Photo

ENDING = ".redacted"
# How many cells remain along the shorter side of a blurred or pixelated place.
CELLS = 4
GREY = 90
QUALITY = 95
# Lossless formats, kept as they are; the copy of any other is a JPEG.
LOSSLESS = (".png", ".bmp", ".gif", ".tif", ".tiff")
# What a copy keeps of a file's metadata: who made it and who owns it. Everything else is dropped.
KEPT = (
    ("exif", "Exif.Image.Artist"),
    ("exif", "Exif.Image.Copyright"),
    ("iptc", "Iptc.Application2.Byline"),
    ("iptc", "Iptc.Application2.Credit"),
    ("iptc", "Iptc.Application2.Copyright"),
    ("xmp", "Xmp.dc.creator"),
    ("xmp", "Xmp.dc.rights"),
    ("xmp", "Xmp.photoshop.Credit"),
    ("xmp", "Xmp.xmpRights.UsageTerms"),
)


class RedactionError(ScreeningError):
    """A picture cannot be redacted."""


class Style(enum.StrEnum):
    """How a place is redacted."""

    FILL = "fill"
    BLUR = "blur"
    PIXELATE = "pixelate"


def copy_names(files: Sequence[str]) -> dict[str, str]:
    """The name of each file's copy: unique whatever the files' endings and upper or lower case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        names[file] = next(name for name in _names(PurePosixPath(file)) if name.casefold() not in taken)
        taken.add(names[file].casefold())
    return names


def _names(file: PurePosixPath) -> Iterator[str]:
    """Names for the copy of a file, best first: `car.webp` gives car.redacted.jpg, then car.webp.redacted.jpg."""
    ending = ".png" if file.suffix.lower() in LOSSLESS else ".jpg"
    yield str(file.with_name(f"{file.stem}{ENDING}{ending}"))
    yield str(file.with_name(f"{file.name}{ENDING}{ending}"))
    yield from (str(file.with_name(f"{file.name}.{number}{ENDING}{ending}")) for number in itertools.count(2))


def redacted(rgb: Pixels, boxes: Sequence[Box], style: Style) -> Pixels:
    """A copy of the picture (height, width, 3) with every box redacted."""
    import cv2

    out = rgb.copy()
    for box in boxes:
        place = out[box.top : box.bottom, box.left : box.right]
        if style is Style.FILL:
            place[:] = GREY
            continue
        # few cells, so that neither letters nor features survive, whatever the size
        cell = max(1.0, min(place.shape[:2]) / CELLS)
        size = max(1, round(place.shape[1] / cell)), max(1, round(place.shape[0] / cell))
        coarse = cv2.resize(place, size, interpolation=cv2.INTER_AREA)
        how = cv2.INTER_NEAREST if style is Style.PIXELATE else cv2.INTER_CUBIC
        place[:] = cv2.resize(coarse, (place.shape[1], place.shape[0]), interpolation=how)
    return out


def widened(box: Box, margin: float, photo: Photo) -> Box:
    more = max(2, round(margin * min(box.width, box.height)))
    wider = Box(box.left - more, box.top - more, box.right + more, box.bottom + more)
    return wider.clip(photo.width, photo.height) or box


def write_copy(rgb: Pixels, original: Photo, part: Path) -> None:
    """Writes the picture to a file, with its pixels and who made it; it is on disk when this returns.

    Raises:
        RedactionError: if it cannot be written.
    """
    from PIL import Image

    stream = io.BytesIO()
    if Path(part.stem).suffix == ".png":
        Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "PNG")
    else:
        Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "JPEG", quality=QUALITY, subsampling=0)
    try:
        stage(part, stream.getvalue())
        _keep_credits(original, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise RedactionError(f"{part}: cannot be written ({error.strerror})") from error


def _keep_credits(original: Photo, target: Path) -> None:
    """Puts creator, credit, copyright and rights of the original into the copy; a file without any gets none."""
    import exiv2

    try:
        source = exiv2.ImageFactory.open(original.data)
        source.readMetadata()
    except exiv2.Exiv2Error:
        return  # a format without metadata
    copy = exiv2.ImageFactory.open(str(target))
    copy.readMetadata()
    for group, key in KEPT:
        there, here = (getattr(image, f"{group}Data")() for image in (source, copy))
        for datum in there:
            if datum.key() == key:
                here[key] = datum.getValue()
    copy.writeMetadata()
