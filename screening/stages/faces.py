"""Faces: finds them with CenterFace and says how likely each can be recognised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from screening.engine import load
from screening.finding import Box, Finding
from screening.photo import Photo, Pixels

STRIDE = 4  # the network answers for every fourth pixel
BUCKET = 160  # input sides are rounded up to this, so that few shapes have to be compiled
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Face:
    """A face in the pixels of the array it was found in.

    Attributes:
        score: the detector's, 0 to 1.
        corners: left, top, right, bottom.
        points: left eye, right eye, nose, left and right corner of the mouth as they lie in the picture, as (x, y).
    """

    score: float
    corners: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...]

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.corners[3] - self.corners[1]

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
        a, b = self.corners, other.corners
        across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def detect(rgb: Pixels, *, minimum: float) -> list[Face]:
    """The faces in an array of any size, best first, by one pass of CenterFace (Xu et al. 2019) over it."""
    height, width = rgb.shape[:2]
    padded = np.zeros((_bucket(height), _bucket(width), 3), np.float32)
    padded[:height, :width] = rgb
    # as the network was trained: RGB, 0 to 255, no mean taken off
    outputs = load("centerface")(padded.transpose(2, 0, 1)[None])
    return without_doubles(decode(outputs, minimum=minimum))


def _bucket(side: int) -> int:
    return max(BUCKET, math.ceil(side / BUCKET) * BUCKET)


def decode(outputs: Sequence[Floats], *, minimum: float) -> list[Face]:
    """The peaks of the heat map as faces.

    Each cell of the four outputs stands for 4 x 4 pixels: how much it is a face's centre; the logarithm of the
    face's height and width in cells; how far the centre lies from the cell's own, down and across; and five
    landmarks, down and across, as shares of the face's height and width from its top left.
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


def without_doubles(faces: Iterable[Face], *, most: float = 0.3) -> list[Face]:
    """The faces, best first, without those that overlap a better one by more than `most`."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(face.iou(other) <= most for other in kept):
            kept.append(face)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Faces of people, also printed and drawn ones, and how likely each can be recognised.

    Attributes:
        side: the longer side, in pixels, at which small faces are looked for.
        small_side: the longer side at which faces that fill the picture are looked for.
        minimum: the detector score below which a face is not reported.
    """

    name: ClassVar[str] = "faces"
    kinds: ClassVar[tuple[str, ...]] = ("face.identifiable", "face.unidentifiable")
    side: int = 1600
    small_side: int = 480
    minimum: float = 0.4

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        """One finding a face."""
        faces: list[Face] = []
        for side in sorted({self.side, self.small_side}, reverse=True):
            pixels, factor = photo.scaled(side)
            faces += [face.moved(1 / factor) for face in detect(pixels, minimum=self.minimum)]
        for face in without_doubles(faces):
            if (finding := _finding(face, photo)) is not None:
                yield finding


def _finding(face: Face, photo: Photo) -> Finding | None:
    left, top, right, bottom = (round(side) for side in face.corners)
    box = Box(left, top, max(right, left + 1), max(bottom, top + 1)).clip(photo.width, photo.height)
    if box is None:
        return None
    score = _identifiability(photo, box, face.score)
    kind = "face.identifiable" if score >= 0.2 else "face.unidentifiable"
    return Finding(kind, score, f"a face {box.height} px high", box, points=face.points)


def _identifiability(photo: Photo, box: Box, detector: float) -> float:
    """Rises with the face's height in the full picture; half at 28 px."""
    return detector / (1 + math.exp(-(box.height - 28) / 6))
