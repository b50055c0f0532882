"""Which files can be screened: by their name, their size, and what their bytes say they are.

FileError
├── UnsupportedError   not a kind of file that can be screened (RAW, video, a document)
└── PhotoError         a picture that cannot be read, or not be trusted to be what it says
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screening.containers.bmp import completed
from screening.containers.parts import ContainerError, Kind
from screening.containers.walk import walk
from screening.finding import ScreeningError
from screening.patient import PATIENCE, SILENT
from screening.photo.signatures import read_regular
from screening.pipeline_file import FILE_MEGABYTES

if TYPE_CHECKING:
    from PIL import Image

# Pillow's name of a format -> the file name endings that belong to it.
FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".mpo"),
    "PNG": (".png", ".apng"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "DIB": (".dib", ".bmp"),
    "GIF": (".gif",),
    "HEIF": (".heic", ".heif", ".hif", ".heics", ".heifs"),
    "AVIF": (".avif", ".avifs"),
}
PICTURES = frozenset(ending for endings in FORMATS.values() for ending in endings)
# Formats made to hold several pictures, thumbnails among them; each is looked at.
OF_SEVERAL = ("TIFF", "HEIF", "AVIF")
# What makes a file with another format's name one that is two things at once.
ALSO = (Kind.PICTURE, Kind.FILM, Kind.SOUND, Kind.ARCHIVE, Kind.DOCUMENT)
RAW = frozenset(
    (
        ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .gpr .iiq .k25 .kdc .mef .mos .mrw "
        ".nef .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"
    ).split()
)
VIDEO = frozenset(
    ".3g2 .3gp .avi .flv .insv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .vob .webm .wmv".split()
)
# Memory that a pixel takes while a picture is decoded and looked at. Measured at 24 and 119 megapixels: 27 bytes for
# WebP with transparency, 17 for other WebP, 16 for PNG with transparency, 10 for JPEG.
BYTES_A_PIXEL = 28
# What Pillow's decoders raise on broken bytes.
BROKEN = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError),
    *(ValueError, EOFError, struct.error, zlib.error),
)


class FileError(ScreeningError):
    """A file that cannot be screened; the message says what to do, without the file's name."""


class UnsupportedError(FileError):
    """Not a kind of file that can be screened."""


class PhotoError(FileError):
    """A picture that cannot be read, or that is not what it says it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The `[limits]` table of a pipeline file: what a picture may cost.

    Attributes:
        megapixels: the largest picture that is decoded; a larger one is blocked.
        seconds: the longest that one file may take; a slower one is blocked.
        frames: the most frames of one file that are screened; a file with more is blocked.
        file_megabytes: the largest file that is read; a larger one is blocked.
        memory_megabytes: the most memory that its pixels may take, by what was measured; one that would take more is
            blocked before it is decoded. Networks take about 1,000 MB more, and each worker looks at one file.
    """

    megapixels: float = 120.0
    seconds: float = 60.0
    frames: int = 24
    file_megabytes: float = FILE_MEGABYTES
    memory_megabytes: float = 4_000.0


def refuse(name: str) -> None:
    """Refuses, by its name, a file that is not worth reading.

    Raises:
        UnsupportedError: if it is a camera RAW file or a video.
    """
    ending = Path(name).suffix.lower()
    if ending in RAW:
        raise UnsupportedError("is a camera RAW file; convert it, or leave it out of the upload")
    if ending in VIDEO:
        raise UnsupportedError("is a video; convert it, or leave it out of the upload")


def read(path: Path, *, limits: Limits) -> bytes:
    """A file's bytes, read once.

    Raises:
        PhotoError: if it cannot be read, is empty or too large.
    """
    try:
        most = int(limits.file_megabytes * 1e6)
        # less than the time for a picture, or whoever waits for the picture would not know why
        data = read_regular(path, most + 1, patience=min(PATIENCE, limits.seconds / 2))
    except TimeoutError as error:
        raise PhotoError(f"cannot be read: {SILENT}; check the connection and scan again") from error
    except OSError as error:
        raise PhotoError(
            f"cannot be read ({error.strerror or 'input error'}); check the file and its permissions"
        ) from error
    if len(data) > most:
        raise PhotoError(f"is larger than {limits.file_megabytes:g} MB; export a smaller copy")
    if not data:
        raise PhotoError("is empty; copy it from the camera again")
    return data


def identify(data: bytes, name: str) -> Image.Image:
    """Opens a picture without decoding it, as what its bytes are, whatever its name says.

    Raises:
        UnsupportedError: if it is no kind of picture that can be screened.
        PhotoError: if it is broken, or is something else too and its name is that of another format.
    """
    from PIL import Image, UnidentifiedImageError
    from pillow_heif import register_heif_opener

    ending = Path(name).suffix.lower()
    if "HEIF" not in Image.OPEN:
        Image.init()
        register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own cap on size stands in for Pillow's warning
            image = Image.open(io.BytesIO(completed(data)), formats=[name for name in FORMATS if name in Image.OPEN])
    except Image.DecompressionBombError as error:
        raise PhotoError("unpacks to far more pixels than a photograph has; leave it out of the upload") from error
    except UnidentifiedImageError as error:
        if ending in PICTURES:
            raise PhotoError(
                f"is named {ending} but is not a picture, or is damaged; export it again from the original"
            ) from error
        raise UnsupportedError("is not a picture that can be screened; leave it out of the upload") from error
    except BROKEN as error:
        raise PhotoError("is damaged or cut short; export it again from the original") from error
    if misnamed(image.format or "", name) and image.format not in OF_SEVERAL and (said := _also(data)):
        raise PhotoError(f"contains a {image.format} picture, not what its name says, and {said}; export it again")
    return image


def misnamed(format: str, name: str) -> str:
    """What a file's name says wrongly of its format (Pillow's name), and what it ought to be; "" if it fits."""
    ending, right = Path(name).suffix.lower(), FORMATS.get(format, ("",))
    if ending in right:
        return ""
    said = f"its name ends in {ending}" if ending in PICTURES else "its name has no picture's ending"
    return f"{said} but it is a {format} picture: rename it, with {right[0]} at the end, and scan again"


def _also(data: bytes) -> str:
    """What else a file is, or holds beside its picture; "" if that is all."""
    try:
        found = next((part for part in walk(data) if part.kind in ALSO), None)
    except ContainerError:
        return "cannot be taken apart"
    return f"something else ({found.name})" if found else ""


def check_size(image: Image.Image, data: bytes, limits: Limits) -> None:
    """Refuses, before it is decoded, a picture that would cost too much.

    Raises:
        PhotoError: if it has too many pixels, or would take too much memory.
    """
    pixels = image.width * image.height
    if pixels > limits.megapixels * 1e6:
        raise PhotoError(
            f"has {pixels / 1e6:,.0f} megapixels, more than the {limits.megapixels:g} allowed; export a smaller copy"
        )
    needed = (pixels * BYTES_A_PIXEL + 2 * len(data)) / 1e6
    if needed > limits.memory_megabytes:
        raise PhotoError(
            f"would take {needed:,.0f} MB of memory, more than the {limits.memory_megabytes:g} allowed; "
            "export a smaller copy"
        )
