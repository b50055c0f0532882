"""Learning: views drawn by source from one seed each, one network following the loss, kept so that it can go on."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset

from models.damage.drawn import flat
from models.damage.export import early_in_engine
from models.damage.material import MOTORCYCLES, Example
from models.damage.network import SIXTEENTH, Damage, Early
from models.damage.views import training_view
from models.learning import follow, in_16_bits
from models.pictures import rgb
from models.split import Part

Batch = list[torch.Tensor]
# Stands for any picture that `flat` draws.
DRAWN = Example("", "drawn", 0.0, 1.0, Part.TRAIN)
# How often each source is drawn.
SHARES = {
    "wreck": 0.18, "major": 0.05, "moderate": 0.03, "part": 0.02, "glass": 0.04, "damage": 0.01, "minor": 0.02,
    "crushed": 0.03, "windscreen": 0.03, "lamp": 0.015, "dent": 0.01, "scratch": 0.015, "collision": 0.14, "fire": 0.05,
    "sound": 0.11, "intact": 0.04, "street": 0.09, "jam": 0.06, "road": 0.07, "other": 0.09, "motorcycle": 0.03,
    "drawn": 0.08,
}  # fmt: skip
# The first blocks, edges and colours, stay as ImageNet taught them.
FROZEN = 5
# The highest learning rates of the backbone and of the head.
RATES = (5e-4, 1.5e-3)
# The same of a network that is trained further, of which only the blocks behind the first two scales still learn.
LATE = SIXTEENTH + 1
LATE_RATES = (1.5e-4, 5e-4)
# After so many steps what was learnt is kept.
KEEP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a network is taught.

    Attributes:
        data: the folder of pictures.
        work: where checkpoints and what was learnt go.
        steps: how many batches.
        batch: how many views are in one.
        seed: of everything that is drawn.
        device: "cpu" or "cuda".
        workers: processes that make views; what they make depends on the seed alone.
        late: whether only the last blocks and the head learn, on a CPU, from a network that was trained before.
    """

    data: Path
    work: Path
    steps: int
    batch: int
    seed: int
    device: str
    workers: int
    late: bool = False


class Views(Dataset[tuple[Any, ...]]):
    """The views that a network is shown, each drawn anew from its number: the same whoever makes it, and whenever."""

    def __init__(self, known: Sequence[Example], course: Course, member: int, first: int) -> None:
        by_source = {source: [one for one in known if one.source == source] for source in SHARES}
        by_source["motorcycle"] = [one for one in known if one.name in MOTORCYCLES]
        by_source["drawn"] = [DRAWN]
        self.by_source = {source: some for source, some in by_source.items() if some}
        shares = np.array([SHARES[source] for source in self.by_source])
        self.shares = shares / shares.sum()
        self.course, self.member, self.first = course, member, first

    def __len__(self) -> int:
        return (self.course.steps - self.first) * self.course.batch

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        cv2.setNumThreads(1)
        number = self.first * self.course.batch + index
        dice = np.random.default_rng((self.course.seed, self.member, number))
        cv2.setRNGSeed(int(dice.integers(2**31)))
        sources = list(self.by_source)
        source, around = (str(word) for word in dice.choice(sources, 2, p=self.shares))
        example, other = (self._drawn(word, dice) for word in (source, around))
        fire = self._drawn("fire", dice) if "fire" in self.by_source else other
        harsh = float(dice.uniform(0.2, 0.9))
        view = training_view(example, lambda one: self._load(one, dice), other, fire, dice, harsh=harsh)
        crop = torch.from_numpy(np.ascontiguousarray(view.crop))
        return crop, torch.from_numpy(view.mask), torch.tensor((*view.wanted, *view.weight, view.placed))

    def _drawn(self, source: str, dice: np.random.Generator) -> Example:
        some = self.by_source[source]
        return some[int(dice.integers(len(some)))]

    def _load(self, example: Example, dice: np.random.Generator) -> Any:
        return flat(dice) if example is DRAWN else rgb(self.course.data / example.name)


def learn(known: Sequence[Example], course: Course, member: int, *, start: Damage | None = None) -> Damage:
    """A network that has learnt from the pictures: the running mean of its weights, of an earlier run if it was kept.

    All members begin alike and see other views, so that their weights can be averaged.
    """
    kept = course.work / f"member-{member}.pt"
    torch.manual_seed(course.seed)
    network = (start or Damage()).to(course.device)
    if kept.is_file():
        weights = torch.load(kept, map_location=course.device, weights_only=True)
        network.load_state_dict({name: value.float() for name, value in weights.items()})
        return network.eval()
    mean = _taught(network, known, course, member)
    # as they ship: in 16 bits
    torch.save({name: _half(value) for name, value in mean.state_dict().items()}, kept)
    kept.with_suffix(".part").unlink(missing_ok=True)
    return mean.eval()


def _half(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() and value.numel() >= 256 else value


def _taught(network: Damage, known: Sequence[Example], course: Course, member: int) -> Damage:
    frozen, rates = (LATE, LATE_RATES) if course.late else (FROZEN, RATES)
    early = early_in_engine(network, course.work / f"early-{member}.onnx") if course.late else network.early
    network.requires_grad_().train().to(memory_format=torch.channels_last)
    network.backbone[:frozen].requires_grad_(False)
    head = [*network.mix.parameters(), *network.place.parameters(), *network.score.parameters()]
    groups = [
        {"params": part, "lr": rate}
        for part, rate in zip((network.backbone[frozen:].parameters(), head), rates, strict=True)
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: pace(step, course.steps))
    mean = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(min(0.998, 1 - 10 / (course.steps + 10))), use_buffers=True
    )
    parts = {"network": network, "mean": mean, "optimiser": optimiser, "schedule": schedule}
    checkpoint = course.work / f"member-{member}.part"
    first = _restored(checkpoint, parts)
    views = DataLoader(Views(known, course, member, first), batch_size=course.batch, num_workers=course.workers)
    began, losses = time.monotonic(), []
    for step, batch in enumerate(views, first + 1):
        # from here alone, so that it does not matter where an earlier run stopped
        torch.manual_seed(course.seed + 1_000_000 * member + step)
        loss = loss_of(network, early, [part.to(course.device) for part in batch], course.device)
        follow(loss, network, optimiser, schedule, most=5.0)
        mean.update_parameters(network)
        losses.append(loss.detach())
        if step % 100 == 0:
            seconds = time.monotonic() - began
            print(f"member {member}, step {step}: loss {torch.stack(losses).mean():.4f}, {seconds:.0f} s", flush=True)
            losses.clear()
        if step % KEEP == 0:
            torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step}, checkpoint)
    taught: Damage = mean.module
    return taught


def _restored(checkpoint: Path, parts: dict[str, Any]) -> int:
    """How many steps an earlier run took, what it had learnt by then being put into the parts."""
    if not checkpoint.is_file():
        return 0
    saved = torch.load(checkpoint, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    return int(saved["step"])


def loss_of(network: Damage, early: Early, batch: Batch, device: str) -> torch.Tensor:
    """How wrong the network is about the crops and, with a third of the weight, about the places in them.

    `early` is the network's own method, or stands for it.

    Half of the batches are mixed with themselves (mixup): what lies between two pictures lies between their labels.
    """
    crops, masks = batch[0].permute(0, 3, 1, 2).float() / 255, batch[1].float() / 255
    wanted, weight, placed = batch[2][:, :3], batch[2][:, 3:6], batch[2][:, 6]
    hurt = masks * wanted[:, :1, None]
    if float(torch.rand(1)) < 0.5:
        share = 0.5 + 0.5 * float(torch.rand(1)) ** 0.5
        order = torch.randperm(len(crops)).to(crops.device)
        crops = share * crops + (1 - share) * crops[order]
        hurt = share * hurt + (1 - share) * hurt[order]
        placed = torch.minimum(placed, placed[order])
        both = share * weight + (1 - share) * weight[order]
        sums = share * weight * wanted + (1 - share) * (weight * wanted)[order]
        wanted, weight = sums / both.clamp(min=1e-6), both
    with in_16_bits(device):
        seen = early(crops.contiguous(memory_format=torch.channels_last))
        places, logits = (answer.float() for answer in network.late(*seen))
    whole = binary_cross_entropy_with_logits(logits, wanted * 0.96 + 0.02, weight, reduction="sum") / len(crops)
    local = binary_cross_entropy_with_logits(places, hurt, reduction="none").mean((1, 2))
    return whole + (local * placed).sum() / len(crops) / 3


def pace(step: int, steps: int) -> float:
    """The learning rate's factor: up in the first twentieth, then down along a cosine."""
    rise = min(1.0, (step + 1) / (steps / 20))
    return rise * (0.02 + 0.98 * (1 + math.cos(math.pi * min(step, steps) / steps)) / 2)
