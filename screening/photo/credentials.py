"""What Content Credentials say: who made a picture, where, and what was done to it.

They are boxes within boxes (JUMBF, ISO/IEC 19566-5), whose assertions are CBOR or JSON (C2PA specification 2.1, chapter
11). Nothing is verified: what they say is read as any other metadata is, signed or not.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from screening.containers.parts import Kind, Part
from screening.photo.fields import Field, role
from screening.photo.positions import Position, named_positions

NAME = "Content Credentials"
SEGMENT = b"\xff\xeb"
DEPTH = 24
# Keys, somewhere above a name, that say whose or which place's it is.
WHOSE = {
    "creator": frozenset(("author", "creator", "contributor", "copyrightholder", "producer", "photographer", "actors")),
    "address": frozenset(("contentlocation", "locationcreated", "locationshown", "location", "place")),
}
# Keys of what programs count and address each other by.
COUNTED = frozenset(
    "url uri alg hash pad pad1 pad2 instanceid instance_id documentid id identifier type context label format "
    "signature digitalsourcetype when version".split()
)


class CredentialsError(Exception):
    """Content Credentials that are there and cannot be read."""


def credentials_said(data: bytes, parts: Iterable[Part]) -> tuple[list[Field], list[Position]]:
    """The strings and positions in a file's Content Credentials.

    Raises:
        CredentialsError: if a box or an assertion cannot be read.
    """
    fields: list[Field] = []
    positions: list[Position] = []
    for store in _stores(data, parts):
        for found in _assertions(store, 0, len(store), depth=0):
            values: dict[str, str] = {}
            for path, text in _flat(found, (), depth=0):
                fields.append(Field(NAME, text, _role(path)))
                values.setdefault(path[-1] if path else "", text)
            positions += named_positions(NAME, values)
    return fields, positions


def _stores(data: bytes, parts: Iterable[Part]) -> Iterator[bytes]:
    """The outermost boxes of a file, put together where a JPEG file parts them into segments (19566-5, annex D)."""
    if not data.startswith(b"\xff\xd8"):
        yield from _boxes_in(data)
        return
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    for part in parts:
        raw = part.read(data)
        if raw.startswith(SEGMENT) and raw[4:6] == b"JP" and len(raw) > 20:
            pieces.setdefault(raw[6:8], []).append((struct.unpack_from(">I", raw, 8)[0], raw[12:]))
        elif part.kind is not Kind.PICTURE:
            yield from _boxes_in(raw)
    for placed in pieces.values():
        # each piece repeats the head of the box
        first, *others = (piece for _, piece in sorted(placed))
        head = 16 if first[:4] == b"\0\0\0\1" else 8
        yield first + b"".join(piece[head:] for piece in others)


def _boxes_in(raw: bytes) -> Iterator[bytes]:
    """Each box of boxes among other bytes: it begins with one that describes it."""
    place = 4
    while (found := raw.find(b"jumb", place)) >= 0:
        place = found + 4
        if raw[found + 8 : found + 12] == b"jumd":
            end = found - 4 + max(8, int(struct.unpack_from(">I", raw, found - 4)[0]))
            yield raw[found - 4 : end]
            place = max(place, end)


def _assertions(data: bytes, start: int, end: int, *, depth: int) -> Iterator[Any]:
    """What each box of CBOR or JSON in a row of boxes holds."""
    import cbor2

    if depth > DEPTH:
        raise CredentialsError("they nest too deep")
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1 and start + 16 <= end:
            size, body = int(struct.unpack_from(">Q", data, body)[0]), body + 8
        after = end if size == 0 else start + size
        if after < body or after > end:
            raise CredentialsError("a box is longer than what it lies in")
        if name == b"jumb":
            yield from _assertions(data, body, after, depth=depth + 1)
        elif name == b"brob":
            raise CredentialsError("they are packed")
        elif name in (b"cbor", b"json"):
            try:
                yield cbor2.loads(data[body:after]) if name == b"cbor" else json.loads(data[body:after].rstrip(b"\0"))
            except (ValueError, EOFError, RecursionError, TypeError, cbor2.CBORError) as error:
                raise CredentialsError("an assertion is neither CBOR nor JSON") from error
        start = after


def _flat(value: Any, path: tuple[str, ...], *, depth: int) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every string and number in a value, with the keys that lead to it in small letters and without prefixes."""
    if depth > DEPTH:
        raise CredentialsError("they nest too deep")
    if isinstance(value, dict):
        for key, one in value.items():
            name = str(key).rpartition(":")[2].lstrip("@")
            yield from _flat(one, (*path, name), depth=depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _flat(one, path, depth=depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)
    elif hasattr(value, "value"):  # a tag of CBOR around something
        yield from _flat(value.value, path, depth=depth + 1)


def _role(path: tuple[str, ...]) -> str:
    last, above = path[-1] if path else "", {key.lower() for key in path[:-1]}
    if last.lower() == "name":
        for whose, keys in WHOSE.items():
            if above & keys:
                return whose
    return "setting" if last.lower() in COUNTED else role(last, xmp=True)
