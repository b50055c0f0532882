"""Windows of few sizes that cover the places of a look that matter, so that a network need not see all of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Pixels

Cells = NDArray[np.bool_]
# From this share of the whole on, windows would cost as much as the whole.
WORTHWHILE = 0.85


@dataclass(frozen=True, slots=True)
class Window:
    """A square part of a look, in cells.

    Attributes:
        top: its first row.
        left: its first column.
        side: rows and columns.
        rows: the rows that it answers for: those well inside, and those at the look's own borders.
        columns: the columns.
    """

    top: int
    left: int
    side: int
    rows: slice
    columns: slice

    def pixels(self, canvas: Pixels, cell: int) -> Pixels:
        """What it shows of a canvas whose cells are so many pixels long."""
        top, left, side = self.top * cell, self.left * cell, self.side * cell
        return canvas[top : top + side, left : left + side]


def windows(wanted: Cells, *, sides: Sequence[int], margin: int) -> list[Window] | None:
    """Windows that answer for all wanted cells, `margin` cells from every border that is not the look's own.

    None stands for the whole: where that is smaller than the largest window, or windows would cost as much.

    Args:
        wanted: which cells matter, (rows, columns).
        sides: of windows, in cells, the smallest first.
        margin: in cells, less than half of every side; what a network sees around a place decides what it says of it.
    """
    rows, columns = wanted.shape
    if min(rows, columns) < sides[-1]:
        return None
    # small windows first is not always cheapest: a large one may do for several
    covers = [_cover(wanted, sides[first:], margin) for first in range(len(sides))]
    cheapest = min(covers, key=lambda some: sum(one.side**2 for one in some))
    return cheapest if sum(one.side**2 for one in cheapest) <= WORTHWHILE * rows * columns else None


def _cover(wanted: Cells, sides: Sequence[int], margin: int) -> list[Window]:
    """Windows that answer for all wanted cells, those first that answer for most, for their size (the greedy rule for
    weighted set covers, Chvatal 1979)."""
    rows, columns = wanted.shape
    possible = [(side, *_spans(rows, side, margin), *_spans(columns, side, margin)) for side in sides]
    left_over = wanted.copy()
    found: list[Window] = []
    # more than the whole is never worth it
    while left_over.any() and sum(one.side**2 for one in found) <= rows * columns:
        total = np.zeros((rows + 1, columns + 1), np.int64)
        total[1:, 1:] = left_over.cumsum(0).cumsum(1)
        choices = []
        for side, tops, bottoms, lefts, rights in possible:
            # how many cells each window of this size would answer for
            strips = total[bottoms] - total[tops]
            covered = strips[:, rights] - strips[:, lefts]
            top, left = (int(place) for place in np.unravel_index(int(covered.argmax()), covered.shape))
            one = Window(top, left, side, slice(tops[top], bottoms[top]), slice(lefts[left], rights[left]))
            choices.append((covered[top, left] / side**2, one))
        _, best = max(choices, key=lambda choice: choice[0])
        found.append(best)
        left_over[best.rows, best.columns] = False
    return found


def _spans(length: int, side: int, margin: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Along one side, for each place where a window may begin, where its inner part begins and ends."""
    begins = np.arange(length - side + 1)
    first = np.where(begins == 0, 0, begins + margin)
    last = np.where(begins == length - side, length, begins + side - margin)
    return first, last


def wider(wanted: Cells) -> Cells:
    """The wanted cells and those next to them."""
    import cv2

    return np.asarray(cv2.dilate(wanted.astype(np.uint8), np.ones((3, 3), np.uint8)), dtype=np.bool_)


def spread(wanted: Cells, shape: tuple[int, int], scale: float) -> Cells:
    """The same cells on another grid, `scale` times as fine: every cell that a wanted one touches."""
    made = np.zeros(shape, np.bool_)
    for row, column in np.argwhere(wanted):
        bottom, right = math.ceil((row + 1) * scale), math.ceil((column + 1) * scale)
        made[int(row * scale) : bottom, int(column * scale) : right] = True
    return made
