"""Measures the street network as the product runs it, on the held-out labelled pictures.

    python -m models.street.evaluate DATA [--network models/street/street.onnx] [--start yolov5n.pt]

Prints the tables of the card: how many of the plates marked by hand are found, by width in pixels of the picture, at
several least scores, by day and as augmented by `conditions.py`; with `--start` how many of the
teacher's vehicles are found; and how many pictures with nothing to find show a plate. Each share comes with its counts
and its 95% Wilson interval.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.pictures import rgb
from models.street.conditions import CONDITIONS, taken
from models.street.dataset import EMPTY, held_out, plates_by_hand, shuffled
from screening.evaluation.intervals import told
from screening.finding import Box
from screening.photo.photo import Photo
from screening.street.looks import find

# Widths of plates, in pixels.
BANDS = {"45 px wide and more": (45, 10_000), "25 to 44 px": (25, 45), "under 25 px": (0, 25)}
LEAST = (0.05, 0.1, 0.2, 0.3, 0.5)
# The width in pixels to which a distant plate is reduced.
FAR = 40
# A plate that takes up more than this share of the picture's width is a close-up.
CLOSE_UP = 0.2
# The minimum scores of a plate and of a vehicle in a scan.
USED, VEHICLE = 0.1, 0.3
Find = Callable[..., list[tuple[float, ...]]]
Marked = list[tuple[Path, list[list[float]]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--network", type=Path, default=Path(__file__).with_name("street.onnx"))
    parser.add_argument("--start", type=Path, help="YOLOv5n's original checkpoint, to measure vehicles against")
    parser.add_argument("--folder", default="plates", help="plates or house_numbers")
    parser.add_argument("--once", action="store_true", help="leave out the closer look")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    teacher = None
    if options.start:
        from models.street.teacher import Teacher

        teacher = Teacher(options.start).find
    looks = {"folder": options.folder, "closer": not options.once, "limit": options.limit}
    print(figures(options.network, options.data, teacher, **looks))


def figures(
    network: Path,
    data: Path,
    teacher: Find | None = None,
    *,
    folder: str = "plates",
    closer: bool = True,
    limit: int | None = None,
) -> str:
    """The card's tables of a network."""
    marked = [(path, plates) for path, plates in plates_by_hand(data) if path.parent.name == folder]
    marked = [(path, plates) for path, plates in marked if held_out(path.name)][:limit]
    looks = {"networks": (network,), "plate": LEAST[0], "faint": VEHICLE, "closer": closer}
    seen = {way: look(marked, way, teacher, looks) for way in ("", *CONDITIONS)}
    lines = [f"{len(marked)} pictures of {folder}/ by day:", "", *header("least score")]
    lines += [row(f"{least:.2f}", seen[""], least) for least in LEAST]
    lines += ["", f"The same as `conditions.py` makes them look, from {USED:.2f}:", "", *header("as taken")]
    lines += [row(way, seen[way], USED) for way in CONDITIONS]
    hits = [score >= USED for score in far_away(marked, looks)]
    lines += ["", f"Plates made {FAR} px wide in a picture of 12 megapixels: {told(sum(hits), len(hits))}."]
    if seen[""].vehicles:
        told_of = sum(score >= VEHICLE for score in seen[""].vehicles)
        lines += ["", f"Of the vehicles that the teacher sees by day: {told(told_of, len(seen[''].vehicles))}."]
    lines += ["", *empty(data, looks, limit)]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Seen:
    """The network's results on some pictures.

    Attributes:
        plates: for each labelled plate, its width in pixels and the highest score of a matching detection.
        extra: the score of each detected plate that does not match a label.
        vehicles: for each vehicle that the teacher sees, the highest score of a matching detection.
    """

    plates: list[tuple[int, float]]
    extra: list[float]
    vehicles: list[float]


def look(marked: Marked, way: str, teacher: Find | None, looks: dict[str, Any]) -> Seen:
    """Run the network on pictures unchanged, or augmented with one of CONDITIONS."""
    seen = Seen([], [], [])
    for path, plates in marked:
        picture = taken(rgb(path), plates, random.Random(path.name), way) if way else rgb(path)
        found = find(Photo.from_array(picture, name=path.name), **looks)
        shown = [one for one in found if one.kind == "plate"]
        boxes = [Box(*(round(side) for side in sides)) for sides in plates if sides[2] - 1 > sides[0]]
        boxes = [box for box in boxes if box.height > 1]
        for box in boxes:
            seen.plates.append((box.width, best(one.score for one in shown if one.box.iou(box) >= 0.5)))
        seen.extra.extend(one.score for one in shown if not any(one.box.iou(box) >= 0.2 for box in boxes))
        cars = [one for one in found if one.kind == "vehicle"]
        for sides in teacher(picture, least=0.5) if teacher and not way else ():
            box = Box(*(round(side) for side in sides[:4]))
            seen.vehicles.append(best(one.score for one in cars if one.box.iou(box) >= 0.5))
    return seen


def far_away(marked: Marked, looks: dict[str, Any]) -> Iterable[float]:
    """The score of each plate at least FAR wide, with its picture reduced until the plate has that width, padded.

    Close-ups are left out: reduced, they are a plate without a vehicle, which no photograph shows.
    """
    for path, plates in marked:
        picture = rgb(path)
        for sides in plates:
            width = sides[2] - sides[0]
            if FAR <= width <= CLOSE_UP * picture.shape[1]:
                street = cv2.resize(picture, None, fx=FAR / width, fy=FAR / width, interpolation=cv2.INTER_AREA)
                large = np.full((3000, 4000, 3), 128, np.uint8)
                large[1500 : 1500 + street.shape[0], 2300 : 2300 + street.shape[1]] = street
                box = Box(*(round(side * FAR / width) for side in sides)).shift(2300, 1500)
                found = find(Photo.from_array(large, name=path.name), **looks)
                yield best(one.score for one in found if one.kind == "plate" and one.box.iou(box) >= 0.5)


def best(scores: Iterable[float]) -> float:
    return max(scores, default=0.0)


def header(first: str) -> list[str]:
    """The first two lines of a table about plates."""
    return [f"| {first} | {' | '.join(BANDS)} | unlabelled |", "|---" * (len(BANDS) + 2) + "|"]


def row(name: str, seen: Seen, least: float) -> str:
    """A line of a table about plates."""
    bands = []
    for low, high in BANDS.values():
        scores = [score for width, score in seen.plates if low <= width < high]
        bands.append(told(sum(score >= least for score in scores), len(scores)))
    return f"| {name} | {' | '.join(bands)} | {sum(score >= least for score in seen.extra)} |"


def empty(data: Path, looks: dict[str, Any], limit: int | None) -> list[str]:
    """How many held-out pictures of everyday things, shop signs, forms and people show a plate."""
    lines = ["| a plate seen in, from | 0.20 | 0.30 | 0.50 |", "|---|---|---|---|"]
    for folder, most in EMPTY.items():
        paths = [path for path in shuffled(data / folder)[:most] if held_out(path.name)][:limit]
        found = (find(Photo.from_array(rgb(path), name=path.name), **looks) for path in paths)
        scores = [best(one.score for one in some if one.kind == "plate") for some in found]
        shares = (told(sum(score >= least for score in scores), len(scores)) for least in (0.2, 0.3, 0.5))
        lines.append(f"| {folder}/ | {' | '.join(shares)} |")
    return lines


if __name__ == "__main__":
    main()
