"""Decodes a picture to upright RGB in sRGB, a band at a time, so that it never takes much more memory than it must."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels
from screening.containers import jpeg
from screening.containers.parts import ContainerError
from screening.photo.colour import to_srgb
from screening.photo.files import PhotoError

if TYPE_CHECKING:
    from PIL import GifImagePlugin, Image

    from screening.photo.colour import Convert

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
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB") and to_srgb(image, data) is None:
        rgb = _decode_jpeg(data)
    else:
        rgb = to_rgb(image, data)
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


def to_rgb(image: Image.Image, data: bytes, *, ground: str = "white", profile: bool = True) -> Pixels:
    """A Pillow picture of any mode as RGB over a ground, a colour; with "", as if nothing were transparent."""
    image.load()
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for rows, part in bands(image, data, profile=profile):
        rgb[rows] = _over(part, ground) if ground else np.asarray(part.convert("RGB"), np.uint8)
    return rgb


def bands(image: Image.Image, data: bytes, *, profile: bool = True) -> Iterator[tuple[slice, Image.Image]]:
    """Parts of a loaded picture from its top down, some four megapixels each, with the rows that they fill.

    They are L, RGB or CMYK, or LA or RGBA where anything may be transparent: in sRGB, or without regard to the
    `profile`. Each step would take as much memory as the picture, so it is done part by part.
    """
    convert = to_srgb(image, data) if profile else None
    image = _framed(image) if _bare(image) else _keyed(image, data)
    flat = _flattener(image)
    for rows, part in _rows(image):
        band = flat(part)
        yield rows, convert(band) if convert else band


def _rows(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    height = max(1, BAND // image.width)
    for top in range(0, image.height, height):
        bottom = min(top + height, image.height)
        yield slice(top, bottom), image.crop((0, top, image.width, bottom))


def transparent(image: Image.Image) -> bool:
    """Whether any of a picture's pixels may be transparent."""
    return _bare(image) or image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _bare(image: Image.Image) -> TypeGuard[GifImagePlugin.GifImageFile]:
    """Whether it is the first frame of a GIF file and leaves part of the page bare: Pillow fills that, browsers do
    not."""
    from PIL import GifImagePlugin

    if not isinstance(image, GifImagePlugin.GifImageFile) or image.tell():
        return False
    return image.dispose_extent != (0, 0, *image.size)


def _framed(image: GifImagePlugin.GifImageFile) -> Image.Image:
    """Its first frame on a transparent page."""
    from PIL import Image

    page = Image.new("RGBA", image.size)
    page.paste(image.convert("RGBA").crop(image.dispose_extent), image.dispose_extent)
    return page


def _keyed(image: Image.Image, data: bytes) -> Image.Image:
    """A picture whose transparent colour, if a PNG file names one for 16 bits or for few, is one that Pillow finds."""
    import cv2
    from PIL import Image

    key = image.info.get("transparency")
    if image.format != "PNG" or image.mode not in ("1", "L", "RGB") or key is None or isinstance(key, bytes):
        return image
    depth, image = data[24], image.copy()
    if depth == 16:
        exact = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if exact is None or exact.shape != (image.height, image.width, 4):
            raise PhotoError("marks a colour as transparent in a way that cannot be read; export it without")
        del image.info["transparency"]
        image.putalpha(Image.fromarray(np.where(exact[:, :, 3] > 0, 255, 0).astype(np.uint8)))
        return image
    most = (1 << depth) - 1
    shown = tuple((one & most) * (255 // most) for one in (key if isinstance(key, tuple) else (key,)))
    if image.mode == "1":
        image = image.convert("L")
    image.info["transparency"] = shown if image.mode == "RGB" else shown[0]
    return image


def _flattener(image: Image.Image) -> Convert:
    """What brings parts of a picture to 8 bits a channel, without palettes; a colour that stands for transparency
    becomes that."""
    from PIL import Image

    clear = transparent(image)
    if image.mode.startswith("I;16"):
        return lambda band: _shown_shades(np.asarray(band, np.uint16), image.info.get("transparency"))
    if image.mode in ("I", "F"):
        low, high = shades(image)
        return lambda band: Image.fromarray(_spread(_numbers(band), low, high))
    grey = image.mode in ("1", "L", "LA", "La") and "transparency" not in image.info
    mode = image.mode if image.mode == "CMYK" else ("L" if grey else "RGB") + ("A" if clear else "")
    return lambda band: band if band.mode == mode else band.convert(mode)


def _shown_shades(deep: NDArray[np.uint16], key: object) -> Image.Image:
    """16-bit greys as viewers show them, by their upper half; one of them may stand for transparency."""
    from PIL import Image

    grey = Image.fromarray(np.right_shift(deep, 8).astype(np.uint8))
    if isinstance(key, int):
        grey.putalpha(Image.fromarray(np.where(deep == key, 0, 255).astype(np.uint8)))
    return grey


def shades(image: Image.Image) -> tuple[float, float]:
    """The least and the greatest number of a loaded picture in grey."""
    ranges = [(float(deep.min()), float(deep.max())) for deep in (_numbers(band) for _, band in _rows(image))]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def stretched(image: Image.Image, rgb: Pixels) -> Pixels | None:
    """A loaded picture, of which `rgb` is shown, with its shades spread from black to white; None if they lie so far
    apart already that whatever it shows can be seen."""
    deep = image.mode.startswith("I;16")
    low, high = shades(image) if deep else (float(rgb.min()), float(rgb.max()))
    if not 0 < high - low < (12288 if deep else 48):
        return None
    spread = np.empty_like(rgb)
    for rows, band in _rows(image):
        spread[rows] = _spread(_numbers(band)[:, :, None] if deep else rgb[rows].astype(np.float32), low, high)
    return spread


def _spread(numbers: Floats, low: float, high: float) -> Pixels:
    return ((numbers - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8)


def _numbers(band: Image.Image) -> Floats:
    return np.nan_to_num(np.asarray(band, dtype=np.float32))


def _over(band: Image.Image, ground: str) -> Pixels:
    from PIL import Image

    if band.mode in ("LA", "RGBA"):
        behind = Image.new("RGB", band.size, ground)
        band = Image.composite(band.convert("RGB"), behind, band.getchannel("A"))
    return np.asarray(band.convert("RGB"), dtype=np.uint8)
