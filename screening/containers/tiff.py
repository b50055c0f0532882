"""TIFF (revision 6.0, with Adobe's notes on SubIFDs) and BigTIFF: directories, and what their tags point at."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from screening.containers.parts import UNREAD_BYTES, ContainerError, Kind, Part
from screening.containers.unclaimed import ANYTHING, file_at

BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
DIRECTORIES, ENTRIES = 200, 4000
# The most bytes that the further pictures may take together, each a copy of the file.
COPIES = 600_000_000
# Bytes of a value, by type.
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
ASCII = 2
# Tags that point at further directories: SubIFDs, and the groups of EXIF, GPS and interoperability.
BELOW = (330, 34665, 34853, 40965)
# Where pixels lie, and how many bytes they have: strips, tiles, a JPEG picture of the old kind.
PIXELS = ((273, 279), (324, 325), (513, 514))
PLAIN = (273, 324)
ROWS = 278
# Ways to pack pixels after whose end a strip may go on: LZW, Deflate and PackBits.
PACKED = (5, 8, 32773, 32946)
# Tags with long values that are read as metadata: XMP, IPTC, Photoshop's, profile, comment, maker's, Windows' own.
METADATA = frozenset((700, 33723, 34377, 34675, 37510, 37500, *range(40091, 40096)))
# Those of TIFF, Exif (CIPA DC-008) and DNG, whose bytes are settings.
STANDARD = (range(32768), range(0x9000, 0x9292), range(0xA000, 0xA500), range(50706, 51200))
# A row of numbers is no longer than this, unless it says where pixels lie.
ROW = 4096
BYTES = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag of a directory: its type, how many values it has, and where in the file they lie."""

    tag: int
    sort: int
    count: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's numbers are written: their order, and the sizes that BigTIFF doubled."""

    order: str
    big: bool

    def number(self, data: bytes, place: int) -> int:
        """A place in the file."""
        return int(struct.unpack_from(self.order + ("Q" if self.big else "I"), data, place)[0])

    def directory(self, data: bytes, place: int) -> tuple[list[Entry], int, int]:
        """A directory's entries, where it ends, and where the next one is.

        Raises:
            ContainerError: if it has too many entries; struct.error, if it is cut short.
        """
        head, each = (8, 20) if self.big else (2, 12)
        (count,) = struct.unpack_from(self.order + ("Q" if self.big else "H"), data, place)
        if count > ENTRIES:
            raise ContainerError("a directory has too many entries")
        entries = [self._entry(data, place + head + each * number) for number in range(count)]
        end = place + head + each * count
        if end + (8 if self.big else 4) > len(data):  # some programs leave the last link out
            return entries, min(end, len(data)), 0
        return entries, end + (8 if self.big else 4), self.number(data, end)

    def _entry(self, data: bytes, place: int) -> Entry:
        tag, sort, count = struct.unpack_from(self.order + ("HHQ" if self.big else "HHI"), data, place)
        size, value = SIZES.get(sort, 1) * count, place + (12 if self.big else 8)
        start = value if size <= (8 if self.big else 4) else self.number(data, value)
        return Entry(tag, sort, count, min(start, len(data)), min(start + size, len(data)))

    def numbers(self, data: bytes, entry: Entry | None) -> list[int]:
        """The values of a tag of whole numbers; none for any other."""
        letter = NUMBERS.get(entry.sort) if entry else None
        if entry is None or letter is None:
            return []
        size = SIZES[entry.sort]
        return [
            one
            for (one,) in struct.iter_unpack(
                self.order + letter, data[entry.start : entry.end - (entry.end - entry.start) % size]
            )
        ]


def layout(data: bytes) -> Layout:
    """How the numbers of a file with one of the beginnings are written."""
    return Layout("<" if data.startswith(b"II") else ">", data[2:4] in (b"+\0", b"\0+"))


def parts(data: bytes, *, pages: bool = True) -> Iterator[Part]:
    """The parts of a TIFF file: directories, values, pixels; pictures that are no pages as files of their own.

    The directories in a row are `pages`, which viewers show, or in a block of EXIF not; those below them never are.
    What such a block holds as JPEG is found by how it begins.

    Raises:
        ContainerError: if there are more directories than anybody writes; struct.error, if one is cut short.
    """
    how = layout(data)
    head = 16 if how.big else 8
    found = [Part(Kind.SHOWN, "TIFF start", 0, head)]
    waiting, seen, copies = [(how.number(data, 8 if how.big else 4), False)], set[int](), 0
    while waiting:
        place, below = waiting.pop()
        if place in seen or not head <= place < len(data):
            continue
        seen.add(place)
        if len(seen) > DIRECTORIES:
            raise ContainerError("there are more directories than anybody writes")
        entries, end, after = how.directory(data, place)
        found.append(Part(Kind.SHOWN, "TIFF directory", place, end))
        tags = {entry.tag: entry for entry in entries}
        found += (part for entry in entries for part in _value(entry))
        pixels = [part for part in _pixels(data, how, tags) if part.end > part.start]
        found += (piece for part in pixels for piece in _told_apart(part, _strip(data, how, tags)))
        if (how.numbers(data, tags.get(259)) or [1])[0] in PACKED:
            found += (picture for part in pixels for picture in _pictures(data, part))
        if pixels and (below if pages else any(tag in tags for tag in PLAIN)):
            copies += len(data)
            if copies > COPIES:
                raise ContainerError("there are more pictures than are screened")
            found.append(
                Part(Kind.PICTURE, "in a directory below the first", place, place, _in_front(data, how, place))
            )
        waiting.append((after, below))
        waiting += [(one, True) for tag in BELOW for one in how.numbers(data, tags.get(tag))]
    place = 0
    for part in sorted(found, key=lambda part: (part.start, part.end)):
        # a page that a program wrote as a file of its own has a file's start before it
        if part.start - place >= head and data[part.start - head :].startswith(data[:4]):
            yield Part(Kind.SHOWN, "TIFF start", part.start - head, part.start)
        yield part
        place = max(place, part.end)


def _value(entry: Entry) -> Iterator[Part]:
    if entry.tag in METADATA or entry.sort == ASCII:
        yield Part(Kind.METADATA, "TIFF tag", entry.start, entry.end)
    elif entry.sort in (1, 6, 7) or SIZES.get(entry.sort) is None:
        known = any(entry.tag in tags for tags in STANDARD)
        kind = Kind.SHOWN if known and entry.end - entry.start <= BYTES else Kind.UNKNOWN
        yield Part(kind, "in a TIFF tag", entry.start, entry.end)
    else:
        known = any(entry.tag in tags for tags in STANDARD)
        most = ROW if known else UNREAD_BYTES
        row = entry.end - entry.start <= most or any(entry.tag in pair for pair in PIXELS)
        yield Part(Kind.SHOWN if row else Kind.UNKNOWN, "in a TIFF tag", entry.start, entry.end)


def _pixels(data: bytes, how: Layout, tags: dict[int, Entry]) -> Iterator[Part]:
    for places, sizes in PIXELS:
        for start, size in zip(how.numbers(data, tags.get(places)), how.numbers(data, tags.get(sizes)), strict=False):
            yield Part(Kind.SHOWN, "TIFF pixels", min(start, len(data)), min(start + size, len(data)))


def _strip(data: bytes, how: Layout, tags: dict[int, Entry]) -> int:
    """How many bytes a strip of a plain, unpacked picture has at most; 0 where that is not known."""
    width, height, rows = ((how.numbers(data, tags.get(tag)) or [0])[0] for tag in (256, 257, ROWS))
    packed, planes = ((how.numbers(data, tags.get(tag)) or [1])[0] for tag in (259, 284))
    bits = how.numbers(data, tags.get(258)) or [1]
    if packed != 1 or planes != 1 or 324 in tags or len(bits) != (how.numbers(data, tags.get(277)) or [1])[0]:
        return 0
    return -(-width * sum(bits) // 8) * min(rows or height, height)


def _told_apart(pixels: Part, most: int) -> Iterator[Part]:
    """Pixels, and what lies behind them where they are counted as more than there are."""
    end = pixels.start + most if most and pixels.end - pixels.start > most + UNREAD_BYTES else pixels.end
    yield replace(pixels, end=end)
    if end < pixels.end:
        yield Part(Kind.UNKNOWN, "behind a TIFF picture's pixels", end, pixels.end)


def _pictures(data: bytes, pixels: Part) -> Iterator[Part]:
    """The picture files behind or among packed pixels, which decoders pass over."""
    for found in ANYTHING.finditer(data, pixels.start, pixels.end):
        one = file_at(data, found.start(), pixels.end, "among a TIFF picture's pixels")
        if one.kind is Kind.PICTURE and not data.startswith(BEGINNINGS, one.start):
            yield replace(one, start=pixels.end, end=pixels.end, content=one.read(data))


def _in_front(data: bytes, how: Layout, place: int) -> bytes:
    """The file, changed so that the directory there is the first, and the last."""
    changed = bytearray(data)
    struct.pack_into(how.order + ("Q" if how.big else "I"), changed, 8 if how.big else 4, place)
    return bytes(changed)
