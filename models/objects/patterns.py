"""Draws what has stripes, checks or corners and is neither cordon tape nor a card: flags, bunting, the liveries of
emergency vehicles, awnings, clothes, boards with large letters, cheques, paving.

Each is a cut-out, as in drawn.py.
"""

from __future__ import annotations

import cv2
import numpy as np

from fixtures.draw import Picture
from models.objects.drawn import Dice, colour, cut, say

RED, WHITE, BLUE, YELLOW, BLACK, GREEN, ORANGE = (
    (200, 24, 40), (244, 244, 240), (16, 52, 140), (250, 212, 20), (20, 20, 24), (20, 130, 70), (245, 130, 30),
)  # fmt: skip
# Bands of flags, from one side to the other.
BANDS = (
    (BLUE, WHITE, RED), (GREEN, WHITE, ORANGE), (GREEN, WHITE, RED), (BLACK, YELLOW, RED), (BLACK, RED, YELLOW),
    (RED, WHITE, BLUE), (BLUE, YELLOW), (WHITE, RED), (RED, WHITE, RED), (WHITE, BLUE, RED),
    (RED, ORANGE, YELLOW, GREEN, BLUE, (110, 30, 130)),
    ((90, 200, 240), (240, 170, 190), WHITE, (240, 170, 190), (90, 200, 240)),
    (RED, WHITE) * 6, (BLUE, WHITE) * 4,
)  # fmt: skip
# Checks of vehicles and uniforms: police, ambulance and fire in Great Britain.
CHECKS = ((BLUE, YELLOW), (GREEN, YELLOW), (RED, YELLOW), (BLACK, WHITE), (BLUE, WHITE))


def pattern(dice: Dice) -> Picture:
    """Any of them."""
    draw = DRAWN[int(dice.integers(len(DRAWN)))]
    return draw(dice)


def flag(dice: Dice) -> Picture:
    """Bands upright or level, in the wind."""
    bands = BANDS[int(dice.integers(len(BANDS)))]
    width, height = 600, int(dice.integers(300, 420))
    upright = dice.random() < 0.5 and len(bands) < 4
    along = np.arange(width if upright else height) * len(bands) // (width if upright else height)
    line = np.array(bands, np.uint8)[along]
    flat = np.tile(line[None], (height, 1, 1)) if upright else np.tile(line[:, None], (1, width, 1))
    if len(bands) == 12:
        flat[: height * 7 // 12, : width * 2 // 5] = BLUE
        for _ in range(30):
            place = int(dice.integers(0, width * 2 // 5)), int(dice.integers(0, height * 7 // 12))
            cv2.circle(flat, place, 6, WHITE, -1, cv2.LINE_AA)
    return waving(np.ascontiguousarray(flat), dice)


def union(dice: Dice) -> Picture:
    """The flag of the United Kingdom, or a cross."""
    width, height = 600, 300
    flat = np.full((height, width, 3), BLUE, np.uint8)
    if dice.random() < 0.6:
        for ink, wide in ((WHITE, 60), (RED, 20)):
            cv2.line(flat, (0, 0), (width, height), ink, wide)
            cv2.line(flat, (0, height), (width, 0), ink, wide)
        crosses: tuple[tuple[tuple[int, int, int], int], ...] = ((WHITE, 100), (RED, 60))
    else:
        ground, ink = ((WHITE, RED), (BLUE, WHITE), (RED, WHITE), (BLUE, YELLOW))[int(dice.integers(4))]
        flat[:] = ground
        crosses = ((ink, 60),)
    for ink, wide in crosses:
        cv2.line(flat, (width // 2, 0), (width // 2, height), ink, wide)
        cv2.line(flat, (0, height // 2), (width, height // 2), ink, wide)
    return waving(flat, dice)


def waving(flat: Picture, dice: Dice) -> Picture:
    """A flat cloth moved by the wind, with its folds lit."""
    height, width = flat.shape[:2]
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height + 80, dtype=np.float32))
    wave = np.sin(across / dice.uniform(50, 160) + dice.uniform(0, 6)) * dice.uniform(0, 1)
    moved = cv2.remap(flat, across, down - 40 - 30 * wave, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    inside = cv2.remap(np.full((height, width), 255, np.uint8), across, down - 40 - 30 * wave, cv2.INTER_LINEAR)
    light = 1 + 0.35 * np.gradient(wave, axis=1) * 60
    return cut(
        np.clip(moved * np.clip(light, 0.5, 1.25)[..., None], 0, 255).astype(np.uint8), np.asarray(inside, np.uint8)
    )


def bunting(dice: Dice) -> Picture:
    """Triangles on a line."""
    width, height, many = 800, 150, int(dice.integers(6, 14))
    picture, outline = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    inks = (RED, WHITE, BLUE) if dice.random() < 0.5 else tuple(colour(dice) for _ in range(4))
    wide = width // many
    for number in range(many):
        sag = int(40 * np.sin(np.pi * (number + 0.5) / many))
        points = np.array(
            [[number * wide, sag], [(number + 1) * wide - 4, sag], [number * wide + wide // 2, sag + 100]]
        )
        cv2.fillPoly(picture, [points.astype(np.int32)], inks[number % len(inks)])
        cv2.fillPoly(outline, [points.astype(np.int32)], 255)
    return cut(picture, outline)


def checks(dice: Dice) -> Picture:
    """The checks along the side of a vehicle or on a cap, in one, two or three rows."""
    one, other = CHECKS[int(dice.integers(len(CHECKS)))]
    rows, side = int(dice.integers(1, 4)), 60
    # one long row looks like tape
    columns = int(dice.integers(4, 14 if rows > 1 else 8))
    wide = int(side * dice.uniform(1, 1.9))
    picture = np.zeros((rows * side, columns * wide, 3), np.uint8)
    for row in range(rows):
        for column in range(columns):
            ink = one if (row + column) % 2 else other
            picture[row * side : (row + 1) * side, column * wide : (column + 1) * wide] = ink
    return cut(picture, np.full(picture.shape[:2], 255, np.uint8))


def chevrons(dice: Dice) -> Picture:
    """The slanting bands at a vehicle's rear, which meet in the middle."""
    one, other = ((RED, YELLOW), (ORANGE, YELLOW), (BLUE, YELLOW), (RED, WHITE))[int(dice.integers(4))]
    width, height, period = 500, int(dice.integers(150, 420)), dice.uniform(60, 130)
    across, down = np.meshgrid(np.abs(np.arange(width) - width / 2), np.arange(height))
    bands = ((across + down) % period < period / 2)[..., None]
    picture = np.where(bands, np.array(one), np.array(other)).astype(np.uint8)
    return cut(picture, np.full((height, width), 255, np.uint8))


def awning(dice: Dice) -> Picture:
    """Straight stripes: awnings, deck chairs, crossings, barriers of gardens, wallpaper."""
    one = colour(dice)
    other = WHITE if dice.random() < 0.7 else colour(dice)
    width, height, period = 640, int(dice.integers(100, 420)), int(dice.integers(24, 110))
    bands = (np.arange(width) % period < period * dice.uniform(0.35, 0.65))[None, :, None]
    picture = np.broadcast_to(np.where(bands, np.array(one), np.array(other)), (height, width, 3)).astype(np.uint8)
    if dice.random() < 0.3:
        picture = np.ascontiguousarray(picture.transpose(1, 0, 2))
    return cut(picture, np.full(picture.shape[:2], 255, np.uint8))


def cloth(dice: Dice) -> Picture:
    """A striped shirt, scarf, tie or ribbon: stripes in two or three colours, bent."""
    inks = [colour(dice) for _ in range(int(dice.integers(2, 4)))]
    width, height, period = 420, int(dice.integers(120, 420)), dice.uniform(16, 60)
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    bent = down + across * dice.uniform(-0.8, 0.8) + 12 * np.sin(across / dice.uniform(30, 90))
    picture = np.array(inks, np.uint8)[(bent // period).astype(int) % len(inks)]
    outline = np.zeros((height, width), np.uint8)
    cv2.ellipse(outline, (width // 2, height // 2), (width // 2, height // 2), 0, 0, 360, 255, -1, cv2.LINE_AA)
    return cut(picture, outline if dice.random() < 0.6 else np.full((height, width), 255, np.uint8))


def board(dice: Dice) -> Picture:
    """Large letters in the colours of tape."""
    ground, ink = ((BLACK, YELLOW), (YELLOW, BLACK), (BLUE, WHITE), (WHITE, BLUE), (RED, WHITE), (WHITE, RED))[
        int(dice.integers(6))
    ]
    said = ("OPEN DAY", "POLICE", "CAFE", "NEIGHBOURHOOD WATCH", "TO LET", "JOIN US", "EXIT", "CALL 101", "FIRE")
    picture = np.full((150, 640, 3), ground, np.uint8)
    for top in range(10, 150, 70):
        say(picture, str(dice.choice(said)), int(dice.integers(5, 60)), top, int(dice.integers(36, 60)), ink, bold=True)
    return cut(picture, np.full(picture.shape[:2], 255, np.uint8))


def cheque(dice: Dice) -> Picture:
    """A large cheque as it is handed over."""
    picture = np.full((300, 640, 3), colour(dice, 190, 250), np.uint8)
    ink = colour(dice, 0, 90)
    cv2.rectangle(picture, (8, 8), (631, 291), ink, int(dice.integers(2, 6)))
    say(picture, str(dice.choice(("Air Ambulance", "The Hospice", "Youth Club"))), 40, 40, 34, ink)
    say(picture, str(dice.choice(("One thousand pounds only", "Five hundred pounds"))), 40, 130, 28, ink)
    say(picture, f"{int(dice.integers(1, 90)) * 100}.00", 450, 130, 34, ink, bold=True)
    for left, right, down in ((40, 600, 90), (40, 600, 180), (340, 600, 260)):
        cv2.line(picture, (left, down), (right, down), ink, 2)
    return cut(picture, np.full(picture.shape[:2], 255, np.uint8))


def slabs(dice: Dice) -> Picture:
    """Paving, brickwork, tiles or panes."""
    wide, high = (int(side) for side in dice.integers(40, 160, 2))
    ground = np.array(colour(dice, 60, 230))
    picture = np.full((420, 600, 3), np.clip(ground - 50, 0, 255), np.uint8)
    for row, top in enumerate(range(0, 420, high)):
        for left in range(-(wide // 2) * (row % 2), 600, wide):
            shade = np.clip(ground + dice.integers(-18, 18), 0, 255)
            picture[top + 3 : top + high, max(left + 3, 0) : max(left + wide, 0)] = shade
    return cut(picture, np.full(picture.shape[:2], 255, np.uint8))


DRAWN = (flag, union, bunting, checks, chevrons, awning, cloth, board, cheque, slabs)
