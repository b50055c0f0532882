"""Draws picture files that say in every way that formats know what colour, depth, turn or transparency they have.

PNG chunks are laid out by the PNG specification (W3C, third edition), ICC profiles by ICC.1:2001-04.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Pixels
from tests.picture_files import scenery

Samples = NDArray[np.uint16]
WIDTH, HEIGHT = 90, 60
# Adam7: where each pass begins and how far its pixels lie apart, as (x, y, across, down).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True, slots=True)
class Space:
    """A colour space: the CIE XYZ of its red, green and blue under D50, and its gamma."""

    red: tuple[float, float, float]
    green: tuple[float, float, float]
    blue: tuple[float, float, float]
    gamma: float


SRGB = Space((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410), 2.2)
SPACES = {
    "linear": Space(SRGB.red, SRGB.green, SRGB.blue, 1.0),
    "bright": Space(SRGB.red, SRGB.green, SRGB.blue, 0.4),
    "swapped": Space(SRGB.blue, SRGB.green, SRGB.red, 2.2),
    "Adobe RGB": Space((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), 2.2),
    "Display P3": Space((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), 2.2),
    "ProPhoto": Space((0.79767, 0.28804, 0.0), (0.13519, 0.71187, 0.0), (0.03135, 0.00009, 0.82491), 1.8),
}


def scene() -> Pixels:
    """Soft blobs of every colour, hard edges, and a ramp of greys along the foot."""
    rgb = scenery(WIDTH, HEIGHT, seed=5).copy()
    rgb[8:20, 10:30] = (200, 30, 40)
    rgb[30:44, 50:80] = (20, 60, 180)
    rgb[-8:] = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :, None]
    return rgb


def mask() -> Pixels:
    """Transparency that is whole at the left, none at the right."""
    return np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))


def png(
    samples: NDArray[np.integer],
    *,
    depth: int = 8,
    colour: int = 2,
    chunks: Sequence[tuple[bytes, bytes]] = (),
    interlaced: bool = False,
    after: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """A PNG file of samples of shape (height, width, channels), as they are stored.

    `chunks` come before the pixels and `after` behind them.
    """
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    passes = [samples[y::down, x::across] for x, y, across, down in PASSES] if interlaced else [samples]
    data = zlib.compress(b"".join(scan_lines(one, depth) for one in passes))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*one) for one in ((b"IHDR", header), *chunks, (b"IDAT", data), *after, (b"IEND", b""))
    )


def chunk(name: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def scan_lines(samples: NDArray[np.integer], depth: int) -> bytes:
    """Rows as PNG packs them, unfiltered."""
    rows = samples.reshape(samples.shape[0], -1)
    if 0 in rows.shape:
        return b""
    if depth == 16:
        packed = rows.astype(">u2").view(np.uint8)
    else:
        bits = np.unpackbits(rows.astype(np.uint8)[:, :, None], axis=2)[:, :, 8 - depth :]
        packed = np.packbits(bits.reshape(len(rows), -1), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in packed)


def profile(space: Space, *, name: str = "drawn") -> bytes:
    """An ICC profile of a display."""
    tags = {
        b"rXYZ": xyz(space.red),
        b"gXYZ": xyz(space.green),
        b"bXYZ": xyz(space.blue),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(space.gamma)),
    }
    return icc(b"mntr", b"RGB ", b"XYZ ", tags, name)


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of greys."""
    return icc(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve(gamma)}, "drawn grey")


def ink_profile() -> bytes:
    """An ICC profile of a printer whose inks are as on paper that is yellowish: black is paler than the screen's."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 3)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    light = (1 - grid[:, :3] * 0.9) * (1 - grid[:, 3:] * 0.85)
    lab = np.stack(
        [light.mean(axis=1) * 95, (light[:, 0] - light[:, 1]) * 80, (light[:, 1] - light[:, 2]) * 80 + 4], axis=1
    )
    table = np.clip(np.stack([lab[:, 0] * 2.55, lab[:, 1] + 128, lab[:, 2] + 128], axis=1), 0, 255).astype(np.uint8)
    matrix = struct.pack(">9i", *(65536 * (row == column) for row in range(3) for column in range(3)))
    ramp = bytes(range(256))
    lut = b"mft1\0\0\0\0\x04\x03\x03\0" + matrix + ramp * 4 + table.tobytes() + ramp * 3
    return icc(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut}, "drawn inks")


def icc(kind: bytes, space: bytes, between: bytes, tags: dict[bytes, bytes], name: str) -> bytes:
    """A profile of those tags, with a name and a white point."""
    said = name.encode() + b"\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(said)) + said + bytes(78)
    tags = {b"desc": described, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz((0.9642, 1.0, 0.8249)), **tags}
    table, body, place = b"", b"", 132 + 12 * len(tags)
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)
        table += struct.pack(">4sII", tag, place + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", place + len(body), b"\0\0\0\0", 0x02100000, kind, space, between)
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def chromaticities(*, swapped: bool = False) -> bytes:
    """A cHRM chunk's white, red, green and blue: those of sRGB, or red for blue."""
    red, green, blue = (0.64, 0.33), (0.30, 0.60), (0.15, 0.06)
    points = (0.3127, 0.329), *((blue, green, red) if swapped else (red, green, blue))
    return struct.pack(">8I", *(round(value * 100_000) for point in points for value in point))


def gif(*frames: tuple[int, int, Pixels, int, int | None, Pixels | None], ground: int = 5) -> bytes:
    """A GIF file (GIF89a) of WIDTH x HEIGHT: frames as (left, top, indices, disposal, transparent index, palette)."""
    data = b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0xF7, ground, 0) + palette(3).tobytes()
    for left, top, indices, disposal, clear, own in frames:
        height, width = indices.shape
        flags = disposal << 2 | (clear is not None)
        data += b"\x21\xf9\x04" + struct.pack("<BHBB", flags, 10, clear or 0, 0)
        data += b"\x2c" + struct.pack("<4HB", left, top, width, height, 0 if own is None else 0x87)
        data += (b"" if own is None else own.tobytes()) + unpacked_lzw(indices)
    return data + b";"


def palette(seed: int) -> Pixels:
    """256 colours."""
    return np.random.default_rng(seed).integers(0, 256, (256, 3), dtype=np.uint8)


def unpacked_lzw(indices: Pixels) -> bytes:
    """Indices as GIF stores them, cleared so often that every code has nine bits and stands for one pixel."""
    codes = [
        code for at, index in enumerate(indices.ravel()) for code in ([256] if at % 100 == 0 else []) + [int(index)]
    ]
    bits = "".join(format(code, "09b")[::-1] for code in [*codes, 257])
    data = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    blocks = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"\x08" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def apng(
    *frames: tuple[int, int, Pixels, int, int],
    count: int | None = None,
    still: Pixels | None = None,
    late: bool = False,
) -> bytes:
    """An animated PNG file of frames as (left, top, RGBA, disposal, blending).

    Args:
        frames: the frames.
        count: how many frames it says it has, if that is not the truth; 0 for saying nothing.
        still: a picture for viewers that do not know animations.
        late: whether it says so behind its pixels, where it does not count.
    """
    before: list[tuple[bytes, bytes]] = []
    after: list[tuple[bytes, bytes]] = []
    number = 0
    for left, top, rgba, disposal, blending in frames:
        height, width = rgba.shape[:2]
        control = struct.pack(">5I2H2B", number, width, height, left, top, 1, 10, disposal, blending)
        number += 1
        if number == 1 and still is None:
            before.append((b"fcTL", control))
            continue
        after += [(b"fcTL", control), (b"fdAT", struct.pack(">I", number) + zlib.compress(scan_lines(rgba, 8)))]
        number += 1
    said = len(frames) if count is None else count
    if said:
        (after if late else before).insert(0, (b"acTL", struct.pack(">2I", said, 0)))
    return png(frames[0][2] if still is None else still, colour=6, chunks=before, after=after)


def bitmap(
    bits: int,
    data: bytes,
    *,
    packing: int = 0,
    masks: bytes = b"",
    header: int = 40,
    colours: bytes = b"",
    down: bool = False,
) -> bytes:
    """A BMP file of WIDTH x HEIGHT (Microsoft's BITMAPINFOHEADER and, by the header's size, V3 to V5)."""
    height = -HEIGHT if down else HEIGHT
    head = struct.pack(
        "<IiiHHIIiiII", header, WIDTH, height, 1, bits, packing, len(data), 2835, 2835, len(colours) // 4, 0
    )
    if header > 40:
        head, masks = (head + masks).ljust(header, b"\0"), b""
    start = 14 + len(head) + len(masks) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + masks + colours + data


def runs(indices: Pixels, *, half: bool = False) -> bytes:
    """Indices as BMP packs them (BI_RLE8, or, two pixels a byte, BI_RLE4), from the lowest row up."""
    data = b""
    for row in indices[::-1]:
        pixels = row[0::2] << 4 | row[1::2] if half else row
        data += b"".join(bytes([2 if half else 1, int(pixel)]) for pixel in pixels) + b"\0\0"
    return data + b"\0\1"
