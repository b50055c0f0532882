"""Trains the proposals network, and measures it: from labelled pictures to proposals.onnx, in one command.

    python -m models.proposals.train DATA --start yunet.onnx --work FOLDER

DATA is the folder of labelled pictures (by default the one that SCREENING_DATA names). The network learns from the
`train` part of models/split.json what CenterFace finds in mosaics of its pictures, from nothing or, with --start, from
YuNet. With --work everything is kept, and a training that was stopped goes on where it was. The card gets the figures
of mosaics of the `test` part, by which nothing is chosen; those of `tune`, by which the mark was, are printed.

Forty minutes on one core, half of it for the teacher. `--lessons` and `--steps` make a try-out of it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import torch

from models.export import agrees, to_onnx
from models.learning import Checkpoint
from models.proposals.figures import figures, judged
from models.proposals.learn import learn
from models.proposals.mosaics import photographs
from models.proposals.network import Proposals
from models.proposals.teach import drawn, lessons
from models.ship import ship
from models.split import Part
from screening.faces.proposals import MARK

HERE = Path(__file__).resolve().parent
SEED = 7
LESSONS, STEPS = 222, 1200
# For every so many lessons to learn from, one to choose or judge by.
JUDGED = 6
# The logits that are tried as marks.
MARKS = (-4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.0)
AXES = {"pictures": {0: "n", 2: "height", 3: "width"}, "answers": {0: "n", 2: "rows", 3: "columns"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=HERE / "proposals.onnx")
    parser.add_argument("--start", type=Path, help="YuNet's ONNX file, of any input size")
    parser.add_argument("--work", type=Path, help="where lessons and checkpoints are kept (a temporary folder)")
    parser.add_argument("--lessons", type=int, default=LESSONS, help="how many mosaics are learnt from")
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        data = Path(options.data)
        mosaics = drawn(options.lessons, photographs(data, Part.TRAIN), seed=SEED)
        taught = list(lessons(work / Part.TRAIN, mosaics))
        torch.manual_seed(SEED)
        network = Proposals()
        if options.start:
            network.begin_with(options.start)
        network.to(memory_format=torch.channels_last)
        kept = Checkpoint(work / "proposals.pt", f"{options.lessons} {options.steps} {bool(options.start)}")
        learn(network, taught, options.steps, kept, seed=SEED)
        file = work / "proposals.onnx"
        to_onnx(network, file, {"pictures": (1, 3, 64, 64)}, AXES)
        dice = np.random.default_rng(SEED)
        agrees(network, file, [dice.random((1, 3, 128, 160), np.float32) for _ in range(4)])
        told = {}
        for part in (Part.TUNE, Part.TEST):
            some = drawn(max(1, options.lessons // JUDGED), photographs(data, part), seed=SEED + 1)
            told[part] = judged(zip((one() for one in some), lessons(work / part, some), strict=True), file)
        print(*figures(told[Part.TUNE], MARKS), sep="\n")
        measured = f"The `test` part, measured on {date.today().isoformat()}."
        ship("proposals", file.read_bytes(), options.out, "\n".join((measured, "", *figures(told[Part.TEST], [MARK]))))


if __name__ == "__main__":
    main()
