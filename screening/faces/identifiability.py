"""How likely a person can be recognised by a face in a picture: from its size, detail, pose and the finder's score.

Its coefficients are fitted by models/identifiability/train.py: faces are shrunk, blurred, made noisy and compressed
step by step until dlib's embedding no longer verifies the person.
"""

from __future__ import annotations

import functools
import json
import math

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Pixels
from screening.faces.embedding import Landmarks
from screening.weights import locate

# The part of a crop that the face itself fills, in the crop's pixels.
_INNER = slice(25, 125)
# Below this there is no detail, only the noise of a flat surface.
_FAINTEST = 0.002


def identifiability(face: Pixels, *, height: float, points: Landmarks, detector: float) -> float:
    """The probability, 0 to 1, that somebody who knows the person recognises them.

    Args:
        face: its upright crop from the full-size picture; a smaller copy has lost detail.
        height: of the face's box, in pixels of that picture.
        points: the five landmarks, in pixels of that picture.
        detector: the face finder's own score, 0 to 1.
    """
    measured = measure(face, height=height, points=points, detector=detector)
    return 1 / (1 + math.exp(-float(measured @ _weights())))


def measure(face: Pixels, *, height: float, points: Landmarks, detector: float) -> NDArray[np.float64]:
    """The features of the score, each increasing it: 1, size, detail, how frontal it is, detector score.

    Size is the base-2 logarithm of pixels. Detail is the logarithm of the contrast at 1.5 to 3 pixels of the upright
    crop `face`, where the eyes are 53 apart: small, blurred and dark faces have none. Frontal is the distance between
    the eyes over the distance from eyes to mouth, at most 1.
    """
    left, right, _, *mouth = np.asarray(points, np.float64)
    eyes = float(np.hypot(*(right - left)))
    down = float(np.hypot(*((mouth[0] + mouth[1] - left - right) / 2)))
    frontal = min(eyes / max(down, 1e-3), 1.0)
    return np.array([1.0, math.log2(max(height, 1.0)), math.log(max(_contrast(face), _FAINTEST)), frontal, detector])


def _contrast(face: Pixels) -> float:
    import cv2

    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    band = cv2.GaussianBlur(grey, (0, 0), 1.5) - cv2.GaussianBlur(grey, (0, 0), 3)
    return float(np.sqrt(np.mean(band[_INNER, _INNER] ** 2)))


@functools.cache
def _weights() -> NDArray[np.float64]:
    """The coefficient of each feature, in the order of `measure`."""
    table = json.loads(locate("identifiability").read_text(encoding="utf-8"))
    return np.array([table["weights"][name] for name in ("constant", "size", "detail", "frontal", "detector")])
