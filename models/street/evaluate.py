"""Measures the street network as the product runs it, on the labelled pictures that training never saw.

    python models/street/evaluate.py DATA [--network models/street/street.onnx] [--start yolov5n.pt]

Prints how many of the plates marked by hand are found, by width in pixels of the picture, at several least scores;
how many pictures with nothing to find show a plate; and, with `--start`, how many of the teacher's vehicles are found.
Each figure comes with its counts and the 95 % Wilson interval.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

from conditions import CONDITIONS, taken
from dataset import EMPTY, _pictures, held_out, plates_by_hand, rgb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from screening.evaluation.intervals import wilson

BANDS = ((45, 10_000), (25, 45), (0, 25))
LEAST = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def share(hits: int, of: int) -> str:
    """A share with its counts and its 95 % Wilson interval."""
    low, high = wilson(hits, of)
    return f"{hits / of:.3f} ({hits}/{of}, {low:.3f}-{high:.3f})" if of else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--network", type=Path, default=Path(__file__).with_name("street.onnx"))
    parser.add_argument("--start", type=Path, help="YOLOv5n's original checkpoint, to measure vehicles against")
    parser.add_argument("--folder", default="plates", help="plates or house_numbers")
    parser.add_argument("--as-taken", choices=CONDITIONS, help="make the street pictures look taken at night, or so")
    parser.add_argument("--once", action="store_true", help="leave out the closer look")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    street(options)
    if not options.as_taken:
        empty(options)


def street(options: argparse.Namespace) -> None:
    """Print the recall of plates and vehicles in held-out street pictures."""
    from screening.finding import Box
    from screening.photo import Photo
    from screening.stages.street import find

    pictures = [(path, plates) for path, plates in plates_by_hand(options.data) if path.parent.name == options.folder]
    pictures = [(path, plates) for path, plates in pictures if held_out(path.name)][: options.limit]
    best: list[tuple[float, float]] = []  # width and best score of each plate
    extra: list[list[float]] = []  # scores of plates that match no label, by picture
    vehicles: list[float] = []
    teacher = None
    if options.start:
        from teacher import Teacher

        teacher = Teacher(options.start)
    spent = 0.0
    for path, plates in pictures:
        picture = rgb(path)
        if options.as_taken:
            picture = taken(picture, plates, random.Random(path.name), options.as_taken)
        started = time.process_time()
        found = find(
            Photo.from_array(picture, name=path.name),
            networks=(options.network,),
            plate=LEAST[0],
            faint=0.1,
            closer=not options.once,
        )
        spent += time.process_time() - started
        seen = [detection for detection in found if detection.kind == "plate"]
        boxes = [
            Box(*(round(side) for side in plate))
            for plate in plates
            if plate[2] - plate[0] > 1 and plate[3] - plate[1] > 1
        ]
        for box in boxes:
            best.append((box.width, max((one.score for one in seen if one.box.iou(box) >= 0.5), default=0.0)))
        extra.append([one.score for one in seen if not any(one.box.iou(box) >= 0.2 for box in boxes)])
        if teacher:
            cars = [one for one in found if one.kind == "vehicle"]
            for vehicle in teacher.find(picture, least=0.5):
                box = Box(*(round(side) for side in vehicle[:4]))
                vehicles.append(max((one.score for one in cars if one.box.iou(box) >= 0.5), default=0.0))
    each = 1000 * spent / max(len(pictures), 1)
    print(f"{len(pictures)} held-out pictures of {options.folder}/, {each:.0f} ms of CPU each")
    for least in LEAST:
        bands = []
        for low, high in BANDS:
            scores = [score for width, score in best if low <= width < high]
            bands.append(f"{low}+ px {share(sum(score >= least for score in scores), len(scores))}")
        print(
            f"plates at {least:.2f}: "
            + "; ".join(bands)
            + f"; unlabelled {sum(score >= least for one in extra for score in one)}"
        )
    for least in (0.1, 0.2, 0.3, 0.4, 0.5) if teacher else ():
        print(f"vehicles at {least:.2f}: {share(sum(score >= least for score in vehicles), len(vehicles))}")


def empty(options: argparse.Namespace) -> None:
    """Print how many held-out pictures of everyday things, shop signs, forms and people show a plate."""
    from screening.photo import Photo
    from screening.stages.street import find

    for folder, most in EMPTY.items():
        paths = [path for path in _pictures(options.data / folder)[:most] if held_out(path.name)][: options.limit]
        shown = []
        for path in paths:
            found = find(
                Photo.from_array(rgb(path), name=path.name),
                networks=(options.network,),
                plate=LEAST[0],
                closer=not options.once,
            )
            shown.append((max((one.score for one in found if one.kind == "plate"), default=0.0), path.name))
        for least in (0.2, 0.3, 0.5):
            print(f"{folder} with a plate at {least}: {share(sum(score >= least for score, _ in shown), len(shown))}")
        print("   ", [f"{name} {score:.2f}" for score, name in sorted(shown, reverse=True)[:3] if score >= 0.2])


if __name__ == "__main__":
    main()
