"""Prints what the shipped network makes of faces that it never saw: those of DATA/ages2, named as those of ages/.

    python -m models.juvenile.unseen [DATA] [--part train tune] [--workers 2]

A face that the finder does not find is left out, as it would be in a scan. Each is scored as it is and in three spoilt
copies.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.juvenile import degrade
from models.juvenile.features import landmarks
from models.juvenile.figures import share
from models.pictures import each, pictures_in, rgb
from models.ranking import area
from models.split import Part, Split
from screening.faces.embedding import chip
from screening.stages.juveniles import under_18

BANDS = ((13, 17), (18, 24), (25, 29), (30, 120))
MARKS = (0.04, 0.06, 0.1)
SPOILT = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--part", nargs="+", type=Part, default=list(Part), help="train, tune or test; all by default")
    parser.add_argument("--workers", type=int, default=0, help="processes that score")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    split, paths = Split.of(options.data), pictures_in(options.data / "ages2")
    paths = [path for path in paths if split.part(f"ages2/{path.name}") in options.part]
    found = [one for one in each(scores_of, paths, options.workers) if one is not None]
    if not found:
        parser.error(f"no faces are found in {options.data / 'ages2'}")
    age = np.array([number for number, _ in found])
    print("\n".join(table(age, np.array([scores for _, scores in found]))))


def scores_of(path: Path) -> tuple[int, list[float]] | None:
    """The age in a picture's name, and the scores of its face and of the face spoilt; None where none is found."""
    picture = rgb(path)
    if (points := landmarks(picture)) is None:
        return None
    random = np.random.default_rng(int.from_bytes(path.name.encode()[-12:], "big"))
    behind = [np.asarray(cv2.GaussianBlur(picture, (0, 0), 20), np.uint8)]
    copies = [(picture, points), *(degrade.spoil(picture, points, behind, random) for _ in range(SPOILT))]
    cuts = (chip(copy, [(float(x), float(y)) for x, y in at]) for copy, at in copies)
    return int(path.name.split("_")[0]), [under_18(cut)[0] for cut in cuts]


def table(age: NDArray[np.int64], scores: NDArray[np.float64]) -> Iterator[str]:
    """Markdown: the area under the curve, and the share of each band of ages held from each mark, first of the faces as
    they are, then spoilt."""
    for title, some in (("as they are", scores[:, :1]), ("spoilt", scores[:, 1:])):
        ages, flat = np.repeat(age, some.shape[1]), some.ravel()
        yield f"{len(age)} faces, {title}: area under the curve {area(ages < 18, flat)}."
        yield ""
        yield "| from which score | " + " | ".join(f"{low}-{high}" for low, high in BANDS) + " |"
        yield "|---" * (len(BANDS) + 1) + "|"
        for mark in MARKS:
            cells = (share(flat[(ages >= low) & (ages <= high)] >= mark) for low, high in BANDS)
            yield f"| {mark:.2f} | {' | '.join(cells)} |"
        yield ""


if __name__ == "__main__":
    main()
