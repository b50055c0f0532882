"""Trains the weapons network, and measures it: from labelled pictures to weapons.onnx, in one command.

    python -m models.weapons.train DATA

DATA is the folder of labelled pictures (by default the one that SCREENING_DATA names). EfficientNet-lite0 stays as it
was trained on ImageNet, which the `train` extra brings: what it sees at each place of each view is kept in --work, and
one layer learns from that which places belong to a gun. It learns from the `train` part of models/split.json. The
`tune` part chooses how strong its weights may grow, and sets the score's middle: one in a hundred of the pictures
without a gun exceeds a half. The card gets the figures of the `test` part, by which nothing is chosen.

A quarter of an hour on one core. `--limit` takes the first few pictures of each folder, for a try-out.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from models.export import agrees
from models.ranking import area
from models.ship import ship
from models.split import Part
from models.weapons.material import examples, views, wanted
from models.weapons.network import CHANNELS, Weapons, to_onnx
from screening.evaluation.intervals import told
from screening.stages.weapons import batch, fitted

HERE = Path(__file__).resolve().parent
SEED = 7
STEPS = 25
# Penalties on the layer's weights that are tried.
PENALTIES = (1e-4, 1e-3, 1e-2)
# The share of pictures without a gun that may score a half and more.
WRONG = 0.01
# The shares of them at which the card says how many guns are found.
AT = (0.005, 0.01, 0.02)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network sees of a view.

    Attributes:
        kind, part: of the view.
        maps: (CHANNELS, rows, columns), 16-bit floats.
        wanted: (rows, columns), as `material.wanted` gives it.
    """

    kind: str
    part: Part
    maps: torch.Tensor
    wanted: torch.Tensor

    @property
    def gun(self) -> bool:
        """Whether it shows one."""
        return bool((self.wanted == 1).any())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--out", type=Path, default=HERE / "weapons.onnx")
    parser.add_argument("--work", type=Path, help="where what the network sees is kept (a temporary folder)")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    data = Path(options.data)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    network = Weapons().eval()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        seen = look(network, data, work, options.limit)
        choose(network, seen, options.steps)
        made = work / "weapons.onnx"
        to_onnx(network, made)
        some = itertools.islice(views(examples(data, options.limit), data, SEED), 8)
        agrees(network, made, [batch(fitted(view.picture)) for view in some])
        ship("weapons", made.read_bytes(), options.out, "\n".join(figures(network, seen)))


def look(network: Weapons, data: Path, work: Path, limit: int | None) -> list[Seen]:
    """What the network sees of every view; taken from the folder of work where an earlier run left it."""
    kept = work / f"seen-{limit or 'all'}.pt"
    if kept.is_file():
        return [Seen(kind, Part(part), *more) for kind, part, *more in torch.load(kept, weights_only=True)]
    seen = []
    with torch.inference_mode():
        for number, view in enumerate(views(examples(data, limit), data, SEED)):
            maps = network.maps(torch.from_numpy(batch(fitted(view.picture))))[0].half()
            answer = torch.from_numpy(wanted(view.guns, view.picture, *maps.shape[1:]))
            seen.append(Seen(view.kind, view.part, maps, answer))
            if number % 200 == 0:
                print(f"{number} views seen", flush=True)
    torch.save([(one.kind, str(one.part), one.maps, one.wanted) for one in seen], kept)
    return seen


def choose(network: Weapons, seen: Sequence[Seen], steps: int) -> None:
    """Teach the layer under each penalty, keep the one that tells the pictures to choose by apart best, and set its
    middle by them."""
    kept = [one for one in seen if one.part is Part.TUNE]
    shown = np.array([one.gun for one in kept])
    tried = []
    for penalty in PENALTIES:
        learn(network, [one for one in seen if one.part is Part.TRAIN], penalty, steps)
        scores = np.array([highest(network, one) for one in kept])
        middle = float(np.quantile(scores[~shown], 1 - WRONG))
        found = float((scores[shown] > middle).mean())
        print(f"penalty {penalty:g}: {found:.3f} found at {WRONG:g}", flush=True)
        state = {name: value.clone() for name, value in network.place.state_dict().items()}
        tried.append((found, -penalty, middle, state))
    _, _, middle, state = max(tried, key=lambda one: one[:2])
    network.place.load_state_dict(state)
    with torch.no_grad():
        network.place.bias -= middle


def learn(network: Weapons, seen: Sequence[Seen], penalty: float, steps: int) -> None:
    """Teach the layer: every place of every view, guns and the rest weighing the same."""
    maps = torch.cat([one.maps.flatten(1).T for one in seen]).float()
    answers = torch.cat([one.wanted.flatten() for one in seen])
    known = ~answers.isnan()
    maps, answers = maps[known], answers[known]
    weight = torch.where(answers == 1, 0.5 / (answers == 1).sum(), 0.5 / (answers == 0).sum())
    spread, middle = torch.std_mean(maps, 0)
    spread = spread.clamp(min=1e-3)
    layer = torch.nn.Linear(CHANNELS, 1)
    torch.nn.init.zeros_(layer.weight)
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=steps, line_search_fn="strong_wolfe")
    maps = (maps - middle) / spread

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        off = binary_cross_entropy_with_logits(layer(maps)[:, 0], answers, weight=weight, reduction="sum")
        total: torch.Tensor = off + penalty * layer.weight.square().sum()
        total.backward()
        return total

    optimiser.step(loss)
    with torch.no_grad():
        weights = layer.weight[0] / spread
        network.place.weight.copy_(weights[None, :, None, None])
        network.place.bias.copy_(layer.bias - (weights * middle).sum())


def highest(network: Weapons, one: Seen) -> float:
    """The highest logit of any place."""
    with torch.inference_mode():
        return float(network.place(one.maps[None].float()).max())


def figures(network: Weapons, seen: Sequence[Seen]) -> Iterator[str]:
    """The card's table, on the pictures that judge."""
    judged = [one for one in seen if one.part is Part.TEST]
    scores = np.array([highest(network, one) for one in judged])
    kinds = np.array([one.kind for one in judged])
    shown = np.array([one.gun for one in judged])
    yield f"The `test` part, measured on {date.today().isoformat()}. "
    yield f"Area under the curve, guns as they are: {area(shown[kinds != 'laid in'], scores[kinds != 'laid in'])}."
    yield ""
    yield "| pictures | score of a half and more |" + "".join(f" found at {at:g} |" for at in AT)
    yield "|---|---|" + "---|" * len(AT)
    marks = [float(np.quantile(scores[~shown], 1 - at)) for at in AT] if (~shown).any() else []
    for kind in dict.fromkeys(kinds.tolist()):
        of = scores[kinds == kind]
        cells = [told(int((of > 0).sum()), len(of))]
        if shown[kinds == kind].any():
            cells += [told(int((of > mark).sum()), len(of)) for mark in marks]
        else:
            cells += [""] * len(AT)
        yield f"| {kind} | {' | '.join(cells)} |"
    yield f"| all without a gun | {told(int((scores[~shown] > 0).sum()), int((~shown).sum()))} |" + " |" * len(AT)


if __name__ == "__main__":
    main()
