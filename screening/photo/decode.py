"""Decodes a picture to upright RGB in sRGB, a band at a time, so that it never takes much more memory than it must."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Floats, Pixels
from screening.photo.containers import jpeg
from screening.photo.containers.parts import ContainerError
from screening.photo.files import PhotoError

if TYPE_CHECKING:
    from PIL import Image, ImageCms

    Convert = Callable[[Image.Image], Image.Image]

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
# Pictures are converted in parts of so many pixels.
BAND = 1 << 22


def decode(image: Image.Image, data: bytes) -> Pixels:
    """An opened picture as upright RGB in sRGB; `data` are the bytes of its file.

    Raises:
        PhotoError: if it is damaged or cut short; Pillow's own errors, `BROKEN`, pass through.
    """
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB") and _is_srgb(image):
        rgb = _decode_jpeg(data)
    else:
        rgb = to_rgb(image)
    return upright(rgb, image)


def upright(rgb: Pixels, image: Image.Image) -> Pixels:
    """The pixels of a loaded picture, turned as its file says; Pillow turns TIFF itself, and then drops the tag."""
    mirrored, quarters = TURNS.get(image.getexif().get(ORIENTATION, 1), (False, 0))
    if mirrored:
        rgb = rgb[:, ::-1]
    return np.rot90(rgb, quarters)


def _decode_jpeg(data: bytes) -> Pixels:
    """OpenCV's decoder is 1.5 times as fast as Pillow's, but silent where a file was cut short: walk to its end."""
    import cv2

    try:
        deque(jpeg.parts(data), maxlen=0)
    except ContainerError as error:
        raise PhotoError("is damaged or cut short; export it again from the original") from error
    rgb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    if rgb is None:
        raise PhotoError("is damaged or cut short; export it again from the original")
    return np.asarray(rgb, dtype=np.uint8)


def _is_srgb(image: Image.Image) -> bool:
    """Whether the pixels need no colour conversion: no profile, or sRGB's own."""
    profile = image.info.get("icc_profile")
    return not profile or b"sRGB" in profile or b"s\0R\0G\0B" in profile


def to_rgb(image: Image.Image, *, ground: str = "white", opaque: bool = False) -> Pixels:
    """A Pillow picture of any mode as RGB, a band at a time, since each step would take as much memory as the picture.

    Transparency lies over the ground, a colour, or is ignored if that is ""; `opaque` is for what it hides, whatever
    way a file says which pixels are transparent.
    """
    image.load()
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for rows, band in rgb_bands(image, ground=ground, opaque=opaque):
        rgb[rows] = band
    return rgb


def rgb_bands(image: Image.Image, *, ground: str, opaque: bool) -> Iterator[tuple[slice, Pixels]]:
    """Parts of a loaded picture from its top down, each with the rows that it fills."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        if opaque:
            raise PhotoError("hides pixels in a way that cannot be undone; export it without transparency")
        yield from _deep_bands(image)
        return
    convert = None if _is_srgb(image) else _converter(image)
    for rows, band in bands(image):
        yield rows, _band_rgb(band.convert("RGBA") if opaque else band, ground, convert)


def bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """Parts of some four megapixels."""
    height = max(1, BAND // image.width)
    for top in range(0, image.height, height):
        bottom = min(top + height, image.height)
        yield slice(top, bottom), image.crop((0, top, image.width, bottom))


def _deep_bands(image: Image.Image) -> Iterator[tuple[slice, Pixels]]:
    """Deep grey files use as much of their range as they like: what is there is spread over what can be seen."""

    def shades(band: Image.Image) -> Floats:
        return np.nan_to_num(np.asarray(band, dtype=np.float32))

    ranges = [(float(deep.min()), float(deep.max())) for deep in (shades(band) for _, band in bands(image))]
    low, high = min(one[0] for one in ranges), max(one[1] for one in ranges)
    for rows, band in bands(image):
        grey = ((shades(band) - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8)
        yield rows, np.repeat(grey[:, :, None], 3, axis=2)


def _band_rgb(band: Image.Image, ground: str, convert: Convert | None) -> Pixels:
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


def _converter(image: Image.Image) -> Convert:
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
