"""JPEG (ITU-T T.81), with the segments of JFIF (T.871), Exif and multi-picture files (CIPA DC-008, DC-007)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from screening.containers.parts import UNREAD_BYTES, ContainerError, Kind, Part, is_words

SOI = b"\xff\xd8"
# What ends packed pixels: a marker that is neither a stuffed zero, nor a restart, nor filling.
MARKER = re.compile(rb"\xff(?=[^\x00\x01\xff\xd0-\xd7])")
# Application segments that are read elsewhere, or hold nothing but how the pixels are to be shown, by marker.
KNOWN = {
    0xE0: (b"JFIF\0", b"AVI1"),
    0xE1: (b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"),
    0xE2: (b"ICC_PROFILE\0", b"MPF\0", b"urn:iso:std:iso:ts:21496:-1\0"),
    0xEB: (b"JP",),
    0xED: (b"Photoshop 3.0\0", b"Adobe_CM"),
    0xEE: (b"Adobe",),
}
COMMENT, SCAN, END = 0xFE, 0xDA, 0xD9
DUCKY = b"Ducky\0"
# How long a segment of JFIF is without a thumbnail.
JFIF = 18
# Tables of a picture (quantisation, Huffman codes) are at most so long together; more is something else.
TABLES = 10_000
QUANTISATION = 1_200


def parts(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a JPEG picture, from its first byte to the end of its last scan.

    Raises:
        ContainerError: if a segment is longer than the file, or the picture has no end.
    """
    place, tables, quantisation = start + 2, 0, 0
    yield Part(Kind.SHOWN, "JPEG start", start, place)
    while True:
        found = MARKER.search(data, place)
        if found is None or found.end() >= len(data):
            raise ContainerError("the picture is cut short")
        if found.start() > place:
            filled = data.count(b"\xff", place, found.start()) == found.start() - place
            yield Part(Kind.PADDING if filled else Kind.UNKNOWN, "bytes between segments", place, found.start())
        place, marker = found.start(), data[found.end()]
        if marker in (END, 0xD8):
            if marker == END:
                yield Part(Kind.SHOWN, "JPEG end", place, place + 2)
                return
            raise ContainerError("a picture begins within another")
        end = _segment_end(data, place)
        if marker == SCAN:
            after = MARKER.search(data, end)
            end = after.start() if after else len(data)
        elif 0xC0 <= marker <= 0xDF:
            tables += end - place
            quantisation += end - place if marker == 0xDB else 0
        too_much = tables > TABLES or quantisation > QUANTISATION
        kind = _kind(marker, data, place, end, too_much=too_much)
        if kind is Kind.UNKNOWN and marker != SCAN:
            yield Part(Kind.SHOWN, "JPEG segment", place, place + 4)
            place += 4
        yield Part(kind, _name(marker), place, end)
        place = end


def _segment_end(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise ContainerError("the picture is cut short")
    (size,) = struct.unpack_from(">H", data, place + 2)
    if size < 2 or place + 2 + size > len(data):
        raise ContainerError("a segment is longer than the file")
    return int(place + 2 + size)


def _kind(marker: int, data: bytes, place: int, end: int, *, too_much: bool) -> Kind:
    if 0xC0 <= marker <= 0xDF:
        return Kind.UNKNOWN if too_much else Kind.SHOWN
    if marker == COMMENT and (end - place <= UNREAD_BYTES or is_words(data[place + 4 : end])):
        return Kind.METADATA
    if data.startswith(b"JFIF\0", place + 4) and end - place > JFIF:
        return Kind.UNKNOWN  # with a thumbnail in plain pixels
    known = data.startswith(KNOWN.get(marker, ()), place + 4) or (marker == 0xEC and _is_ducky(data[place + 4 : end]))
    return Kind.METADATA if known else Kind.UNKNOWN


def _is_ducky(segment: bytes) -> bool:
    """Whether a segment holds what Photoshop writes for the web, a quality and two texts, and nothing else."""
    if not segment.startswith(DUCKY):
        return False
    place = len(DUCKY)
    while segment[place : place + 2].strip(b"\0"):
        tag, size = struct.unpack_from(">HH", segment.ljust(place + 4, b"\0"), place)
        words = tag in (2, 3) and is_words(segment[place + 8 : place + 4 + size])
        if not (words or (tag == 1 and size == 4)):
            return False
        place += 4 + size
    return len(segment) - place <= 2


def _name(marker: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        return f"in a JPEG segment APP{marker - 0xE0}"
    return "JPEG comment" if marker == COMMENT else "JPEG scan" if marker == SCAN else "JPEG segment"


def listed_pictures(data: bytes) -> tuple[int, ...]:
    """Where the further pictures of a multi-picture file begin, as its index says (CIPA DC-007, 5.2.3).

    Nowhere, if the index is cut short: what lies behind the picture then counts as if there were none.
    """
    try:
        return _listed_pictures(data)
    except struct.error:
        return ()


def _listed_pictures(data: bytes) -> tuple[int, ...]:
    for part in parts(data):
        if data.startswith(b"\xff\xe2", part.start) and data.startswith(b"MPF\0", part.start + 4):
            base = part.start + 8
            order = "<" if data.startswith(b"II", base) else ">"
            directory = base + struct.unpack_from(order + "I", data, base + 4)[0]
            (count,) = struct.unpack_from(order + "H", data, directory)
            rows = (struct.unpack_from(order + "HHII", data, directory + 2 + 12 * row) for row in range(count))
            tags = {tag: (size, value) for tag, _, size, value in rows}
            (_, pictures), (size, place) = tags.get(0xB001, (0, 0)), tags.get(0xB002, (0, 0))
            entries = range(base + place + 8, base + place + min(size, 16 * pictures), 16)
            return tuple(base + struct.unpack_from(order + "I", data, entry)[0] for entry in entries)[1:]
    return ()


def joined(data: bytes) -> Iterator[bytes]:
    """The blocks that may lie in several segments, put together: Photoshop's, and boxes of JUMBF (ISO/IEC 19566-5)."""
    found: dict[bytes, bytearray] = {}
    for part in parts(data):
        body = data[part.start + 4 : part.end]
        if data.startswith(b"\xff\xed", part.start):
            found.setdefault(b"", bytearray()).extend(body.removeprefix(b"Photoshop 3.0\0"))
        elif data.startswith(b"\xff\xeb", part.start):
            # each piece after the first repeats the head of the box
            repeated = 0 if body[4:8] == b"\0\0\0\x01" else 16 if body[8:12] == b"\0\0\0\x01" else 8
            found.setdefault(body[:4], bytearray()).extend(body[8 + repeated :])
    yield from map(bytes, found.values())
