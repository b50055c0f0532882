"""Draws papers: letters, forms, notebooks, sticky notes, whiteboards, and pages that are given."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from fixtures.draw import Picture
from models.objects.drawn import Colour, Dice, colour, cut, gibberish, say, scribble, shaded
from models.objects.printed import INKS


def paper(dice: Dice, page: Picture) -> Picture:
    """A letter, a form, a notebook, a sticky note, a whiteboard, or a page that is given; some on a clipboard."""
    sort = str(
        dice.choice(("page", "letter", "form", "notebook", "sticky", "board"), p=(0.3, 0.17, 0.17, 0.15, 0.09, 0.12))
    )
    width, height = {"sticky": (420, 410), "board": (820, int(dice.uniform(420, 620)))}.get(
        sort, (600, int(dice.uniform(720, 860)))
    )
    white = int(dice.integers(215, 253))
    ground: Colour = (white, white, int(white * dice.uniform(0.9, 1)))
    if sort == "sticky":
        ground = ((250, 235, 110), (250, 160, 190), (170, 230, 160), (150, 210, 245))[int(dice.integers(4))]
    made = shaded((width, height), ground, (ground[0] - 15, ground[1] - 15, ground[2] - 12), dice)
    if sort == "page":
        made = np.ascontiguousarray(
            cv2.resize(page, (width, round(width * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_AREA)[:1100]
        )
    else:
        {"letter": _letter, "form": _form}.get(sort, _written)(made, sort, INKS[int(dice.integers(len(INKS)))], dice)
    if sort == "board":
        edge = colour(dice, 100, 210)
        cv2.rectangle(made, (0, 0), (made.shape[1] - 1, made.shape[0] - 1), edge, 16)
    elif dice.random() < 0.2:
        board = (120, 84, 50) if dice.random() < 0.6 else colour(dice, 10, 90)
        made = np.asarray(cv2.copyMakeBorder(made, 50, 20, 24, 24, cv2.BORDER_CONSTANT, value=board), np.uint8)
        middle = made.shape[1] // 2
        cv2.rectangle(made, (middle - 90, 0), (middle + 90, 44), (170, 172, 175), -1)
    if dice.random() < 0.4:
        _folded(made, dice)
    return cut(made, np.full(made.shape[:2], 255, np.uint8))


def _letter(made: Picture, sort: str, ink: Colour, dice: Dice) -> None:
    height, width = made.shape[:2]
    tall = int(dice.uniform(9, 16))
    if dice.random() < 0.7:
        say(made, gibberish(dice, 12), 50, 40, 2 * tall, colour(dice, 0, 140), bold=True)
    row = 120
    while row < height * dice.uniform(0.7, 1) - 60:
        for _ in range(int(dice.integers(2, 8))):
            say(
                made,
                gibberish(dice, int(dice.uniform(0.4, 1) * (width - 100) / (0.75 * tall))),
                50,
                row,
                tall,
                (30, 30, 34),
            )
            row += round(1.9 * tall)
        row += 2 * tall
    scribble(made, 60, height - 70, 180, 40, ink, dice)


def _form(made: Picture, sort: str, ink: Colour, dice: Dice) -> None:
    height, width = made.shape[:2]
    say(made, gibberish(dice, 16).upper(), 40, 30, 24, (20, 20, 30), bold=True)
    tint = colour(dice, 190, 245)
    for row in range(90, height - 60, int(dice.uniform(36, 64))):
        parts = np.sort(dice.choice(np.arange(60, width - 60, 40), int(dice.integers(0, 3)), replace=False))
        edges = [30, *(int(part) for part in parts), width - 30]
        for left, right in itertools.pairwise(edges):
            if dice.random() < 0.25:
                made[row : row + 34, left:right] = tint
            cv2.rectangle(made, (left, row), (right, row + 34), (60, 60, 64), 1)
            say(made, gibberish(dice, max(2, (right - left) // 18)), left + 4, row + 4, 9, (50, 50, 54))
            if dice.random() < 0.5:
                scribble(made, left + 10, row + 14, min(200, right - left - 20), 16, ink, dice)


def _written(made: Picture, sort: str, ink: Colour, dice: Dice) -> None:
    """Handwriting: on a notebook's lines, a sticky note, a whiteboard."""
    height, width = made.shape[:2]
    gap = int(dice.uniform(26, 44)) if sort == "notebook" else int(height / dice.uniform(4, 9))
    if sort == "notebook":
        for row in range(80, height, gap):
            cv2.line(made, (0, row), (width, row), (150, 175, 215), 1)
        if dice.random() < 0.5:
            cv2.line(made, (70, 0), (70, height), (220, 130, 130), 2)
        if dice.random() < 0.5:
            for y in range(16, height, 26):
                cv2.circle(made, (14, y), 7, (60, 60, 62), 3, cv2.LINE_AA)
    last = int(height * dice.uniform(0.5, 1))
    for row in range(int(gap * 1.2), last - gap, gap):
        if sort == "board" and dice.random() < 0.4:
            ink = INKS[int(dice.integers(len(INKS)))]
        long = int((width - 150) * dice.uniform(0.3, 1))
        if sort != "notebook" and dice.random() < 0.3:
            say(made, gibberish(dice, 12), 50, row, int(gap * 0.5), ink)
        else:
            scribble(made, 80, row, long, int(gap * 0.7), ink, dice)


def _folded(made: Picture, dice: Dice) -> None:
    """Creases: a lighter and a darker side along one or two lines."""
    height, width = made.shape[:2]
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    light = np.zeros((height, width))
    for _ in range(int(dice.integers(1, 3))):
        turn = float(dice.choice((0, np.pi / 2))) + dice.normal(0, 0.1)
        side = (across - width * dice.uniform(0.3, 0.7)) * np.cos(turn) + (
            down - height * dice.uniform(0.3, 0.7)
        ) * np.sin(turn)
        light += dice.uniform(8, 30) * np.tanh(side / dice.uniform(20, 200)) * float(dice.choice((1, -1)))
    made[:] = np.clip(made + light[..., None], 0, 255)
