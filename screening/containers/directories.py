"""Directories of TIFF and BigTIFF files (TIFF revision 6.0, section 2): tags, and where their values lie."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from screening.containers.parts import ContainerError

ENTRIES = 4000
# Bytes of a value, by type.
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
# Where pixels lie, and how many bytes they have: strips, tiles, a JPEG picture of the old kind.
PIXELS = ((273, 279), (324, 325), (513, 514))


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

    def first(self, data: bytes, entry: Entry | None, default: int = 0) -> int:
        """The first of them, or the default."""
        return (self.numbers(data, entry) or [default])[0]


def layout(data: bytes) -> Layout:
    """How the numbers of a file with one of the beginnings are written."""
    return Layout("<" if data.startswith(b"II") else ">", data[2:4] in (b"+\0", b"\0+"))
