"""How many faces in crowds are found, how many of their pictures are held for a child, and how many scenes for a face.

    python -m benchmarks.people [--data FOLDER] [--limit N]

FOLDER (by default what SCREENING_DATA names) holds faces/, pictures of crowds and portraits, in which every face is
marked and most wear masks; models/juvenile/children.json says which show a child, and of which one cannot tell. A face
counts as found if the middle of a finding is in its box. The shipped juvenile network was trained on all of these
faces; figures for unseen crowds are in models/juvenile/card.md. everyday/ shows other things; people.json lists, by
eye, those of its pictures that show somebody, and the others are scenes without a person.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from screening import config
from screening.evaluation.intervals import told
from screening.finding import Box
from screening.policy import Verdict

# Heights in pixels.
BANDS = ((24, 100_000), (16, 24), (0, 16))
CHILDREN = Path(__file__).resolve().parents[1] / "models" / "juvenile" / "children.json"


def looked_at(path: Path) -> tuple[tuple[int, int], list[Box], set[str]]:
    """A picture's size, the faces that a scan finds in it, and the rules for which it is held or blocked."""
    report = config.load().screen(path, name=path.name)
    faces = [one.finding.box for one in report.judgements if one.finding.is_a("face")]
    held = {one.rule for one in report.judgements if one.verdict > Verdict.CLEAR}
    return (report.width, report.height), [box for box in faces if box is not None], held


def marked(rows: list[list[str]], width: int, height: int) -> list[Box]:
    """The faces labelled in a picture, from a class, a centre and a size as shares of the picture."""
    boxes = []
    for _, *numbers in rows:
        x, y, wide, high = (float(number) for number in numbers)
        sides = (x - wide / 2) * width, (y - high / 2) * height, (x + wide / 2) * width, (y + high / 2) * height
        boxes.append(Box(*(round(side) for side in sides)))
    return boxes


def within(box: Box, middle: tuple[float, float]) -> bool:
    """Whether a point is in a box."""
    return box.left <= middle[0] <= box.right and box.top <= middle[1] <= box.bottom


def share(hits: list[bool]) -> str:
    """A share with its counts and its Wilson interval."""
    return told(sum(hits), len(hits))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SCREENING_DATA", "")))
    parser.add_argument("--limit", type=int, help="take so many pictures")
    options = parser.parse_args()
    folder = options.data / "faces"
    if not (folder / "labels.json").is_file():
        sys.exit("people: no labelled pictures; set SCREENING_DATA or --data to the folder that holds faces/")
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))[: options.limit]
    known = json.loads(CHILDREN.read_text(encoding="utf-8"))
    with_child = {name for name, *_ in known["children"]}
    somebody: set[str] = set(*json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")).values())
    scenes = sorted(path for path in (options.data / "everyday").glob("*") if path.name not in somebody)[
        : options.limit
    ]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        results = list(pool.map(looked_at, [folder / entry["file"] for entry in labels], chunksize=4))
        empty = [held for _, _, held in pool.map(looked_at, scenes, chunksize=4)]
    found: list[tuple[int, bool]] = []
    held: dict[bool, list[bool]] = {True: [], False: []}
    for entry, (size, faces, rules) in zip(labels, results, strict=True):
        for box in marked(entry["yolo"], *size):
            found.append((box.height, any(within(box, face.centre) for face in faces)))
        if entry["file"] not in known["unsure"]:
            held[entry["file"] in with_child].append("juvenile" in rules)
    for low, high in BANDS:
        name = f"{low} px high and more" if high > 1000 else f"{low} to {high} px high"
        print(f"faces {name}: found {share([hit for height, hit in found if low <= height < high])}")
    print(f"pictures with a child: held or blocked for it {share(held[True])}")
    print(f"pictures with adults only: held or blocked for a child {share(held[False])}")
    print(f"scenes without a person: held for a face {share(['identifiable-person' in rules for rules in empty])}")


if __name__ == "__main__":
    main()
