"""Pictures of camera size to learn from: labelled photographs side by side, at every scale, print laid over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from fixtures.draw import Picture
from models.numbers.lettering import ink, other, word
from models.pictures import rgb
from models.split import Part, Split

Dice = np.random.Generator
# The size at which faces are looked for in a picture of this shape.
WIDTH, HEIGHT = 1920, 1440
# The folders whose photographs are taken, and how often one of each.
FOLDERS = {
    "faces": 6.0, "plates": 4.0, "everyday": 3.0, "house_numbers": 2.0, "documents": 2.0, "scene_text": 3.0,
    "identities": 1.0, "rtc": 1.0, "guns": 0.5, "lanyards": 0.5,
}  # fmt: skip
# How much a photograph is enlarged, at least and most, if that fills its place.
LEAST, MOST = 0.4, 3.0
# A place is divided further while it is longer than a length between these.
SHORT, LONG = 420, 1500
# The height of lines of print that are laid over them, in pixels, and how many at most.
LOW, HIGH, LINES = 8, 90, 14


def photographs(data: Path, part: Part) -> dict[str, list[Path]]:
    """The photographs of one part of the split, by folder."""
    split = Split.of(data)
    found = {}
    for folder in FOLDERS:
        paths = sorted(path for path in (data / folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
        some = [path for path in paths if split.part(path.relative_to(data).as_posix()) is part]
        if some:
            found[folder] = some
    return found


def mosaic(some: dict[str, list[Path]], dice: Dice) -> Picture:
    """A picture of WIDTH x HEIGHT pixels, RGB."""
    made = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    folders = list(some)
    weights = np.array([FOLDERS[folder] for folder in folders])
    for left, top, width, height in _divided(0, 0, WIDTH, HEIGHT, float(dice.uniform(SHORT, LONG)), dice):
        folder = folders[int(dice.choice(len(folders), p=weights / weights.sum()))]
        path = some[folder][int(dice.integers(len(some[folder])))]
        made[top : top + height, left : left + width] = _fitted(rgb(path), width, height, dice)
    for _ in range(int(dice.integers(0, LINES + 1))):
        _print(made, dice)
    return _taken(made, dice)


def _divided(
    left: int, top: int, width: int, height: int, longest: float, dice: Dice
) -> Iterator[tuple[int, int, int, int]]:
    """A rectangle cut in two again and again: left, top, width and height of each part."""
    if max(width, height) <= longest:
        yield left, top, width, height
        return
    at = float(dice.uniform(0.35, 0.65))
    if width >= height:
        first = round(width * at)
        yield from _divided(left, top, first, height, longest, dice)
        yield from _divided(left + first, top, width - first, height, longest, dice)
    else:
        first = round(height * at)
        yield from _divided(left, top, width, first, longest, dice)
        yield from _divided(left, top + first, width, height - first, longest, dice)


def _fitted(picture: Picture, width: int, height: int, dice: Dice) -> Picture:
    """A piece of a photograph that fills a place, enlarged by lot, and mirrored in every other one."""
    scale = float(np.exp(dice.uniform(np.log(LEAST), np.log(MOST))))
    scale = max(scale, width / picture.shape[1], height / picture.shape[0])
    across, down = max(1, int(width / scale)), max(1, int(height / scale))
    left = int(dice.integers(0, picture.shape[1] - across + 1))
    top = int(dice.integers(0, picture.shape[0] - down + 1))
    piece = picture[top : top + down, left : left + across]
    if dice.random() < 0.5:
        piece = piece[:, ::-1]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(piece, (width, height), interpolation=how), np.uint8)


def _print(picture: Picture, dice: Dice) -> None:
    """Lay a line of print anywhere, leaning a little, on a ground of its own or on what is there."""
    text = " ".join(word(dice) if dice.random() < 0.6 else other(dice) for _ in range(int(dice.integers(1, 5))))
    tall = int(np.exp(dice.uniform(np.log(LOW), np.log(HIGH))))
    letters = ink(text, dice, max(tall, 12))
    lean, scale = float(dice.normal(0, 6)), tall / letters.shape[0]
    margin = letters.shape[0] // 2
    sheet = np.pad(letters, margin)
    turn = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), lean, scale)
    wide, high = int(sheet.shape[1] * scale) + 2, int((sheet.shape[0] + sheet.shape[1] * 0.25) * scale) + 2
    turn[:, 2] += (wide / 2 - sheet.shape[1] / 2, high / 2 - sheet.shape[0] / 2)
    over = cv2.warpAffine(sheet, turn, (wide, high), flags=cv2.INTER_AREA)
    board = cv2.warpAffine(np.full_like(sheet, 255), turn, (wide, high))
    wide, high = min(wide, WIDTH), min(high, HEIGHT)
    left, top = int(dice.integers(0, WIDTH - wide + 1)), int(dice.integers(0, HEIGHT - high + 1))
    here = picture[top : top + high, left : left + wide]
    first, second = dice.integers(0, 256, 3), dice.integers(0, 256, 3)
    shares = []
    if dice.random() < 0.5:
        shares.append((board, first))
    shares.append((over, second if dice.random() < 0.5 else np.repeat(dice.integers(0, 2) * 245, 3)))
    for cover, colour in shares:
        share = cover[:high, :wide, None].astype(np.float32) / 255 * np.float32(dice.uniform(0.7, 1.0))
        here[:] = np.clip(here * (1 - share) + share * colour.astype(np.float32), 0, 255).astype(np.uint8)


def _taken(picture: Picture, dice: Dice) -> Picture:
    """As a camera takes it: a little soft, noisy, dark, or compressed."""
    if dice.random() < 0.4:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(dice.uniform(0.4, 1.6))), np.uint8)
    if dice.random() < 0.4:
        levels = np.linspace(0, 1, 256) ** float(np.exp(dice.normal(0, 0.35))) * 255 * float(dice.uniform(0.6, 1.0))
        picture = levels.astype(np.uint8)[picture]
    if dice.random() < 0.4:
        noise = dice.normal(0, float(dice.uniform(1, 9)), picture.shape).astype(np.float32)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(60, 97))])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB), np.uint8)
