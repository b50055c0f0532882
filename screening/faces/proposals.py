"""Where a picture may show small faces: a cheap network proposes places, so that CenterFace sees little of the rest.

It errs on the side of looking: its mark is such that next to nothing that CenterFace finds is left out
(models/proposals/card.md).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from screening.arrays import Floats, Pixels
from screening.engine import load
from screening.photo.photo import Photo
from screening.photo.windows import Window, spread, wider, windows

# The longer side of the copy that is looked at, in which a face 24 pixels high in 12 megapixels is 10 pixels high.
SIDE = 1600
# The network answers for every so many pixels, and takes sides that are multiples of STEP.
CELL, STEP = 16, 32
# The logit from which a cell may show a face.
MARK = -2.5
# The sides of the windows that CenterFace sees, and how much around a place decides what it sees there, in cells.
SIDES, AROUND = (20, 30), 4


def proposed(photo: Photo, view: Pixels) -> list[Window] | None:
    """The parts of a view of the photo that show all places where there may be a small face; None for a view that is
    better looked at as a whole. Their cells are CELL pixels of the view."""
    copy, factor = photo.scaled(SIDE)
    grid = math.ceil(view.shape[0] / CELL), math.ceil(view.shape[1] / CELL)
    wanted = spread(wider(logits(copy) >= MARK), grid, view.shape[1] / (photo.width * factor))
    return windows(wanted, sides=SIDES, margin=AROUND)


def logits(copy: Pixels, *, network: str | Path = "proposals") -> Floats:
    """What the network says of each cell of a picture, (rows, columns)."""
    height, width = (-(-side // STEP) * STEP for side in copy.shape[:2])
    padded = np.zeros((1, 3, height, width), np.float32)
    padded[0, :, : copy.shape[0], : copy.shape[1]] = copy.transpose(2, 0, 1) * np.float32(1 / 255)
    return np.asarray(load(network)(padded)[0][0, 0], np.float32)
