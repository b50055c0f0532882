"""What is drawn onto pictures to learn from: other surroundings, overturned vehicles, police markings, flames.

Pictures have a fourth channel here, the outlined parts (`models.damage.views.with_parts`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from models.damage.material import Picture
from screening.finding import Box

# The squares of police and ambulance markings, in pairs: blue, green, orange, red, black, on yellow or white.
CHECKS = (
    ((20, 60, 160), (230, 230, 40)),
    ((20, 120, 60), (235, 225, 50)),
    ((20, 60, 160), (240, 240, 240)),
    ((210, 90, 20), (240, 240, 240)),
    ((190, 20, 30), (235, 225, 50)),
    ((15, 15, 20), (240, 240, 240)),
)


def before_another(picture: Picture, box: Box, other: Picture, dice: Generator) -> Picture:
    """The vehicle left where it is while all around it comes from elsewhere: another picture, one colour or a blur."""
    high, wide = picture.shape[:2]
    choice = dice.random()
    if choice < 0.5:
        ground = cv2.resize(other, (wide, high), interpolation=cv2.INTER_AREA)
    elif choice < 0.8:
        ground = np.full_like(picture, np.append(dice.integers(0, 232, 3), 0).astype(np.uint8))
        ground[..., :3] += dice.integers(0, 24, (high, wide, 1), dtype=np.uint8)
    else:
        ground = cv2.blur(picture, (wide // 4 * 2 + 1, high // 4 * 2 + 1))
        ground[..., 3] = 0
    kept = box.grow(float(dice.uniform(0.0, 0.06))).clip(wide, high) or box
    ground = ground.copy()
    ground[kept.top : kept.bottom, kept.left : kept.right] = picture[kept.top : kept.bottom, kept.left : kept.right]
    return np.asarray(ground, dtype=np.uint8)


def overturned(picture: Picture, box: Box, other: Picture, dice: Generator) -> Picture:
    """A sound vehicle laid on its roof or side in another picture, at the size that it had."""
    turned = np.rot90(picture[box.top : box.bottom, box.left : box.right], int(dice.choice([1, 2, 2, 3])))
    high, wide = turned.shape[:2]
    margin = float(dice.uniform(0.05, 0.3))
    ground = cv2.resize(
        other, (round(wide * (1 + 2 * margin)), round(high * (1 + 2 * margin))), interpolation=cv2.INTER_AREA
    ).copy()
    top, left = round(high * margin), round(wide * margin)
    ground[top : top + high, left : left + wide] = turned
    return np.asarray(ground, dtype=np.uint8)


def marked(picture: Picture, box: Box, dice: Generator) -> Picture:
    """Rows of coloured squares along the vehicle's side, as police and ambulance vehicles wear."""
    drawn = picture.copy()
    rows, side = int(dice.integers(1, 3)), max(3, round(box.height * dice.uniform(0.06, 0.16)))
    top = box.top + round(box.height * dice.uniform(0.35, 0.65))
    left, right = (
        box.left + round(box.width * dice.uniform(0, 0.25)),
        box.right - round(box.width * dice.uniform(0, 0.25)),
    )
    colours = CHECKS[int(dice.integers(len(CHECKS)))]
    slope, clear = dice.normal(0, 0.06), dice.uniform(0.6, 0.95)
    for row in range(rows):
        for column, x in enumerate(range(left, right - 2, side)):
            y = top + row * side + round(slope * (x - left))
            here = drawn[max(0, y) : max(0, y + side), x : min(x + side, right), :3]
            # some of the light and shade on the vehicle stays
            shade = here.mean(2, keepdims=True) / 255 if here.size else here
            colour = np.array(colours[(row + column) % 2])
            here[:] = (1 - clear) * here + clear * colour * (0.35 + 0.65 * shade)
    return np.asarray(drawn, dtype=np.uint8)


def ablaze(picture: Picture, fire: Picture, dice: Generator) -> Picture:
    """The flames of one picture in another."""
    high, wide = picture.shape[:2]
    flames = cv2.resize(fire[..., :3], (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)
    if dice.random() < 0.5:
        flames = flames[:, ::-1]
    # what is much redder than blue and bright burns
    burns = np.clip((flames[..., 0] - flames[..., 2] - 60) / 60, 0, 1) * np.clip((flames[..., 0] - 120) / 60, 0, 1)
    clear = cv2.GaussianBlur(burns, (0, 0), max(1.0, 0.008 * wide))[..., None]
    drawn = picture.copy()
    drawn[..., :3] = picture[..., :3] * (1 - clear) * float(dice.uniform(0.4, 1.0)) + flames * clear
    return drawn


def captioned(picture: Picture, dice: Generator) -> None:
    """Draw a caption strip or a watermark, as stock pictures carry."""
    side = picture.shape[0]
    colour = tuple(int(part) for part in dice.integers(0, 256, 3))
    if dice.random() < 0.5:
        deep = int(dice.integers(5, 30))
        picture[-deep:] = colour
    word = "".join(dice.choice(list("abcdehiklmnorstuvw "), int(dice.integers(5, 14))))
    where = (int(dice.integers(0, side // 2)), int(dice.integers(20, side)))
    font, size = int(dice.integers(0, 6)), float(dice.uniform(0.3, 1.0))
    cv2.putText(picture, word, where, font, size, tuple(255 - part for part in colour), 1)
