"""Masks: places of a picture that are covered, each a polygon, and what they are covered with."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Pixels
from screening.finding import Box

# The corners of a place, as (x, y) in pixels of the upright full-size picture.
Mask = tuple[tuple[float, float], ...]
# How many cells remain along the shorter side of a blurred or pixelated place.
CELLS = 4
GREY = 90
# What a calm colour is taken from: a ring around the place, as a share of its shorter side, and its least width.
RING, THINNEST_RING = 0.25, 4
# The corners of an ellipse.
ROUND = 48


class Style(enum.StrEnum):
    """How a place is redacted."""

    FILL = "fill"
    BLUR = "blur"
    PIXELATE = "pixelate"


class Fill(enum.StrEnum):
    """What a place is filled with."""

    GREY = "grey"
    AUTO = "auto"  # the median colour of what is around it


def rectangle(box: Box) -> Mask:
    """A box as a mask."""
    return (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)


def ellipse(box: Box, more: int = 0) -> Mask:
    """The ellipse within a box, with a margin in pixels around it, as a mask."""
    (x, y), wide, high = box.centre, box.width / 2 + more, box.height / 2 + more
    turns = (2 * math.pi * number / ROUND for number in range(ROUND))
    return tuple((round(x + wide * math.cos(turn), 1), round(y + high * math.sin(turn), 1)) for turn in turns)


def around(mask: Mask, margin: int = 0) -> Box:
    """The smallest box with whole pixels that contains a mask and a margin in pixels."""
    box = Box.around(mask)
    return Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)


def ring(mask: Mask) -> Box:
    """A mask's box and the ring around it."""
    box = around(mask)
    return around(mask, max(THINNEST_RING, round(RING * min(box.width, box.height))))


def drawn(mask: Mask, place: Box) -> NDArray[np.bool_]:
    """The pixels of a place that a mask touches, as an array of its (height, width)."""
    import cv2

    # a pixel's middle has whole coordinates in OpenCV, and the corner of a mask lies between pixels
    corners = np.array(mask, np.float64) - (place.left + 0.5, place.top + 0.5)
    inside = np.zeros((place.height, place.width), np.uint8)
    cv2.fillPoly(inside, [np.round(corners * 16).astype(np.int32)], 1, shift=4)
    return inside.astype(np.bool_)


def cover(part: NDArray[Any], inside: NDArray[np.bool_], style: Style, fill: Fill, *, grey: Sequence[float]) -> None:
    """Redacts the pixels `inside` of a part of a picture, an array of shape (height, width, channels), in place.

    Filling is the default. Blurred or pixelated print can be recovered by trying which text gives the same result.
    Here both keep only a few cells across a place, whatever its size; a filled place keeps nothing at all.
    """
    import cv2

    if not inside.any():
        return
    if style is Style.FILL:
        calm = fill is Fill.AUTO and not inside.all()
        part[inside] = np.median(part[~inside], axis=0) if calm else grey
        return
    rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
    place = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    whole = np.ascontiguousarray(part[place])
    height, width = whole.shape[:2]
    # few cells, so that neither letters nor features survive, whatever the size
    cell = max(1.0, min(height, width) / CELLS)
    coarse = cv2.resize(
        whole, (max(1, round(width / cell)), max(1, round(height / cell))), interpolation=cv2.INTER_AREA
    )
    how = cv2.INTER_NEAREST if style is Style.PIXELATE else cv2.INTER_CUBIC
    covered = cv2.resize(coarse, (width, height), interpolation=how).reshape(whole.shape)
    part[place][inside[place]] = covered[inside[place]]


def redacted(rgb: Pixels, masks: Sequence[Mask], style: Style, fill: Fill = Fill.GREY) -> Pixels:
    """A copy of the picture (height, width, 3) with every mask covered."""
    out = rgb.copy()
    height, width = rgb.shape[:2]
    for mask in masks:
        place = ring(mask).clip(width, height)
        if place is not None:
            part = out[place.top : place.bottom, place.left : place.right]
            cover(part, drawn(mask, place), style, fill, grey=(GREY,) * 3)
    return out
