"""Augmentation: draws British number plates over a photograph's plates, because the labelled pictures have too few."""

from __future__ import annotations

import random
import string
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import screening  # noqa: F401 gives matplotlib's list of fonts a place

Picture = NDArray[np.uint8]
# Letters on British plates: no I or Q, and no O or Z where they would be read as digits.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY"


@lru_cache(maxsize=2)
def _font(size: int) -> Any:
    from matplotlib import font_manager

    return ImageFont.truetype(font_manager.findfont("DejaVu Sans:bold"), size)


def registration(random_: random.Random) -> str:
    """Return an invented registration in the current format, or in one of the two before it."""

    def letters(count: int) -> str:
        return "".join(random_.choices(_LETTERS, k=count))

    def digits(count: int) -> str:
        return "".join(random_.choices(string.digits, k=count))

    style = random_.random()
    if style < 0.75:
        return f"{letters(2)}{digits(2)} {letters(3)}"
    if style < 0.9:
        return f"{letters(1)}{digits(random_.randint(1, 3))} {letters(3)}"
    return f"{letters(3)} {digits(random_.randint(1, 3))}{letters(1)}"


def plate(random_: random.Random, *, two_lines: bool) -> Picture:
    """Return one drawn plate, white or yellow, with or without the coloured band, 4.6 to 1 or in two lines."""
    text = registration(random_)
    width, height = (300, 216) if two_lines else (520, 111)
    ground = random_.choice([(236, 236, 232), (240, 196, 30)])
    picture = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(picture)
    band = 42 if random_.random() < 0.4 and not two_lines else 0
    if band:
        draw.rectangle((0, 0, band, height), fill=random_.choice([(0, 60, 160), (20, 140, 60)]))
    for row, line in enumerate(text.split() if two_lines else [text]):
        tall = 84 if two_lines else 82
        ink = Image.new("L", (60 * len(line) + 20, 110))
        ImageDraw.Draw(ink).text((4, 0), line, font=_font(88), fill=255)
        ink = ink.crop(ink.getbbox()).resize((min(width - band - 24, 58 * len(line)), tall))
        left = band + (width - band - ink.width) // 2
        picture.paste((18, 18, 20), (left, (14 + row * 98) if two_lines else 14), ink)
    if random_.random() < 0.5:
        draw.rectangle((0, 0, width - 1, height - 1), outline=(20, 20, 20), width=3)
    return np.asarray(picture)


def lay_over(picture: Picture, box: list[float], random_: random.Random) -> Picture:
    """Return the picture with a drawn plate over a plate's box, lit and blurred like what it covers."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    drawn = plate(random_, two_lines=wide < 2.1 * high)
    rows, columns = drawn.shape[:2]
    slope = random_.uniform(-0.12, 0.12) * high
    corners = np.array(
        [
            [left, top + max(slope, 0)],
            [right, top + max(-slope, 0)],
            [right, bottom - max(slope, 0)],
            [left, bottom - max(-slope, 0)],
        ],
        np.float32,
    )
    warp = cv2.getPerspectiveTransform(
        np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32), corners
    )
    small = cv2.GaussianBlur(drawn, (0, 0), max(0.1, 0.45 * columns / max(wide, 1)))
    size = (picture.shape[1], picture.shape[0])
    mask = cv2.warpPerspective(np.full((rows, columns), 255, np.uint8), warp, size)[..., None] / 255.0
    under = picture[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    light = np.clip(np.percentile(under, 90) / 235, 0.15, 1.05) * random_.uniform(0.85, 1.1)
    over = np.clip(cv2.warpPerspective(small, warp, size).astype(np.float32) * light, 0, 255)
    return np.asarray(picture * (1 - mask) + over * mask, np.uint8)
