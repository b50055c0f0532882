"""Trains the damage network: from labelled pictures to damage.onnx, in one command.

    python -m models.damage.train DATA --device cuda

DATA is the folder with damage/, damage_close/, rtc/, plates/, everyday/ and the rest that card.md names (by default the
one that SCREENING_DATA names). The network starts from EfficientNet-lite2 as it was trained on ImageNet, which the
`train` extra brings; our street network finds the vehicles. Several members learn from the `train` part of the pictures
(models/split.json); of them and of the mean of their weights the one ships that errs least on the `tune` part, which
also calibrates it. The `test` part is not looked at: `python -m models.damage.evaluate --record` measures on it and
writes the card's figures. The hash goes into the manifest where --out is the file that ships; any other is a trial.

With `--work FOLDER` what was learnt is kept, every few hundred steps, and the same command goes on from there.
`--resume damage.onnx` trains the shipped network further, and with `--late` only its last blocks and head, for which a
CPU is enough. `--without` leaves sources out, to measure on them what the
network makes of pictures from elsewhere. `--limit` takes the first few pictures of each folder, for a try-out.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from models.ship import ship

if TYPE_CHECKING:
    from models.damage.learn import Course
    from models.damage.material import Example
    from models.damage.network import Damage

HERE = Path(__file__).resolve().parent
SEED = 7
UNMEASURED = "Not measured since it was trained: `python -m models.damage.evaluate --record` does it."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--resume", type=Path, help="an exported network of ours, to be trained further")
    parser.add_argument("--out", type=Path, default=HERE / "damage.onnx")
    parser.add_argument(
        "--work", type=Path, help="where the vehicles found and what was learnt go (a temporary folder)"
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--members", type=int, default=2, help="how many networks learn")
    parser.add_argument("--steps", type=int, default=1300, help="batches that each learns from")
    parser.add_argument("--batch", type=int, default=160, help="views in a batch")
    parser.add_argument("--workers", type=int, default=0, help="processes that find vehicles and make views")
    parser.add_argument("--without", nargs="*", default=[], metavar="SOURCE", help="sources to leave out")
    parser.add_argument("--late", action="store_true", help="with --resume: only the last blocks and the head learn")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    if options.late and (options.resume is None or options.device != "cpu"):
        parser.error("--late trains a network further, on a CPU: name the network with --resume")
    with tempfile.TemporaryDirectory() as temporary:
        options.work = (options.work or Path(temporary)).resolve()
        options.work.mkdir(parents=True, exist_ok=True)
        train(options)


def train(options: argparse.Namespace) -> None:
    """Find the vehicles, learn, choose and calibrate by the pictures kept for that, export, record."""
    from models.damage.calibrate import calibrate, crops_of
    from models.damage.export import agrees, to_onnx
    from models.damage.learn import Course
    from models.damage.material import examples, with_vehicles
    from models.pictures import rgb
    from models.split import Part

    cv2.setNumThreads(1)
    everything = with_vehicles(
        examples(options.data, options.limit), options.data, options.work, workers=options.workers
    )
    known = [one for one in everything if one.source not in options.without]
    course = Course(
        data=options.data, work=options.work, steps=options.steps, batch=options.batch, seed=options.seed,
        device=options.device, workers=options.workers, late=options.late,
    )  # fmt: skip
    learnt, kept = ([one for one in known if one.part is part] for part in (Part.TRAIN, Part.TUNE))
    network, lines = best(members(learnt, course, options), kept, course)
    calibrate(network, lines)
    made = options.work / "damage.onnx"
    to_onnx(network, made)
    some = known[:: max(1, len(known) // 8)]
    agrees(network, made, [crop for one in some for crop in crops_of(one, rgb(options.data / one.name))])
    ship("damage", made.read_bytes(), options.out, UNMEASURED)


def members(learnt: list[Example], course: Course, options: argparse.Namespace) -> list[Damage]:
    """The networks that learn, which all begin alike."""
    from models.damage.learn import learn
    from models.damage.network import Damage

    found = []
    for member in range(options.members):
        start = None
        if options.resume:
            start = Damage()
            resume(start, options.resume, learnt, course)
        found.append(learn(learnt, course, member, start=start))
    return found


def best(learnt: list[Damage], kept: list[Example], course: Course) -> tuple[Damage, list[tuple[float, float]]]:
    """The one of several networks, or of the mean of their weights, that errs least on the pictures kept to choose by;
    and its calibration."""
    from models.damage.calibrate import answers, calibration, crops_of, loss_of
    from models.damage.export import early_in_engine
    from models.damage.network import OUTPUTS, Damage
    from models.learning import mean_of
    from models.pictures import rgb

    named = {f"member {number}": one for number, one in enumerate(learnt)}
    if len(learnt) > 1:
        named["the mean"] = Damage().to(course.device)
        named["the mean"].load_state_dict(mean_of([one.state_dict() for one in learnt]))
    # all members of a network that is trained further begin with the same blocks
    early = early_in_engine(learnt[0], course.work / "early.onnx") if course.late else None
    views = [crops_of(one, rgb(course.data / one.name)) for one in kept]
    tried = []
    for name, network in named.items():
        found = answers(network, views, early)
        lines = calibration(kept, found)
        loss = loss_of(kept, found, lines)
        told = ", ".join(
            f"{output} {slope:.2f} x {shift:+.2f}" for output, (slope, shift) in zip(OUTPUTS, lines, strict=True)
        )
        print(f"{name}: loss {loss:.4f} on the pictures to choose by; calibration: {told}", flush=True)
        tried.append((loss, network, lines))
    _, network, lines = min(tried, key=lambda one: one[0])
    return network.cpu(), lines


def resume(network: Damage, exported: Path, learnt: list[Example], course: Course, *, count: int = 96) -> None:
    """Give a network the weights of an exported one, on views of the pictures that it is going to learn from."""
    from models.damage.learn import Views
    from models.damage.resume import load_exported

    views = Views(learnt, course, 0, 0)
    load_exported(network, exported, [views[number][0].numpy() for number in range(count)])


if __name__ == "__main__":
    main()
