"""Lays signs into photographs, small, leaning, in their light, soft and compressed: as a street shows them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fixtures.draw import Picture
from models.numbers.lettering import Dice
from models.numbers.signs import Cut

# Left, top, right, bottom, in pixels.
Place = tuple[float, float, float, float]


def lay(picture: Picture, sign: Cut, tall: float, dice: Dice) -> Place:
    """Lay a cut-out into a picture, so that what is written on it is about so many pixels high, and its middle inside.

    Returns:
        Where what is written on it is now.
    """
    left, top, right, bottom = sign.place
    scale = tall / (bottom - top)
    shrink = min(1.0, 1.5 * scale)
    size = max(2, round(sign.picture.shape[1] * shrink)), max(2, round(sign.picture.shape[0] * shrink))
    small = cv2.resize(sign.picture, size, interpolation=cv2.INTER_AREA)
    squeeze = dice.uniform(0.55, 1) if dice.random() < 0.4 else 1.0
    lean, turn = dice.normal(0, 0.06), dice.normal(0, 0.04)
    shape = np.array([[squeeze, -turn], [turn + lean, 1]]) * scale
    height, width = picture.shape[:2]
    middle = np.array(((left + right) / 2, (top + bottom) / 2))
    corners = np.array(((left, top), (right, top), (right, bottom), (left, bottom)), float) - middle
    placed = corners @ shape.T
    reach = np.minimum(np.abs(placed).max(0), (width / 2 - 1, height / 2 - 1))
    to = np.array((dice.uniform(reach[0], width - reach[0]), dice.uniform(reach[1], height - reach[1])))
    from_small = shape / np.array((size[0] / sign.picture.shape[1], size[1] / sign.picture.shape[0]))
    matrix = np.column_stack((from_small, to - shape @ middle)).astype(np.float32)
    over = np.asarray(cv2.warpAffine(small, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
    seen = np.nonzero(over[..., 3].any(0))[0], np.nonzero(over[..., 3].any(1))[0]
    if len(seen[0]):
        part = slice(max(0, seen[1][0] - 4), seen[1][-1] + 5), slice(max(0, seen[0][0] - 4), seen[0][-1] + 5)
        _blend(picture[part], over[part], dice)
    (least_x, least_y), (most_x, most_y) = placed.min(0) + to, placed.max(0) + to
    return float(least_x), float(least_y), float(most_x), float(most_y)


def _blend(picture: Picture, over: Picture, dice: Dice) -> None:
    """The cut-out in the light of the picture around it, over its own shadow."""
    height, width = picture.shape[:2]
    mask = over[..., 3:] / np.float32(255)
    if dice.random() < 0.5:
        away = np.array([[1, 0, dice.uniform(-2, 3)], [0, 1, dice.uniform(0, 3)]], np.float32)
        shade = cv2.blur(cv2.warpAffine(mask, away, (width, height)), (3, 3))[..., None]
        picture[:] = picture * (1 - np.float32(dice.uniform(0.1, 0.5)) * shade)
    inside = mask[..., 0] > 0.1
    around = float(picture[inside].mean()) if inside.any() else 128.0
    level = np.clip(0.45 + around / 230, 0.4, 1.1) * dice.uniform(0.7, 1.2)
    # haze and reflections lessen the contrast
    haze = dice.uniform(0, 0.45) if dice.random() < 0.4 else 0.0
    light = over[..., :3] * np.float32(level) * dice.normal(1, 0.04, 3).astype(np.float32)
    light = np.minimum(light, 255) * np.float32(1 - haze) + np.float32(haze * around)
    if dice.random() < 0.2:
        # a shadow falls across it
        slope = np.array((dice.normal(), dice.normal()))
        across = (np.arange(width)[None] - dice.uniform(0, width)) * slope[0]
        down = (np.arange(height)[:, None] - dice.uniform(0, height)) * slope[1]
        light = light * np.where(across + down > 0, np.float32(dice.uniform(0.35, 0.8)), np.float32(1))[..., None]
    picture[:] = picture * (1 - mask) + light * mask


def taken(picture: Picture, dice: Dice) -> Picture:
    """As a camera, a web page and a copy of it take it: soft, grainy, sharpened, reduced, compressed."""
    made = picture
    if dice.random() < 0.55:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), dice.uniform(0.3, 1.1)), np.uint8)
    if dice.random() < 0.2:
        height, width = made.shape[:2]
        share = dice.uniform(0.55, 0.95)
        small = cv2.resize(made, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        made = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    if dice.random() < 0.25:
        made = np.asarray(cv2.addWeighted(made, 1.6, cv2.GaussianBlur(made, (0, 0), 1.2), -0.6, 0), np.uint8)
    grain = dice.standard_normal(made.shape, np.float32) * np.float32(dice.uniform(0, 5))
    noisy: NDArray[np.uint8] = np.clip(made + grain, 0, 255).astype(np.uint8)
    if dice.random() < 0.8:
        _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(40, 96))])
        noisy = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return noisy
