"""Draws what no labelled folder shows enough of: blades, cards, banknotes, screens, tape, and papers.

Each is a cut-out: RGBA, its outline in the last channel, made to be laid into a photograph.
"""

from __future__ import annotations

import string
from collections.abc import Callable

import cv2
import numpy as np

from fixtures.draw import Picture, words

Dice = np.random.Generator
Colour = tuple[int, int, int]


def colour(dice: Dice, low: int = 0, high: int = 256) -> Colour:
    """Any colour within these levels."""
    red, green, blue = (int(level) for level in dice.integers(low, high, 3))
    return red, green, blue


def shaded(size: tuple[int, int], one: Colour, other: Colour, dice: Dice) -> Picture:
    """A surface of (width, height) that goes from one colour to the other, in any direction."""
    width, height = size
    turn = dice.uniform(0, 2 * np.pi)
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    ramp = ((across * np.cos(turn) + down * np.sin(turn)) / 2.83 + 0.5)[..., None]
    return np.asarray(np.array(one) * (1 - ramp) + np.array(other) * ramp, np.uint8)


def cut(picture: Picture, outline: Picture) -> Picture:
    """A picture with its outline, (height, width), as a cut-out."""
    return np.dstack((picture, outline))


def rounded(size: tuple[int, int], radius: int) -> Picture:
    """The outline of a rectangle of (width, height) with round corners."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - radius, height), 255, -1)
    cv2.rectangle(mask, (0, radius), (width, height - radius), 255, -1)
    for x, y in (
        (radius, radius),
        (width - radius, radius),
        (radius, height - radius),
        (width - radius, height - radius),
    ):
        cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    return mask


def say(picture: Picture, text: str, left: int, top: int, height: int, ink: Colour, *, bold: bool = False) -> None:
    """Write on a picture whatever part of a line of text fits."""
    line = words(text, max(5, height), bold=bold)
    under = picture[max(top, 0) : top + line.shape[0], max(left, 0) : left + line.shape[1], :3]
    over = line[: under.shape[0], : under.shape[1], None] / np.float32(255)
    under[:] = under * (1 - over) + np.array(ink, np.float32) * over


def gibberish(dice: Dice, count: int) -> str:
    """Made-up words of about so many letters."""
    lengths = dice.integers(2, 10, 1 + count // 6)
    made = " ".join("".join(dice.choice(list(string.ascii_lowercase), length)) for length in lengths)
    return made.capitalize() if dice.random() < 0.7 else made.upper()


def digits(dice: Dice, count: int) -> str:
    """So many digits, in fours."""
    some = "".join(str(digit) for digit in dice.integers(0, 10, count))
    return " ".join(some[first : first + 4] for first in range(0, count, 4))


def scribble(picture: Picture, left: int, top: int, width: int, height: int, ink: Colour, dice: Dice) -> None:
    """A line of handwriting: loops that lean, in words."""
    at = float(left)
    thick = max(1, height // 9)
    while at < left + width:
        long = min(dice.uniform(1, 5) * height, left + width - at)
        step = np.linspace(0, 1, max(8, int(long)))
        swing = step * long / height * dice.uniform(5, 8)
        tall = height * (0.25 + 0.25 * np.interp(step, np.linspace(0, 1, 9), dice.random(9) ** 2 * 3))
        x = at + step * long + np.cos(swing) * height * 0.2 + np.sin(swing) * tall * 0.3
        y = top + height * 0.6 - np.sin(swing) * tall
        cv2.polylines(picture, [np.stack((x, y), 1).astype(np.int32)], False, ink, thick, cv2.LINE_AA)
        at += long + height * dice.uniform(0.4, 0.9)


def guilloche(picture: Picture, dice: Dice, *, strength: float = 0.35) -> None:
    """The fine wavy lines of a banknote or a card."""
    height, width = picture.shape[:2]
    over = picture.copy()
    x = np.arange(0, width, 3)
    for _ in range(int(dice.integers(2, 5))):
        ink, wave = colour(dice, 40, 200), dice.uniform(20, 90)
        swell, drift = dice.uniform(0.05, 0.3) * height, dice.uniform(-0.3, 0.3)
        for row in np.arange(-0.3, 1.3, dice.uniform(0.03, 0.08)):
            y = row * height + np.sin(x / wave + row * 9) * swell + drift * x
            cv2.polylines(over, [np.stack((x, y), 1).astype(np.int32)], False, ink, 1, cv2.LINE_AA)
    cv2.addWeighted(over, strength, picture, 1 - strength, 0, dst=picture)


# ---------------------------------------------------------------- of metal


def metal(size: tuple[int, int], dice: Dice) -> Picture:
    """Steel: bands of light along it, darker towards one edge."""
    width, height = size
    level = dice.uniform(30, 80) if dice.random() < 0.15 else dice.uniform(120, 215)
    along = np.interp(np.arange(width), np.linspace(0, width, 8), dice.normal(0, 30, 8))
    down = np.interp(np.arange(height), np.linspace(0, height, 5), np.sort(dice.normal(0, 40, 5)))
    grey = level + along[None] + down[:: int(dice.choice((1, -1))), None] + dice.normal(0, 3, (height, width))
    return np.asarray(np.clip(grey[..., None] + dice.normal(0, 6, 3), 0, 255), np.uint8)


def grip(size: tuple[int, int], dice: Dice) -> Picture:
    """What a handle is made of: black, wood or coloured, with the grain along it."""
    width, height = size
    ground = ((28, 28, 30), (96, 62, 36), (150, 108, 66), colour(dice, 20, 200))[
        int(dice.choice(4, p=(0.5, 0.2, 0.1, 0.2)))
    ]
    grain = cv2.GaussianBlur(dice.normal(0, 12, (height, width)), (0, 0), sigmaX=12, sigmaY=1)
    light = np.interp(np.arange(height), (0, height * 0.3, height), (0, 35, -20))[:, None]
    return np.asarray(np.clip(np.array(ground) + (grain * 3 + light)[..., None], 0, 255), np.uint8)


def blade(dice: Dice) -> Picture:
    """A knife: kitchen knives, daggers, machetes, folding knives and cleavers."""
    width, high = 640, 260
    sort = str(dice.choice(("kitchen", "kitchen", "dagger", "machete", "folding", "cleaver")))
    start = int(width * (dice.uniform(0.2, 0.32) if sort == "machete" else dice.uniform(0.3, 0.46)))
    deep = {"kitchen": (22, 70), "dagger": (28, 50), "machete": (34, 64), "folding": (28, 56), "cleaver": (95, 150)}[
        sort
    ]
    tall = dice.uniform(*deep)
    end, spine = width - 12, high / 2 - tall / 2
    along = np.linspace(0, 1, 60)
    point = dice.uniform(1.6, 5)
    if sort == "cleaver":
        back, edge = np.zeros(60), np.full(60, tall)
        end = start + int(dice.uniform(240, 300))
    elif sort == "dagger":
        back = tall / 2 * along**point
        edge = tall - back
    else:
        drop = dice.uniform(0, 0.5) if sort != "machete" else dice.uniform(-0.2, 0.3)
        back = drop * tall * along**2
        edge = back + (tall * (1 + 0.25 * along * (sort == "machete")) - back) * (1 - along**point)
    if dice.random() < 0.2:
        edge = edge - (np.arange(60) % 2) * 4
    x = start + along * (end - start)
    steel = np.zeros((high, width), np.uint8)
    outline = np.concatenate((np.stack((x, spine + back), 1), np.stack((x, spine + edge), 1)[::-1]))
    cv2.fillPoly(steel, [outline.astype(np.int32)], 255, cv2.LINE_AA)
    picture = metal((width, high), dice)
    bevel = np.stack((x, spine + back + (edge - back) * dice.uniform(0.55, 0.85)), 1)
    below = np.concatenate((bevel, np.stack((x, spine + edge), 1)[::-1])).astype(np.int32)
    lighter = np.zeros_like(steel)
    cv2.fillPoly(lighter, [below], 1)
    picture = np.where(
        lighter[..., None] > 0, np.clip(picture.astype(np.int16) + int(dice.integers(-40, 60)), 0, 255), picture
    )
    return _with_handle(np.asarray(picture, np.uint8), steel, start, sort, dice)


def _with_handle(picture: Picture, outline: Picture, start: int, sort: str, dice: Dice) -> Picture:
    """A blade with its handle to the left of `start`, and a guard between the two."""
    high, width = outline.shape
    thick = dice.uniform(24, 44)
    x = np.linspace(10, start + 6, 30)
    swell = thick / 2 * (1 + 0.18 * np.sin(np.linspace(0, dice.uniform(3, 9), 30)))
    sides = [np.stack((x, high / 2 + sign * swell), 1) for sign in (1, -1)]
    handle = np.zeros_like(outline)
    cv2.fillPoly(handle, [np.concatenate((sides[0], sides[1][::-1])).astype(np.int32)], 255, cv2.LINE_AA)
    made = np.where(handle[..., None] > 0, grip((width, high), dice), picture)
    made = np.ascontiguousarray(made)
    if dice.random() < 0.5:
        for rivet in np.linspace(0.25, 0.75, int(dice.integers(2, 4))):
            cv2.circle(made, (int(start * rivet), high // 2), 5, colour(dice, 120, 220), -1, cv2.LINE_AA)
    if sort == "dagger" or dice.random() < 0.25:
        wide = int(dice.uniform(40, 70))
        for layer, ink in ((made, colour(dice, 30, 190)), (handle, 255)):
            cv2.rectangle(layer, (start - 6, high // 2 - wide), (start + 8, high // 2 + wide), ink, -1)
    return cut(made, np.maximum(outline, handle))


def tool(dice: Dice) -> Picture:
    """What is long and of metal but no blade: spoons, forks, screwdrivers, rulers, pens, spanners, batons."""
    width, high = 640, 200
    shape = np.zeros((high, width), np.uint8)
    middle, sort = high // 2, int(dice.integers(6))
    thick = int(dice.uniform(5, 16))
    if sort == 0:  # a spoon
        cv2.rectangle(shape, (20, middle - thick), (440, middle + thick), 255, -1)
        cv2.ellipse(shape, (520, middle), (110, int(dice.uniform(40, 70))), 0, 0, 360, 255, -1, cv2.LINE_AA)
    elif sort == 1:  # a fork
        cv2.rectangle(shape, (20, middle - thick), (440, middle + thick), 255, -1)
        cv2.rectangle(shape, (430, middle - 45), (480, middle + 45), 255, -1)
        for y in (-45, -17, 11, 35):
            cv2.rectangle(shape, (480, middle + y), (620, middle + y + 10), 255, -1)
    elif sort == 2:  # a ruler or a pen
        cv2.rectangle(shape, (10, middle - 2 * thick), (630, middle + 2 * thick), 255, -1)
    elif sort == 3:  # a spanner
        cv2.rectangle(shape, (90, middle - 18), (550, middle + 18), 255, -1)
        for x in (80, 560):
            cv2.circle(shape, (x, middle), 55, 255, -1, cv2.LINE_AA)
            cv2.rectangle(shape, (x - 20, middle - 60), (x + 20, middle), 0, -1)
    else:  # a screwdriver, a torch, a baton
        cv2.rectangle(shape, (200, middle - thick), (620, middle + thick), 255, -1)
    made = (
        metal((width, high), dice) if dice.random() < 0.6 else shaded((width, high), colour(dice), colour(dice), dice)
    )
    return _with_handle(made, shape, 230, "tool", dice) if sort > 3 or dice.random() < 0.2 else cut(made, shape)


def police_tape(dice: Dice) -> Picture:
    """Cordon tape, its stripes slanting, with or without words, sagging."""
    width, wide = 900, int(dice.integers(34, 80))
    one, other = (((20, 70, 170), (240, 240, 240)), ((200, 30, 30), (240, 240, 240)), ((240, 200, 20), (20, 20, 20)))[
        int(dice.choice(3, p=(0.6, 0.2, 0.2)))
    ]
    across, down = np.meshgrid(np.arange(width), np.arange(wide))
    period = dice.uniform(1.2, 3) * wide
    stripes = ((across + down * dice.uniform(-1.2, 1.2)) % period < period * dice.uniform(0.35, 0.65))[..., None]
    strip = np.ascontiguousarray(np.where(stripes, np.array(one), np.array(other)).astype(np.uint8))
    if dice.random() < 0.6:
        text = str(dice.choice(("POLICE LINE DO NOT CROSS", "POLICE", "DO NOT CROSS", "CRIME SCENE DO NOT ENTER")))
        band = one if dice.random() < 0.5 else other
        for left in range(int(dice.integers(0, 200)), width, 450):
            strip[wide // 5 : wide - wide // 5, left : left + 300] = band
            say(strip, text, left + 10, wide // 3, wide // 3, other if band == one else one, bold=True)
    sag = int(dice.uniform(0, 110))
    made = np.zeros((wide + sag + 1, width, 4), np.uint8)
    low = (sag * np.sin(np.linspace(0, np.pi, width))).astype(int) if dice.random() < 0.5 else np.zeros(width, int)
    for x in range(width):
        made[low[x] : low[x] + wide, x, :3] = strip[:, x]
        made[low[x] : low[x] + wide, x, 3] = 255
    return made


Draw = Callable[[Dice], Picture]
