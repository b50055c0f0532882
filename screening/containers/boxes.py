"""Boxes, of which films and HEIF files are made (ISO/IEC 14496-12, 4.2), and what a HEIF file says of its items in them
(ISO/IEC 14496-12, 8.11, and 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from screening.containers.parts import ContainerError

# Boxes without which a file is cut short.
WHOLE = frozenset((b"ftyp", b"meta", b"mdat", b"moov", b"moof", b"mpvd", b"free", b"skip", b"uuid", b"sefd"))
# Nobody has more boxes or items in a picture.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its name, where it starts and ends, and where its content begins."""

    name: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a file's meta box says of its items.

    Attributes:
        primary: the item that viewers show.
        primary_at: where in the file that is said, and in how many bytes.
        sorts: the type of each item.
        hidden: items that viewers do not list.
        flags_at: where in the file each item says whether it is hidden: a byte.
        extents: where each item's bytes lie in the file, as (start, end).
        references: of each sort, the items that each item refers to.
        beside_at: where in the file it is said that an item is another's thumbnail, or auxiliary: four bytes each.
        properties: the boxes of properties, in order.
        owned: the places in that list, from 1, of each item's properties.
    """

    primary: int = 0
    primary_at: tuple[int, int] = (0, 2)
    sorts: dict[int, bytes] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    flags_at: dict[int, int] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    references: dict[bytes, dict[int, list[int]]] = field(default_factory=dict)
    beside_at: dict[int, list[int]] = field(default_factory=dict)
    properties: tuple[Box, ...] = ()
    owned: dict[int, list[int]] = field(default_factory=dict)

    def property(self, item: int, name: bytes) -> Box | None:
        """An item's property of that name."""
        boxes = (self.properties[place - 1] for place in self.owned.get(item, ()) if 0 < place <= len(self.properties))
        return next((box for box in boxes if box.name == name), None)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that fill a stretch; stops where what follows is none, or behind a whole file only looks like one.

    Raises:
        ContainerError: if one is longer than the stretch, or they are too many.
    """
    count = 0
    while start + 8 <= end:
        count += 1
        _check(count)
        size, name = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if not all(0x20 <= letter < 0x7F for letter in name.replace(b"\xa9", b"c")):
            return
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        after = end if size == 0 else start + size
        if (after > end or after < body) and end == len(data) and name not in WHOLE:
            return
        if after > end or after < body:
            raise ContainerError("a box is longer than what it lies in")
        yield Box(name, start, body, after)
        start = after


def children(data: bytes, box: Box, *, skip: int = 0) -> dict[bytes, Box]:
    """The boxes in a box, by name; `skip` bytes come before them."""
    return {one.name: one for one in boxes(data, box.body + skip, box.end)}


def items(data: bytes, meta: Box) -> Items:
    """What a meta box says.

    Raises:
        ContainerError: if it contradicts itself or says too much; struct.error, if it is cut short.
    """
    inside = children(data, meta, skip=4)
    sorts, hidden, flags_at = _sorts(data, inside.get(b"iinf"))
    version = data[inside[b"pitm"].body] if b"pitm" in inside else 0
    at = (inside[b"pitm"].body + 4, 2 if version == 0 else 4) if b"pitm" in inside else (0, 0)
    lists = children(data, inside[b"iprp"]) if b"iprp" in inside else {}
    properties = tuple(boxes(data, lists[b"ipco"].body, lists[b"ipco"].end)) if b"ipco" in lists else ()
    references, beside_at = _references(data, inside.get(b"iref"))
    return Items(
        primary=int.from_bytes(data[at[0] : at[0] + at[1]], "big"),
        primary_at=at,
        sorts=sorts,
        hidden=hidden,
        flags_at=flags_at,
        extents=_extents(data, inside),
        references=references,
        beside_at=beside_at,
        properties=properties,
        owned=_owned(data, inside[b"iprp"]) if b"iprp" in inside else {},
    )


def _sorts(data: bytes, iinf: Box | None) -> tuple[dict[int, bytes], frozenset[int], dict[int, int]]:
    sorts, hidden, flags_at = {}, set(), {}
    if iinf is not None:
        for box in boxes(data, iinf.body + (6 if data[iinf.body] == 0 else 8), iinf.end):
            version = data[box.body]
            if box.name != b"infe" or version < 2:
                continue
            number, _, sort = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, box.body + 4)
            sorts[number] = sort
            flags_at[number] = box.body + 3
            if data[box.body + 3] & 1:
                hidden.add(number)
    return sorts, frozenset(hidden), flags_at


def _check(count: int) -> None:
    if count > MOST:
        raise ContainerError("there are more items than a picture has")


def _extents(data: bytes, inside: Mapping[bytes, Box]) -> dict[int, list[tuple[int, int]]]:
    """The places that `iloc` gives, of items in the file or in `idat`; those in other files or items have none."""
    found: dict[int, list[tuple[int, int]]] = {}
    if b"iloc" not in inside:
        return found
    box, total, length_of_all = inside[b"iloc"], 0, 0
    version, sizes = data[box.body], struct.unpack_from(">BB", data, box.body + 4)
    offset_size, length_size, base_size, index_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4, sizes[1] & 15
    place = box.body + 6

    def number(size: int) -> int:
        nonlocal place
        if place + size > box.end:
            raise ContainerError("a list of items is cut short")
        place += size
        return int.from_bytes(data[place - size : place], "big")

    for _ in range(number(2 if version < 2 else 4)):
        item = number(2 if version < 2 else 4)
        method = number(2) & 15 if version else 0
        number(2)
        base, within = number(base_size), inside.get(b"idat") if method == 1 else None
        for _ in range(number(2)):
            if version and index_size:
                number(index_size)
            offset, length = number(offset_size), number(length_size)
            total += 1
            _check(total)
            start = min(base + offset + (within.body if within else 0), len(data))
            end = min(start + length, len(data)) if length else (within.end if within else len(data))
            length_of_all += end - start
            if length_of_all > 2 * len(data):
                raise ContainerError("items lie upon each other")
            if method < 2:
                found.setdefault(item, []).append((start, end))
    return found


def _references(data: bytes, iref: Box | None) -> tuple[dict[bytes, dict[int, list[int]]], dict[int, list[int]]]:
    found: dict[bytes, dict[int, list[int]]] = {}
    beside_at: dict[int, list[int]] = {}
    if iref is not None:
        size, letter = (2, "H") if data[iref.body] == 0 else (4, "I")
        for box in boxes(data, iref.body + 4, iref.end):
            source, count = struct.unpack_from(f">{letter}H", data, box.body)
            if box.body + size + 2 + size * count > box.end:
                raise ContainerError("a list of items is cut short")
            to = struct.unpack_from(f">{count}{letter}", data, box.body + size + 2)
            found.setdefault(box.name, {}).setdefault(source, []).extend(to)
            if box.name in (b"thmb", b"auxl"):
                beside_at.setdefault(source, []).append(box.start + 4)
    return found, beside_at


def _owned(data: bytes, iprp: Box) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for box in boxes(data, iprp.body, iprp.end):
        if box.name != b"ipma":
            continue
        version, flags = data[box.body], data[box.body + 3]
        (count,) = struct.unpack_from(">I", data, box.body + 4)
        place = box.body + 8
        _check(count)
        for _ in range(count):
            item, many = struct.unpack_from(">HB" if version == 0 else ">IB", data, place)
            place += 3 if version == 0 else 5
            wide = 2 if flags & 1 else 1
            if place + wide * many > box.end:
                raise ContainerError("a list of properties is cut short")
            owned = struct.unpack_from(f">{many}{'H' if wide == 2 else 'B'}", data, place)
            found.setdefault(item, []).extend(one & (0x7FFF if wide == 2 else 0x7F) for one in owned)
            place += wide * many
    return found
