"""Finds the numbers of houses by their looks, with a network of our own: on plates, doors, posts, bins and walls.

Digits 5 pixels high are nothing to a network that reads text; that there is a number on the plate under a street's name
is still plain to see. A look at the whole picture finds places, and a closer one judges the best of them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening.arrays import Floats, Pixels
from screening.duplicates import keep_best
from screening.engine import probability
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.photo import Photo
from screening.photo.tiles import cut, parts

# The longest side of the copy that is looked at; the network takes sides that are multiples of STEP.
SIDE, STEP = 1280, 8
# The longest side, in pixels of the photo, that one look covers.
LONGEST = 5000
# The network answers for every so many pixels.
STRIDE = 4
# How many places are looked at again, at most, so many side by side on a sheet; the side of each; and the height in
# pixels to which numbers are brought.
AGAIN, COLUMNS, CELL, TALL = 15, 5, 128, 14.0
# Enlarged further, a picture shows no more.
ENLARGE = 2.0
# A place that scores less at the first look is not looked at again.
FAINT = 0.08
# So many are compared, at most: a page of print has thousands.
MOST = 120
GREY = 114


@dataclass(frozen=True, slots=True)
class NumberSeen:
    """What looks like the number of a house: where, and how surely, 0 to 1."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class _Peak:
    """A place where a number's middle is likeliest: its logit, middle, width and height."""

    logit: float
    x: float
    y: float
    wide: float
    high: float

    def placed(self, scale: float, part: Box) -> _Peak:
        """The same in pixels of the photo, given the scale at which a part of that was seen."""
        x, y = self.x / scale + part.left, self.y / scale + part.top
        return _Peak(self.logit, x, y, self.wide / scale, self.high / scale)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Left and top, right and bottom."""
        across, down = self.wide / 2, self.high / 2
        return (self.x - across, self.y - down), (self.x + across, self.y + down)


def number_places(photo: Photo, *, network: str | Path = "numbers") -> list[NumberSeen]:
    """The places of a photo that look like the number of a house, the surest first.

    Args:
        photo: the photo.
        network: the network, by its name, or by the path of its file.
    """
    seen = [Box(0, 0, photo.width, photo.height)]
    if max(photo.width, photo.height) > LONGEST:
        seen = list(parts(photo, longest=LONGEST))
    peaks = [peak for part in seen for peak in _look(photo, part, network)]
    best = sorted(peaks, key=lambda peak: -peak.logit)[:MOST]
    peaks = keep_best(best, _within)[:AGAIN]
    found = []
    for peak, again in zip(peaks, _again(photo, peaks, network), strict=True):
        box = Box.around(peak.corners).clip(photo.width, photo.height)
        if box is not None:
            found.append(NumberSeen(box, probability((peak.logit + again) / 2)))
    return sorted(found, key=lambda one: -one.score)


def _look(photo: Photo, part: Box, network: str | Path) -> list[_Peak]:
    """The likeliest places in a part of the photo, which is looked at as a whole, never enlarged."""
    scale = min(SIDE / max(part.width, part.height), 1.0)
    picture, factor = cut(photo, part, side=round(max(photo.width, photo.height) * scale))
    height, width = (-(-side // STEP) * STEP for side in picture.shape[:2])
    canvas = blank(height, width, grey=GREY)
    lay(canvas, picture)
    return [peak.placed(factor, part) for peak in _peaks(_answers(canvas, network), least=FAINT)]


def _answers(canvas: Pixels, network: str | Path) -> Floats:
    """What the network answers, (3, rows, columns): logits, and the logarithms of width and height in pixels."""
    from screening.engine import load

    blob = canvas.transpose(2, 0, 1)[None] * np.float32(1 / 255)
    return np.asarray(load(network)(blob)[0][0], np.float32)


def _peaks(answers: Floats, *, least: float) -> list[_Peak]:
    """The places on a canvas that are likelier than those around them."""
    import cv2

    logits = np.ascontiguousarray(answers[0])
    around = cv2.dilate(logits, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((logits >= around) & (logits > np.log(least / (1 - least))))
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        wide, high = np.exp(np.clip(answers[1:, row, column], 0.5, 5.5)).tolist()
        found.append(
            _Peak(float(logits[row, column]), (column + 0.5) * STRIDE, (row + 0.5) * STRIDE, wide, high)
        )  # fmt: skip
    return found


def _within(peak: _Peak, better: _Peak) -> bool:
    """Whether a peak is within a likelier one's number."""
    return abs(peak.x - better.x) < 0.6 * better.wide and abs(peak.y - better.y) < 0.7 * better.high


def _again(photo: Photo, peaks: Sequence[_Peak], network: str | Path) -> Iterator[float]:
    """The logit of each peak, in pixels of the photo, when its number is as high as the network sees best."""
    if not peaks:
        return
    canvas = blank(-(-len(peaks) // COLUMNS) * CELL, COLUMNS * CELL, grey=GREY)
    corners = []
    for number, peak in enumerate(peaks):
        scale = min(TALL / peak.high, ENLARGE)
        half = CELL / 2 / scale
        part = Box.around(((peak.x - half, peak.y - half), (peak.x + half, peak.y + half)))
        inside = part.clip(photo.width, photo.height) or Box(0, 0, 1, 1)
        row, column = divmod(number, COLUMNS)
        left, top = column * CELL, row * CELL
        shift = round((inside.left - part.left) * scale), round((inside.top - part.top) * scale)
        cell = canvas[top : top + CELL, left : left + CELL]
        lay(cell, photo.crop(inside), scale=scale, corner=shift, smooth=True)
        corners.append((left // STRIDE, top // STRIDE))
    logits = _answers(canvas, network)[0]
    middle, reach = CELL // 2 // STRIDE, 3
    for column, row in corners:
        y, x = row + middle, column + middle
        yield float(logits[y - reach : y + reach, x - reach : x + reach].max())
