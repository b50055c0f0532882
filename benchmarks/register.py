"""How often the face register takes one person for another, and how often it recognises a person again.

    SCREENING_DATA=... python -m benchmarks.register [--portraits 900] [--least 40]

Every picture in which exactly one face is found counts. Two pictures in one folder of `identities` are a true pair, in
two folders a false one; `ages` (a person a picture; a few stand there twice, which counts against us) and the portraits
of `faces` give false pairs. The intervals are Wilson's at 95%; pairs share pictures, so the true interval is somewhat
wider.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening.arrays import Floats
from screening.evaluation.intervals import wilson
from screening.faces.embedding import embed
from screening.finding import ScreeningError
from screening.photo.photo import Photo
from screening.stages.faces import Faces

DISTANCES = (0.30, 0.32, 0.34, 0.36, 0.38, 0.40, 0.42, 0.45, 0.50, 0.60)


@dataclass(frozen=True, slots=True)
class Portrait:
    """The only face in a picture; `age` is None if it is not recorded."""

    person: str
    age: int | None
    embedding: Floats


def portraits(paths: Iterable[Path], *, ages: bool, people: bool, least: int) -> list[Portrait]:
    """The pictures with exactly one face of sufficient height."""
    found = []
    for path in paths:
        try:
            photo = Photo.open(path)
        except ScreeningError:
            continue
        faces = [face for face in Faces()(photo, ()) if face.is_a("face.identifiable")]
        if len(faces) == 1 and faces[0].box is not None and faces[0].box.height >= least:
            person = path.parent.name if people else str(path)
            age = int(path.name.split("_")[0]) if ages else None
            found.append(Portrait(person, age, embed(photo.rgb, [faces[0].points])[0]))
    return found


def distances(one: list[Portrait], other: list[Portrait] | None = None) -> list[float]:
    """The distances between all pairs of portraits in a list, or between two lists."""
    pairs = itertools.combinations(one, 2) if other is None else itertools.product(one, other)
    return [float(np.linalg.norm(a.embedding - b.embedding)) for a, b in pairs]


def nearest(enrolled: int, probes: list[Portrait], known: list[Portrait], *, same: bool) -> list[float]:
    """From each probe to the nearest of so many portraits of one person: its own, or each other person in turn."""
    chance, far = random.Random(4), []
    for probe in probes:
        for person in sorted({one.person for one in known}):
            theirs = [one for one in known if one.person == person and one is not probe]
            if (person == probe.person) is same and len(theirs) >= enrolled:
                chosen = chance.sample(theirs, enrolled)
                far.append(min(float(np.linalg.norm(one.embedding - probe.embedding)) for one in chosen))
    return far


def main() -> None:
    """Prints a table: for each distance, the share of pairs within it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portraits", type=int, default=900, help="how many of `ages`")
    parser.add_argument("--least", type=int, default=40, help="pixels: the lowest face that counts")
    options = parser.parse_args()
    data = Path(os.environ["SCREENING_DATA"])
    known = portraits(sorted(data.glob("identities/*/*.jpg")), ages=False, people=True, least=options.least)
    chosen = random.Random(4).sample(sorted(data.glob("ages/*.jpg")), options.portraits)
    aged = portraits(chosen, ages=True, people=False, least=options.least)
    crowd = portraits(sorted(data.glob("faces/*.jpg"))[:200], ages=False, people=False, least=options.least)
    children = [one for one in aged if one.age is not None and one.age < 14]
    teenagers = [one for one in aged if one.age is not None and 14 <= one.age < 18]
    adults = [one for one in aged if one.age is not None and one.age >= 18]
    true: list[float] = []
    false: list[float] = []
    for a, b in itertools.combinations(known, 2):
        (true if a.person == b.person else false).append(float(np.linalg.norm(a.embedding - b.embedding)))
    people = len({one.person for one in known})
    counts = f"{len(adults)} adults, {len(teenagers)} of 14 to 17, {len(children)} under 14, {len(crowd)} others"
    print(f"{len(known)} portraits of {people} people; {counts}")
    groups = {
        "same person": true,
        "5 people apart": false,
        "adults": distances(adults),
        "adults and others": distances(adults, crowd),
        "under 14": distances(children),
        "14 to 17": distances(teenagers),
        "adult and under 14": distances(adults, children),
        "adult and 14 to 17": distances(adults, teenagers),
        "same, five enrolled": nearest(5, known, known, same=True),
        "other, five enrolled": nearest(5, [*known, *adults], known, same=False),
    }
    for name, far in groups.items():
        for limit in DISTANCES:
            hits = sum(one <= limit for one in far)
            low, high = wilson(hits, len(far))
            share = hits / max(len(far), 1)
            print(f"{name:20} <= {limit:.2f}: {hits:6} of {len(far):6} = {share:.6f} ({low:.6f} to {high:.6f})")


if __name__ == "__main__":
    main()
