"""Lays a cut-out into a photograph: tilted, in its light, with a shadow, half covered by a hand or not, soft."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fixtures.draw import Picture
from models.objects.drawn import Dice

Mask = NDArray[np.float32]
# The longer side of what is made, in pixels.
SIDE = 512
SKIN = ((224, 178, 150), (198, 146, 112), (141, 92, 64), (88, 56, 40))


def laid(
    ground: Picture, thing: Picture, dice: Dice, *, share: tuple[float, float] = (0.2, 0.75)
) -> tuple[Picture, Mask]:
    """A cut-out laid somewhere into a picture, and where it can be seen there.

    Args:
        ground: the picture, RGB.
        thing: the cut-out, RGBA.
        dice: decides how.
        share: the least and greatest length of the cut-out, as a share of the picture's longer side.

    Returns:
        The picture, its longer side SIDE, and how much of each of its pixels is the thing, 0 to 1.
    """
    scale = SIDE / max(ground.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    around = np.asarray(cv2.resize(ground, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    height, width = around.shape[:2]
    long = np.exp(dice.uniform(*np.log(share))) * SIDE
    shrink = min(1.0, 1.3 * long / max(thing.shape[:2]))
    small = cv2.resize(thing, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    # what is beyond the outline counts for nothing
    small[..., :3] = small[..., :3] * (small[..., 3:] / np.float32(255))
    over = cv2.warpPerspective(small, _warp(small.shape[:2], long, (width, height), dice), (width, height))
    mask = np.asarray(over[..., 3:] / np.float32(255), np.float32)
    light = _light((width, height), around, dice)
    made = around.astype(np.float32)
    if dice.random() < 0.6:
        away = np.array([[1, 0, dice.uniform(-9, 9)], [0, 1, dice.uniform(2, 12)]], np.float32)
        shade = cv2.blur(cv2.warpAffine(mask, away, (width, height)), (int(dice.integers(3, 20)),) * 2)[..., None]
        made = np.asarray(made * (1 - np.float32(dice.uniform(0.2, 0.6)) * shade), np.float32)
    made = np.asarray(made * (1 - mask) + np.minimum(over[..., :3] * light, 255), np.float32)
    seen = mask[..., 0]
    if dice.random() < 0.45:
        made, seen = _held(made, seen, dice)
    return _taken(made, dice), np.asarray(seen, np.float32)


def _warp(of: tuple[int, int], long: float, size: tuple[int, int], dice: Dice) -> NDArray[np.float64]:
    """Where the corners of a cut-out go: turned, leaning away, and mostly inside the picture."""
    high, wide = of
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = dice.normal(0, 0.25) if dice.random() < 0.6 else dice.uniform(-np.pi, np.pi)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    flat = (corners - corners.mean(0)) / max(wide, high)
    flat[:, 1] *= dice.uniform(0.65, 1)
    if dice.random() < 0.5:
        flat[:, 0] *= dice.uniform(0.7, 1)
    lean = 1 + flat @ dice.normal(0, 0.35, 2)
    placed = (flat / lean[:, None]) @ spin.T * long
    half = np.abs(placed).max(0) * 0.8
    middle = [
        dice.uniform(min(edge, side / 2), max(side - edge, side / 2)) for edge, side in zip(half, size, strict=True)
    ]
    return np.asarray(cv2.getPerspectiveTransform(corners, (placed + middle).astype(np.float32)))


def _light(size: tuple[int, int], around: Picture, dice: Dice) -> Mask:
    """The light on it: about as bright as the picture, uneven, and tinted."""
    width, height = size
    level = np.clip(0.45 + np.mean(around) / 230, 0.4, 1.1) * dice.uniform(0.75, 1.15)
    uneven = cv2.resize(dice.normal(1, 0.12, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.float32(level) * uneven[..., None] * dice.normal(1, 0.05, 3).astype(np.float32))


def _held(made: Mask, seen: Mask, dice: Dice) -> tuple[Mask, Mask]:
    """A hand over one end of it: a few fingers."""
    rows, columns = np.nonzero(seen > 0.5)
    if not len(rows):
        return made, seen
    reach = (columns.max() - columns.min() + rows.max() - rows.min()) / 2
    one = int(np.argmax(rows * dice.normal() + columns * dice.normal()))
    x, y = float(columns[one]), float(rows[one])
    skin = np.array(SKIN[int(dice.integers(len(SKIN)))]) * dice.uniform(0.7, 1.1)
    inward = np.array((columns.mean() - x, rows.mean() - y))
    inward /= max(np.linalg.norm(inward), 1)
    across = np.array((-inward[1], inward[0]))
    thick = max(3, int(reach * dice.uniform(0.04, 0.09)))
    hand = np.zeros(seen.shape, np.uint8)
    for finger in range(int(dice.integers(1, 5))):
        start = np.array((x, y)) + across * finger * thick * 2.1 - inward * reach * 0.4
        end = np.array((x, y)) + across * finger * thick * 2.1 + inward * reach * dice.uniform(0.05, 0.22)
        cv2.line(hand, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 255, 2 * thick, cv2.LINE_AA)
    cover = cv2.GaussianBlur(hand, (0, 0), 1)[..., None] / np.float32(255)
    round_ = cv2.GaussianBlur(hand, (0, 0), thick / 1.5)[..., None] / np.float32(255)
    made = made * (1 - cover) + skin.astype(np.float32) * (0.45 + 0.6 * round_) * cover
    return made, seen * (1 - cover[..., 0])


def _taken(made: Mask, dice: Dice) -> Picture:
    """As a camera takes it: soft, grainy, and compressed."""
    if dice.random() < 0.6:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), dice.uniform(0.4, 1.6)), np.float32)
    grain = dice.standard_normal(made.shape, np.float32) * np.float32(dice.uniform(0.5, 6))
    _, packed = cv2.imencode(
        ".jpg", np.clip(made + grain, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(45, 95))]
    )
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
