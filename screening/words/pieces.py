"""Long texts in pieces, for rules that compare each word with all others."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A line is read in pieces of so many words, each with the last ones of the piece before it.
WORDS, AGAIN = 150, 20


def parted(text: str) -> Iterator[str]:
    """The lines of a text and the items of a list, long ones in pieces: each phrase is compared with all others of its
    piece, so the work grows as the text does."""
    for part in re.split(r"[\n\r;|]+", text):
        items = part.split(",")
        for item in items if all(len(item.split()) <= 3 for item in items) else [part]:
            yield from _pieces(item)


def _pieces(part: str) -> Iterator[str]:
    ends = [word.end() for word in re.finditer(r"\w+", part)]
    for first in range(0, max(1, len(ends) - AGAIN), WORDS - AGAIN):
        last = first + WORDS - 1
        yield part[ends[first - 1] if first else 0 : ends[last] if last < len(ends) - 1 else len(part)]
