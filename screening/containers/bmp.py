"""BMP (Microsoft's bitmap structures, BITMAPFILEHEADER to BITMAPV5HEADER)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from screening.containers.parts import ContainerError, Kind, Part

RLE8, RLE4 = 1, 2
CORE, V5 = 12, 124
# With more bits, every pixel has its own colour.
INDEXED = 8
# Larger pictures are not screened.
SIDE = 20_000
HEADERS = (40, 52, 56, 108, 124)


def is_bare(data: bytes) -> bool:
    """Whether a file is a bitmap of the clipboard, without a header of the file."""
    return len(data) >= 40 and int.from_bytes(data[:4], "little") in HEADERS and data[12:14] == b"\1\0"


def completed(data: bytes) -> bytes:
    """A run-length coded bitmap whose last rows may be left out, with a row of the first colour for each at its end.

    Any other file comes back as it is.
    """
    last = b"\0\1"
    if not data.startswith(b"BM") or len(data) < 54 or data[30] not in (RLE8, RLE4) or not data.endswith(last):
        return data
    width, rows = struct.unpack_from("<ii", data, 18)
    if data[14] == CORE or not 0 < width <= SIDE or not 0 < abs(rows) <= SIDE:
        return data
    row: bytes = b"\xff\0" * (int(width) // 255 + 1) + b"\0\0"
    return data[: -len(last)] + row * abs(int(rows)) + last


def parts(data: bytes) -> Iterator[Part]:
    """The parts of a bitmap: header and colours, pixels, a colour profile; what lies between is not known.

    A bitmap without the two letters is one of the clipboard, which has no header of the file.

    Raises:
        ContainerError: if it is cut short.
    """
    begin = 14 if data.startswith(b"BM") else 0
    try:
        (header,) = struct.unpack_from("<I", data, begin)
        masks, colours, bits, size = _sizes(data, begin, header)
        pixels = struct.unpack_from("<I", data, 10)[0] if begin else header + masks + colours
        profile = struct.unpack_from("<II", data, begin + 112) if header >= V5 else (0, 0)
    except struct.error as error:
        raise ContainerError("the picture is cut short") from error
    # colours that are listed although every pixel has its own are not shown
    end = min(begin + header + masks + (colours if bits <= INDEXED else 0), pixels)
    yield Part(Kind.SHOWN, "BMP header", 0, end)
    if pixels > end:
        yield Part(Kind.UNKNOWN, "bytes before the pixels", end, pixels)
    place = min(pixels + size, len(data))
    last, idle_codes = _codes_end(data, begin, pixels, place)
    yield Part(Kind.SHOWN, "BMP pixels", pixels, last)
    if idle_codes:
        yield Part(Kind.UNKNOWN, "among the codes of a bitmap", last, last, idle_codes)
    if last < place:
        yield Part(Kind.UNKNOWN, "behind the last code of a bitmap", last, place)
    start, length = begin + profile[0], profile[1]
    if length and place <= start and start + length <= len(data):
        if start > place:
            yield Part(Kind.UNKNOWN, "bytes behind the pixels", place, start)
        yield Part(Kind.METADATA, "BMP profile", start, start + length)


def pixels_end(data: bytes) -> int:
    """Where the pixels of a bitmap end, as its header says.

    Raises:
        struct.error: if the header is cut short.
    """
    begin = 14 if data.startswith(b"BM") else 0
    (header,) = struct.unpack_from("<I", data, begin)
    masks, colours, _, size = _sizes(data, begin, header)
    return int(struct.unpack_from("<I", data, 10)[0] if begin else header + masks + colours) + size


def _sizes(data: bytes, begin: int, header: int) -> tuple[int, int, int, int]:
    """How many bytes the masks have, and the colours, how many bits a pixel, and how many bytes all pixels."""
    if header == CORE:
        width, height, _, bits = struct.unpack_from("<4H", data, begin + 4)
        packing, packed, used, entry = 0, 0, 0, 3
    else:
        width, height, _, bits, packing, packed = struct.unpack_from("<iiHHII", data, begin + 4)
        (used,) = struct.unpack_from("<I", data, begin + 32)
        entry = 4
    masks = {3: 12, 6: 16}.get(packing, 0) if header == 40 else 0
    colours = (min(used, 256) or 1 << bits) * entry if bits <= INDEXED else min(used, 256) * entry
    rows = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    return masks, colours, bits, packed if packing in (RLE8, RLE4) and packed else rows


def _codes_end(data: bytes, begin: int, place: int, end: int) -> tuple[int, bytes]:
    """Where run-length codes end, with the code for that or with the last row, and those beyond the end of a row;
    of an unpacked bitmap, where its pixels do."""
    width, height, _, _, packing = struct.unpack_from("<iiHHI", data.ljust(begin + 20, b"\0"), begin + 4)
    if data[begin : begin + 4] == CORE.to_bytes(4, "little") or packing not in (RLE8, RLE4):
        return end, b""
    across, down, idle_codes = 0, 0, bytearray()
    while place + 2 <= end and down < abs(height):
        start, count, code = place, data[place], data[place + 1]
        place += 2
        if count == 0 and code == 1:
            return place, bytes(idle_codes)
        if count == 0 and code == 0:
            across, down = 0, down + 1
            continue
        if count == 0 and code == 2:
            across, down, place = across + data[place], down + data[place + 1], place + 2
            continue
        if count == 0:
            place += (code if packing == RLE8 else -(-code // 2)) + 1 & ~1
        if across >= width:
            idle_codes += data[start:place]
        across += count or code
    last = place + 2 if data.startswith(b"\0\1", place) else place
    return min(last, end), bytes(idle_codes)


def idle(data: bytes) -> bytes:
    """The bytes of each row that belong to no pixel, or to no colour of one, of an unpacked bitmap."""
    if not data.startswith(b"BM") or len(data) < 54 or data[14] == CORE or data[30] or not any(data[18:22]):
        return b""
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    place, row = int.from_bytes(data[10:14], "little"), (width * bits + 31) // 32 * 4
    if width <= 0 or abs(height) > SIDE or row * abs(height) > len(data) - place:
        return b""
    rows = memoryview(data)[place : place + row * abs(height)]
    if bits == 32:
        return bytes(rows[3::4])
    used = (width * bits + 7) // 8
    return b"".join(bytes(rows[start + used : start + row]) for start in range(0, len(rows), row))
