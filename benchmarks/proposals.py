"""What is lost, and what is saved, by looking for small faces only where the proposals network sees some.

    python -m benchmarks.proposals [--data FOLDER] [--part tune] [--pictures 40] [--megapixels 12] [--list]

Looks for faces in labelled photographs, at most so many a folder, as the default pipeline does and everywhere, and
compares what is found, and the seconds of one core that it takes. Smaller photographs are enlarged before, so that
faces are looked for as in camera pictures. Counts and Wilson 95 % intervals.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from models.pictures import rgb
from models.proposals.mosaics import photographs
from models.split import Part
from screening.evaluation.intervals import told
from screening.finding import Finding
from screening.photo.photo import Photo
from screening.stages.faces import Faces

# Boxes that share this much (intersection over union) are of one face.
SAME = 0.3
RECOGNISED = "face.identifiable"


def timed(faces: Faces, photo: Photo) -> tuple[list[Finding], float]:
    """The faces of a photo, and the seconds of one core that they took."""
    began = time.thread_time()
    found = list(faces(photo, ()))
    return found, time.thread_time() - began


def without(some: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """The faces that are not among others."""
    return [one for one in some if not any(_same(one, other) for other in others)]


def _same(one: Finding, other: Finding) -> bool:
    return bool(one.box and other.box and one.box.iou(other.box) > SAME)


def chosen(data: Path, part: Part, most: int) -> Iterator[tuple[str, Path]]:
    """At most so many of each folder, with its name."""
    for folder, some in photographs(data, part).items():
        step = max(1, len(some) // most)
        yield from ((folder, path) for path in some[::step][:most])


def enlarged(path: Path, megapixels: float) -> Photo:
    """A photograph, enlarged to a size if it is smaller."""
    picture = rgb(path)
    factor = math.sqrt(megapixels * 1e6 / (picture.shape[0] * picture.shape[1]))
    if factor > 1:
        larger = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        picture = np.asarray(larger, np.uint8)
    return Photo.from_array(picture, name=path.name)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SCREENING_DATA")
    parser.add_argument("--data", type=Path, default=Path(data) if data else None)
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.TUNE)
    parser.add_argument("--pictures", type=int, default=40, help="at most so many a folder")
    parser.add_argument("--megapixels", type=float, default=12.0, help="smaller ones are enlarged to this")
    parser.add_argument("--list", action="store_true", help="name what is gone and new")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures with --data, or set SCREENING_DATA")
    cv2.setNumThreads(1)
    counts: Counter[str] = Counter()
    ratios: list[float] = []
    for folder, path in chosen(options.data, options.part, options.pictures):
        # a photo of its own for each: what one made of it must not save the other time
        photo = enlarged(path, options.megapixels)
        found, seconds = timed(Faces(), photo)
        everywhere, longer = timed(Faces(everywhere=True), Photo.from_array(photo.rgb))
        gone, more = without(everywhere, found), without(found, everywhere)
        ratios.append(seconds / longer)
        counts.update(pictures=1, all=len(everywhere), gone=len(gone), more=len(more))
        counts["recognised"] += sum(one.kind == RECOGNISED for one in everywhere)
        counts["recognised gone"] += sum(one.kind == RECOGNISED for one in gone)
        if options.list and (gone or more):
            signs = [f"-{one.kind} {one.score:.2f}" for one in gone] + [f"+{one.kind} {one.score:.2f}" for one in more]
            print(f"    {folder}/{path.name}: {', '.join(signs)}")
    if not ratios:
        raise SystemExit(f"no labelled photographs in {options.data}")
    print(f"| `{options.part}`, {counts['pictures']} pictures of {options.megapixels:g} MP | share |\n|---|---|")
    print(
        f"| faces by which somebody can be recognised: gone | {told(counts['recognised gone'], counts['recognised'])} |"
    )
    print(f"| all faces: gone | {told(counts['gone'], counts['all'])} |")
    print(f"| all faces: new | {told(counts['more'], counts['all'])} |")
    span = f"{statistics.median(ratios):.2f}, {min(ratios):.2f}, {max(ratios):.2f}"
    print(f"| time, of what it takes everywhere: median, least, most | {span} |")


if __name__ == "__main__":
    main()
