"""The file of a redacted copy: what it is called, how it is written, and what it keeps of its original.

The copy of a JPEG picture keeps every block of it that no mask touches, bit for bit, wherever its blocks can be
rewritten. Anything else is encoded anew.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from screening.containers import jpeg
from screening.containers.parts import ContainerError
from screening.finding import ScreeningError
from screening.office.office import stage
from screening.photo import metadata, owner
from screening.photo.files import FileError, Limits
from screening.photo.masks import Fill, Mask, Style, redacted
from screening.photo.photo import Photo
from screening.release.copy_check import REACH, CheckError, check
from screening.sandbox import blocks
from screening.sandbox.blocks import BlocksUnreadError

ENDING = ".redacted"
QUALITY = 95
# Lossless formats, kept as they are; the copy of any other is a JPEG.
LOSSLESS = (".png", ".bmp", ".gif", ".tif", ".tiff")
# Formats whose blocks may be kept.
BY_BLOCKS = ("JPEG", "MPO")


class RedactionError(ScreeningError):
    """A picture cannot be redacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """What is covered in a picture, and how.

    Attributes:
        masks: the places.
        style: how they are covered.
        fill: what a filled place is filled with.
    """

    masks: Sequence[Mask]
    style: Style = Style.FILL
    fill: Fill = Fill.GREY


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


def write_copy(original: Photo, covering: Covering, part: Path, *, limits: Limits) -> bool:
    """Writes a picture with its masks covered to a file, with who made it; it is on disk when this returns.

    Returns whether the rest of the picture is exactly as it was: always in a PNG file, and in a JPEG file where the
    blocks of the original could be kept.

    Raises:
        RedactionError: if it cannot be written, or is not as it must be.
    """
    try:
        if original.format in BY_BLOCKS and Path(part.stem).suffix == ".jpg":
            with contextlib.suppress(BlocksUnreadError, CheckError):
                _by_blocks(original, covering, part, limits)
                return True
        return _anew(original, covering, part, limits)
    except OSError as error:
        raise RedactionError(f"{part}: cannot be written ({error.strerror})") from error
    except (CheckError, FileError) as error:
        raise RedactionError(f"{original.name}: {error}; redact it in another program") from error


def _by_blocks(original: Photo, covering: Covering, part: Path, limits: Limits) -> None:
    masks, filled = covering.masks, covering.style is Style.FILL
    data, before = blocks.covered(
        original.data, masks, covering.style, covering.fill, limits=limits, folder=part.parent
    )
    try:
        _put(original, _with_profile(data, original.data), part, turned=True)
    except ContainerError as error:
        raise BlocksUnreadError("its blocks were written in a way that cannot be read") from error
    copy = Photo.open(part, name=part.stem, limits=limits)
    check(original, copy, masks, exact=True, reach=REACH, filled=filled)
    after, flat = blocks.outside(copy.data, masks, limits=limits, folder=part.parent)
    if after != before or (filled and not flat):
        raise CheckError("a block differs outside of what is redacted, or shows something within")


def _anew(original: Photo, covering: Covering, part: Path, limits: Limits) -> bool:
    from PIL import Image

    stream = io.BytesIO()
    exact = Path(part.stem).suffix == ".png"
    image = Image.fromarray(redacted(original.rgb, covering.masks, covering.style, covering.fill))
    if exact:
        image.save(stream, "PNG")
    else:
        image.save(stream, "JPEG", quality=QUALITY, subsampling=0)
    _put(original, stream.getvalue(), part, turned=False)
    copy = Photo.open(part, name=part.stem, limits=limits)
    reach = 1 if exact else REACH
    check(original, copy, covering.masks, exact=exact, reach=reach, filled=covering.style is Style.FILL)
    return exact


def _put(original: Photo, data: bytes, part: Path, *, turned: bool) -> None:
    stage(part, data)
    _keep(original, part, turned=turned)
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _with_profile(data: bytes, original: bytes) -> bytes:
    """A JPEG file with the colour profile of another: the same numbers mean the same colours.

    Raises:
        ContainerError: if either is not laid out as a JPEG file.
    """
    profile = b"".join(
        original[part.start : part.end]
        for part in jpeg.parts(original)
        if original.startswith(b"\xff\xe2", part.start) and original.startswith(b"ICC_PROFILE\0", part.start + 4)
    )
    tables = next(part.start for part in jpeg.parts(data) if data.startswith(b"\xff\xdb", part.start))
    return data[:tables] + profile + data[tables:]


def _keep(original: Photo, target: Path, *, turned: bool) -> None:
    """Writes who made and who owns the original into the copy, and how its blocks are turned; drops everything else."""
    import exiv2

    try:
        said = metadata.read(original)
    except metadata.MetadataError:
        return  # nobody can tell whose it is
    copy = exiv2.ImageFactory.open(str(target))
    copy.readMetadata()
    owner.put(copy, said.owner)
    if turned and said.orientation != 1:
        copy.exifData()["Exif.Image.Orientation"] = exiv2.UShortValue(said.orientation)
    copy.writeMetadata()
