"""Draws what is printed, written or shown: cards, banknotes, papers, screens; and signs, which are none of these."""

from __future__ import annotations

import cv2
import numpy as np

from fixtures.draw import Picture
from models.objects.drawn import Dice, colour, cut, digits, gibberish, guilloche, rounded, say, scribble, shaded

INKS = ((20, 20, 24), (20, 20, 24), (20, 40, 140), (140, 20, 30), (20, 100, 50))
# Pixels across the ground that notes are spread on.
SPREAD = 700
# Sterling's notes: five, ten, twenty, fifty pounds.
NOTES = {"5": (120, 190, 185), "10": (205, 140, 80), "20": (160, 130, 190), "50": (200, 110, 110)}


def card(dice: Dice, face: Picture) -> Picture:
    """An identity or bank card, a pass worn upright, a page of a passport, or its cover."""
    sort = str(dice.choice(("licence", "bank", "pass", "page", "cover"), p=(0.3, 0.25, 0.28, 0.12, 0.05)))
    width, height = {"pass": (404, 640), "page": (700, 490), "cover": (440, 620)}.get(sort, (640, 404))
    dark = sort == "cover" or (sort == "bank" and dice.random() < 0.6)
    low, high = (0, 150) if dark else (170, 256)
    grounds = (colour(dice, low, high), colour(dice, low, high))
    if sort == "cover":
        grounds = ((100, 24, 40), (90, 20, 35)) if dice.random() < 0.4 else ((22, 30, 60), (16, 22, 48))
    made = shaded((width, height), *grounds, dice)
    ink = (235, 225, 190) if dark else (25, 25, 35)
    if dice.random() < 0.7 and sort != "cover":
        guilloche(made, dice, strength=dice.uniform(0.1, 0.4))
    {"bank": _bank, "pass": _pass, "cover": _cover}.get(sort, _licence)(made, face, ink, dice)
    outline = rounded((width, height), 6 if sort == "page" else 26)
    if sort == "pass" and dice.random() < 0.6:
        outline = _hung(made, outline, dice)
        made = np.vstack((np.full((outline.shape[0] - height, width, 3), colour(dice, 0, 200), np.uint8), made))
    return cut(made, outline)


def _photo(made: Picture, face: Picture, left: int, top: int, width: int, dice: Dice) -> None:
    height = round(width * 1.28)
    small = cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA)
    if dice.random() < 0.3:
        small = cv2.cvtColor(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    there = made[top : top + height, left : left + width]
    there[:] = small[: there.shape[0], : there.shape[1]]


def _licence(made: Picture, face: Picture, ink: tuple[int, int, int], dice: Dice) -> None:
    height, width = made.shape[:2]
    page = height > 450
    say(made, gibberish(dice, 14).upper(), 40, 24, 26, colour(dice, 0, 130), bold=True)
    wide = int(dice.uniform(150, 200))
    right = dice.random() < 0.25
    _photo(made, face, width - wide - 30 if right else 30, 90, wide, dice)
    left = 40 if right else wide + 60
    for row in range(90, height - (130 if page else 40), int(dice.uniform(26, 40))):
        say(made, f"{dice.integers(1, 9)}. {gibberish(dice, 12).upper()}", left, row, int(dice.uniform(10, 16)), ink)
    if page:
        for row in (height - 90, height - 50):
            say(made, "P<GBR" + gibberish(dice, 18).upper().replace(" ", "<") + "<" * 30, 20, row, 22, ink)
    else:
        scribble(made, left, height - 70, 200, 36, ink, dice)
    cv2.rectangle(made, (0, 0), (width, 10), colour(dice), -1)


def _bank(made: Picture, face: Picture, ink: tuple[int, int, int], dice: Dice) -> None:
    say(made, gibberish(dice, 8).upper(), 40 if dice.random() < 0.7 else 380, 36, 34, ink, bold=True)
    gold = (205, 175, 95) if dice.random() < 0.7 else (200, 200, 205)
    cv2.rectangle(made, (60, 140), (150, 210), gold, -1)
    for x in (90, 120):
        cv2.line(made, (x, 140), (x, 210), (110, 95, 60), 2)
    cv2.line(made, (60, 175), (150, 175), (110, 95, 60), 2)
    if dice.random() < 0.8:
        say(made, digits(dice, 16), 56, 236, 32, ink)
        say(made, f"{dice.integers(1, 13):02}/{dice.integers(26, 32)}", 260, 296, 18, ink)
        say(made, gibberish(dice, 14).upper(), 56, 340, 20, ink)
    for x in (520, 560):
        cv2.circle(made, (x, 330), 34, colour(dice, 60, 256), -1, cv2.LINE_AA)


def _pass(made: Picture, face: Picture, ink: tuple[int, int, int], dice: Dice) -> None:
    height, width = made.shape[:2]
    head = int(dice.uniform(60, 130))
    made[:head] = band = colour(dice, 0, 160)
    say(
        made,
        str(dice.choice(("STAFF", "VISITOR", "POLICE", "COLLEGE", gibberish(dice, 8).upper()))),
        60,
        24,
        34,
        (250,) * 3,
        bold=True,
    )
    wide = int(dice.uniform(170, 240))
    _photo(made, face, (width - wide) // 2 if dice.random() < 0.8 else 24, head + 24, wide, dice)
    row = head + 40 + round(1.28 * wide)
    for text, tall in ((gibberish(dice, 10), 30), (gibberish(dice, 14), 18), (f"ID {digits(dice, 8)}", 18)):
        say(made, text, 50, row, tall, ink, bold=tall > 20)
        row += tall + 22
    if dice.random() < 0.5:
        made[height - 40 :] = band


def _cover(made: Picture, face: Picture, ink: tuple[int, int, int], dice: Dice) -> None:
    gold = (200, 170, 90)
    cv2.circle(made, (220, 310), 80, gold, 6, cv2.LINE_AA)
    for turn in np.linspace(0, 6, 9):
        cv2.circle(made, (int(220 + 50 * np.cos(turn)), int(310 + 50 * np.sin(turn))), 18, gold, 3, cv2.LINE_AA)
    say(made, "PASSPORT" if dice.random() < 0.7 else gibberish(dice, 8).upper(), 110, 480, 34, gold)
    say(made, gibberish(dice, 16).upper(), 60, 60, 24, gold)


def _hung(made: Picture, outline: Picture, dice: Dice) -> Picture:
    """The outline with a strap above it."""
    width = made.shape[1]
    strap = np.zeros((int(dice.uniform(100, 320)), width), np.uint8)
    for sign in (-1, 1):
        top = int(width / 2 + sign * dice.uniform(20, 180))
        cv2.line(strap, (top, 0), (width // 2, strap.shape[0]), 255, int(dice.uniform(10, 22)))
    return np.vstack((strap, outline))


def note(dice: Dice, face: Picture) -> Picture:
    """A banknote of no issuer, in sterling's colours or others."""
    worth = str(dice.choice(list(NOTES)))
    ground = NOTES[worth] if dice.random() < 0.8 else colour(dice, 110, 210)
    pale = tuple(int(level + (255 - level) * 0.55) for level in ground)
    made = shaded((620, 320), ground, (pale[0], pale[1], pale[2]), dice)
    guilloche(made, dice, strength=0.45)
    grey = cv2.cvtColor(cv2.resize(face, (170, 220)), cv2.COLOR_RGB2GRAY)[..., None] / 255
    tint = np.array(ground) * 0.35 + (np.array(pale) - np.array(ground) * 0.35) * grey
    left = int(dice.choice((400, 90)))
    mask = np.zeros((220, 170), np.uint8)
    cv2.ellipse(mask, (85, 110), (80, 108), 0, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 8)[..., None] / 255
    there = made[60:280, left : left + 170]
    there[:] = there * (1 - soft) + tint * soft
    ink = tuple(int(level * 0.3) for level in ground)
    dark = (ink[0], ink[1], ink[2])
    for x, y, tall in ((24, 22, 52), (520, 262, 36), (520, 20, 30)):
        say(made, worth, x, y, tall, dark, bold=True)
    say(made, "BANK OF " + gibberish(dice, 8).upper(), 150, 24, 22, dark)
    say(made, f"{gibberish(dice, 3).upper()}{digits(dice, 8)}", 40, 270, 16, dark)
    if dice.random() < 0.6:
        x = int(dice.uniform(230, 330))
        made[:, x : x + 26] = (np.array((225, 225, 235)) + dice.normal(0, 14, (320, 26, 3))).clip(0, 255)
    return cut(made, np.full((320, 620), 255, np.uint8))


def cash(dice: Dice, face: Picture) -> Picture:
    """Banknotes: one, a fan, a stack, or scattered."""
    sort = str(dice.choice(("one", "fan", "stack", "scattered"), p=(0.15, 0.3, 0.25, 0.3)))
    one = note(dice, face)
    if sort == "one":
        return one
    made = np.zeros((SPREAD, SPREAD, 4), np.uint8)
    count = int(dice.integers(3, 9))
    for number in range(count):
        each = note(dice, face) if sort == "scattered" and dice.random() < 0.4 else one
        turn = {"fan": -40 + 80 * number / count, "stack": dice.normal(0, 3)}.get(sort, dice.uniform(0, 360))
        middle = (60.0, 160.0) if sort == "fan" else (310.0, 160.0)
        move = cv2.getRotationMatrix2D(middle, turn, 0.7)
        shift = dice.normal(0, 6, 2) if sort != "scattered" else dice.uniform(-160, 160, 2)
        move[:, 2] += SPREAD / 2 - np.array(middle) + shift - np.array((180, 0)) * (sort == "fan")
        over = cv2.warpAffine(each, move, (SPREAD, SPREAD))
        inside = over[..., 3] > 127
        # a shadow on those below
        made[cv2.dilate(over[..., 3], np.ones((9, 9), np.uint8)) > 127, :3] //= 2
        made[inside] = over[inside]
        made[inside, :3] = made[inside, :3] * dice.uniform(0.75, 1)
    rows, columns = np.nonzero(made[..., 3])
    return made[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def sign(dice: Dice, photo: Picture) -> Picture:
    """What is flat and printed but no paper in the hand: shop and road signs, posters, packages, plain boards."""
    width, height = (int(side) for side in dice.integers(200, 700, 2))
    sort = int(dice.integers(4))
    ground = colour(dice)
    made = shaded((width, height), ground, ground if dice.random() < 0.5 else colour(dice), dice)
    if sort in (0, 1):
        made = np.ascontiguousarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA))
    ink = colour(dice, 200, 256) if np.mean(made) < 128 else colour(dice, 0, 80)
    if sort:
        tall = int(dice.uniform(0.1, 0.3) * height)
        for row in range(int(dice.integers(1, 3))):
            say(
                made,
                gibberish(dice, 8),
                width // 12,
                int(height * dice.uniform(0.05, 0.3)) + row * 2 * tall,
                tall,
                ink,
                bold=True,
            )
    outline = rounded((width, height), int(dice.choice((2, 30))))
    return cut(made, outline)
