"""JPEG (ITU-T T.81), with the segments of JFIF (T.871), Exif and multi-picture files (CIPA DC-008, DC-007)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import replace

from screening.containers.parts import UNREAD_BYTES, ContainerError, Kind, Part, is_words

SOI = b"\xff\xd8"
# What ends packed pixels: a marker that is neither a stuffed zero, nor a restart, nor filling.
MARKER = re.compile(rb"\xff(?=[^\x00\x01\xff\xd0-\xd7])")
# Application segments that are read elsewhere, or hold nothing but how the pixels are to be shown, by marker, each with
# the most bytes it may have.
ALL = 0xFFFF
KNOWN = {
    0xE0: {b"JFIF\0": 14, b"AVI1": UNREAD_BYTES},
    0xE1: dict.fromkeys((b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"), ALL),
    0xE2: {b"ICC_PROFILE\0": ALL, b"MPF\0II*\0": ALL, b"MPF\0MM\0*": ALL, b"urn:iso:std:iso:ts:21496:-1\0": 256},
    0xEB: {b"JP": ALL},
    0xED: {b"Photoshop 3.0\0": ALL, b"Adobe_CM": UNREAD_BYTES},
    0xEE: {b"Adobe": UNREAD_BYTES},
}
COMMENT, SCAN, END = 0xFE, 0xDA, 0xD9
DUCKY = b"Ducky\0"
HUFFMAN, QUANTISATION = 0xC4, 0xDB
TABLE, LAST = "JPEG table", "JPEG end"
# Frames whose components each lie in one scan; of another scan no viewer shows anything.
SEQUENTIAL = (0xC0, 0xC1)
# Other segments of these markers are at most so long: arithmetic coding, lines, restarts, hierarchical pictures.
SMALL = {0xCC: 70, 0xDC: 6, 0xDD: 6, 0xDF: 5}
# Tables of a picture (quantisation, Huffman codes) are at most so long together; more is something else.
TABLES = 10_000


def parts(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a JPEG picture, from its first byte to the end of its last scan; tables behind that are unknown.

    Raises:
        ContainerError: if a segment is longer than the file, or the picture has no end.
    """
    held: list[Part] = []  # since the first table that no scan has used yet
    for part in _parts(data, start):
        if part.name in (TABLE, _name(SCAN), LAST) or held:
            held.append(part)
        else:
            yield part
        if part.name in (_name(SCAN), LAST):
            unused = part.name == LAST
            yield from (replace(one, kind=Kind.UNKNOWN) if unused and one.name == TABLE else one for one in held)
            held = []


def _parts(data: bytes, start: int) -> Iterator[Part]:
    place, scans = start + 2, _Scans(data, start)
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
                yield Part(Kind.SHOWN, LAST, place, place + 2)
                return
            raise ContainerError("a picture begins within another")
        end = _segment_end(data, place)
        if marker == SCAN:
            after = MARKER.search(data, end)
            end = after.start() if after else len(data)
            yield scans.scan(place, end)
        else:
            known = scans.known(place, end) if 0xC0 <= marker <= 0xDF else _is_known(marker, data, place, end)
            kind = Kind.SHOWN if known and marker <= 0xDF else Kind.METADATA if known else Kind.UNKNOWN
            if not known:
                yield Part(Kind.SHOWN, "JPEG segment", place, place + 4)
                place += 4
            yield Part(kind, _name(marker), place, end)
        place = end


class _Scans:
    """Which tables and scans of a picture have a part in what is shown."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.start = data, start
        self.tables = 0
        self.waiting: set[tuple[int, int]] = set()  # tables that no scan has used yet
        self.sequential = False
        self.head = 0  # where the first scan begins
        self.shown: set[int] = set()  # the components that a scan has given

    def known(self, place: int, end: int) -> bool:
        """Whether a segment is a table, or a head of a frame, as the standard lays it out and of use."""
        marker = self.data[place + 1]
        self.tables += end - place
        if marker in (HUFFMAN, QUANTISATION):
            named = _tables(self.data[place + 4 : end], marker)
            again = any((marker, one) in self.waiting for one in named or ())
            self.waiting |= {(marker, one) for one in named or ()}
            return named is not None and not again and self.tables <= TABLES
        if marker in SEQUENTIAL:
            self.sequential = True
        return end - place <= SMALL.get(marker, TABLES) and self.tables <= TABLES

    def scan(self, place: int, end: int) -> Part:
        """A scan's part: a picture of its own, if another scan has given its components already."""
        self.waiting.clear()
        self.head = self.head or place
        count = self.data[place + 4]
        given = set(self.data[place + 5 : place + 5 + 2 * count : 2])
        if self.sequential and given <= self.shown:
            whole = self.data[self.start : self.head] + self.data[place:end] + b"\xff\xd9"
            return Part(Kind.PICTURE, "in a further scan", place, end, whole)
        self.shown |= given
        return Part(Kind.SHOWN, _name(SCAN), place, end)


def _tables(body: bytes, marker: int) -> list[int] | None:
    """The numbers of the tables in a segment; None if it is not laid out as tables are (B.2.4)."""
    place, found = 0, []
    while place < len(body):
        found.append(body[place])
        if marker == HUFFMAN:
            place += 17 + sum(body[place + 1 : place + 17])
        else:
            place += 129 if body[place] >> 4 else 65
    return found if place == len(body) else None


def _segment_end(data: bytes, place: int) -> int:
    if place + 4 > len(data):
        raise ContainerError("the picture is cut short")
    (size,) = struct.unpack_from(">H", data, place + 2)
    if size < 2 or place + 2 + size > len(data):
        raise ContainerError("a segment is longer than the file")
    return int(place + 2 + size)


def _is_known(marker: int, data: bytes, place: int, end: int) -> bool:
    if marker == COMMENT and (end - place <= UNREAD_BYTES or is_words(data[place + 4 : end])):
        return True
    heads = KNOWN.get(marker, {})
    most = next((most for head, most in heads.items() if data.startswith(head, place + 4)), -1)
    return end - place - 4 <= most or (marker == 0xEC and _is_ducky(data[place + 4 : end]))


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
    names = {COMMENT: "JPEG comment", SCAN: "JPEG scan", HUFFMAN: TABLE, QUANTISATION: TABLE}
    return names.get(marker, "JPEG segment")


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
