"""Augmentation: makes a daytime photograph look as if taken at night or from a dashboard, for lack of labelled ones.

Light is computed in linear intensities (gamma 2.2), as it reaches a camera. None of these parameters was measured; they
are drawn from wide ranges so that the network cannot rely on any of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_Light = NDArray[np.float32]
CONDITIONS = ("night", "dashboard")


def taken(picture: Picture, plates: Sequence[Sequence[float]], dice: random.Random, condition: str = "") -> Picture:
    """Return the picture as taken at night or from a dashboard, or one of the two at random.

    `picture` is RGB, (height, width, 3); `plates` are [left, top, right, bottom] in its pixels, which light up.
    """
    night = (condition or dice.choice(CONDITIONS)) == "night"
    linear = np.asarray((picture / 255) ** 2.2, np.float32)
    linear = _at_night(linear, plates, dice) if night else _through_windscreen(linear, dice)
    value = np.clip(_smeared(linear, dice), 0, 1) ** (1 / 2.2)
    quality = [cv2.IMWRITE_JPEG_QUALITY, dice.randint(40, 90) if night else dice.randint(15, 60)]
    rough = np.asarray(value * 255, np.uint8)
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", rough, quality)[1], cv2.IMREAD_COLOR), np.uint8)


def _at_night(linear: _Light, plates: Sequence[Sequence[float]], dice: random.Random) -> _Light:
    """Dark, except for plates that reflect headlights and for street lamps; grainy."""
    rows, columns = linear.shape[:2]
    light = np.full((rows, columns, 1), dice.uniform(0.02, 0.12), np.float32)
    for left, top, right, bottom in plates:
        if dice.random() < 0.7:
            pool = _glow((rows, columns), (left + right) / 2, (top + bottom) / 2, dice.uniform(2, 5) * (right - left))
            light += pool * dice.uniform(0.05, 0.5)
        if dice.random() < 0.6:
            light[int(top) : int(bottom) + 1, int(left) : int(right) + 1] *= dice.uniform(1.5, 5)
    linear = linear * light * np.array([dice.uniform(0.8, 1.25), 1, dice.uniform(0.6, 1.1)], np.float32)
    for _ in range(dice.randint(0, 8)):
        lamp = _glow((rows, columns), dice.uniform(0, columns), dice.uniform(0, rows), dice.uniform(2, 0.03 * columns))
        linear = linear + lamp * np.array([1, 0.85, 0.55], np.float32) * dice.uniform(0.3, 2)
    linear = linear * dice.uniform(1, 3)
    grain = np.random.default_rng(dice.getrandbits(32)).normal(size=linear.shape).astype(np.float32)
    grain *= dice.uniform(0, 0.01) + np.sqrt(np.clip(linear, 0, 1)) * dice.uniform(0.005, 0.04)
    return np.asarray(linear + grain, np.float32)


def _through_windscreen(linear: _Light, dice: random.Random) -> _Light:
    """Taken with a small sensor, behind glass that reflects the dashboard in soft patches, with low or harsh
    contrast."""
    rows, columns = linear.shape[:2]
    share = dice.uniform(0.55, 1)
    small = cv2.resize(linear, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    linear = cv2.resize(small, (columns, rows)) * dice.uniform(0.4, 1.6)
    patches = np.random.default_rng(dice.getrandbits(32)).random((6, 8), dtype=np.float32)
    veil = cv2.resize(patches, (columns, rows), interpolation=cv2.INTER_CUBIC)[..., None]
    return np.asarray(linear + np.clip(veil, 0, 1) * dice.uniform(0, 0.3), np.float32)


def _smeared(linear: _Light, dice: random.Random) -> _Light:
    """Motion blur: three in five pictures, by 3 to 7 pixels."""
    if dice.random() > 0.6:
        return linear
    length = dice.choice([3, 5, 7])
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), dice.uniform(0, 180), 1)
    turned = cv2.warpAffine(kernel, turn, (length, length))
    return np.asarray(cv2.filter2D(linear, -1, turned / turned.sum()), np.float32)


def _glow(size: tuple[int, int], x: float, y: float, radius: float) -> _Light:
    """A round light of brightness 1 with a Gaussian falloff, (rows, columns, 1)."""
    down, across = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return np.asarray(np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * radius**2)), np.float32)[..., None]
