"""The trailer of Photo Mechanic, a program of press offices: its marks and crops of a picture, behind the picture.

Laid out as ExifTool's documentation of its tags describes it: fields like those of the press, then the length of them
all, then a signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.containers.parts import Kind, Part

SIGNATURE = b"cbipcbbl"
# Fields of one number each.
NUMBERS = re.compile(rb"(?:\x1c\x02.\0\x04.{4})+", re.DOTALL)


def parts(data: bytes, start: int, end: int) -> Iterator[Part]:
    """The trailer that ends there, if there is one and it holds nothing but numbers."""
    size_at = end - len(SIGNATURE) - 4
    if not data.endswith(SIGNATURE, start, end) or size_at < start:
        return
    begin = size_at - int.from_bytes(data[size_at : size_at + 4], "big")
    if begin >= start and NUMBERS.fullmatch(data, begin, size_at):
        yield Part(Kind.SHOWN, "in a program's trailer", begin, end)
