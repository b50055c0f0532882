"""Trains the objects network, and measures it: from labelled pictures to objects.onnx, in one command.

    python -m models.objects.train DATA --work FOLDER

DATA is the folder of labelled pictures (by default the one that SCREENING_DATA names). EfficientNet-lite0 stays as it
was trained on ImageNet, which the `train` extra brings: what it sees at each place of each view is kept in --work, from
where a training that was stopped goes on, and a small head learns from that which places show which object. It learns
from the `train` part of models/split.json. The `tune` part sets the middle of each object's score: so many of the
views without any exceed a half as WRONG says. The card gets the figures of the `test` part, by which nothing is
chosen.

An hour on one core. `--limit` takes the first few pictures of each folder, for a try-out.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from models.export import agrees
from models.objects.head import highest, learnt
from models.objects.material import OTHERS, Material, material
from models.objects.network import Backbone, head, to_onnx
from models.objects.seeing import Seen, look
from models.ship import ship
from models.split import Part
from screening.evaluation.intervals import told
from screening.stages.objects import KINDS, OBJECTS, batch, fitted

HERE = Path(__file__).resolve().parent
SEED = 7
EPOCHS = 9
# The share of the views that show nothing, decoys included, that may score a half and more.
WRONG = {
    "firearm": 0.01, "blade": 0.005, "cash": 0.003, "card": 0.015, "paper": 0.01, "screen": 0.01, "tape": 0.012,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=HERE / "objects.onnx")
    parser.add_argument("--work", type=Path, help="where what the network sees is kept (a temporary folder)")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument(
        "--limit", type=int, help="take so many pictures of each folder, and lay in a few of each thing"
    )
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    views = material(Path(options.data), SEED, options.limit)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        seen = look(views, work)
        made = taught(seen, options.epochs, work / f"head-{len(seen)}-{options.epochs}.pt")
        centred(made, seen)
        file = work / "objects.onnx"
        export(made, views, file)
        ship("objects", file.read_bytes(), options.out, "\n".join(figures(made, seen)))


def taught(seen: Sequence[Seen], epochs: int, kept: Path) -> nn.Module:
    """The head, learnt now or by an earlier run."""
    if not kept.is_file():
        torch.save(learnt([one for one in seen if one.part is Part.TRAIN], epochs, SEED).state_dict(), kept)
    made = head().eval()
    made.load_state_dict(torch.load(kept, weights_only=True))
    return made


def export(made: nn.Module, views: Material, out: Path) -> None:
    """Write backbone and head as one network, and check that the engine runs it as torch does."""
    network = nn.Sequential(Backbone(), made).eval()
    to_onnx(network, out)
    agrees(network, out, [batch(fitted(views[number].picture)) for number in range(0, len(views), len(views) // 8)])


def centred(made: nn.Module, seen: Sequence[Seen]) -> None:
    """Set the middle of each object's score by the pictures to choose by."""
    kept = [one for one in seen if one.part is Part.TUNE]
    scores = highest(made, kept)
    with torch.no_grad():
        for number, thing in enumerate(OBJECTS):
            middle = mark(scores[:, number], kept, thing)
            made[-1].bias[number] -= middle
            found = scores[shown(kept, thing), number] > middle
            print(f"{thing}: {told(int(found.sum()), len(found))} of `tune` found", flush=True)


def shown(seen: Sequence[Seen], thing: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which views show an object."""
    return np.array([one.shows == thing for one in seen])


def without(seen: Sequence[Seen], thing: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which views show none of the objects, and certainly not this one."""
    return np.array([not one.shows and thing not in one.unsure for one in seen])


def mark(scores: np.ndarray[tuple[int], np.dtype[np.float32]], seen: Sequence[Seen], thing: str) -> float:
    """The logit that as many of the pictures without an object exceed as may; 0 where there is no such picture."""
    others = scores[without(seen, thing)]
    return float(np.quantile(others, 1 - WRONG[thing])) if len(others) else 0.0


def figures(made: nn.Module, seen: Sequence[Seen]) -> Iterator[str]:
    """The card's tables, on the pictures that judge."""
    judged = [one for one in seen if one.part is Part.TEST]
    flagged = highest(made, judged) > 0
    source = np.array([one.source for one in judged])
    yield f"The `test` part, measured on {date.today().isoformat()}: how many score a half and more."
    yield ""
    yield "| object | pictures | found |"
    yield "|---|---|---|"
    for number, thing in enumerate(OBJECTS):
        for one in dict.fromkeys(source[shown(judged, thing)].tolist()):
            of = flagged[shown(judged, thing) & (source == one), number]
            yield f"| {thing} | {one} | {told(int(of.sum()), len(of))} |"
    yield ""
    yield "Pictures that show none of them, and are taken for one:"
    yield ""
    yield "| pictures | " + " | ".join(OBJECTS) + " | any that is reported |"
    yield "|---|" + "---|" * (len(OBJECTS) + 1)
    sets = {one: source == one for one in dict.fromkeys(source[shown(judged, "")].tolist())}
    photographs = np.isin(source, list(OTHERS))
    for name, rows in (sets | {"all photographs": photographs}).items():
        known = np.array([rows & ~np.array([thing in one.unsure for one in judged]) for thing in OBJECTS]).T
        cells = [
            f"{int((flagged & known)[:, number].sum())} of {int(known[:, number].sum())}"
            for number in range(len(OBJECTS))
        ]
        wrong = (flagged & known)[:, [OBJECTS.index(thing) for thing in KINDS]].any(1)
        cells.append(told(int(wrong.sum()), int((rows & shown(judged, "")).sum())))
        yield f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
