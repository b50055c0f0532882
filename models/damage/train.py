"""Trains the damage network: from labelled pictures to damage.onnx, in one command.

    python -m models.damage.train DATA --start yolov5n.pt --out models/damage/damage.onnx

DATA is the folder with damage/, plates/, everyday/, faces/, scene_text/ and house_numbers/ (by default the one that
SCREENING_DATA names). The network starts from EfficientNet-lite0 as it was trained on ImageNet, which the `train` extra
brings. A teacher, YOLOv5n as it was trained on COCO, finds the vehicles; without `--start` our own street network does.
The last round is learnt twice from the same start: once without the pictures kept for measuring, which calibrate and
judge the result, and once with them; the second is what ships. The figures are written into the card and the hash into
the manifest where --out is the file that ships; any other is a trial.
`--resume damage.onnx` trains the shipped network further, by the last round alone. `--without` leaves sources out, to
measure on them what the network makes of pictures from elsewhere. `--limit` takes the first few pictures of each
folder, for a try-out.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

import screening  # noqa: F401  keeps `ultralytics` from calling out

if TYPE_CHECKING:
    from torch import Tensor

    from models.damage.material import Example, Picture
    from models.damage.network import Damage
    from models.damage.views import View

from models.learning import follow, halfway, in_16_bits
from models.ship import ship

HERE = Path(__file__).resolve().parent


SEED = 7
BATCH = 32
# The first blocks, edges and colours, stay as ImageNet taught them.
FROZEN = 6


@dataclass(frozen=True, slots=True)
class Lesson:
    """One round of the training.

    Attributes:
        share: of all the steps.
        harsh: how much the views are changed, 0 to 1.
        rate: the highest learning rate of the backbone; the head learns three times as fast.
        side: width and height of the crops, in pixels; smaller ones cost less.
        motorcycles: the share of views drawn from the few pictures that hold one.
    """

    share: float
    harsh: float
    rate: float
    side: int
    motorcycles: float = 0.0


LESSONS = (
    Lesson(share=0.45, harsh=0.8, rate=4e-4, side=192),
    Lesson(share=0.30, harsh=0.4, rate=2.5e-4, side=256, motorcycles=0.04),
)
# What follows them; its weights are taken at half of what it changes.
LAST = Lesson(share=0.25, harsh=0.4, rate=2.5e-4, side=256, motorcycles=0.04)
# How often each source is drawn.
SHARES = {
    "wreck": 0.25, "major": 0.08, "moderate": 0.04, "part": 0.02, "glass": 0.06, "damage": 0.01,
    "minor": 0.03, "sound": 0.24, "street": 0.17, "other": 0.1,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--start", type=Path, help="YOLOv5n's original checkpoint, trained on COCO")
    parser.add_argument("--resume", type=Path, help="an exported network of ours, to be trained further")
    parser.add_argument("--out", type=Path, default=HERE / "damage.onnx")
    parser.add_argument("--work", type=Path, help="where the vehicles found and the checkpoint go (a temporary folder)")
    parser.add_argument("--steps", type=int, default=1650, help=f"batches of {BATCH} that it learns from")
    parser.add_argument("--without", nargs="*", default=[], metavar="SOURCE", help="sources to leave out")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    with tempfile.TemporaryDirectory() as temporary:
        work: Path = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        os.environ |= {"YOLO_CONFIG_DIR": str(work), "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
        train(options, work)


def train(options: argparse.Namespace, work: Path) -> None:
    """Find the vehicles, learn, calibrate and judge by the kept pictures, learn from these too, export, record."""
    import torch

    from models.damage.calibrate import calibrate, calibration, crops_of
    from models.damage.evaluate import figures
    from models.damage.export import agrees, to_onnx
    from models.damage.material import examples, with_vehicles
    from models.pictures import rgb

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    torch.manual_seed(options.seed)
    cv2.setRNGSeed(options.seed)
    dice = np.random.default_rng(options.seed)
    find: Callable[[Picture], list[tuple[float, ...]]] = vehicles_by_ours
    if options.start:
        from models.street.teacher import Teacher  # the street network learns from the same one

        find = Teacher(options.start).find
    known = with_vehicles(examples(options.data, options.limit), options.data, find, work)
    shown = [one for one in known if one.source not in options.without]
    seen = [one for one in shown if not one.held]
    begun = begin(seen, options, dice)
    judged = finish(begun, seen, options, dice)
    line = calibration(judged, [one for one in known if one.held], options.data)
    calibrate(judged, *line)
    to_onnx(judged, work / "judged.onnx")
    measured = figures(work / "judged.onnx", options.data, limit=options.limit)
    network = finish(begun, shown, options, dice)
    calibrate(network, *line)
    made = work / "damage.onnx"
    to_onnx(network, made)
    some = shown[:: len(shown) // 8]
    agrees(network, made, [crop for one in some for crop in crops_of(one, rgb(options.data / one.name))])
    ship("damage", made.read_bytes(), options.out, measured)


def begin(shown: list[Example], options: argparse.Namespace, dice: np.random.Generator) -> Damage:
    """A network before its last round."""
    from models.damage.network import Damage

    network = Damage()
    if options.resume:
        resume(network, options.resume, shown, options.data, dice)
        return network
    for lesson in LESSONS:
        learn(network, shown, lesson, steps_of(lesson, options), options.data, dice)
    return network


def finish(begun: Damage, shown: list[Example], options: argparse.Namespace, dice: np.random.Generator) -> Damage:
    """A copy of the network after the last round: the mean of what it was and what it became, which errs less."""
    network = copy.deepcopy(begun)
    learn(network, shown, LAST, steps_of(LAST, options), options.data, dice)
    network.load_state_dict(halfway(begun.state_dict(), network.state_dict()))
    return network


def steps_of(lesson: Lesson, options: argparse.Namespace) -> int:
    """How many batches a round has."""
    return max(1, round(options.steps * lesson.share))


def resume(
    network: Damage, exported: Path, shown: list[Example], data: Path, dice: np.random.Generator, *, count: int = 96
) -> None:
    """Give a network the weights of an exported one, on views of the pictures that it is going to learn from."""
    from models.damage.resume import load_exported
    from models.damage.views import training_view
    from models.pictures import rgb

    chosen = [drawn(shown, dice) for _ in range(count)]
    views = [training_view(one, lambda other: rgb(data / other.name), one, dice, harsh=0.4) for one in chosen]
    load_exported(network, exported, [view.crop for view in views])


def vehicles_by_ours(picture: Picture) -> list[tuple[float, ...]]:
    """The vehicles (left, top, right, bottom) that the street network that ships finds in a picture."""
    from screening.photo.photo import Photo
    from screening.street.looks import find

    found = find(Photo.from_array(picture), closer=False)
    return [(one.box.left, one.box.top, one.box.right, one.box.bottom) for one in found if one.kind == "vehicle"]


def learn(
    network: Damage, known: list[Example], lesson: Lesson, steps: int, data: Path, dice: np.random.Generator
) -> None:
    """Draw examples by source, make a view of each, follow the loss; keep the running mean of the last steps."""
    import torch
    from ultralytics.utils.torch_utils import ModelEMA

    from models.damage.material import MOTORCYCLES
    from models.damage.views import training_view
    from models.pictures import rgb

    by_source = {source: [example for example in known if example.source == source] for source in SHARES}
    sources = [source for source in SHARES if by_source[source]]
    by_source["motorcycle"] = [example for example in known if example.name in MOTORCYCLES]
    if lesson.motorcycles and by_source["motorcycle"]:
        sources.append("motorcycle")
    shares = np.array([(SHARES | {"motorcycle": lesson.motorcycles})[source] for source in sources])
    shares /= shares.sum()
    network.requires_grad_().train().to(memory_format=torch.channels_last)
    network.backbone[:FROZEN].requires_grad_(False)
    head = [*network.mix.parameters(), *network.place.parameters(), *network.score.parameters()]
    rates = [
        {"params": network.backbone[FROZEN:].parameters(), "lr": lesson.rate},
        {"params": head, "lr": 3 * lesson.rate},
    ]
    optimiser = torch.optim.AdamW(rates, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: pace(step, steps))
    mean = ModelEMA(network, decay=0.998, tau=200)
    began, losses = time.monotonic(), []
    for step in range(steps):
        views = []
        for source in dice.choice(sources, BATCH, p=shares):
            example, other = (drawn(by_source[name], dice) for name in (source, str(dice.choice(sources))))
            views.append(training_view(example, lambda one: rgb(data / one.name), other, dice, harsh=lesson.harsh))
        loss = loss_of(network, views, side=lesson.side)
        follow(loss, network, optimiser, schedule, most=5.0)
        mean.update(network)
        losses.append(loss.item())
        if step % 100 == 99:
            print(f"step {step + 1}: loss {np.mean(losses[-100:]):.4f}, {time.monotonic() - began:.0f} s", flush=True)
    network.load_state_dict(mean.ema.state_dict())
    network.eval()


def drawn(known: list[Example], dice: np.random.Generator) -> Example:
    return known[int(dice.integers(len(known)))]


def loss_of(network: Damage, views: list[View], *, side: int) -> Tensor:
    """How wrong the network is about the crops and, with a third of the weight, about the places in them."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

    crops = torch.from_numpy(np.stack([view.crop for view in views])).permute(0, 3, 1, 2).float() / 255
    masks = torch.from_numpy(np.stack([view.mask for view in views])).float() / 255
    facts = torch.tensor([(view.damaged, view.weight, view.placed) for view in views], dtype=torch.float32)
    damaged, weight, placed = facts.unbind(1)
    if side < crops.shape[2]:
        crops = interpolate(crops, (side, side), mode="area")
        masks = interpolate(masks[:, None], (side // 16, side // 16), mode="area")[:, 0]
    with in_16_bits():
        places, logits = (answer.float() for answer in network.places(crops))
    whole = binary_cross_entropy_with_logits(logits, damaged * 0.96 + 0.02, weight)
    local = binary_cross_entropy_with_logits(places, masks * damaged[:, None, None], reduction="none").mean((1, 2))
    return whole + (local * weight * placed).sum() / len(views) / 3


def pace(step: int, steps: int) -> float:
    """The learning rate's factor: up in the first twentieth, then down along a cosine."""
    rise = min(1.0, (step + 1) / (steps / 20))
    return rise * (0.02 + 0.98 * (1 + math.cos(math.pi * step / steps)) / 2)


if __name__ == "__main__":
    main()
