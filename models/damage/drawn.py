"""What is drawn to learn from: other surroundings, overturned vehicles, police markings, flames, and flat pictures.

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
# What lines of words on flat pictures are made of.
LETTERS = "abcdefghiklmnoprstuvw     ABEHKMNOPRST0123456789"


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


def flat(dice: Generator) -> Picture:
    """A picture that shows nothing, (240, 320, 3): a ground, with blobs, stripes, squares or lines of words on it.

    Posters, slides, forms and badly broken files look like that. A network that never saw any takes them for anything.
    """
    grounds, marks = (_plain, _ramp, _patches), (_nothing, _blobs, _stripes, _lines, _lines, _squares)
    picture = grounds[int(dice.integers(len(grounds)))](dice)
    for _ in range(int(dice.integers(1, 3))):
        marks[int(dice.integers(len(marks)))](picture, dice)
    if dice.random() < 0.3:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(dice.uniform(0.5, 12))), np.uint8)
    if dice.random() < 0.3:
        noise = dice.normal(0, dice.uniform(2, 30), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def _colour(dice: Generator) -> tuple[int, int, int]:
    red, green, blue = (int(part) for part in dice.integers(0, 256, 3))
    return (255, 255, 255) if dice.random() < 0.2 else (red, green, blue)


def _plain(dice: Generator) -> Picture:
    return np.full((240, 320, 3), _colour(dice), np.uint8)


def _ramp(dice: Generator) -> Picture:
    corners = dice.integers(0, 256, (2, 2, 3)).astype(np.float32)
    return np.clip(cv2.resize(corners, (320, 240), interpolation=cv2.INTER_LINEAR), 0, 255).astype(np.uint8)


def _patches(dice: Generator) -> Picture:
    rows, columns = (int(count) for count in dice.integers(2, 40, 2))
    how = cv2.INTER_NEAREST if dice.random() < 0.5 else cv2.INTER_CUBIC
    coarse = dice.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (320, 240), interpolation=how), np.uint8)


def _nothing(_: Picture, __: Generator) -> None:
    """Leaves the ground bare."""


def _blobs(picture: Picture, dice: Generator) -> None:
    for _ in range(int(dice.integers(1, 25))):
        middle = int(dice.integers(0, 320)), int(dice.integers(0, 240))
        axes = int(dice.integers(3, 90)), int(dice.integers(3, 70))
        turn, thick = float(dice.uniform(0, 180)), -1 if dice.random() < 0.8 else int(dice.integers(1, 6))
        cv2.ellipse(picture, middle, axes, turn, 0, 360, _colour(dice), thick, cv2.LINE_AA)


def _stripes(picture: Picture, dice: Generator) -> None:
    step, slope, colour = int(dice.integers(8, 60)), int(dice.integers(-150, 150)), _colour(dice)
    for left in range(-160, 480, 2 * step):
        cv2.line(picture, (left, 0), (left + slope, 240), colour, max(1, step // 2), cv2.LINE_AA)


def _squares(picture: Picture, dice: Generator) -> None:
    for _ in range(int(dice.integers(1, 30))):
        left, top = int(dice.integers(0, 310)), int(dice.integers(0, 230))
        right, bottom = left + int(dice.integers(4, 160)), top + int(dice.integers(4, 120))
        cv2.rectangle(picture, (left, top), (right, bottom), _colour(dice), -1 if dice.random() < 0.7 else 2)


def _lines(picture: Picture, dice: Generator) -> None:
    left, size, colour = int(dice.integers(2, 60)), float(dice.uniform(0.3, 1.8)), _colour(dice)
    for base in range(int(dice.integers(15, 60)), 240, max(10, round(28 * size))):
        words = "".join(
            dice.choice(list("abcdefghiklmnoprstuvw     ABEHKMNOPRST0123456789"), int(dice.integers(4, 40)))
        )
        cv2.putText(picture, words, (left, base), int(dice.integers(0, 5)), size, colour, int(dice.integers(1, 4)))
