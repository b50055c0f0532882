"""Trains the numbers network, and measures it: from labelled pictures to numbers.onnx, in one command.

    python -m models.numbers.train DATA --work FOLDER

DATA is the folder of labelled pictures (by default the one that SCREENING_DATA names). The network learns from the
`train` part of models/split.json: from pieces of photographs into which drawn signs and decoys are laid, and of the few
labelled fronts; and in a second round also from the places of photographs that it was most mistaken about. With --work
everything is kept, and a training that was stopped goes on where it was. The card gets the figures of the `test`
part, by which nothing is chosen.

An hour on one core. `--steps`, `--views` and `--limit` make a try-out of it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch

from models.export import agrees, to_onnx
from models.learning import Checkpoint
from models.numbers.figures import figures, highest
from models.numbers.learn import Views, drawn, learn
from models.numbers.material import Material, material
from models.numbers.mistaken import mistakes, shown
from models.numbers.network import Numbers
from models.ship import ship
from models.split import Part

HERE = Path(__file__).resolve().parent
SEED = 7
# Views that are drawn, and of mistakes; steps of the two rounds; the share of mistakes in each step of the second.
VIEWS, MISTAKEN, FIRST, SECOND, SHARE = 12_000, 4000, 2000, 2400, 0.35
AXES = {"pictures": {0: "n", 2: "height", 3: "width"}, "answers": {0: "n", 2: "rows", 3: "columns"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=HERE / "numbers.onnx")
    parser.add_argument("--work", type=Path, help="where views and checkpoints are kept (a temporary folder)")
    parser.add_argument("--views", type=int, default=VIEWS, help="how many views are drawn")
    parser.add_argument("--steps", type=int, default=FIRST + SECOND, help="of both rounds together")
    parser.add_argument("--limit", type=int, help="take so many photographs")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        some = material(Path(options.data), Part.TRAIN, seed=SEED, drawn=min(2500, options.views))
        some = replace(some, grounds=some.grounds[: options.limit])
        network = taught(some, work, options.views, options.steps)
        file = work / "numbers.onnx"
        # in a file of its own: the engine reads each but once
        before = work / "uncentred.onnx"
        to_onnx(network, before, {"pictures": (1, 3, 64, 64)}, AXES)
        centred(network, highest(Path(options.data), Part.TUNE, before))
        to_onnx(network, file, {"pictures": (1, 3, 64, 64)}, AXES)
        dice = np.random.default_rng(SEED)
        agrees(network, file, [dice.random((1, 3, 128, 160), np.float32) for _ in range(4)])
        ship("numbers", file.read_bytes(), options.out, "\n".join(figures(Path(options.data), Part.TEST, file)))


def taught(some: Material, work: Path, views: int, steps: int) -> Numbers:
    """The network after both rounds, learnt now or by an earlier run."""
    torch.manual_seed(SEED)
    network = Numbers().to(memory_format=torch.channels_last)
    # the first round ends at speed, the second slows down
    first = max(1, steps * FIRST // (FIRST + SECOND))
    ordinary = Views(work, f"views-{views}", views, lambda: drawn(some, SEED))
    kept = Checkpoint(work / "first.pt", f"first {views} {first}")
    learn(network, [(ordinary, 1.0)], first, kept, seed=SEED, over=first * 3 // 2)
    count = max(1, views * MISTAKEN // VIEWS)
    more = Views(work, f"mistakes-{views}-{first}", count, lambda: shown(some, mistakes(network, some), count, SEED))
    second = Checkpoint(work / "second.pt", f"second {views} {steps}")
    learn(network, [(ordinary, 1 - SHARE), (more, SHARE)], steps - first, second, seed=SEED + 1)
    return network


def centred(network: Numbers, highest: Sequence[float]) -> None:
    """Set the middle of the score by the pictures to choose by that show no number, given the highest score in each:
    none of them exceeds a half."""
    if len(highest):
        score = min(max(*highest, 0.01), 0.99)
        with torch.no_grad():
            network.answer.bias[0] -= np.log(score / (1 - score))
        print(f"the middle was at {score:.2f}", flush=True)


if __name__ == "__main__":
    main()
