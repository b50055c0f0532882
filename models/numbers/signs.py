"""Draws the signs that carry the numbers of houses; with another text on them they are what a number is not.

A sign is a cut-out, RGBA, made to be laid into a photograph, with the place of its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from fixtures.draw import Picture
from models.numbers.lettering import TALL, Dice, ink, word
from models.objects.drawn import Colour, colour, cut, rounded, shaded

# Enamel, slate, brass, paint: the ground and what is written on it.
COLOURS: tuple[tuple[Colour, Colour], ...] = (
    ((24, 32, 66), (232, 234, 236)), ((18, 44, 120), (236, 238, 240)), ((28, 28, 32), (228, 228, 224)),
    ((20, 70, 52), (232, 232, 222)), ((236, 236, 230), (24, 26, 34)), ((238, 234, 214), (30, 40, 90)),
    ((72, 78, 84), (230, 230, 228)), ((60, 62, 68), (196, 172, 110)), ((186, 150, 78), (34, 28, 20)),
    ((196, 198, 200), (30, 30, 34)), ((120, 34, 40), (238, 234, 226)), ((150, 134, 112), (52, 44, 38)),
    ((26, 30, 52), (224, 226, 230)), ((34, 38, 60), (230, 230, 232)),
)  # fmt: skip
BINS: tuple[Colour, ...] = ((30, 48, 36), (34, 34, 38), (92, 58, 34), (30, 60, 110), (96, 100, 104), (44, 90, 50))


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-out: RGBA pixels, and the box of what is written on it as left, top, right, bottom."""

    picture: Picture
    place: tuple[int, int, int, int]


def written(picture: Picture, mask: Picture, left: int, top: int, shade: Colour) -> None:
    """Write ink onto the first three channels of a picture; what does not fit is cut off."""
    under = picture[max(0, top) : top + mask.shape[0], max(0, left) : left + mask.shape[1], :3]
    over = mask[: under.shape[0], : under.shape[1], None] / np.float32(255)
    under[:] = under * (1 - over) + np.array(shade, np.float32) * over


def two(dice: Dice) -> tuple[Colour, Colour]:
    """A sign's two colours: of the usual ones, or any two apart enough."""
    if dice.random() < 0.85:
        ground, mark = COLOURS[int(dice.integers(len(COLOURS)))]
        return _near(ground, dice), _near(mark, dice)
    while True:
        ground, mark = colour(dice), colour(dice)
        if abs(sum(ground) - sum(mark)) > 200:
            return ground, mark


def _near(one: Colour, dice: Dice) -> Colour:
    red, green, blue = (int(level) for level in np.clip(np.array(one) + dice.integers(-14, 15, 3), 0, 255))
    return red, green, blue


def plate(text: str, dice: Dice) -> Cut:
    """A plate of enamel, slate, brass or plastic, square or round-cornered, often with a rim, screws or small words."""
    mask = ink(text, dice)
    ground, mark = two(dice)
    above, below = (round(TALL * dice.uniform(0.25, 0.9)) for _ in range(2))
    aside = round(TALL * dice.uniform(0.25, 1.3))
    small = dice.random() < 0.25
    extra = round(TALL * dice.uniform(0.5, 1.0)) if small else 0
    width, height = mask.shape[1] + 2 * aside, TALL + above + below + extra
    picture = shaded((width, height), ground, _near(ground, dice), dice)
    radius = int(dice.choice((2, 4, 8, 16)))
    if dice.random() < 0.5:
        rim = int(dice.integers(2, 6))
        cv2.rectangle(picture, (rim, rim), (width - rim, height - rim), mark, int(dice.integers(1, 4)))
    if dice.random() < 0.3:
        for x in (8, width - 8):
            cv2.circle(picture, (x, height // 2), 3, (110, 110, 110), -1, cv2.LINE_AA)
    over = dice.random() < 0.5
    top = above + (extra if small and over else 0)
    if small:
        line = ink(word(dice), dice, max(6, extra // 2))
        written(picture, line, (width - line.shape[1]) // 2, 8 if over else height - extra, mark)
    written(picture, mask, aside, top, mark)
    return Cut(cut(picture, rounded((width, height), radius)), (aside, top, aside + mask.shape[1], top + TALL))


def strip(text: str, dice: Dice) -> Cut:
    """A wide plate with the number in its middle and the neighbours' or nothing beside, often under the street's."""
    mask = ink(text, dice, bold=dice.random() < 0.5)
    ground, mark = two(dice) if dice.random() < 0.4 else (_near((26, 30, 54), dice), _near((228, 230, 234), dice))
    height = round(TALL * dice.uniform(1.25, 1.9))
    width = max(mask.shape[1] + TALL, round(height * dice.uniform(2.0, 4.5)))
    band = shaded((width, height), ground, _near(ground, dice), dice)
    left, top = (width - mask.shape[1]) // 2, (height - TALL) // 2
    written(band, mask, left, top, mark)
    if dice.random() < 0.6:
        for middle in (0.12, 0.88):
            beside = ink(str(int(dice.integers(1, 99))), dice, round(TALL * dice.uniform(0.3, 0.5)))
            written(band, beside, int(width * middle) - beside.shape[1] // 2, (height - beside.shape[0]) // 2, mark)
    outline = np.full((height, width), 255, np.uint8)
    if dice.random() < 0.4:
        cv2.rectangle(band, (3, 3), (width - 4, height - 4), mark, 1)
    place = (left, top, left + mask.shape[1], top + TALL)
    if dice.random() < 0.25:
        return Cut(cut(band, outline), place)
    street, shape = _street(width, ground, mark, dice)
    gap = int(dice.integers(0, TALL // 3))
    picture = np.vstack((street, np.full((gap, width, 3), ground, np.uint8), band))
    seen = np.vstack((shape, np.zeros((gap, width), np.uint8), outline))
    down = street.shape[0] + gap
    return Cut(cut(picture, seen), (place[0], place[1] + down, place[2], place[3] + down))


def _street(width: int, ground: Colour, mark: Colour, dice: Dice) -> tuple[Picture, Picture]:
    """A street's name plate of a width, and its outline, arched or not."""
    height = round(width * dice.uniform(0.3, 0.75))
    picture = shaded((width, height), ground, _near(ground, dice), dice)
    lines = int(dice.integers(1, 4))
    for number in range(lines):
        tall = max(5, round(height * dice.uniform(0.5, 0.75) / lines * (1 if number == 0 else 0.7)))
        line = ink(word(dice), dice, tall)
        if line.shape[1] > 0.9 * width:
            line = np.asarray(cv2.resize(line, (int(0.9 * width), tall), interpolation=cv2.INTER_AREA), np.uint8)
        written(
            picture, line, (width - line.shape[1]) // 2, round(height * (0.2 + 0.75 * number / max(lines, 1))), mark
        )
    shape = np.full((height, width), 255, np.uint8)
    if dice.random() < 0.6:
        shape = rounded((width, height), max(2, height // 6))
    return picture, shape


def oval(text: str, dice: Dice) -> Cut:
    """An oval or round plaque of china, brass or slate, with a rim."""
    mask = ink(text, dice)
    ground, mark = two(dice)
    width, height = mask.shape[1] + round(TALL * dice.uniform(0.8, 1.8)), round(TALL * dice.uniform(1.6, 2.4))
    picture = shaded((width, height), ground, _near(ground, dice), dice)
    outline = np.zeros((height, width), np.uint8)
    middle, axes = (width // 2, height // 2), (width // 2 - 1, height // 2 - 1)
    cv2.ellipse(outline, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    if dice.random() < 0.7:
        cv2.ellipse(picture, middle, (axes[0] - 5, axes[1] - 5), 0, 0, 360, mark, int(dice.integers(1, 5)), cv2.LINE_AA)
    left, top = (width - mask.shape[1]) // 2, (height - TALL) // 2
    written(picture, mask, left, top, mark)
    return Cut(cut(picture, outline), (left, top, left + mask.shape[1], top + TALL))


def loose(text: str, dice: Dice) -> Cut:
    """Digits without a ground of their own: of metal, painted, carved or stuck on, with a shadow or without."""
    mask = _stacked(text, dice) if dice.random() < 0.12 and len(text) < 4 else ink(text, dice)
    height, width = mask.shape
    away = int(dice.integers(1, 5)) if dice.random() < 0.6 else 0
    sheet = np.zeros((height + 12, width + 12), np.uint8)
    sheet[4 : 4 + height, 4 : 4 + width] = mask
    shade = np.roll(sheet, (away, away), (0, 1))
    dark = dice.random() < 0.5
    mark = colour(dice, 0, 70) if dark else colour(dice, 190, 256)
    if dice.random() < 0.2:
        mark = _near((186, 150, 78), dice)
    picture = np.full((*sheet.shape, 3), (10, 10, 12) if not dark else (225, 225, 220), np.uint8)
    written(picture, sheet, 0, 0, mark)
    outline = np.maximum(sheet, (shade * np.float32(dice.uniform(0.2, 0.6))).astype(np.uint8))
    return Cut(cut(picture, outline), (4, 4, 4 + width, 4 + height))


def _stacked(text: str, dice: Dice) -> Picture:
    """The characters of a text one below the other."""
    each = [ink(one, dice) for one in text]
    wide = max(one.shape[1] for one in each)
    return np.vstack([np.pad(one, ((0, 8), (0, wide - one.shape[1]))) for one in each])


def on_surface(text: str, dice: Dice) -> Cut:
    """A sign on a door, a gate post, a fanlight or a bin, of which a part is seen."""
    sign = (loose, loose, plate, oval)[int(dice.integers(4))](text, dice)
    high, wide = sign.picture.shape[:2]
    sort = str(dice.choice(("door", "post", "fanlight", "bin", "tiles")))
    ground = BINS[int(dice.integers(len(BINS)))] if sort == "bin" else colour(dice, 20, 230)
    if sort == "fanlight":
        ground = colour(dice, 10, 70)
    width = wide + round(TALL * dice.uniform(0.6, 5))
    height = high + round(TALL * (dice.uniform(0.4, 1.5) if sort == "fanlight" else dice.uniform(2, 7)))
    picture = shaded((width, height), ground, _near(ground, dice), dice)
    left, top = int(dice.integers(0, width - wide + 1)), int(dice.integers(0, height - high + 1))
    if sort in ("door", "fanlight", "bin"):
        left = (width - wide) // 2
    _detail(picture, sort, dice)
    over = sign.picture[..., 3:] / np.float32(255)
    under = picture[top : top + high, left : left + wide]
    under[:] = under * (1 - over) + sign.picture[..., :3] * over
    place = (sign.place[0] + left, sign.place[1] + top, sign.place[2] + left, sign.place[3] + top)
    return Cut(cut(picture, np.full((height, width), 255, np.uint8)), place)


def _detail(picture: Picture, sort: str, dice: Dice) -> None:
    """What there is on a surface besides: panels, a letter box, a knob, glazing bars, ribs, a lid."""
    height, width = picture.shape[:2]
    red, green, blue = (int(level * 0.75) for level in picture[height // 2, width // 2])
    darker: Colour = (red, green, blue)
    if sort == "door":
        for top, bottom in ((0.05, 0.45), (0.55, 0.95)):
            for left, right in ((0.08, 0.46), (0.54, 0.92)):
                corners = (int(left * width), int(top * height)), (int(right * width), int(bottom * height))
                cv2.rectangle(picture, *corners, darker, 2)
        if dice.random() < 0.6:
            y = int(dice.uniform(0.4, 0.7) * height)
            cv2.rectangle(picture, (int(0.3 * width), y), (int(0.7 * width), y + 14), (170, 150, 90), -1)
        cv2.circle(picture, (int(0.9 * width), height // 2), 8, (180, 160, 100), -1, cv2.LINE_AA)
    elif sort == "fanlight":
        cv2.rectangle(picture, (0, 0), (width - 1, height - 1), (225, 225, 220), int(dice.integers(4, 12)))
    elif sort == "bin":
        cv2.rectangle(picture, (0, 0), (width, max(4, height // 8)), darker, -1)
        for x in range(0, width, max(20, width // 4)):
            cv2.line(picture, (x, height // 8), (x, height), darker, 2)
    elif sort == "tiles":
        for y in range(0, height, TALL):
            cv2.line(picture, (0, y), (width, y), darker, 2)


SIGNS: tuple[Callable[[str, Dice], Cut], ...] = (plate, plate, strip, strip, strip, oval, loose, on_surface, on_surface)
