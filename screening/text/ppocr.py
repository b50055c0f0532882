"""Reads text with the two PP-OCR networks: one detects lines (differentiable binarisation), one reads them (CTC).

Both take BGR scaled to -1..1. Canvases and crops have few shapes, because the engine compiles each one.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from screening.arrays import Floats, Pixels

# The recogniser's crops: 48 pixels high, padded to the first of these widths that fits; longer ones are squeezed.
HIGH = 48
WIDTHS = (96, 160, 240, 320, 400, 480, 640, 960, 1280, 1920)
# Compiled for its shape, the detector takes less memory. Canvases from this length on show whole pictures, in few
# shapes, each of which takes much; closer looks have more shapes, which take little.
LARGE, SHAPES, SMALL_SHAPES = 960, 2, 6
# A pixel is text above this; lines are then grown by this factor, because the network marks a line's kernel. Both are
# the values that the network was published with.
PIXEL = 0.3
GROW = 1.6
SMALLEST = 3.0
# Short strings are read better if the line is cropped a little tighter than the detector's grown box.
TIGHT = 0.08
# A crop at least this much higher than wide is read along its height; up to the second value it is read both ways.
UPRIGHT = 1.5
PERHAPS = 3.0


@dataclass(frozen=True, slots=True)
class Quad:
    """A line of text on a canvas: its corners, clockwise from its own top left, and the detector's confidence."""

    points: Floats
    score: float

    @property
    def width(self) -> float:
        """Pixels along the top."""
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    @property
    def height(self) -> float:
        """Pixels along the left side."""
        return float(np.linalg.norm(self.points[3] - self.points[0]))

    def scaled(self, factor: float) -> Quad:
        """The same line in a picture scaled by a factor."""
        return Quad(self.points * np.float32(factor), self.score)

    def moved(self, right: float, down: float) -> Quad:
        """The same line, shifted right and down."""
        return Quad(self.points + np.array((right, down), np.float32), self.score)

    def tight(self, share: float) -> Quad:
        """The line shrunk by a share of its height on each side."""
        along = (self.points[1] - self.points[0]) / max(self.width, 1.0)
        down = (self.points[3] - self.points[0]) / max(self.height, 1.0)
        cut = share * min(self.height, self.width)
        signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float32)
        return Quad(
            np.asarray(self.points + cut * (signs[:, :1] * along + signs[:, 1:] * down), np.float32), self.score
        )

    def covers(self, other: Quad) -> float:
        """The intersection as a share of the smaller one's area."""
        return max(self.inside(other), other.inside(self))

    def inside(self, other: Quad) -> float:
        """The share of this one that is within the other."""
        import cv2

        shared, _ = cv2.intersectConvexConvex(self.points, other.points)
        return float(shared / max(1.0, self.width * self.height))

    def turned(self, quarters: int) -> Quad:
        """The same place read from another corner: 1 for text that runs downwards, 2 for upside-down text, 3 for
        text that runs upwards."""
        return Quad(np.roll(self.points, -quarters, axis=0), self.score)


def probabilities(canvas: Pixels) -> Floats:
    """For each pixel of an RGB canvas (sides multiples of 32) the probability that it belongs to a line of text."""
    from screening.engine import load

    blob = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    blob *= np.float32(1 / 127.5)
    blob -= np.float32(1)
    network = load("text-detection", by_shape=SHAPES if max(canvas.shape) >= LARGE else SMALL_SHAPES)
    return np.asarray(network(blob)[0][0, 0], dtype=np.float32)


def quads(heatmap: Floats, *, sure: float, pixel: float = PIXEL) -> list[Quad]:
    """The lines in a probability map.

    Args:
        heatmap: what `probabilities` returns.
        sure: the least mean probability of a line.
        pixel: the least probability of a pixel.
    """
    import cv2

    mask = cv2.dilate((heatmap > pixel).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < SMALLEST:
            continue
        score = _mean_inside(heatmap, np.asarray(cv2.boxPoints(((x, y), (width, height), angle)), np.float32))
        if score < sure:
            continue
        grown = width * height * GROW / (2 * (width + height))
        points = cv2.boxPoints(((x, y), (width + 2 * grown, height + 2 * grown), angle))
        found.append(Quad(_from_top_left(np.asarray(points, np.float32)), score))
    return found


def _mean_inside(heatmap: Floats, points: Floats) -> float:
    import cv2

    corner = np.maximum(np.floor(points.min(axis=0)).astype(int), 0)
    end = np.ceil(points.max(axis=0)).astype(int) + 1
    part = heatmap[corner[1] : end[1], corner[0] : end[0]]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(points - corner).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def _from_top_left(points: Floats) -> Floats:
    """A rectangle's corners, clockwise, from the one that is top left after the smallest rotation."""
    # boxPoints is clockwise in picture coordinates; the top is the side that runs most to the right
    sides = np.roll(points, -1, axis=0) - points
    return np.roll(points, -int(np.argmax(sides[:, 0] / (np.linalg.norm(sides, axis=1) + 1e-6))), axis=0)


def rectangle(left: float, top: float, right: float, bottom: float) -> Quad:
    """An upright box as a line."""
    return Quad(np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32), 1.0)


def straighten(picture: Pixels, quad: Quad, *, height: int = HIGH) -> Pixels:
    """The upright crop of the line, at a height, from the picture that its corners refer to."""
    import cv2

    wide, high = max(quad.width, 1.0), max(quad.height, 1.0)
    # warped at the picture's own scale if that is larger, so that the reduction averages
    scale = max(1.0, height / high)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    turn = cv2.getPerspectiveTransform(quad.points.astype(np.float32), target)
    crop = cv2.warpPerspective(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    width = min(max(8, round(height * wide / high)), WIDTHS[-1])
    if crop.shape[:2] != (height, width):
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, dtype=np.uint8)


def read(crop: Pixels) -> tuple[str, float]:
    """The text of an upright line 48 pixels high, and the mean confidence in its characters."""
    from screening.engine import load

    width = next(width for width in WIDTHS if width >= crop.shape[1])
    blob = np.zeros((1, 3, HIGH, width), np.float32)
    blob[0, :, :, : crop.shape[1]] = crop[:, :, ::-1].transpose(2, 0, 1) * np.float32(1 / 127.5) - np.float32(1)
    return decode(load("text-recognition")(blob)[0][0], alphabet())


def decode(steps: Floats, characters: Sequence[str]) -> tuple[str, float]:
    """Decodes a recogniser's steps (steps x characters, blank first) into text and the mean confidence."""
    best = steps.argmax(axis=1)
    chosen = best != 0
    chosen[1:] &= best[1:] != best[:-1]
    if not chosen.any():
        return "", 0.0
    text = "".join(characters[index] for index in best[chosen])
    return text, float(steps.max(axis=1)[chosen].mean())


@functools.cache
def alphabet() -> tuple[str, ...]:
    """The recogniser's characters, the blank first and the space last; they are stored in the network's file."""
    import onnx

    from screening.weights import locate

    model: Any = onnx.load(str(locate("text-recognition")), load_external_data=False)
    listed = {entry.key: entry.value for entry in model.metadata_props}
    return ("", *listed["character"].split("\n"), " ")


def ways(quad: Quad) -> list[Quad]:
    """The directions in which a line may be read: as it is, and if it is high along its height, down and up."""
    tall = quad.height / max(quad.width, 1.0)
    found = [quad] if tall < PERHAPS else []
    if tall >= UPRIGHT:
        found += [quad.turned(1), quad.turned(3)]
    return [way.tight(TIGHT) for way in found]


def half_turn(quad: Quad) -> Quad:
    """The line read upside down."""
    return quad.turned(2).tight(TIGHT)
