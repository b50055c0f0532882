"""Formats made of chunks with a name and a length: PNG (W3C, third edition, with APNG) and WebP (RFC 9649)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from screening.containers.parts import ContainerError, Kind, Part

PNG = b"\x89PNG\r\n\x1a\n"
# Chunks that a viewer needs or that only say how the picture is to be shown, each with the most bytes it may have.
PNG_SHOWN = {
    **dict.fromkeys((b"IDAT", b"fdAT"), 1 << 31),
    **{b"IHDR": 13, b"PLTE": 768, b"IEND": 0, b"acTL": 8, b"fcTL": 26, b"tRNS": 256, b"cHRM": 32, b"gAMA": 4},
    **{b"sBIT": 4, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"mDCv": 24, b"cLLI": 8, b"cLLi": 8, b"bKGD": 6, b"hIST": 512},
    **{b"pHYs": 9, b"tIME": 7, b"oFFs": 9, b"sTER": 1, b"gIFg": 4, b"iDOT": 28, b"CgBI": 4},
    **{b"vpAg": 9, b"orNT": 1},
}
# The passes of an interlaced picture: their first column and row, and how far apart the next ones are.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# The sort of picture whose pixels are places in a list of colours.
INDEXED = 3
# Those of which there may be several.
PNG_MANY = frozenset((b"IDAT", b"fdAT", b"fcTL"))
# Chunks that are read as metadata; caBX holds Content Credentials, in a box of JUMBF (ISO/IEC 19566-5).
PNG_METADATA = frozenset((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"caBX", b"pCAL", b"sCAL"))
STORE = b"jumb"
WEBP_SHOWN = {b"VP8X": 10, b"ANIM": 6, b"ALPH": 1 << 31, b"ANMF": 1 << 31}
WEBP_PIXELS = (b"VP8 ", b"VP8L")
WEBP_METADATA = frozenset((b"ICCP", b"EXIF", b"XMP ", b"C2PA"))


def png(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a PNG picture, up to and including its last chunk.

    Raises:
        ContainerError: if a chunk is longer than the file, or the last one is missing.
    """
    place, seen = start + len(PNG), set[bytes]()
    yield Part(Kind.SHOWN, "PNG start", start, place)
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + size
        if end > len(data):
            raise ContainerError("a chunk is longer than the file")
        # colours that are listed although every pixel has its own, and what is said once more
        idle = (name == b"PLTE" and data[start + 25] != INDEXED) or (name in seen and name not in PNG_MANY)
        if name in PNG_METADATA and (name != b"caBX" or data.startswith(STORE, place + 12)):
            yield Part(Kind.METADATA, "PNG chunk", place, end)
        elif not idle and size <= PNG_SHOWN.get(name, -1):
            yield Part(Kind.SHOWN, "PNG chunk", place, end)
        else:
            yield Part(Kind.SHOWN, "PNG chunk", place, place + 8)
            yield Part(Kind.UNKNOWN, "in a PNG chunk", place + 8, end - 4)
            yield Part(Kind.SHOWN, "PNG chunk", end - 4, end)
        place = end
        seen.add(name)
        if name == b"IEND":
            return
    raise ContainerError("the picture is cut short")


def rows_end(data: bytes) -> int:
    """How many bytes a PNG picture's packed rows unpack to or carry beyond what it shows (section 10 of the standard).

    Raises:
        zlib.error: if they cannot be unpacked.
    """
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 4)
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in passes]
    wanted = sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0)
    unpacker, found, beyond = zlib.decompressobj(), 0, 0
    for part in png(data):
        if data.startswith(b"IDAT", part.start + 4):
            packed = data[part.start + 8 : part.end - 4]
            while packed and not unpacker.eof and found <= wanted:
                found += len(unpacker.decompress(packed, 1 << 20))
                packed = unpacker.unconsumed_tail
            beyond += len(packed)
    return int(max(0, found - wanted)) + beyond + len(unpacker.unused_data)


def is_webp(data: bytes, start: int = 0) -> bool:
    """Whether a WebP picture begins there."""
    return data.startswith(b"RIFF", start) and data[start + 8 : start + 12] == b"WEBP"


def webp(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a WebP picture, up to the end that its header gives.

    Raises:
        ContainerError: if a chunk is longer than the picture.
    """
    (size,) = struct.unpack_from("<I", data, start + 4)
    end = start + 8 + size
    if end > len(data) + 1:  # the byte that makes the last chunk even is often left out
        raise ContainerError("the picture is cut short")
    yield Part(Kind.SHOWN, "WebP start", start, start + 12)
    yield from _riff(data, start + 12, min(end, len(data)))


def _riff(data: bytes, place: int, end: int) -> Iterator[Part]:
    """The chunks of a WebP picture or of one frame of it: the first pixels are shown, further ones are not."""
    shown, seen = False, set[bytes]()
    while place + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, place)
        after = min(place + 8 + size + size % 2, end)
        if place + 8 + size > end:
            raise ContainerError("a chunk is longer than the picture")
        if name in WEBP_PIXELS and shown:
            whole = b"RIFF" + struct.pack("<I", after - place + 4) + b"WEBP" + data[place:after]
            yield Part(Kind.PICTURE, "further pixels", place, after, whole)
        elif name == b"ANMF" and size >= 16:
            yield Part(Kind.SHOWN, "WebP frame", place, place + 24)
            yield from _riff(data, place + 24, after)
        elif name == b"ALPH" and not data.startswith(b"VP8 ", after):  # transparency of nothing
            yield Part(Kind.SHOWN, "WebP chunk", place, place + 8)
            yield Part(Kind.UNKNOWN, "in a WebP chunk", place + 8, after)
        elif name in WEBP_METADATA or name in WEBP_PIXELS or (name not in seen and size <= WEBP_SHOWN.get(name, -1)):
            yield Part(Kind.METADATA if name in WEBP_METADATA else Kind.SHOWN, "WebP chunk", place, after)
        else:
            yield Part(Kind.SHOWN, "WebP chunk", place, place + 8)
            yield Part(Kind.UNKNOWN, "in a WebP chunk", place + 8, after)
        shown = shown or name in WEBP_PIXELS
        seen.add(name)
        place = after
    if place < end:
        yield Part(Kind.UNKNOWN, "in a WebP chunk", place, end)
