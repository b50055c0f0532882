"""Closer looks at small print: places cut from the full picture and laid, enlarged, on a few sheets.

A look at a whole 12-megapixel picture shows that there is print 16 pixels high, but not its letters. Such places are
laid side by side on sheets of a few sizes, so that the cost does not grow with the picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.photo import Photo
from screening.text.ppocr import Quad

# Sheets (height, width); the first that has room for the rest is used.
SHEETS = ((320, 320), (320, 640), (640, 640))
GREY = 127
# The weight below which a place is faint.
FAINT = 0.6
# Places of at least this weight are looked at in the order of their size, the smallest first.
CLEAR = 0.75
# A place that is only this much too large for a sheet is enlarged a little less instead of being divided.
NEARLY = 1.4
# Places whose scales differ by less than this are joined.
ALIKE = 1.6
# A line less than this many times as long as it is high has only a few characters.
SHORT = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the photo to look at again.

    Attributes:
        box: where, in pixels of the full picture.
        scale: the enlargement, 1 for the picture's own pixels.
        weight: how much it matters; the heaviest are looked at first.
    """

    box: Box
    scale: float
    weight: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on a sheet."""
        return max(1, round(self.box.width * self.scale)), max(1, round(self.box.height * self.scale))


@dataclass(frozen=True, slots=True)
class Laid:
    """A place on a sheet, with its top left corner at (x, y)."""

    place: Place
    x: int
    y: int

    def holds(self, quad: Quad) -> bool:
        """Whether the middle of a line on the sheet is in this place."""
        x, y = quad.points.mean(axis=0)
        width, height = self.place.size
        return bool(self.x <= x < self.x + width and self.y <= y < self.y + height)

    def runs_off(self, quad: Quad) -> bool:
        """Whether a line on the sheet reaches the border of this place at one of its ends."""
        width, height = self.place.size
        left, top = quad.points.min(axis=0) - (self.x, self.y)
        right, bottom = quad.points.max(axis=0) - (self.x, self.y)
        level = right - left >= bottom - top
        return bool((left < 1 or right > width - 1) if level else (top < 1 or bottom > height - 1))

    def cuts(self, quad: Quad) -> bool:
        """Whether a short line runs off this place: the rest of it, a digit of a long number, would mislead."""
        return self.runs_off(quad) and max(quad.width, quad.height) < SHORT * min(quad.width, quad.height)

    def beyond(self, quad: Quad, photo: Photo) -> Iterator[Place]:
        """The place around a line that runs off this one, extended at both ends by the length seen here."""
        box = Box.around(tuple((float(x), float(y)) for x, y in self.to_photo(quad).points))
        wider = box.grow(1.0, 0.5) if box.width >= box.height else box.grow(0.5, 1.0)
        if (place := wider.clip(photo.width, photo.height)) is not None:
            yield Place(place, min(self.place.scale, fit(place)), self.place.weight)

    def to_photo(self, quad: Quad) -> Quad:
        """A line on the sheet, in pixels of the full picture."""
        corner = np.array((self.x, self.y), np.float32)
        origin = np.array((self.place.box.left, self.place.box.top), np.float32)
        return Quad((quad.points - corner) / np.float32(self.place.scale) + origin, quad.score)


def fit(box: Box) -> float:
    """The greatest enlargement at which a box fits the largest sheet."""
    height, width = SHEETS[-1]
    return min(width / box.width, height / box.height)


def join(places: Iterable[Place]) -> list[Place]:
    """The places, joining those that overlap and need about the same scale, as far as a sheet has room."""
    joined: list[Place] = []
    for place in sorted(places, key=lambda place: -place.weight):
        for other in [other for other in joined if other.box.overlap(place.box)]:
            box, scale = place.box.union(other.box), max(place.scale, other.scale)
            if scale < ALIKE * min(place.scale, other.scale) and fit(box) >= scale:
                joined.remove(other)
                place = Place(box, scale, max(place.weight, other.weight))
        joined.append(place)
    return joined


def divide(place: Place, *, overlap: int = 64) -> Iterator[Place]:
    """A place divided into tiles that fit a sheet, overlapping by that many pixels of the sheet."""
    most = fit(place.box)
    if most < place.scale <= most * NEARLY:
        place = Place(place.box, most, place.weight)
    height, width = (int(side / place.scale + 0.001) for side in SHEETS[-1])
    shared = int(overlap / place.scale)
    for top, bottom in _spans(place.box.top, place.box.bottom, height, shared):
        for left, right in _spans(place.box.left, place.box.right, width, shared):
            yield Place(Box(left, top, right, bottom), place.scale, place.weight)


def _spans(start: int, end: int, most: int, overlap: int) -> list[tuple[int, int]]:
    """An interval divided into the fewest parts of at most that many pixels with at least the overlap."""
    count = max(1, math.ceil((end - start - overlap) / (most - overlap)))
    length = min(most, end - start)
    starts = [start + round(number * (end - start - length) / max(1, count - 1)) for number in range(count)]
    return [(first, first + length) for first in starts]


def arrange(places: Sequence[Place], *, most: int) -> list[tuple[tuple[int, int], list[Laid]]]:
    """Lays out places on sheets, the heaviest first; what does not fit on `most` sheets is left out."""
    sheets: list[tuple[tuple[int, int], list[Laid]]] = []
    left = sorted((part for place in places for part in divide(place)), key=_urgency)
    # faint places fill the remaining room, but are not worth a sheet of their own
    while left and len(sheets) < most and left[0].weight >= FAINT:
        for shape in SHEETS:
            laid, rest = _shelve(left, shape)
            if not rest:
                break
        if not laid:
            break
        sheets.append((shape, laid))
        left = rest
    return sheets


def _shelve(places: Sequence[Place], shape: tuple[int, int]) -> tuple[list[Laid], list[Place]]:
    """Fills a sheet row by row; returns what was placed and what did not fit."""
    # the heaviest that may fit by area come first, packed best in rows of similar height
    area = 0
    chosen: list[Place] = []
    rest: list[Place] = []
    for place in places:
        width, height = place.size
        area += width * height
        (chosen if area <= shape[0] * shape[1] * 0.9 or not chosen else rest).append(place)
    laid: list[Laid] = []
    x, y, row = 0, 0, 0
    for place in sorted(chosen, key=lambda place: -place.size[1]):
        width, height = place.size
        if x + width > shape[1]:
            x, y, row = 0, y + row, 0
        if x + width > shape[1] or y + height > shape[0]:
            rest.append(place)
            continue
        laid.append(Laid(place, x, y))
        x, row = x + width, max(row, height)
    return laid, sorted(rest, key=_urgency)


def _urgency(place: Place) -> tuple[float, float]:
    """The order of places: the heavier first, and among those the ones that take the least room."""
    width, height = place.size
    return -min(place.weight, CLEAR), width * height


def draw(photo: Photo, shape: tuple[int, int], laid: Sequence[Laid]) -> Pixels:
    """A sheet with its places on it."""
    sheet = blank(*shape, grey=GREY)
    for one in laid:
        lay(sheet, photo.crop(one.place.box), scale=one.place.scale, corner=(one.x, one.y), smooth=True)
    return sheet
