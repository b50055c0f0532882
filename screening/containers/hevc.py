"""How large the pictures of an HEVC stream are, which its file may understate (ISO/IEC 23008-2, 7.3.2.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# The unit of a stream that says so.
SEQUENCE = 33
# Bits of the profile before the sizes, and those of each further layer that has a profile or a level.
PROFILE, LAYER_PROFILE, LAYER_LEVEL = 96, 88, 8


def decoded_size(record: bytes) -> tuple[int, int] | None:
    """Width and height of what a decoder gives, by its configuration record (ISO/IEC 14496-15, 8.3.3.1).

    None where the record does not say.
    """
    try:
        return next((_size(unit) for unit in _units(record) if unit[0] >> 1 & 0x3F == SEQUENCE), None)
    except (IndexError, struct.error):
        return None


def record_end(record: bytes) -> int:
    """Where the list of parameters of a configuration record ends, or where the record does."""
    place = 23
    for _ in range(record[22]):
        (count,) = struct.unpack_from(">H", record, place + 1)
        place += 3
        for _ in range(count):
            place += 2 + int(struct.unpack_from(">H", record, place)[0])
    return min(place, len(record))


def _units(record: bytes) -> Iterator[bytes]:
    """The units of a record, without the bytes that keep start codes out of them."""
    place = 23
    for _ in range(record[22]):
        (count,) = struct.unpack_from(">H", record, place + 1)
        place += 3
        for _ in range(count):
            (size,) = struct.unpack_from(">H", record, place)
            yield record[place + 2 : place + 2 + size].replace(b"\0\0\3", b"\0\0")
            place += 2 + size


class _Bits:
    """Reads a unit bit by bit."""

    def __init__(self, unit: bytes) -> None:
        self.unit = unit
        self.place = 0

    def take(self, count: int) -> int:
        """A number of so many bits."""
        found = 0
        for _ in range(count):
            found = found << 1 | self.unit[self.place >> 3] >> (7 - self.place % 8) & 1
            self.place += 1
        return found

    def code(self) -> int:
        """A number in the code of Golomb (9.2)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def _size(unit: bytes) -> tuple[int, int]:
    bits = _Bits(unit)
    bits.take(16 + 4)
    layers = bits.take(3)
    bits.take(1 + PROFILE)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.take(LAYER_PROFILE * profile + LAYER_LEVEL * level)
    bits.code()
    chroma = bits.code()
    bits.take(int(chroma == 3))
    width, height = bits.code(), bits.code()
    if bits.take(1):
        left, right, top, bottom = (bits.code() for _ in range(4))
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1)
    return width, height
