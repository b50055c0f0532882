"""Draws what is no number of a house though it looks like one: clocks, prices, buses, shirts, road signs, vents."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from fixtures.draw import Picture
from models.numbers.lettering import TALL, Dice, ink, other, word
from models.numbers.signs import SIGNS, Cut, two, written
from models.objects.drawn import colour, cut, rounded, shaded

WHOLE = 255


def sign_of_words(dice: Dice) -> Cut:
    """A sign like a number's with something else on it."""
    return SIGNS[int(dice.integers(len(SIGNS)))](other(dice), dice)


def blank(dice: Dice) -> Cut:
    """A sign with nothing, a picture or scribble on it."""
    ground, mark = two(dice)
    width, height = int(dice.integers(40, 200)), int(dice.integers(40, 100))
    picture = shaded((width, height), ground, ground, dice)
    for _ in range(int(dice.integers(0, 4))):
        x, y = int(dice.integers(0, width)), int(dice.integers(0, height))
        sort = int(dice.integers(4))
        if sort == 0:
            cv2.circle(picture, (x, y), int(dice.integers(4, 20)), mark, int(dice.choice((-1, 3))), cv2.LINE_AA)
        elif sort == 1:
            cv2.line(picture, (x, y), (width - x, height - y), mark, int(dice.integers(2, 8)), cv2.LINE_AA)
        elif sort == 2:
            cv2.rectangle(picture, (x, y), (x + 20, y + 12), mark, int(dice.choice((-1, 2))))
        else:
            points = dice.integers(0, (width, height), (8, 2)).astype(np.int32)
            cv2.polylines(picture, [points], False, mark, int(dice.integers(2, 5)), cv2.LINE_AA)
    return _all(picture, int(dice.integers(2, 14)))


def clock(dice: Dice) -> Cut:
    """A clock's face."""
    side = 160
    ground, mark = two(dice)
    picture = np.full((side, side, 3), ground, np.uint8)
    outline = np.zeros((side, side), np.uint8)
    cv2.circle(outline, (80, 80), 79, WHOLE, -1, cv2.LINE_AA)
    cv2.circle(picture, (80, 80), 76, mark, 4, cv2.LINE_AA)
    for hour in range(1, 13):
        turn = hour * np.pi / 6
        number = ink(str(hour), dice, 18)
        x, y = round(80 + 60 * np.sin(turn)), round(80 - 60 * np.cos(turn))
        written(picture, number, x - number.shape[1] // 2, y - 9, mark)
    for length in (32, 52):
        turn = dice.uniform(0, 2 * np.pi)
        end = (round(80 + length * np.sin(turn)), round(80 - length * np.cos(turn)))
        cv2.line(picture, (80, 80), end, mark, 5, cv2.LINE_AA)
    return Cut(cut(picture, outline), (0, 0, side, side))


def ringed(dice: Dice) -> Cut:
    """A speed limit, or a height or width in a red ring or triangle."""
    side = 140
    limit = dice.random() < 0.6
    text = str(10 * int(dice.integers(1, 9))) if limit else f"{int(dice.integers(2, 6))}.{int(dice.integers(0, 10))}m"
    picture = np.full((side, side, 3), (238, 238, 236), np.uint8)
    outline = np.zeros((side, side), np.uint8)
    red = (int(dice.integers(170, 225)), int(dice.integers(10, 50)), int(dice.integers(20, 50)))
    if dice.random() < 0.8:
        cv2.circle(outline, (70, 70), 69, WHOLE, -1, cv2.LINE_AA)
        cv2.circle(picture, (70, 70), 60, red, 18, cv2.LINE_AA)
    else:
        corners = np.array([(70, 2), (138, 128), (2, 128)], np.int32)
        cv2.fillPoly(outline, [corners], WHOLE, cv2.LINE_AA)
        cv2.polylines(picture, [corners], True, red, 18, cv2.LINE_AA)
    tall = int(dice.integers(30, 56)) if limit else 26
    line = ink(text, dice, tall)
    line = line[:, :96]
    written(picture, line, 70 - line.shape[1] // 2, 72 - tall // 2, (24, 24, 28))
    return Cut(cut(picture, outline), (0, 0, side, side))


def bus(dice: Dice) -> Cut:
    """A route's number in lights, with or without where it goes."""
    number = ink(f"{int(dice.integers(1, 400))}{dice.choice(('', '', 'A', 'X'))}", dice)
    goes = ink(word(dice), dice, round(TALL * dice.uniform(0.5, 1)))
    gap = int(dice.integers(10, 40))
    width = number.shape[1] + (gap + goes.shape[1] if dice.random() < 0.75 else 0) + 30
    picture = np.full((TALL + 24, width, 3), (16, 16, 18), np.uint8)
    light = (255, 176, 40) if dice.random() < 0.7 else (240, 240, 236)
    written(picture, number, 15, 12, light)
    written(picture, goes, 15 + number.shape[1] + gap, 12 + (TALL - goes.shape[0]) // 2, light)
    if dice.random() < 0.6:
        # made of dots
        picture[::4] //= 3
        picture[:, ::4] //= 3
    return _all(picture, 2)


def shirt(dice: Dice) -> Cut:
    """Somebody's back or chest with a number on it, and a head above."""
    width, height = 180, 240
    cloth, mark = two(dice)
    picture = shaded((width, height), cloth, colour(dice, 20, 200), dice)
    outline = np.zeros((height, width), np.uint8)
    body = np.array([(90, 50), (140, 62), (176, 120), (150, 140), (148, 239), (32, 239), (30, 140), (4, 120), (40, 62)])
    cv2.fillPoly(outline, [body.astype(np.int32)], WHOLE, cv2.LINE_AA)
    skin = tuple(int(level * dice.uniform(0.4, 1)) for level in (236, 190, 160))
    cv2.circle(picture, (90, 30), 26, skin, -1, cv2.LINE_AA)
    cv2.circle(outline, (90, 30), 26, WHOLE, -1, cv2.LINE_AA)
    number = ink(str(int(dice.integers(1, 100))), dice, int(dice.integers(40, 80)), bold=True)[:, :110]
    written(picture, number, 90 - number.shape[1] // 2, 100, mark)
    return Cut(cut(picture, outline), (0, 60, width, 60 + TALL * 2))


def ruled(dice: Dice) -> Cut:
    """A vent, a letter box, a drain, bars at a window, a door's panels, a shutter, bricks."""
    width, height = int(dice.integers(50, 200)), int(dice.integers(40, 160))
    ground, mark = colour(dice, 10, 240), colour(dice, 10, 240)
    picture = shaded((width, height), ground, ground, dice)
    across, thick = int(dice.integers(8, 50)), int(dice.integers(2, 9))
    sort = int(dice.integers(5))
    if sort in (0, 1, 2):
        for y in range(across // 2, height, across):
            cv2.line(picture, (4, y), (width - 5, y), mark, thick)
    if sort in (1, 2, 3):
        for x in range(across // 2, width, across):
            cv2.line(picture, (x, 4), (x, height - 5), mark, thick)
    if sort == 4:
        cv2.rectangle(picture, (width // 6, height // 3), (5 * width // 6, height // 2), mark, -1)
    return _all(picture, int(dice.integers(1, 8)))


def price(dice: Dice) -> Cut:
    """A price: large figures, small ones high up, on red, yellow or white."""
    pounds = ink(f"{dice.choice(('£', ''))}{int(dice.integers(1, 100))}", dice, bold=True)
    pence = ink(str(dice.choice(("99", "95", "50", "00", "%"))), dice, TALL // 2)
    width = pounds.shape[1] + pence.shape[1] + 34
    ground = ((222, 30, 36), (250, 214, 30), (244, 244, 240))[int(dice.integers(3))]
    mark = (250, 250, 245) if ground[1] < 100 else ((200, 20, 30) if dice.random() < 0.5 else (20, 20, 24))
    picture = np.full((TALL + 30, width, 3), ground, np.uint8)
    written(picture, pounds, 12, 15, mark)
    written(picture, pence, 18 + pounds.shape[1], 12, mark)
    return _all(picture, int(dice.integers(2, 14)))


def lines(dice: Dice) -> Cut:
    """Several lines of words and figures: opening hours, a menu, a notice, a poster; or one, as over a shop."""
    ground, mark = two(dice)
    some = [" ".join(other(dice) for _ in range(int(dice.integers(1, 3)))) for _ in range(int(dice.integers(1, 6)))]
    drawn = [ink(one, dice, int(dice.integers(18, TALL))) for one in some]
    width, height = max(one.shape[1] for one in drawn) + 30, sum(one.shape[0] + 12 for one in drawn) + 16
    picture = shaded((width, height), ground, ground, dice)
    top = 14
    for one in drawn:
        written(picture, one, 15 if dice.random() < 0.5 else (width - one.shape[1]) // 2, top, mark)
        top += one.shape[0] + 12
    if dice.random() < 0.4:
        # straight on a wall
        seen = np.abs(picture.astype(np.int16) - np.array(ground)).max(2)
        return Cut(cut(picture, np.clip(seen * 3, 0, WHOLE).astype(np.uint8)), (0, 0, width, height))
    return _all(picture, 2)


def registration(dice: Dice) -> Cut:
    """A number plate of a vehicle."""
    letters = "".join(dice.choice(list("ABCDEFGHJKLMNOPRSTUVWXYZ"), 5))
    line = ink(f"{letters[:2]}{int(dice.integers(10, 75))} {letters[2:]}", dice, bold=True)
    picture = np.full((TALL + 24, line.shape[1] + 36, 3), (247, 203, 37) if dice.random() < 0.5 else (236, 236, 232))
    picture = np.asarray(picture, np.uint8)
    written(picture, line, 18, 12, (22, 22, 26))
    return _all(picture, 5)


def meter(dice: Dice) -> Cut:
    """A meter's or an alarm's box, a bell push, an intercom: a box with small things on it."""
    width, height = int(dice.integers(60, 150)), int(dice.integers(60, 180))
    ground, mark = two(dice)
    picture = shaded((width, height), ground, colour(dice), dice)
    sort = int(dice.integers(3))
    if sort == 0:
        figures = ink("".join(str(one) for one in dice.integers(0, 10, 5)), dice, 16)[:, : width - 12]
        cv2.rectangle(picture, (4, 20), (12 + figures.shape[1], 48), (240, 240, 236), -1)
        written(picture, figures, 8, 26, (20, 20, 24))
    elif sort == 1:
        line = ink(word(dice), dice, 20)[:, : width - 12]
        written(picture, line, 6, height // 2, mark)
        cv2.circle(picture, (width // 2, height // 4), 8, (200, 40, 40), -1, cv2.LINE_AA)
    else:
        for y in range(14, height - 10, 22):
            for x in range(14, width - 10, 22):
                cv2.circle(picture, (x, y), 7, mark, -1, cv2.LINE_AA)
    return _all(picture, int(dice.integers(2, 10)))


def _all(picture: Picture, radius: int) -> Cut:
    height, width = picture.shape[:2]
    outline = rounded((width, height), min(radius, height // 2, width // 2))
    return Cut(cut(np.ascontiguousarray(picture), outline), (0, 0, width, height))


DECOYS: tuple[Callable[[Dice], Cut], ...] = (
    sign_of_words, sign_of_words, sign_of_words, sign_of_words, blank, clock, ringed, ringed, bus, shirt, ruled, ruled,
    price, lines, lines, registration, meter,
)  # fmt: skip
