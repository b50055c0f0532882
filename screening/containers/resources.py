"""Photoshop's image resources, in a segment of JPEG, a tag of TIFF or a text of PNG (Adobe Photoshop File Formats
Specification, "Image Resources Section")."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

SIGNATURE = b"8BIM"
# How a segment of JPEG begins that holds some.
SEGMENT = b"Photoshop 3.0\0"
# The numbers of those that the specification describes; the rest belong to other programs.
DESCRIBED = (range(1000, 1100), range(2000, 4000), range(7000, 7003), range(8000, 8001), range(10000, 10001))
# Paths are rows of records of 26 bytes, each of one of nine sorts.
PATHS, PATH = range(2000, 2998), re.compile(rb"(?:\0[\0-\x08].{24})*", re.DOTALL)
# How the steps of an animation are kept, in a number of other programs, and how long that may be.
ANIMATION, STEPS = b"maniIRFR", 4096


def foreign(raw: bytes) -> Iterator[bytes]:
    """What stands in resources that the specification does not describe, or not so, and behind the last one."""
    place = 0
    for number, content, place in _resources(raw):  # noqa: B007 - where the last one ends
        animation = content.startswith(ANIMATION) and len(content) <= STEPS
        described = any(number in numbers for numbers in DESCRIBED) and (number not in PATHS or PATH.fullmatch(content))
        if not animation and not described:
            yield content
    if place:
        yield raw[place:]


def _resources(raw: bytes) -> Iterable[tuple[int, bytes, int]]:
    """The number and the content of each resource of a row of them, and where it ends."""
    place = len(SEGMENT) if raw.startswith(SEGMENT) else 0
    while raw.startswith(SIGNATURE, place) and place + 12 <= len(raw):
        (number,), named = struct.unpack_from(">H", raw, place + 4), raw[place + 6]
        place += 6 + (named + 2) // 2 * 2
        size = int.from_bytes(raw[place : place + 4], "big")
        content = raw[place + 4 : place + 4 + size]
        place += 4 + size + size % 2
        yield number, content, place
