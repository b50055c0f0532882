"""How often unrelated pictures are taken for one view, and how often an edited copy is not found beside its original.

    SCREENING_DATA=... python -m benchmarks.alike [--parts train tune]

Pictures of everyday things and of people, each compared with every other that is not of its family in
models/split.json, and with copies of itself that are drawn here. A row for each number of bits in which two looks may
differ; the one in use was chosen by the parts train and tune. With Wilson 95% intervals; pairs share pictures, so the
true one is wider.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.pictures import pictures_in, rgb
from models.split import Split
from screening.alike import MOST, look
from screening.arrays import Pixels
from screening.evaluation.intervals import told

SETS = ("everyday", "faces")
MARKS = (28, 32, 36, 40, 44, 48, 52)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SCREENING_DATA")
    parser.add_argument("--data", type=Path, default=Path(data) if data else None, required=not data)
    parser.add_argument("--parts", nargs="*", default=["train", "tune"], help="of the split")
    options = parser.parse_args()
    split = Split.of(options.data)
    names = [f"{name}/{path.name}" for name in SETS for path in pictures_in(options.data / name)]
    names = [name for name in names if split.part(name) in options.parts]
    pictures = [rgb(options.data / name) for name in names]
    looks = np.array([bits(one) for one in pictures])
    families = np.array([split.families.get(name, name) for name in names])
    apart = (looks[:, None] != looks[None]).sum(axis=2)
    strangers = apart[np.triu(families[:, None] != families[None], 1)]
    copies: dict[str, list[int]] = {}
    for picture, own in zip(pictures, looks, strict=True):
        for edit, copy in edited(picture):
            copies.setdefault(edit, []).append(int((bits(copy) != own).sum()))
    print(f"{len(pictures)} pictures of {', '.join(SETS)}; the mark in use is {MOST}")
    print(f"| bits that may differ | unrelated pairs together | missed: {' | '.join(copies)} |")
    print("|---|" + "---|" * (len(copies) + 1))
    for mark in MARKS:
        missed = [told(sum(one > mark for one in far), len(far)) for far in copies.values()]
        print(f"| {mark} | {told(int((strangers <= mark).sum()), len(strangers), digits=6)} | {' | '.join(missed)} |")


def bits(picture: Pixels) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """A picture's look as single bits."""
    return np.unpackbits(np.frombuffer(bytes.fromhex(look(picture)), np.uint8))


def edited(picture: Pixels) -> Iterator[tuple[str, Pixels]]:
    """Copies of a picture, each with what was done to it."""
    height, width = picture.shape[:2]
    down, across = round(height * 0.025), round(width * 0.025)
    yield "cropped to 95 %", picture[down : height - down, across : width - across]
    yield "5 % off at the left and the top", picture[2 * down :, 2 * across :]
    yield "40 % brighter", np.asarray(cv2.convertScaleAbs(picture, alpha=1.4), np.uint8)
    yield "40 % darker", np.asarray(cv2.convertScaleAbs(picture, alpha=0.6), np.uint8)
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    yield "encoded at quality 40", np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    middle = (width / 2, height / 2)
    turned = cv2.warpAffine(picture, cv2.getRotationMatrix2D(middle, 2, 1.05), (width, height))
    yield "turned by 2 degrees, 5 % closer", np.asarray(turned, np.uint8)


if __name__ == "__main__":
    main()
