"""How often a camera's own preview is taken for one that shows more, and how often one that does show more is found.

    SCREENING_DATA=... python -m benchmarks.previews [--part tune] [--pictures 150]

Labelled photographs stand for the camera's picture; its preview is drawn as cameras do: small (160 x 120, with bars,
cut to its shape or in the picture's own) or large, sampled well or coarsely, sharpened, with other tones and colours,
darker corners, up to 2 % of lens correction, compressed, turned or not. Then the picture is cropped, a place in it is
covered, removed or moved, or it is another one. A place counts where its change can be seen in a preview of that size:
3 x 3 pixels differ by 24 grey levels on average. Intervals are Wilson's at 95 %; a photograph counts several times, so
the truth is somewhat wider. Marks were chosen by `--part tune`.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.split import Part, Split
from screening.arrays import Pixels
from screening.evaluation.intervals import told
from screening.photo.same_view import same_view

FOLDERS = ("plates", "faces", "everyday", "rtc/accident", "house_numbers", "scene_text")
SMALL, LARGE = (160,), (320, 640, 1024, 1620)
LONGEST = 960
# How much of the photograph lies beyond the picture on each side, for previews that show a little more.
AROUND = 0.02
SIZES = (0.03, 0.06, 0.12, 0.25)
SEEN = 24.0
# Previews of the untouched picture, and how often each change is tried, for each photograph.
UNTOUCHED, SHARE = 4, 0.3


def photographs(data: Path, part: Part, count: int) -> list[Path]:
    """As many of each folder as there are, up to that many in all."""
    split = Split.of(data)
    piles = []
    for folder in FOLDERS:
        files = [path for path in sorted((data / folder).iterdir()) if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
        pile = [path for path in files if split.part(path.relative_to(data).as_posix()) is part]
        random.Random(1).shuffle(pile)
        piles.append(pile)
    chosen = [pile.pop() for _ in range(count) for pile in piles if pile]
    return chosen[:count]


def read(path: Path) -> Pixels:
    """A photograph, with LONGEST pixels on the longer side."""
    rgb = np.asarray(Image.open(path).convert("RGB"))
    factor = LONGEST / max(rgb.shape[:2])
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def inner(photograph: Pixels) -> Pixels:
    """The picture that the camera stores of it."""
    down, across = (round(side * AROUND) for side in photograph.shape[:2])
    return photograph[down:-down, across:-across]


def preview(photograph: Pixels, width: int, chance: np.random.Generator, *, corrected: bool = True) -> Pixels:
    """The camera's preview of the picture."""
    rgb = _view(photograph, chance) if corrected and chance.random() < 0.35 else inner(photograph)
    upright = rgb.shape[0] > rgb.shape[1]
    rgb = np.ascontiguousarray(np.rot90(rgb)) if upright else rgb
    height = round(width * rgb.shape[0] / rgb.shape[1])
    barred = False
    if width in SMALL:
        form = chance.integers(4)
        barred = bool(form >= 2) and height < 120
        if form == 1:
            edge = round((rgb.shape[1] - rgb.shape[0] * 4 / 3) / 2)
            rgb, height = (rgb[:, edge : rgb.shape[1] - edge], 120) if edge > 0 else (rgb, height)
    how = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_AREA)[chance.integers(4)]
    small = _toned(cv2.resize(rgb, (width, height), interpolation=how).astype(np.float32), chance)
    if barred:
        canvas = np.full((120, width, 3), chance.choice([0, 0, 0, 255, 128]), np.uint8)
        top = (120 - height + int(chance.integers(2))) // 2
        canvas[top : top + height] = small
        small = canvas
    file = io.BytesIO()
    Image.fromarray(small).save(
        file, "JPEG", quality=int(chance.integers(60, 91)), subsampling=int(chance.integers(1, 3))
    )
    stored = np.asarray(Image.open(file).convert("RGB"))
    turned = np.rot90(stored, 3) if upright and chance.random() < 0.5 else stored
    return np.ascontiguousarray(np.rot90(turned, int(chance.integers(4))) if chance.random() < 0.1 else turned)


def _view(photograph: Pixels, chance: np.random.Generator) -> Pixels:
    """Up to 2 % more or less than the picture, and up to 0.4 % to one side where there is room."""
    height, width = inner(photograph).shape[:2]
    scale = 1 + chance.uniform(-0.02, 0.02)
    left, top = ((photograph.shape[1], photograph.shape[0]) - scale * np.array([width, height])) / 2
    left, top = left + chance.uniform(-0.004, 0.004) * width, top + chance.uniform(-0.004, 0.004) * height
    matrix = np.array([[scale, 0, max(0, left)], [0, scale, max(0, top)]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(photograph, matrix, (width, height), flags=how), np.uint8)


def _toned(rgb: NDArray[np.floating], chance: np.random.Generator) -> Pixels:
    """Sharpened, and in other tones and colours."""
    if chance.random() < 0.5:
        rgb = rgb + chance.uniform(0.3, 1.2) * (rgb - cv2.GaussianBlur(rgb, (0, 0), 1))
    if chance.random() < 0.6:
        rgb = 255 * np.power(np.clip(rgb, 0, 255) / 255, np.float32(chance.uniform(0.65, 1.5)))
    if chance.random() < 0.3:
        rgb = 255 / (1 + np.exp(-chance.uniform(3, 7) * (rgb / 255 - 0.5)))
    grey = rgb.mean(axis=2, keepdims=True)
    if chance.random() < 0.5:
        rgb = grey + chance.uniform(0.6, 1.5) * (rgb - grey)
    if chance.random() < 0.3:
        rgb = rgb * [chance.uniform(0.85, 1.15), 1.0, chance.uniform(0.85, 1.15)]
    if chance.random() < 0.07:
        rgb = np.repeat(grey, 3, axis=2)
    if chance.random() < 0.25:
        down, across = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
        rgb = rgb * (1 - chance.uniform(0.05, 0.18) * (down**2 + across**2))[:, :, None]
    return np.asarray(np.clip(rgb, 0, 255), np.uint8)


def cropped(rgb: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    """A part of a picture, anywhere in it."""
    height, width = (round(side * share) for side in rgb.shape[:2])
    top, left = chance.integers(0, rgb.shape[0] - height + 1), chance.integers(0, rgb.shape[1] - width + 1)
    return rgb[top : top + height, left : left + width]


def edited(rgb: Pixels, how: str, share: float, chance: np.random.Generator) -> Pixels:
    """A picture with a place changed that is so wide, as a share of it, and shows much."""
    rgb, grey = rgb.copy(), cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    wide = round(rgb.shape[1] * share)
    high = max(4, round(wide * chance.choice([0.25, 0.5, 1.2])))
    corners = [(chance.integers(0, rgb.shape[0] - high), chance.integers(0, rgb.shape[1] - wide)) for _ in range(25)]
    top, left = max(corners, key=lambda at: float(grey[at[0] : at[0] + high, at[1] : at[1] + wide].std()))
    place = rgb[top : top + high, left : left + wide]
    if how == "filled":
        place[:] = chance.choice([0, 0, 128, 255])
    elif how == "blurred":
        place[:] = cv2.GaussianBlur(rgb, (0, 0), max(2.0, high / 4))[top : top + high, left : left + wide]
    elif how == "pixelated":
        cell = max(1.0, min(high, wide) / 5)
        coarse = cv2.resize(
            place, (max(1, round(wide / cell)), max(1, round(high / cell))), interpolation=cv2.INTER_AREA
        )
        place[:] = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_NEAREST)
    else:
        mask = np.zeros(grey.shape, np.uint8)
        mask[top : top + high, left : left + wide] = 255
        moved = place.copy()
        rgb = np.asarray(cv2.inpaint(rgb, mask, 3, cv2.INPAINT_TELEA), np.uint8)
        if how == "moved":
            beside = left + wide // 2 if left + wide * 3 // 2 <= rgb.shape[1] else max(0, left - wide // 2)
            rgb[top : top + high, beside : beside + wide] = moved
    return rgb


def seen(one: Pixels, other: Pixels, width: int) -> bool:
    """Whether the difference of two pictures can be seen in previews so wide."""
    size = width, round(width * one.shape[0] / one.shape[1])
    small = [
        cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA) for rgb in (one, other)
    ]
    return bool(cv2.blur(cv2.absdiff(*small), (3, 3)).max() >= SEEN)


def tries(photograph: Pixels, other: Pixels, chance: np.random.Generator) -> Iterator[tuple[str, Pixels, Pixels]]:
    """What is tried of a photograph, as (what, the picture, the preview)."""
    picture = inner(photograph)
    for said, widths in (("small", SMALL), ("large", LARGE)):
        width = int(chance.choice(widths))
        for _ in range(UNTOUCHED):
            yield f"untouched, {said}", picture, preview(photograph, width, chance)
        for share in (0.97, 0.9, 0.7):
            cut = cropped(picture, share, chance)
            yield f"cropped to {share:.0%}, {said}", cut, preview(photograph, width, chance, corrected=False)
        for how in ("filled", "blurred", "pixelated", "removed", "moved"):
            for share in SIZES:
                if chance.random() >= SHARE:
                    continue
                changed = edited(picture, how, share, chance)
                if seen(picture, changed, width):
                    yield f"{how}, {share:.0%} wide, {said}", changed, preview(photograph, width, chance)
        yield f"another picture, {said}", inner(other), preview(photograph, width, chance)
        dull = np.asarray(cv2.GaussianBlur(picture, (0, 0), 12), np.uint8)
        yield f"blurred all over, {said}", dull, preview(photograph, width, chance)


def main() -> None:
    """Prints a table of what is said to show more, of how many, and how long it takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=[part.value for part in Part], default="tune")
    parser.add_argument("--pictures", type=int, default=150)
    options = parser.parse_args()
    files = photographs(Path(os.environ["SCREENING_DATA"]), Part(options.part), options.pictures)
    chance, took = np.random.default_rng(7), 0.0
    more: defaultdict[str, list[bool]] = defaultdict(list)
    for at, path in enumerate(files):
        for what, picture, shown in tries(read(path), read(files[at - 1]), chance):
            began = time.process_time()
            more[what].append(not same_view(picture, shown))
            took += time.process_time() - began
    print(f"{len(files)} photographs of {options.part}; shows more, it is said, of:")
    for what in sorted(more):
        print(f"{what:32} {told(sum(more[what]), len(more[what]))}")
    for said, wanted in (("untouched", True), ("all that show more", False)):
        every = [one for what, said_ in more.items() if what.startswith("untouched") is wanted for one in said_]
        print(f"{said:32} {told(sum(every), len(every))}")
    print(f"{1000 * took / sum(map(len, more.values())):.1f} ms of processor time each")


if __name__ == "__main__":
    main()
