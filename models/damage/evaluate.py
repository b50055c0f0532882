"""Prints the figures of the card: the stage's scores on the labelled pictures that were kept out of the training.

    python models/damage/evaluate.py DATA

DATA is the folder that train.py reads. A picture's score is the highest that the stage gives it, as a pipeline would
see it; the vehicles are those that the stage's own street network finds. `--all` takes every picture of the sources
named, for a network that was trained without them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from material import examples, read  # noqa: E402

from screening.evaluation.intervals import wilson  # noqa: E402
from screening.photo import Photo  # noqa: E402
from screening.stages.vehicles import Vehicles  # noqa: E402

DAMAGED = ("wreck", "major", "moderate", "glass", "part", "damage", "minor")
SOUND = ("street", "sound", "yard", "other")
THRESHOLDS = (0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Pictures of damage/whole/good by number that were taken in the salvage yards where the wrecks are.
YARD = range(1494, 1691)
# What the default pipeline holds at.
HOLD = 0.7
Scores = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--network", default="damage", help="its name in models/manifest.toml, or an ONNX file")
    parser.add_argument("--all", nargs="*", default=[], metavar="SOURCE", help="sources to take whole")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--sizes", action="store_true", help="measure wrecks and sound cars made smaller, too")
    parser.add_argument("--worst", type=int, default=0, help="name the pictures of each source that went most wrong")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    network = options.network
    stage = Vehicles(network=Path(network) if network.endswith(".onnx") else network)
    kept = [one for one in examples(options.data, options.limit) if one.held or one.source in options.all]
    rows = [(one.source, one.name, score_of(stage, read(options.data / one.name))) for one in kept]
    scores: Scores = {}
    for source, name, score in rows:
        scores.setdefault(source, []).append(score)
        if source == "sound" and int("".join(filter(str.isdigit, Path(name).stem))) in YARD:
            scores.setdefault("yard", []).append(score)
    print(curve(scores))
    print(ranks(scores))
    for source in ("wreck", "sound") if options.sizes else ():
        print(sizes(stage, [read(options.data / one.name) for one in kept if one.source == source], source))
    for source in [*DAMAGED, *SOUND] if options.worst else []:
        wrong = sorted((row for row in rows if row[0] == source), key=lambda row: row[2], reverse=source in SOUND)
        print(source, ", ".join(f"{Path(name).name} {score:.2f}" for _, name, score in wrong[: options.worst]))


def score_of(stage: Vehicles, picture: NDArray[np.uint8]) -> float:
    """The highest damage score that the stage reports for a picture."""
    return max((one.score for one in stage(Photo.from_array(picture), ()) if one.kind == "vehicle.damage"), default=0.0)


def share_of(values: Iterable[float], threshold: float) -> str:
    """The share at or above a threshold, with its interval."""
    known = list(values)
    hits = sum(value >= threshold for value in known)
    low, high = wilson(hits, len(known))
    return f"{hits / len(known):.3f} ({low:.3f}-{high:.3f})"


def curve(scores: Scores) -> str:
    """A Markdown table: for each source the share of pictures at or above each threshold."""
    sources = [source for source in (*DAMAGED, *SOUND) if scores.get(source)]
    lines = ["| threshold | " + " | ".join(f"{source} ({len(scores[source])})" for source in sources) + " |"]
    lines.append("|---" * (len(sources) + 1) + "|")
    for threshold in THRESHOLDS:
        cells = [f"{threshold:g}", *(share_of(scores[source], threshold) for source in sources)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def ranks(scores: Scores) -> str:
    """A Markdown table: the area under the ROC curve of each damaged source against each sound one."""
    sound = [source for source in SOUND if scores.get(source)]
    lines = ["", "| AUC | " + " | ".join(sound) + " |", "|---" * (len(sound) + 1) + "|"]
    for source in DAMAGED:
        if scores.get(source):
            cells = [source, *(f"{auc(scores[source], scores[other]):.3f}" for other in sound)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def auc(above: list[float], below: list[float]) -> float:
    """How often one of the first scores higher than one of the second; ties count half."""
    one, other = np.array(above)[:, None], np.array(below)[None]
    return float((one > other).mean() + (one == other).mean() / 2)


def sizes(stage: Vehicles, pictures: list[NDArray[np.uint8]], source: str) -> str:
    """The share at HOLD or more with the pictures made smaller."""
    lines = ["", f"| {source}: longer side of the picture | at {HOLD:g} or more |", "|---|---|"]
    for side in (208, 104):
        smaller = [shrunk(picture, side) for picture in pictures]
        lines.append(f"| {side} px | {share_of((score_of(stage, picture) for picture in smaller), HOLD)} |")
    return "\n".join(lines)


def shrunk(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    factor = side / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


if __name__ == "__main__":
    main()
