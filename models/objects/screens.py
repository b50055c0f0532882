"""Draws screens with what they show: monitors, laptops, telephones and tablets."""

from __future__ import annotations

import cv2
import numpy as np

from fixtures.draw import Picture
from models.objects.drawn import Colour, Dice, colour, cut, gibberish, rounded, say, shaded


def screen(dice: Dice, photo: Picture) -> Picture:
    """A monitor, a laptop, a telephone or a tablet, on or off."""
    sort = str(dice.choice(("monitor", "laptop", "phone", "tablet"), p=(0.35, 0.27, 0.28, 0.1)))
    width, height = {"phone": (300, int(dice.uniform(540, 640))), "tablet": (640, 470)}.get(
        sort, (800, int(dice.uniform(450, 560)))
    )
    shown = _picture(width, height, photo, dice)
    glare = np.linspace(0, dice.uniform(0, 50), width)[None, :, None]
    shown = np.asarray(np.clip(shown * dice.uniform(0.7, 1.1) + glare, 0, 255), np.uint8)
    edge = int(dice.uniform(8, 34))
    bezel = (18, 18, 20) if dice.random() < 0.7 else (195, 197, 200)
    chin = edge * (3 if sort in ("phone", "monitor") and dice.random() < 0.4 else 1)
    top = edge * (2 if sort == "phone" else 1)
    made = np.asarray(cv2.copyMakeBorder(shown, top, chin, edge, edge, cv2.BORDER_CONSTANT, value=bezel), np.uint8)
    outline = rounded((made.shape[1], made.shape[0]), 44 if sort == "phone" else 10)
    if sort == "monitor":
        return _standing(made, outline, bezel, dice)
    if sort == "laptop" and dice.random() < 0.85:
        return _with_keys(made, outline, dice)
    return cut(made, outline)


def _picture(width: int, height: int, photo: Picture, dice: Dice) -> Picture:
    """What a screen shows: windows, a table, a map, a list, a photograph, or nothing."""
    sort = str(dice.choice(("windows", "table", "map", "list", "photo", "off"), p=(0.27, 0.22, 0.13, 0.2, 0.1, 0.08)))
    if sort == "off":
        return shaded((width, height), (12, 12, 14), (50, 50, 56), dice)
    if sort == "photo":
        return np.ascontiguousarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA))
    dark = dice.random() < 0.25
    ground, ink = ((28, 30, 36), (200, 205, 210)) if dark else ((240, 242, 246), (40, 42, 48))
    made = (
        shaded((width, height), colour(dice, 0, 190), colour(dice, 0, 190), dice)
        if sort == "windows"
        else np.full((height, width, 3), ground, np.uint8)
    )
    if sort == "map":
        made[:] = (232, 228, 216)
        for _ in range(30):
            ends = dice.uniform(-0.2, 1.2, (2, 2)) * (width, height)
            (x, y), (to_x, to_y) = ends.astype(int).tolist()
            road = ((255, 255, 255), (250, 220, 130), (180, 210, 240))[int(dice.integers(3))]
            cv2.line(made, (x, y), (to_x, to_y), road, int(dice.uniform(2, 14)))
        return made
    accent = colour(dice, 0, 200)
    panes = [(0, 0, width, height)]
    if sort == "windows":
        panes = [_pane(width, height, dice) for _ in range(int(dice.integers(1, 4)))]
    for left, top, wide, high in panes:
        pane = made[top : top + high, left : left + wide]
        if pane.size:
            pane[:] = ground
            pane[:26] = accent
            _filled(pane, sort, ink, accent, dice)
    if width > 500 and dice.random() < 0.5:
        made[-26:] = (30, 34, 44)
    return made


def _pane(width: int, height: int, dice: Dice) -> tuple[int, int, int, int]:
    """A window's left, top, width and height."""
    left, top = dice.uniform(0, 0.5, 2) * (width, height)
    wide, high = dice.uniform(0.3, 0.6, 2) * (width, height)
    return int(left), int(top), int(wide), int(high)


def _filled(pane: Picture, sort: str, ink: Colour, accent: Colour, dice: Dice) -> None:
    """Lines of text in a window, a table with its rules, or a list with its pictures."""
    high, wide = pane.shape[:2]
    step = int(dice.uniform(16, 46))
    columns = int(dice.integers(2, 6)) if sort == "table" else 1
    for row in range(36, high - 12, step):
        if sort == "table" and (row // step) % 2:
            pane[row : row + step] = pane[row : row + step] * 0.93
        for column in range(columns):
            left = 10 + column * wide // columns
            if sort == "list":
                cv2.circle(pane, (left + step // 2, row + step // 3), step // 3, colour(dice, 60, 220), -1, cv2.LINE_AA)
                left += step + 6
            room = wide // columns - 20
            say(
                pane[:, : left + room],
                gibberish(dice, max(3, int(room * dice.uniform(0.3, 0.9) / (0.35 * step)))),
                left,
                row,
                max(6, int(step * 0.4)),
                ink,
            )


def _standing(made: Picture, outline: Picture, bezel: Colour, dice: Dice) -> Picture:
    width = outline.shape[1]
    foot = np.zeros((int(dice.uniform(40, 150)), width), np.uint8)
    neck, base = int(dice.uniform(30, 80)), int(dice.uniform(100, 220))
    cv2.rectangle(foot, (width // 2 - neck, 0), (width // 2 + neck, foot.shape[0]), 255, -1)
    cv2.rectangle(foot, (width // 2 - base, foot.shape[0] - 18), (width // 2 + base, foot.shape[0]), 255, -1)
    below = shaded((width, foot.shape[0]), bezel, colour(dice, 10, 120), dice)
    return cut(np.vstack((made, below)), np.vstack((outline, foot)))


def _with_keys(made: Picture, outline: Picture, dice: Dice) -> Picture:
    """A laptop's lower half, seen from above."""
    height, width = outline.shape
    deep = int(dice.uniform(0.3, 0.7) * height)
    body = (188, 190, 194) if dice.random() < 0.5 else (36, 37, 40)
    base = np.full((deep, width, 3), body, np.uint8)
    rows, key = 5, width * 0.86 / 14
    for row in range(rows):
        for column in range(14):
            left, top = int(width * 0.07 + column * key), int(deep * (0.08 + 0.1 * row))
            cv2.rectangle(
                base,
                (left, top),
                (left + int(key * 0.85), top + int(deep * 0.085)),
                (25, 25, 28) if body[0] > 90 else (60, 61, 64),
                -1,
            )
    cv2.rectangle(
        base,
        (int(width * 0.36), int(deep * 0.66)),
        (int(width * 0.64), int(deep * 0.95)),
        tuple(int(v * 0.9) for v in body),
        -1,
    )
    return cut(np.vstack((made, base)), np.vstack((outline, np.full((deep, width), 255, np.uint8))))
