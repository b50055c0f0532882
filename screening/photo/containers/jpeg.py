"""JPEG (ITU-T T.81), with the segments of JFIF (T.871), Exif and multi-picture files (CIPA DC-008, DC-007)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from screening.photo.containers.parts import ContainerError, Kind, Part

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
# Tables of a picture (quantisation, Huffman codes) are at most so long together; more is something else.
TABLES = 64_000


def parts(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a JPEG picture, from its first byte to the end of its last scan.

    Raises:
        ContainerError: if a segment is longer than the file, or the picture has no end.
    """
    place, tables = start + 2, 0
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
        kind = _kind(marker, data, place, tables)
        if kind is Kind.UNKNOWN:
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


def _kind(marker: int, data: bytes, place: int, tables: int) -> Kind:
    if 0xC0 <= marker <= 0xDF:
        return Kind.SHOWN if tables <= TABLES else Kind.UNKNOWN
    if marker == COMMENT or data.startswith(KNOWN.get(marker, ()), place + 4):
        return Kind.METADATA
    return Kind.UNKNOWN


def _name(marker: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        return f"in a JPEG segment APP{marker - 0xE0}"
    return "JPEG comment" if marker == COMMENT else "JPEG scan" if marker == SCAN else "JPEG segment"
