"""What stands on signs: numbers of houses, and what is written elsewhere, in the fonts of installed packages."""

from __future__ import annotations

import functools
import string
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import screening  # noqa: F401  gives matplotlib's list of fonts a place
from fixtures.draw import Picture

Dice = np.random.Generator
# The height of digits on a sign as it is drawn, in pixels.
TALL = 28
# Of the fonts that come with Matplotlib; OpenCV draws others by strokes.
FONTS = (
    "DejaVuSans.ttf DejaVuSans-Bold.ttf DejaVuSans-Bold.ttf DejaVuSans-Oblique.ttf DejaVuSerif.ttf "
    "DejaVuSerif-Bold.ttf DejaVuSansMono-Bold.ttf STIXGeneral.ttf STIXGeneralBol.ttf STIXGeneralItalic.ttf cmb10.ttf"
).split()
STROKES = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)  # fmt: skip
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюя"


@functools.cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf" / name, 40)


def ink(text: str, dice: Dice, tall: int = TALL, *, bold: bool = False) -> Picture:
    """A line of text as ink from 0 to 255, cut to the ink, about so many pixels high, in any font and width."""
    if dice.random() < 0.15 and text.isascii():
        font, thick = int(dice.choice(STROKES)), int(dice.integers(2, 6))
        (width, height), below = cv2.getTextSize(text, font, 1.4, thick)
        sheet = np.zeros((height + below + 20, width + 40), np.uint8)
        cv2.putText(sheet, text, (20, height + 10), font, 1.4, 255, thick, cv2.LINE_AA)
    else:
        chosen = _font("DejaVuSans-Bold.ttf" if bold or not text.isascii() else str(dice.choice(FONTS)))
        left, top, right, bottom = (int(edge) for edge in chosen.getbbox(text, stroke_width=2))
        drawn = Image.new("L", (right - left + 8, bottom - top + 8))
        heavy = int(dice.integers(0, 3))
        ImageDraw.Draw(drawn).text((4 - left, 4 - top), text, font=chosen, fill=255, stroke_width=heavy)
        sheet = np.asarray(drawn)
    rows, columns = np.nonzero(sheet.max(1))[0], np.nonzero(sheet.max(0))[0]
    if not len(rows):
        return np.zeros((tall, tall // 2), np.uint8)
    sheet = sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide = max(2, round(sheet.shape[1] * tall / sheet.shape[0] * dice.uniform(0.6, 1.1)))
    return np.asarray(cv2.resize(sheet, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8)


def house(dice: Dice) -> str:
    """The number of a house: mostly of two digits."""
    lot = dice.random()
    most = 10 if lot < 0.22 else 100 if lot < 0.78 else 300 if lot < 0.95 else 3000
    first = int(dice.integers(max(1, most // 10), most))
    lot = dice.random()
    if lot < 0.1:
        return f"{first}{dice.choice(list('ABCDabc'))}"
    if lot < 0.15:
        return f"{first}{dice.choice(list('-/'))}{first + 2 * int(dice.integers(1, 3))}"
    return f"No {first}" if lot < 0.17 else str(first)


def word(dice: Dice) -> str:
    """A made-up word, in Latin or, as on the labelled fronts, Cyrillic letters."""
    letters = CYRILLIC if dice.random() < 0.35 else string.ascii_lowercase
    made = "".join(dice.choice(list(letters), int(dice.integers(3, 10))))
    return made.upper() if dice.random() < 0.7 else made.capitalize()


def _digits(dice: Dice, count: int) -> str:
    return "".join(str(digit) for digit in dice.integers(0, 10, count))


def other(dice: Dice) -> str:
    """What is no number of a house: words, letters, prices, times, dates, telephone numbers, registrations, marks."""
    pounds, hour, minute = int(dice.integers(1, 100)), int(dice.integers(0, 24)), int(dice.integers(0, 60))
    letters = "".join(dice.choice(list(string.ascii_uppercase), 7))
    date = f"{minute % 28 + 1}/{hour % 12 + 1}/20{hour:02}"
    choices = (
        word(dice), word(dice), f"{word(dice)} {word(dice)}", f"{word(dice)} {pounds}", f"{pounds} {word(dice)}",
        letters[0], letters[:2], letters[:3], f"£{pounds}.{minute:02}", f"{pounds}.99", f"{pounds}p", f"-{pounds}%",
        f"{pounds}%", f"{hour}:{minute:02}", f"{hour:02}.00-{(hour + 9) % 24:02}.00", date, str(1850 + 2 * pounds),
        f"0{_digits(dice, 3)} {_digits(dice, 7)}", f"{_digits(dice, 3)}-{_digits(dice, 2)}-{_digits(dice, 2)}",
        f"{letters[:2]}{_digits(dice, 2)} {letters[2:5]}", f"{letters[0]}{_digits(dice, 3)}{letters[1:3]}",
        _digits(dice, 6), "+", "!", "?", "=", "<", "#", "|||", "o", "oo", "...", "- -", "||", "::",
    )  # fmt: skip
    return choices[int(dice.integers(len(choices)))]
