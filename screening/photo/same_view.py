"""Tells whether a preview shows the same view as a picture, or something more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from screening.arrays import Floats, Pixels
from screening.photo.overlay import FINE, Overlay

# Previews are compared at this many pixels, at most, on the longer side.
SIDE = 480
# Bars that fill a preview up to another shape are this even (standard deviation in grey levels).
BAR = 8.0
# Sides may be this far from the same shape: thumbnails are rounded to whole pixels, and a crop may be cut of one side.
SHAPE = 0.06
# Turns and bars are told apart at this size.
TINY = 32
# Ways to lay a preview over a picture are tried if they are nearly as much alike (correlation) as the best one.
NEARLY, TRIED = 0.2, 2

# What a preview shows between its bars, and how much more of its view is cut off on each side (left, top, right,
# bottom) because it is half bar.
Part = tuple[Pixels, tuple[int, int, int, int]]
Turn = tuple[bool, int]


def same_view(picture: Pixels, preview: Pixels) -> bool:
    """Whether a preview shows nothing that the picture does not, apart from light, colour, sharpness and plain bars.

    The preview may be turned or mirrored, and may show less. Both are RGB of shape (height, width, 3).
    """
    return not all(overlay.shows_more() for overlay in _overlays(picture, _grey(preview, SIDE)))


def _grey(rgb: Pixels, side: int) -> Pixels:
    """In grey, at most so many pixels on the longer side."""
    import cv2

    return np.asarray(cv2.cvtColor(_shrunk(rgb, side), cv2.COLOR_RGB2GRAY), np.uint8)


def _shrunk(rgb: Pixels, side: int) -> Pixels:
    """At most so many pixels on the longer side, and at least eight on each."""
    import cv2

    factor = min(1.0, side / max(rgb.shape[:2]))
    size = max(8, round(rgb.shape[1] * factor)), max(8, round(rgb.shape[0] * factor))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _overlays(picture: Pixels, preview: Pixels) -> Iterator[Overlay]:
    """The likeliest ways to lay a preview over a picture, best first."""
    shape = picture.shape[1] / picture.shape[0]
    picture = _shrunk(picture, FINE)
    small = _grey(picture, TINY * 4)
    ways: list[tuple[float, Part, Turn, float]] = []
    for wanted, odd in ((shape, 0), (1 / shape, 1)):
        for part, seen in _parts(preview, wanted, odd):
            first, second = _tiny(part[0]), _tiny(_middle(small, seen))
            for mirrored, half in product((False, True), (0, 2)):
                turn = mirrored, half + odd
                ways.append((float((_turned(first, turn) * second).sum()), part, turn, seen))
    ways.sort(key=lambda way: -way[0])
    for alike, (grey, margins), turn, seen in ways[:TRIED]:
        if alike >= ways[0][0] - NEARLY:
            turned = np.ascontiguousarray(_turned(grey, turn))
            yield Overlay(turned, _middle(picture, seen), _turned_margins(margins, turn))


def _parts(preview: Pixels, wanted: float, odd: int) -> Iterator[tuple[Part, float]]:
    """Parts of a preview, each with the shape (width / height) of the middle of the picture that it may show.

    `wanted` is the picture's shape as the preview has it stored, so for `odd` quarter turns the other way round.
    """
    own = preview.shape[1] / preview.shape[0]
    whole: Part = preview, (0, 0, 0, 0)
    if abs(math.log(own / wanted)) <= SHAPE:
        yield whole, 1 / wanted if odd else wanted
    if abs(own / wanted - 1) * max(preview.shape) >= 1:
        yield from ((part, 1 / wanted if odd else wanted) for part in _between_bars(preview, wanted))
        yield whole, 1 / own if odd else own


def _between_bars(grey: Pixels, shape: float) -> Iterator[Part]:
    """What lies between plain bars at top and bottom, or left and right, if it has that shape (width / height)."""
    if grey.shape[1] / grey.shape[0] > shape:
        for part, (left, top, right, bottom) in _between_bars(grey.T, 1 / shape):
            yield part.T, (top, left, bottom, right)
        return
    # programs round the place of the seam up or down, and a pixel on it is half bar, half picture
    edge = math.ceil((grey.shape[0] - grey.shape[1] / shape) / 2)
    bars = grey[: max(1, edge - 2)], grey[grey.shape[0] - max(1, edge - 2) :]
    if grey.shape[0] - 2 * edge > 4 and all(bar.std() < BAR for bar in bars):
        yield grey[edge + 1 : grey.shape[0] - edge - 1], (0, 1, 0, 1)


def _middle(picture: Pixels, shape: float) -> Pixels:
    """The middle part of a picture that has a shape (width / height)."""
    height, width = picture.shape[:2]
    if width / height > shape:
        edge = min((width - 1) // 2, round((width - height * shape) / 2))
        return picture[:, edge : width - edge]
    edge = min((height - 1) // 2, round((height - width / shape) / 2))
    return picture[edge : height - edge]


def _tiny(grey: Pixels) -> Floats:
    """So small, and without regard to light and contrast, that two may be multiplied for their correlation."""
    import cv2

    tiny = cv2.resize(np.ascontiguousarray(grey), (TINY, TINY), interpolation=cv2.INTER_AREA).astype(np.float32)
    tiny -= tiny.mean()
    return np.asarray(tiny / max(float(np.linalg.norm(tiny)), 1e-3), np.float32)


def _turned(grey: Any, turn: Turn) -> Any:
    mirrored, quarters = turn
    return np.rot90(grey[:, ::-1] if mirrored else grey, quarters)


def _turned_margins(margins: tuple[int, int, int, int], turn: Turn) -> tuple[int, int, int, int]:
    """Margins are alike on opposite sides, so only quarter turns change them."""
    left, top, right, bottom = margins
    return (top, left, bottom, right) if turn[1] % 2 else margins
