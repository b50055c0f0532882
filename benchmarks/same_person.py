"""How often faces that are proposed as one person's are of several, and how many of one person's come together.

    SCREENING_DATA=... python -m benchmarks.same_person [--parts train tune] [--shoots 200] [--strangers 400]

Shoots are drawn from pictures with one face: five pictures of each known person (folders of `identities`), and forty
adults (`ages`, from 18 on) of one picture each. Pictures of one family in models/split.json count as one person's. A
row for each distance; the one in use was chosen by the parts train and tune. Two people of crowds (`faces`, most of
them masked, and turned in every way) are far more often alike, so the last column counts their pairs. With Wilson 95%
intervals; shoots and pairs share pictures, so the true one is wider.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.pictures import pictures_in
from models.split import Split
from screening.arrays import Floats
from screening.evaluation.intervals import told
from screening.faces.finder import FaceFinder
from screening.faces.people import DISTANCE, embedded, people
from screening.finding import ScreeningError
from screening.photo.photo import Photo

DISTANCES = (0.32, 0.34, 0.36, 0.38, 0.4, 0.42, 0.45, 0.5)
OF_EACH, STRANGERS = 5, 40
RECOGNISABLE = 0.3
Face = tuple[str, Floats]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SCREENING_DATA")
    parser.add_argument("--data", type=Path, default=Path(data) if data else None, required=not data)
    parser.add_argument("--parts", nargs="*", default=["train", "tune"], help="of the split")
    parser.add_argument("--shoots", type=int, default=200)
    parser.add_argument("--strangers", type=int, default=400, help="adults that shoots are drawn from")
    parser.add_argument("--crowds", type=int, default=150, help="pictures of crowds")
    options = parser.parse_args()
    split = Split.of(options.data)
    known: dict[str, list[Floats]] = {}
    for folder in sorted((options.data / "identities").iterdir()):
        files = [path for path in pictures_in(folder) if split.part(f"identities/{folder.name}") in options.parts]
        for _, face in faces(files, options.data, split):
            known.setdefault(folder.name, []).append(face)
    adults = [path for path in pictures_in(options.data / "ages") if int(path.name.split("_")[0]) >= 18]
    adults = [path for path in adults if split.part(f"ages/{path.name}") in options.parts]
    random.Random(2).shuffle(adults)
    strangers = list(faces(adults[: options.strangers], options.data, split))
    shoots = [shoot(known, strangers, random.Random(seed)) for seed in range(options.shoots)]
    crowds = [path for path in pictures_in(options.data / "faces") if split.part(f"faces/{path.name}") in options.parts]
    random.Random(3).shuffle(crowds)
    apart = sorted(strangers_apart(crowds[: options.crowds], options.data, split))
    counts = f"{sum(map(len, known.values()))} pictures of {len(known)} known people, {len(strangers)} adults"
    print(f"{counts}, {len(shoots)} shoots; the distance in use is {DISTANCE}")
    names = "groups of several people | faces of somebody else in a group | one person's pairs together"
    print(f"| at most | {names} | pairs of two people in crowds |")
    print("|---|---|---|---|---|")
    for distance in DISTANCES:
        near = (sum(one <= distance for one in apart), len(apart))
        print(f"| {distance} | {' | '.join(told(*one, digits=4) for one in (*figures(shoots, distance), near))} |")


def faces(files: Sequence[Path], data: Path, split: Split) -> Iterator[Face]:
    """The only face of each picture, with whose it is."""
    for file in files:
        try:
            photo = Photo.open(file)
        except ScreeningError:
            continue
        found = list(FaceFinder(turned=False).find(photo))
        face = embedded(photo, found[0].box) if len(found) == 1 else None
        if face is not None:
            name = file.relative_to(data).as_posix()
            yield split.families.get(name, name), face


def strangers_apart(files: Sequence[Path], data: Path, split: Split) -> Iterator[float]:
    """The distances of every two recognisable faces in pictures that show different people."""
    seen: list[Face] = []
    for file in files:
        photo, name = Photo.open(file), file.relative_to(data).as_posix()
        found = [face for face in FaceFinder(turned=False).find(photo) if face.score >= RECOGNISABLE]
        here = [face for one in found if (face := embedded(photo, one.box)) is not None]
        seen += [(split.families.get(name, name), face) for face in here]
    for (family, one), (other_family, other) in itertools.combinations(seen, 2):
        if family != other_family:
            yield float(np.linalg.norm(one - other))


def shoot(known: dict[str, list[Floats]], strangers: Sequence[Face], chance: random.Random) -> list[Face]:
    """One shoot's faces, each in a picture of its own."""
    found = [
        (name, face) for name, all_of in known.items() for face in chance.sample(all_of, min(OF_EACH, len(all_of)))
    ]
    return found + chance.sample(strangers, min(STRANGERS, len(strangers)))


def figures(shoots: Sequence[Sequence[Face]], distance: float) -> Iterator[tuple[int, int]]:
    """Mixed groups of all groups, strangers of all grouped faces, and joined of all true pairs."""
    mixed = groups = wrong = grouped = together = pairs = 0
    for one in shoots:
        names = [name for name, _ in one]
        for group in people([face for _, face in one], range(len(one)), distance=distance):
            whose = Counter(names[number] for number in group)
            groups, grouped = groups + 1, grouped + len(group)
            mixed, wrong = mixed + (len(whose) > 1), wrong + len(group) - max(whose.values())
            together += sum(count * (count - 1) // 2 for count in whose.values())
        pairs += sum(count * (count - 1) // 2 for count in Counter(names).values())
    yield from ((mixed, groups), (wrong, grouped), (together, pairs))


if __name__ == "__main__":
    main()
