"""Tells whether a small picture shows the same view as a large one, or something more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from screening.arrays import Floats, Pixels

# Both are compared at this many pixels on the longer side: more for a larger preview, where what was covered shows.
SIDES = (96, 256)
# The largest difference about 5 px wide once the shades are evened out, in grey levels. On 60 photographs: at most 27
# after edits of light, contrast, colour and sharpness; above 25 in 19 of 20 that were cropped to 97 %.
WORST = 26.0
# Bars that fill a preview up to another shape are this even (standard deviation in grey levels).
BAR = 8.0
# Sides may be this far from the same shape: thumbnails are rounded to whole pixels.
SHAPE = 0.03


def same_view(picture: Pixels, preview: Pixels) -> bool:
    """Whether a preview shows nothing that the picture does not, apart from light, colour, sharpness, plain bars."""
    side = int(np.clip(max(preview.shape[:2]) * 0.8, *SIDES))
    small, framed = _grey(picture, side), _grey(preview, side)
    wanted, shape = picture.shape[1] / picture.shape[0], preview.shape[1] / preview.shape[0]
    if abs(shape / wanted - 1) <= SHAPE:
        return _agree(small, framed, side)
    # the preview fills another shape with bars, or shows only the middle of the picture
    return any(_agree(small, middle, side) for middle in _between_bars(framed, wanted)) or _agree(
        _middle(small, shape), framed, side
    )


def _grey(pixels: Pixels, side: int) -> Floats:
    """In grey, at most twice as large as is compared."""
    import cv2

    factor = min(1.0, 2 * side / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    smaller = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(smaller, cv2.COLOR_RGB2GRAY), np.float32)


def _between_bars(grey: Floats, shape: float) -> Iterator[Floats]:
    """What lies between plain bars at top and bottom, or left and right, if it has that shape (width / height)."""
    if grey.shape[1] / grey.shape[0] > shape:
        yield from (part.T for part in _between_bars(grey.T, 1 / shape))
        return
    edge = (grey.shape[0] - grey.shape[1] / shape) / 2
    # programs round the place of the seam up or down, and a pixel on it is half bar, half picture
    for top, bottom in product((math.floor(edge), math.ceil(edge), math.ceil(edge) + 1), repeat=2):
        bars = grey[: max(1, top - 2)], grey[grey.shape[0] - max(1, bottom - 2) :]
        if top + bottom < grey.shape[0] - 1 and all(bar.std() < BAR for bar in bars):
            yield grey[top : grey.shape[0] - bottom]


def _middle(grey: Floats, shape: float) -> Floats:
    """The middle part of a picture that has a shape (width / height)."""
    height, width = grey.shape
    if width / height > shape:
        edge = min((width - 1) // 2, round((width - height * shape) / 2))
        return grey[:, edge : width - edge]
    edge = min((height - 1) // 2, round((height - width / shape) / 2))
    return grey[edge : height - edge]


def _agree(one: Floats, other: Floats, side: int) -> bool:
    """Whether two grey pictures of one shape are the same, however light or dark."""
    import cv2

    height, width = one.shape
    factor = side / max(height, width)
    size = max(8, round(width * factor)), max(8, round(height * factor))
    first, second = (
        np.asarray(cv2.GaussianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), (0, 0), 1.0), np.float32)
        for grey in (one, other)
    )
    difference = np.abs(first - _same_tones(second, first))
    return bool(cv2.blur(difference, (5, 5)).max() < WORST)


def _same_tones(grey: Floats, like: Floats) -> Floats:
    """A picture with as much of each shade as another one has (histogram matching)."""
    # equal shades stay equal: each takes the mean of the shades in its places
    flat, target = grey.round().ravel(), np.sort(like, axis=None)
    _, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    sums = np.concatenate([[0.0], np.cumsum(target, dtype=np.float64)])
    values = ((sums[ends] - sums[ends - counts]) / counts)[inverse.ravel()]
    return np.asarray(values.reshape(grey.shape), np.float32)
