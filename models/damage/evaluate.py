"""Prints the figures of the card: the stage's scores on the labelled pictures that were kept out of the training.

    python -m models.damage.evaluate DATA

DATA is the folder that train.py reads. A picture's score is the highest that the stage gives it, as a pipeline would
see it; the vehicles are those that the stage's own street network finds. `--all` takes every picture of the sources
named, for a network that was trained without them.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.damage.material import Example, examples
from models.pictures import rgb
from models.ranking import area
from screening.evaluation.intervals import told
from screening.photo.photo import Photo
from screening.stages.vehicles import Vehicles

DAMAGED = ("wreck", "major", "moderate", "glass", "part", "damage", "minor")
SOUND = ("street", "sound", "yard", "other")
THRESHOLDS = (0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Pictures of damage/whole/good that were taken in the salvage yards where the wrecks are.
YARD = {f"good{number}.jpg" for number in range(1494, 1691)}
# What the default pipeline holds at.
HOLD = 0.7
Scores = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--network", default="damage", help="its name in models/manifest.toml, or an ONNX file")
    parser.add_argument("--all", nargs="*", default=[], metavar="SOURCE", help="sources to take whole")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--worst", type=int, help="only name so many pictures of each source that went most wrong")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    network = Path(options.network) if options.network.endswith(".onnx") else options.network
    if not options.worst:
        print(figures(network, options.data, whole=options.all, limit=options.limit))
        return
    rows = scored(stage_of(network), kept(options.data, options.all, options.limit), options.data)
    for source in (*DAMAGED, *SOUND):
        wrong = sorted((row for row in rows if row[0] == source), key=lambda row: row[2], reverse=source in SOUND)
        print(source, ", ".join(f"{Path(name).name} {score:.2f}" for _, name, score in wrong[: options.worst]))


def stage_of(network: str | Path) -> Vehicles:
    """The stage with a network of ours by its name, or one on trial by its file, which no pipeline could name."""
    return Vehicles(network=network)  # type: ignore[arg-type]


def figures(network: str | Path, data: Path, *, whole: Iterable[str] = (), limit: int | None = None) -> str:
    """The card's tables of a network, measured on the kept pictures and on all of the sources `whole`."""
    stage = stage_of(network)
    pictures = kept(data, whole, limit)
    scores: Scores = {}
    for source, name, score in scored(stage, pictures, data):
        scores.setdefault(source, []).append(score)
        if source == "sound" and Path(name).name in YARD:
            scores.setdefault("yard", []).append(score)
    small = {
        source: [rgb(data / one.name) for one in pictures if one.source == source] for source in ("wreck", "sound")
    }
    return "\n\n".join((curve(scores), ranks(scores), sizes(stage, small)))


def kept(data: Path, whole: Iterable[str], limit: int | None) -> list[Example]:
    """The pictures to measure on."""
    return [one for one in examples(data, limit) if one.held or one.source in set(whole)]


def scored(stage: Vehicles, pictures: list[Example], data: Path) -> list[tuple[str, str, float]]:
    """Source, name and score of each picture."""
    return [(one.source, one.name, score_of(stage, rgb(data / one.name))) for one in pictures]


def score_of(stage: Vehicles, picture: NDArray[np.uint8]) -> float:
    """The highest damage score that the stage reports for a picture."""
    return max((one.score for one in stage(Photo.from_array(picture), ()) if one.kind == "vehicle.damage"), default=0.0)


def share_of(values: Iterable[float], threshold: float) -> str:
    """The share at or above a threshold, with its interval."""
    known = list(values)
    return told(sum(value >= threshold for value in known), len(known))


def curve(scores: Scores) -> str:
    """A Markdown table: for each source the share of pictures at or above each threshold."""
    sources = [source for source in (*DAMAGED, *SOUND) if scores.get(source)]
    lines = ["| threshold | " + " | ".join(sources) + " |"]
    lines.append("|---" * (len(sources) + 1) + "|")
    for threshold in THRESHOLDS:
        cells = [f"{threshold:g}", *(share_of(scores[source], threshold) for source in sources)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def ranks(scores: Scores) -> str:
    """A Markdown table: the area under the ROC curve of each damaged source against each sound one."""
    sound = [source for source in SOUND if scores.get(source)]
    lines = ["| AUC | " + " | ".join(sound) + " |", "|---" * (len(sound) + 1) + "|"]
    for source in DAMAGED:
        if scores.get(source):
            cells = [source, *(against(scores[source], scores[other]) for other in sound)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def against(above: list[float], below: list[float]) -> str:
    """The area under the curve of one source against another."""
    return area([True] * len(above) + [False] * len(below), above + below)


def sizes(stage: Vehicles, pictures: dict[str, list[NDArray[np.uint8]]]) -> str:
    """A Markdown table: the share at HOLD or more with the pictures made smaller."""
    lines = [f"| longer side of the picture, at {HOLD:g} or more | {' | '.join(pictures)} |"]
    lines.append("|---" * (len(pictures) + 1) + "|")
    for side in (208, 104):
        scores = [[score_of(stage, shrunk(one, side)) for one in some] for some in pictures.values()]
        lines.append(f"| {side} px | {' | '.join(share_of(some, HOLD) for some in scores)} |")
    return "\n".join(lines)


def shrunk(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    factor = side / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


if __name__ == "__main__":
    main()
