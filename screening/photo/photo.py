"""A photograph: its bytes read once, hashed, decoded upright, and offered at the scales that the stages share.

FileError
├── UnsupportedError   not a kind of file that can be screened (RAW, video, a document)
└── PhotoError         a picture that cannot be read, or not be trusted to be what it says
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Floats, Pixels
from screening.finding import Box, ScreeningError
from screening.photo.signatures import read_regular
from screening.pipeline_file import FILE_MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image, ImageCms

    _Convert = Callable[[Image.Image], Image.Image]


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
RAW = frozenset(
    (
        ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .gpr .iiq .k25 .kdc .mef .mos .mrw "
        ".nef .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"
    ).split()
)
VIDEO = frozenset(
    ".3g2 .3gp .avi .flv .insv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .vob .webm .wmv".split()
)
# EXIF orientation -> (mirror left to right first, then quarter turns anticlockwise)
TURNS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 1),
    6: (False, 3),
    7: (True, 3),
    8: (False, 1),
}
ORIENTATION = 0x0112
# From this in every channel on, of 255, ink on white paper can hardly be seen.
LIGHT = 192
# Pictures are converted in parts of so many pixels.
BAND = 1 << 22
# Memory that a pixel takes while a picture is decoded and looked at. Measured at 24 and 119 megapixels: 27 bytes for
# WebP with transparency, 17 for other WebP, 16 for PNG with transparency, 10 for JPEG.
BYTES_A_PIXEL = 28
# What Pillow's decoders raise on broken bytes.
BROKEN = (OSError, TypeError, ValueError, SyntaxError, EOFError, struct.error, MemoryError, OverflowError)


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


class Photo:
    """One picture, or one frame of a file that holds several.

    Attributes:
        name: the file's path relative to the folder that is screened, with forward slashes.
        data: the file's bytes, exactly as they were read.
        sha256: of those bytes, in hexadecimal.
        format: Pillow's name of the format, e.g. "JPEG".
        rgb: the picture as a read-only uint8 array of shape (height, width, 3), RGB in sRGB, upright.
        frame: "" for the picture itself, else which other picture of the file this is, e.g. "frame 2".
    """

    __slots__ = ("_others", "_scaled", "data", "format", "frame", "name", "rgb", "sha256")

    def __init__(self, rgb: Pixels, *, name: str, data: bytes = b"", format: str = "", frame: str = "") -> None:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise PhotoError(f"a photo is a uint8 array of shape (height, width, 3), not {rgb.dtype} {rgb.shape}")
        self.rgb = np.ascontiguousarray(rgb).view()
        self.rgb.flags.writeable = False
        self.name = name
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.format = format
        self.frame = frame
        self._scaled: dict[int, Pixels] = {}
        self._others: _Others | None = None

    @classmethod
    def open(cls, path: Path, *, name: str | None = None, limits: Limits | None = None) -> Photo:
        """Reads a file and decodes the picture in it.

        Raises:
            UnsupportedError: if it is not a kind of file that can be screened.
            PhotoError: if it is empty, broken, too large, or not what its name says.
        """
        limits, name = limits or Limits(), path.name if name is None else name
        refuse(name)
        return cls.from_bytes(read(path, limits=limits), name=name, limits=limits)

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str, limits: Limits | None = None) -> Photo:
        """Decodes the picture in a file's bytes; raises as `open` does."""
        limits = limits or Limits()
        image = _identify(data, name)
        _check_size(image, data, limits)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd metadata, which is read elsewhere
                photo = cls(_decode(image, data), name=name, data=data, format=image.format or "")
        except FileError:
            raise
        except BROKEN as error:
            raise PhotoError("is damaged or cut short; export it again from the original") from error
        others = _Others(data, name, limits)
        photo._others = others if others.any(image) else None
        return photo

    @classmethod
    def from_array(cls, rgb: Pixels, *, name: str = "photo.png") -> Photo:
        """A photo of pixels that are already at hand, without a file."""
        return cls(rgb, name=name)

    @property
    def width(self) -> int:
        """Pixels across, upright."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down, upright."""
        return int(self.rgb.shape[0])

    def scaled(self, side: int) -> tuple[Pixels, float]:
        """The picture with its longer side at most `side`, never enlarged, and the factor: scaled = full x factor.

        Made once for each side and shared, so it is read-only.
        """
        longest = max(self.width, self.height)
        if longest <= side:
            return self.rgb, 1.0
        factor = side / longest
        if side not in self._scaled:
            size = max(1, round(self.width * factor)), max(1, round(self.height * factor))
            self._scaled[side] = _shrunk(self._halved(side), size, halve=False)
        return self._scaled[side], factor

    def _halved(self, side: int) -> Pixels:
        """The picture halved as often as leaves it at least `side` long: halving is cheap, and shared by all scales."""
        picture = self.rgb
        while max(picture.shape[:2]) >= 2 * side:
            height, width = picture.shape[0] // 2, picture.shape[1] // 2
            if min(height, width) < 1:
                break
            half = max(height, width)
            if half not in self._scaled:
                self._scaled[half] = _shrunk(picture, (width, height), halve=True)
            picture = self._scaled[half]
        return picture

    def crop(self, box: Box) -> Pixels:
        """The pixels of a box, without copying; the parts of the box outside the picture are left off.

        Raises:
            ValueError: if the box lies outside the picture.
        """
        inside = box.clip(self.width, self.height)
        if inside is None:
            raise ValueError(f"{box} lies outside a picture of {self.width} x {self.height}")
        return self.rgb[inside.top : inside.bottom, inside.left : inside.right]

    def others(self) -> Iterator[Photo]:
        """The other pictures that the same file shows: further frames, and what its transparency hides.

        Raises:
            PhotoError: if one cannot be read, or there are too many.
        """
        if self._others is not None:
            for rgb, frame in self._others.pictures():
                yield Photo(rgb, name=self.name, data=self.data, format=self.format, frame=frame)


def _shrunk(picture: Pixels, size: tuple[int, int], *, halve: bool) -> Pixels:
    """A smaller, read-only copy of (width, height): half the size by averaging, or, less than that, by interpolating,
    which is ten times as fast as averaging by parts of pixels and leaves nothing out down to half the size."""
    import cv2

    how = cv2.INTER_AREA if halve else cv2.INTER_LINEAR
    smaller = np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)
    smaller.flags.writeable = False
    return smaller


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
        data = read_regular(path, most + 1)
    except OSError as error:
        raise PhotoError(
            f"cannot be read ({error.strerror or 'input error'}); check the file and its permissions"
        ) from error
    if len(data) > most:
        raise PhotoError(f"is larger than {limits.file_megabytes:g} MB; export a smaller copy")
    if not data:
        raise PhotoError("is empty; copy it from the camera again")
    return data


def _identify(data: bytes, name: str) -> Image.Image:
    """Opens a picture without decoding it; what its bytes are must be what its name says."""
    from PIL import Image, UnidentifiedImageError
    from pillow_heif import register_heif_opener

    ending = Path(name).suffix.lower()
    if "HEIF" not in Image.OPEN:
        Image.init()
        register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own cap on size stands in for Pillow's warning
            image = Image.open(io.BytesIO(data), formats=[name for name in FORMATS if name in Image.OPEN])
    except Image.DecompressionBombError as error:
        raise PhotoError("unpacks to far more pixels than a photograph has; leave it out of the upload") from error
    except UnidentifiedImageError as error:
        if ending in PICTURES:
            raise PhotoError(
                f"is named {ending} but is no picture, or is damaged; export it again from the original"
            ) from error
        raise UnsupportedError("is not a picture that can be screened; leave it out of the upload") from error
    except BROKEN as error:
        raise PhotoError("is damaged or cut short; export it again from the original") from error
    if ending not in FORMATS.get(image.format or "", ()):
        said = f"is named {ending}" if ending else "has a name without an ending"
        raise PhotoError(f"{said} but holds a {image.format} picture; rename it or export it again")
    return image


def _check_size(image: Image.Image, data: bytes, limits: Limits) -> None:
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


def _decode(image: Image.Image, data: bytes) -> Pixels:
    """The picture as upright RGB in sRGB."""
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB") and _is_srgb(image):
        rgb = _decode_jpeg(data)
    else:
        rgb = _to_rgb(image)
    return _upright(rgb, image)


def _upright(rgb: Pixels, image: Image.Image) -> Pixels:
    """The pixels of a loaded picture, turned as its file says; Pillow turns TIFF itself, and then drops the tag."""
    mirrored, quarters = TURNS.get(image.getexif().get(ORIENTATION, 1), (False, 0))
    if mirrored:
        rgb = rgb[:, ::-1]
    return np.rot90(rgb, quarters)


def _decode_jpeg(data: bytes) -> Pixels:
    """OpenCV's decoder is 1.5 times as fast as Pillow's, but silent where a file was cut short: look for its end."""
    import cv2

    if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        raise PhotoError("is damaged or cut short; export it again from the original")
    rgb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    if rgb is None:
        raise PhotoError("is damaged or cut short; export it again from the original")
    return np.asarray(rgb, dtype=np.uint8)


def _is_srgb(image: Image.Image) -> bool:
    """Whether the pixels need no colour conversion: no profile, or sRGB's own."""
    profile = image.info.get("icc_profile")
    return not profile or b"sRGB" in profile or b"s\0R\0G\0B" in profile


def _to_rgb(image: Image.Image, *, ground: str = "white", opaque: bool = False) -> Pixels:
    """A Pillow picture of any mode as RGB, a band at a time, since each step would take as much memory as the picture.

    Transparency lies over the ground, a colour, or is ignored if that is ""; `opaque` is for what it hides, whatever
    way a file says which pixels are transparent.
    """
    image.load()
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for rows, band in _rgb_bands(image, ground=ground, opaque=opaque):
        rgb[rows] = band
    return rgb


def _rgb_bands(image: Image.Image, *, ground: str, opaque: bool) -> Iterator[tuple[slice, Pixels]]:
    """Parts of a loaded picture from its top down, each with the rows that it fills."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        if opaque:
            raise PhotoError("hides pixels in a way that cannot be undone; export it without transparency")
        yield from _deep_bands(image)
        return
    convert = None if _is_srgb(image) else _converter(image)
    for rows, band in _bands(image):
        yield rows, _band_rgb(band.convert("RGBA") if opaque else band, ground, convert)


def _bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """Parts of some four megapixels."""
    height = max(1, BAND // image.width)
    for top in range(0, image.height, height):
        bottom = min(top + height, image.height)
        yield slice(top, bottom), image.crop((0, top, image.width, bottom))


def _deep_bands(image: Image.Image) -> Iterator[tuple[slice, Pixels]]:
    """Deep grey files use as much of their range as they like: what is there is spread over what can be seen."""

    def shades(band: Image.Image) -> Floats:
        return np.nan_to_num(np.asarray(band, dtype=np.float32))

    ranges = [(float(deep.min()), float(deep.max())) for deep in (shades(band) for _, band in _bands(image))]
    low, high = min(one[0] for one in ranges), max(one[1] for one in ranges)
    for rows, band in _bands(image):
        grey = ((shades(band) - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8)
        yield rows, np.repeat(grey[:, :, None], 3, axis=2)


def _band_rgb(band: Image.Image, ground: str, convert: _Convert | None) -> Pixels:
    from PIL import Image

    if band.mode == "P" or band.mode == "1":
        band = band.convert("RGBA" if "transparency" in band.info else "RGB")
    if convert and band.mode in ("RGB", "RGBA", "CMYK", "L"):
        band = convert(band)
    if band.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        band = band.convert("RGBA")
        if ground:
            band = Image.alpha_composite(Image.new("RGBA", band.size, ground), band)
    return np.asarray(band.convert("RGB"), dtype=np.uint8)


def _converter(image: Image.Image) -> _Convert:
    """What brings parts of a picture to sRGB by its own profile; they stay as they are where that is broken, since
    shapes matter here, not hues."""
    from PIL import ImageCms

    transforms: dict[str, ImageCms.ImageCmsTransform] = {}

    def transform(mode: str) -> ImageCms.ImageCmsTransform:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")

    def convert(band: Image.Image) -> Image.Image:
        alpha = band.getchannel("A") if band.mode == "RGBA" else None
        plain = band.convert("RGB") if alpha else band
        try:
            if plain.mode not in transforms:
                transforms[plain.mode] = transform(plain.mode)
            converted = ImageCms.applyTransform(plain, transforms[plain.mode])
        except (ImageCms.PyCMSError, OSError, ValueError):
            return band
        if converted is None:
            return band
        if alpha:
            converted.putalpha(alpha)
        return converted

    return convert


@dataclass(frozen=True, slots=True)
class _Others:
    """What a file shows beside its first picture; opened anew, so that no decoded copy waits for it."""

    data: bytes
    name: str
    limits: Limits

    def any(self, image: Image.Image) -> bool:
        """Whether there may be something, as the opened picture says."""
        try:
            return _transparent(image) or self._count(image) != 1
        except PhotoError:
            return True  # which `pictures` will say

    def pictures(self) -> Iterator[tuple[Pixels, str]]:
        image = _identify(self.data, self.name)
        count = self._count(image)
        if count > self.limits.frames:
            raise PhotoError(f"holds {count} pictures, more than {self.limits.frames}; export the one to publish")
        try:
            for index in range(count):
                image.seek(index)
                _check_size(image, self.data, self.limits)
                frame = f"frame {index + 1}" if index else ""
                if frame:
                    yield _upright(_to_rgb(image), image), frame
                if _transparent(image):
                    for rgb, where in _behind_transparency(image):
                        yield rgb, ", ".join(filter(None, (frame, where)))
        except FileError:
            raise
        except BROKEN as error:
            raise PhotoError("holds several pictures and one cannot be read; export the one to publish") from error

    @staticmethod
    def _count(image: Image.Image) -> int:
        """How many pictures the file holds; what makes Pillow doubt it is an error here, or one could be lost."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                return int(getattr(image, "n_frames", 1))
        except (*BROKEN, UserWarning) as error:
            raise PhotoError("holds several pictures and one cannot be read; export the one to publish") from error


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _behind_transparency(image: Image.Image) -> Iterator[tuple[Pixels, str]]:
    """What is invisible here and comes back: pixels with an editor, light ink on a page that is not white."""
    image.load()
    shades: list[Pixels] = []
    light = False
    bands = zip(_rgb_bands(image, ground="", opaque=True), _bands(image), strict=True)
    for (_, hidden), (_, band) in bands:
        covered = np.asarray(band.convert("RGBA").getchannel("A")) < 32
        if covered.any():
            shades += [hidden[covered].min(axis=0), hidden[covered].max(axis=0)]
        light = light or bool((hidden.min(axis=2)[~covered] >= LIGHT).any())
    if not shades:
        return
    # the range, since a number plate is a small part of a part that was erased
    if np.ptp(shades, axis=0).max() > 8:
        yield _upright(_to_rgb(image, ground="", opaque=True), image), "behind the transparency"
    if light:
        yield _upright(_to_rgb(image, ground="black", opaque=True), image), "over black"
