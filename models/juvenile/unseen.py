"""Prints what the shipped network makes of faces that it never saw: those of DATA/ages2, named as those of ages/.

    python -m models.juvenile.unseen [DATA] [--part train tune] [--workers 2]

A face that the finder does not find is left out, as it would be in a scan. Each is scored as it is and in three spoilt
copies. The default pipeline's threshold parts the tables by gender and ethnicity.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.juvenile import degrade
from models.juvenile.features import landmarks
from models.juvenile.figures import ETHNICITIES, GENDERS, by_group, share
from models.pictures import each, pictures_in, rgb
from models.ranking import area
from models.split import Part, Split
from screening import config
from screening.arrays import Pixels
from screening.faces.embedding import chip
from screening.stages.juveniles import under_18

BANDS = ((13, 17), (18, 24), (25, 29), (30, 120))
MARKS = (0.04, 0.06, 0.1, 0.15)
SPOILT = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--part", nargs="+", type=Part, default=list(Part), help="train, tune or test; all by default")
    parser.add_argument("--workers", type=int, default=0, help="processes that score")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the pictures are, or set SCREENING_DATA")
    paths = paths_of(options.data, options.part)
    found = {path.name: scores for path, scores in zip(paths, each(scores_of, paths, options.workers), strict=True)}
    found = {name: scores for name, scores in found.items() if scores is not None}
    if not found:
        parser.error(f"no faces are found in {options.data / 'ages2'}")
    people, judged = People.of(list(found)), np.array(list(found.values()))
    print("\n".join(table(people, judged[:, :, 0])))
    print(f"\nThe estimated ages err by {np.abs(judged[:, 0, 1] - people.age).mean():.1f} years on average.")


@dataclass(frozen=True, slots=True)
class People:
    """Whose faces they are, as the file names say: age, gender and ethnicity, (n,) each."""

    age: NDArray[np.int64]
    gender: NDArray[np.int64]
    ethnicity: NDArray[np.int64]

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """By the names of the pictures."""
        return cls(*np.array([name.split("_")[:3] for name in names], np.int64).T)


def paths_of(data: Path, parts: Sequence[Part]) -> list[Path]:
    """The pictures of ages2/ that are in some parts of the split."""
    split = Split.of(data)
    return [path for path in pictures_in(data / "ages2") if split.part(f"ages2/{path.name}") in parts]


def cuts_of(path: Path) -> list[Pixels] | None:
    """The cut-out of a picture's face and of its spoilt copies; None where no face is found."""
    picture = rgb(path)
    if (points := landmarks(picture)) is None:
        return None
    random = np.random.default_rng(int.from_bytes(path.name.encode()[-12:], "big"))
    behind = [np.asarray(cv2.GaussianBlur(picture, (0, 0), 20), np.uint8)]
    copies = [(picture, points), *(degrade.spoil(picture, points, behind, random) for _ in range(SPOILT))]
    return [chip(copy, [(float(x), float(y)) for x, y in at]) for copy, at in copies]


def scores_of(path: Path) -> list[tuple[float, float]] | None:
    """The scores of a picture's face as it is and spoilt; None where none is found."""
    cuts = cuts_of(path)
    return None if cuts is None else [under_18(cut) for cut in cuts]


def table(people: People, scores: NDArray[np.float64]) -> Iterator[str]:
    """Markdown, first of the faces as they are, then spoilt: the area under the curve, the share of each band of ages
    held from each mark, and by gender and ethnicity what the default pipeline holds."""
    hold = config.load().policy.lookup("juvenile.face")[1].hold or 0.0
    for title, some in (("as they are", scores[:, :1]), ("spoilt", scores[:, 1:])):
        turns, flat = some.shape[1], some.ravel()
        ages = np.repeat(people.age, turns)
        yield f"{len(people.age)} faces, {title}: area under the curve {area(ages < 18, flat)}."
        yield ""
        yield "| from which score | " + " | ".join(f"{low}-{high}" for low, high in BANDS) + " |"
        yield "|---" * (len(BANDS) + 1) + "|"
        for mark in MARKS:
            cells = (share(flat[(ages >= low) & (ages <= high)] >= mark) for low, high in BANDS)
            yield f"| {mark:.2f} | {' | '.join(cells)} |"
        yield ""
        groups = {word: np.repeat(people.gender == index, turns) for index, word in enumerate(GENDERS)}
        groups |= {word: np.repeat(people.ethnicity == index, turns) for index, word in enumerate(ETHNICITIES)}
        yield from by_group(flat, ages, groups, hold)
        yield ""


if __name__ == "__main__":
    main()
