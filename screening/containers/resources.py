"""Photoshop's image resources, in a segment of JPEG, a tag of TIFF or a text of PNG (Adobe Photoshop File Formats
Specification, "Image Resources Section")."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

SIGNATURE = b"8BIM"
# How a segment of JPEG begins that holds some.
SEGMENT = b"Photoshop 3.0\0"
# The numbers of those that the specification describes; the rest belong to other programs.
DESCRIBED = (range(1000, 1100), range(2000, 4000), range(7000, 7003), range(8000, 8001), range(10000, 10001))
# How the steps of an animation are kept, in a number of other programs, and how long that may be.
ANIMATION, STEPS = b"maniIRFR", 4096


def foreign(raw: bytes) -> Iterator[bytes]:
    """What stands in resources that the specification does not describe."""
    for number, content in _resources(raw):
        animation = content.startswith(ANIMATION) and len(content) <= STEPS
        if not animation and not any(number in numbers for numbers in DESCRIBED):
            yield content


def _resources(raw: bytes) -> Iterable[tuple[int, bytes]]:
    """The number and the content of each resource of a row of them."""
    place = len(SEGMENT) if raw.startswith(SEGMENT) else 0
    while raw.startswith(SIGNATURE, place) and place + 12 <= len(raw):
        (number,), named = struct.unpack_from(">H", raw, place + 4), raw[place + 6]
        place += 6 + (named + 2) // 2 * 2
        size = int.from_bytes(raw[place : place + 4], "big")
        yield number, raw[place + 4 : place + 4 + size]
        place += 4 + size + size % 2
