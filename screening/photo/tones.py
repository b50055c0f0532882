"""Evens out light, contrast, colour and vignetting between a picture and a preview in grey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels

# Where the curves of tones may bend, and how much is known beforehand, against SAMPLES pixels: no change of tone.
KNOTS = np.array([0.04, 0.12, 0.25, 0.45, 0.65, 0.85], np.float32)
PRIOR = 0.02
SAMPLES = 2500
GREY = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Tones:
    """How the picture's colours became the preview's shades of grey.

    Attributes:
        curves: what 256 shades of red, green and blue add, of shape (1, 256, 3).
        vignette: what is added at the corners, in shades, and for each shade.
    """

    curves: Floats
    vignette: tuple[float, float]

    @classmethod
    def of(cls, picture: Pixels, preview: Pixels, edge: Floats) -> Tones:
        """Fitted by least squares to all but what does not fit: what was covered must not count."""
        height, width = preview.shape
        step = max(1, round((height * width / SAMPLES) ** 0.5))
        soft = blurred(picture, 1.2)[::step, ::step].reshape(-1, 3)
        colours = soft.astype(np.float32) / 255
        shades = np.asarray(preview[::step, ::step].ravel(), np.float32) / np.float32(255)
        corner = edge[::step, ::step].reshape(-1, 1)
        each = len(KNOTS) + 1
        columns: list[Floats] = [_bends(channel) for channel in colours.T]
        columns += [corner, np.asarray(corner * (colours @ GREY)[:, None], np.float32), np.ones_like(corner)]
        known = np.zeros(3 * each + 3, np.float32)
        known[: 3 * each : each] = GREY
        found = _fitted(np.asarray(np.hstack(columns), np.float32), shades, known)
        *bends, rest = np.split(found, np.arange(1, 4) * each)
        scale = _bends(np.linspace(0, 1, 256, dtype=np.float32))
        curves = np.stack([scale @ one + rest[2] / 3 for one in bends], axis=1)[None] * 255
        return cls(curves.astype(np.float32), (float(rest[0]) * 255, float(rest[1])))

    def grey(self, picture: Pixels) -> Pixels:
        """The picture in the preview's shades, before vignetting."""
        import cv2

        parts = cv2.LUT(picture, self.curves)
        return np.asarray(cv2.transform(parts, np.ones((1, 3))).clip(0, 255), np.uint8).reshape(picture.shape[:2])

    def vignetted(self, grey: NDArray[np.integer], edge: Floats) -> Floats:
        """Shades as the preview should have them."""
        base, each = self.vignette
        return np.asarray(grey + edge * (base + each * grey), np.float32)


def blurred(pixels: Pixels, much: float) -> Pixels:
    """By a Gaussian of that standard deviation in pixels."""
    import cv2

    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), much), np.uint8)


def _bends(shades: Floats) -> Floats:
    """Shades from 0 to 1, and what of them lies above each knot."""
    return np.hstack([shades[:, None], np.maximum(shades[:, None] - KNOTS, 0)])


def _fitted(columns: Floats, wanted: Floats, known: Floats) -> NDArray[np.float64]:
    """The factors of the columns whose sum comes nearest to what is wanted, leaving aside what stays far from it."""
    import cv2

    trust = PRIOR * len(wanted) / SAMPLES
    inside, found = np.ones(len(wanted), bool), known.astype(np.float64)
    for _ in range(4):
        some = columns[inside].astype(np.float64)
        square = cv2.mulTransposed(some, True) + trust * np.eye(len(known))
        found = np.asarray(np.linalg.solve(square, some.T @ wanted[inside] + trust * known), np.float64)
        off = np.abs(columns @ found - wanted)
        inside = off <= max(0.04, 3 * float(np.median(off)))
    return found
