"""Brings a picture's colours to sRGB as browsers do: by its ICC profile, or by what a PNG file says in its own chunks.

What a viewer does not understand it takes for sRGB, and so do we.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Pixels

if TYPE_CHECKING:
    from PIL import Image

    Convert = Callable[[Image.Image], Image.Image]

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Points = tuple[float, ...]
# White, red, green and blue as x, y of CIE 1931, of sRGB (ITU-R BT.709), ITU-R BT.2020 and Display P3.
SRGB: Points = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
PRIMARIES: dict[int, Points] = {
    1: SRGB,
    9: (0.3127, 0.329, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.3127, 0.329, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# From the white of the points to that of profiles, D50 (K. M. Lam's Bradford matrix, as ICC.1 Annex E gives it).
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D50 = np.array([0.9642, 1.0, 0.8249])
# A conversion that moves no colour further than this, of 255, is none.
SAME = 3
# Neighbours on a scale of 17 greys that end nearer than this, of 255, can no longer be told apart.
LOST = 2
# What PNG calls the gamma of sRGB.
SRGB_GAMMA = 45_455


def to_srgb(image: Image.Image, data: bytes) -> Convert | None:
    """What brings parts of an opened picture to RGB in sRGB, or RGBA; None where they are there already.

    It takes parts in the modes L, LA, RGB, RGBA and CMYK. `data` are the bytes of the file.
    """
    convert = _converter(image, data)
    if convert is None or image.mode == "CMYK":
        return convert
    before = _probe(image)
    moved = np.abs(np.asarray(before.convert("RGB"), np.int16) - np.asarray(convert(before), np.int16))
    return convert if moved.max() > SAME else None


def hides_shades(image: Image.Image, data: bytes) -> bool:
    """Whether the conversion makes shades alike that whoever drops the profile can tell apart."""
    convert = _converter(image, data)
    if convert is None:
        return False
    scale = np.linspace(0, 255, 17).round().astype(np.uint8)[None, :, None]
    shown = np.asarray(convert(_image(np.repeat(scale, 3, axis=2)).convert(_mode(image))), np.int16)
    corners = np.asarray(convert(_probe(image)), np.int16).reshape(9, 9, 9, 3)[::8, ::8, ::8].reshape(8, 3)
    apart = np.abs(corners[:, None] - corners[None]).max(axis=2) + 255 * np.eye(len(corners))
    merged = image.mode not in ("L", "LA", "CMYK") and apart.min() < 32
    return bool(np.abs(np.diff(shown, axis=1)).max(axis=2).min() < LOST or merged)


def _probe(image: Image.Image) -> Image.Image:
    """Colours of every kind, in the mode of a picture: 9 shades of each of red, green and blue, or of grey."""
    shades = np.linspace(0, 255, 9).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(shades, shades, shades, indexing="ij"), axis=-1).reshape(81, 9, 3)
    return _image(cube).convert(_mode(image))


def _mode(image: Image.Image) -> str:
    if image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I"):
        return "L"
    return "CMYK" if image.mode == "CMYK" else "RGB"


def _image(pixels: Pixels) -> Image.Image:
    from PIL import Image

    return Image.fromarray(pixels)


def _converter(image: Image.Image, data: bytes) -> Convert | None:
    """By the first thing in the file that says what its colours are and that can be understood."""
    return next(filter(None, (_by_profile(one, _mode(image)) for one in _profiles(image, data) if one)), None)


def _profiles(image: Image.Image, data: bytes) -> Iterator[bytes | None]:
    """What browsers look at, in their order."""
    chunks = dict(_png_head(data)) if image.format == "PNG" else {}
    code = chunks.get(b"cICP", b"")
    if len(code) == 4 and not code[2] and code[3]:
        yield _of_code(code[0], code[1], video=_power(2.4))
    yield image.info.get("icc_profile")
    if image.format in ("AVIF", "HEIF"):
        yield _of_code(*_heif_code(data), video=_srgb)
    if b"sRGB" not in chunks and len(chunks.get(b"gAMA", b"")) == 4:
        yield _of_gamma(int.from_bytes(chunks[b"gAMA"]), chunks.get(b"cHRM", b""))


def _by_profile(data: bytes, mode: str) -> Convert | None:
    """A conversion by an ICC profile; None where that is broken, or of other colours than the picture."""
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = profile.profile.xcolor_space.strip()
        taken = {("RGB", "L"): "RGB", ("RGB", "RGB"): "RGB", ("GRAY", "L"): "L", ("CMYK", "CMYK"): "CMYK"}[space, mode]
        # without NOOPTIMIZE, grey is converted by a table too coarse for dark shades
        flags = ImageCms.Flags.NOOPTIMIZE
        transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), taken, "RGB", flags=flags)
    except (ImageCms.PyCMSError, OSError, ValueError, KeyError):
        return None

    def convert(band: Image.Image) -> Image.Image:
        alpha = band.getchannel("A") if band.mode in ("LA", "RGBA") else None
        converted = ImageCms.applyTransform(band.convert(taken), transform)
        assert converted is not None  # only a transform in place gives nothing
        if alpha:
            converted.putalpha(alpha)
        return converted

    return convert


def _png_head(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks before the pixels of a PNG file that Pillow opened."""
    place = 8
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if name in (b"IDAT", b"IEND"):
            return
        yield name, data[place + 8 : place + 8 + size]
        place += 12 + size


def _heif_code(data: bytes) -> tuple[int, int]:
    """The primaries and the curve of a HEIF or AVIF file's main picture, by their code points; 2 is for unknown."""
    from pillow_heif import open_heif

    try:
        said = open_heif(data).info.get("nclx_profile") or {}
    except (OSError, ValueError, SyntaxError, RuntimeError):
        said = {}
    return int(said.get("color_primaries", 2)), int(said.get("transfer_characteristics", 2))


def _of_code(primaries: int, curve: int, *, video: Curve) -> bytes | None:
    """The profile of code points (ITU-T H.273), `video` being what viewers take the curves of television for.

    None for what is not of a screen, and for curves that reach beyond its white (16, 18): what is shown of them depends
    on the screen, and shapes are as clear in what is stored.
    """
    curves = {4: _power(2.2), 8: _power(1.0), 13: _srgb, **dict.fromkeys((1, 6, 14, 15), video)}
    return _profile(PRIMARIES[primaries], curves[curve]) if primaries in PRIMARIES and curve in curves else None


def _of_gamma(gamma: int, chromaticities: bytes) -> bytes | None:
    """The profile of a gAMA chunk, 100,000 times the exponent from light to stored, and of a cHRM chunk if there is
    one; None for a gamma of nothing."""
    points = SRGB
    if len(chromaticities) != 32 and abs(gamma - SRGB_GAMMA) <= SRGB_GAMMA // 20:
        return None  # libpng takes what is this near for sRGB, and browsers do as it does
    if len(chromaticities) == 32:
        points = tuple(value / 100_000 for value in struct.unpack(">8I", chromaticities))
    try:
        return _profile(points, _power(100_000 / gamma))
    except (ZeroDivisionError, np.linalg.LinAlgError, struct.error):
        return None


def _power(exponent: float) -> Curve:
    return lambda stored: np.power(stored, exponent)


def _srgb(stored: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def _profile(points: Points, curve: Curve) -> bytes:
    """An ICC profile (ICC.1:2001-04) of a display with those points, and that curve from stored values to light.

    Raises:
        ZeroDivisionError, numpy.linalg.LinAlgError, struct.error: if there is no such display.
    """
    x, y = points[::2], points[1::2]
    white, *primaries = (np.array([a / b, 1.0, (1 - a - b) / b]) for a, b in zip(x, y, strict=True))
    columns = np.stack(primaries, axis=1)
    columns = columns * np.linalg.solve(columns, white)
    adapted = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ white)) @ BRADFORD @ columns
    table = (curve(np.linspace(0, 1, 4096)).clip(0, 1) * 65535).round().astype(">u2").tobytes()
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 1) + bytes(79),
        b"wtpt": _xyz(D50),
        **{name + b"XYZ": _xyz(column) for name, column in zip((b"r", b"g", b"b"), adapted.T, strict=True)},
        b"rTRC": b"curv" + bytes(4) + struct.pack(">I", 4096) + table,
    }
    listed, body = b"", b""
    start = 128 + 4 + 12 * (len(tags) + 2)
    for name, tag in tags.items():
        names = (b"rTRC", b"gTRC", b"bTRC") if name == b"rTRC" else (name,)
        listed += b"".join(struct.pack(">4sII", one, start + len(body), len(tag)) for one in names)
        body += tag + bytes(-len(tag) % 4)
    size = start + len(body)
    head = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp") + _xyz(D50)[8:]
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags) + 2) + listed + body


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))
