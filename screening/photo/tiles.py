"""The parts of a picture too large for one look, which would make what is small in it too small to show."""

from __future__ import annotations

import math
from collections.abc import Iterator

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.photo import Photo

# By how much of their own size parts reach over their borders, so that little is seen in pieces alone.
OVERLAP = 0.15


def parts(photo: Photo, *, longest: int) -> Iterator[Box]:
    """The overlapping parts of a picture, row by row; none of one whose sides are at most so many pixels."""
    columns, rows = math.ceil(photo.width / longest), math.ceil(photo.height / longest)
    width, height = photo.width / columns, photo.height / rows
    for row in range(rows if rows * columns > 1 else 0):
        for column in range(columns):
            part = Box(
                round(column * width), round(row * height), round((column + 1) * width), round((row + 1) * height)
            )
            yield part.grow(OVERLAP).clip(photo.width, photo.height) or part


def cut(photo: Photo, part: Box, *, side: int) -> tuple[Pixels, float]:
    """A part of the picture from the copy of it that is `side` long, and the factor: copy = picture x factor."""
    copy, factor = photo.scaled(max(1, side))
    left, top, right, bottom = (round(edge * factor) for edge in (part.left, part.top, part.right, part.bottom))
    # of a picture one pixel high, too, there is something to see
    return copy[top : max(bottom, top + 1), left : max(right, left + 1)], factor
