"""Teaches the members of the juvenile ensemble; a training that was broken off goes on from its last checkpoint."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim.swa_utils import AveragedModel

from models.juvenile.degrade import anew
from models.juvenile.features import CHILD, COPIES, GROWN, Faces
from models.juvenile.network import CUTS, WEIGHTS, Cover, Ensemble, Looker, Reader, targets
from models.learning import Checkpoint, follow, in_16_bits

SEED = 20
# Readers of each kind.
READERS = 5
BATCH = 256
# The looker's batches, the highest learning rates of what dlib taught it and of its head, and how often each of a
# face's copies is shown.
LOOKS = 64
RATES = (4e-4, 2e-3)
SHOWN = (0.1, 0.15, *(0.75 / (COPIES - 2),) * (COPIES - 2))


@dataclass(frozen=True, slots=True)
class Material:
    """The faces as tensors: the chances wanted, which of them are known, and how much each face counts."""

    faces: Faces
    wanted: torch.Tensor
    known: torch.Tensor
    weight: torch.Tensor

    def batch(self, rows: NDArray[np.int64], copies: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """The embeddings and maps of some copies."""
        maps = torch.from_numpy(self.faces.maps[rows, copies]).float()
        return torch.from_numpy(self.faces.embedding[rows, copies]), maps

    def loss(self, logits: torch.Tensor, rows: NDArray[np.int64]) -> torch.Tensor:
        """How wrong the logits (n, len(CUTS)) of some faces are."""
        errors = torch.nn.functional.binary_cross_entropy_with_logits(logits, self.wanted[rows], reduction="none")
        borders = torch.tensor(WEIGHTS, dtype=torch.float32)
        return ((errors * borders * self.known[rows]).mean(1) * self.weight[rows]).sum() / self.weight[rows].sum()


def material(faces: Faces) -> Material:
    """Each age of each gender and ethnicity counts by the root of how rare it is, so that no group's ages lean to where
    most of its pictures are; the dearest to miss or to mistake, from 13 to 24, count half as much again, as do those of
    11 and 12.

    Of a crowd's faces only the borders are known that tell a child from an adult, and a child counts as ten adults.
    """
    weight = np.ones(len(faces.age))
    groups = faces.gender * 10 + faces.ethnicity
    for group in np.unique(groups):
        here = groups == group
        near = np.convolve(np.bincount(faces.age[here], minlength=121), np.ones(9) / 9, "same")
        weight[here] = 1 / np.sqrt(np.maximum(near[faces.age[here]], 0.5))
    weight *= np.where((faces.age >= 11) & (faces.age <= 24), 1.5, 1.0)
    crowd, cuts = faces.picture >= 0, np.array(CUTS)
    weight /= weight[~crowd].mean()
    weight[crowd] = np.where(faces.age[crowd] == CHILD, 5.0, 0.5)
    known = np.ones((len(faces.age), len(CUTS)), np.float32)
    known[crowd & (faces.age == CHILD)] = cuts >= 18
    known[crowd & (faces.age == GROWN)] = cuts <= 18
    return Material(
        faces,
        torch.from_numpy(targets(faces.age)),
        torch.from_numpy(known),
        torch.from_numpy(weight.astype(np.float32)),
    )


def train(source: Material, rows: NDArray[np.int64], *, sees: bool, epochs: int, seed: int, kept: Checkpoint) -> Reader:
    """A reader trained on the copies of some faces, or as an earlier run kept it."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    reader = Reader(sees=sees)
    if kept.restore(reader=reader):
        return reader.eval()
    everything = np.array([(row, copy) for row in rows for copy in range(COPIES)])
    batches = max(1, len(everything) // BATCH)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, epochs * batches, pct_start=0.15)
    reader.train()
    for _ in range(epochs):
        for some in np.array_split(everything[random.permutation(len(everything))], batches):
            row, copy = some.T
            loss = source.loss(reader(*source.batch(row, copy)), row)
            follow(loss, reader, optimiser, schedule)
    kept.save(epochs, reader=reader)
    return reader.eval()


def train_looker(source: Material, rows: NDArray[np.int64], *, epochs: int, seed: int, kept: Checkpoint) -> Looker:
    """A looker trained on some faces, one copy of each an epoch, changed anew: the running mean of its weights."""
    torch.manual_seed(seed)
    looker = Looker().train().to(memory_format=torch.channels_last)
    batches = max(1, len(rows) // LOOKS)
    taught = [*looker.first.parameters(), *looker.levels.parameters()]
    head = [*looker.look.parameters(), *looker.judge.parameters()]
    groups = [{"params": part, "lr": rate} for part, rate in zip((taught, head), RATES, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, list(RATES), epochs * batches, pct_start=0.1)
    mean = AveragedModel(looker, avg_fn=_nearer, use_buffers=True)
    parts = {"looker": looker, "optimiser": optimiser, "schedule": schedule, "mean": mean}
    for epoch in range(kept.restore(**parts), epochs):
        # from here alone, so that it does not matter where an earlier run stopped
        torch.manual_seed(seed + epoch)
        random = np.random.default_rng((seed, epoch))
        for row in np.array_split(random.permutation(rows), batches):
            copies = random.choice(COPIES, len(row), p=SHOWN)
            cuts = [anew(source.faces.chips[place], random) for place in zip(row, copies, strict=True)]
            with in_16_bits():
                logits = looker(pictures(np.stack(cuts)))
            loss = source.loss(logits.float(), row)
            follow(loss, looker, optimiser, schedule, most=5.0)
            mean.update_parameters(looker)
        kept.save(epoch + 1, **parts)
        print(f"the looker has seen {epoch + 1} of {epochs} epochs", flush=True)
    trained: Looker = mean.module
    return trained.eval()


def _nearer(mean: torch.Tensor, weight: torch.Tensor, updates: torch.Tensor | int) -> torch.Tensor:
    """The running mean of weights that also takes in these: at first it forgets more quickly than later."""
    forgets = 1 - 0.998 * (1 - math.exp(-(int(updates) + 1) / 50))
    return mean + forgets * (weight - mean)


def pictures(cuts: NDArray[np.uint8]) -> torch.Tensor:
    """Cut-outs (n, SIDE, SIDE, 3) as the looker takes them."""
    return torch.from_numpy(np.ascontiguousarray(cuts)).permute(0, 3, 1, 2).float()


def train_all(source: Material, rows: NDArray[np.int64], work: Path, *, epochs: tuple[int, int]) -> Ensemble:
    """All members, trained on some faces; `work` is where they are kept as they are trained."""
    same = (source.faces.key, hashlib.sha256(rows.tobytes()).hexdigest())

    def kept(name: str, *settings: object) -> Checkpoint:
        return Checkpoint(work / f"{name}.part", repr((*same, *settings)))

    readers = []
    for number in range(READERS):
        for sees, name in ((True, "sees"), (False, "reads")):
            seed = SEED + number
            part = kept(f"{name}-{number}", seed, epochs[0], BATCH)
            readers.append(train(source, rows, sees=sees, epochs=epochs[0], seed=seed, kept=part))
        print(f"{2 * (number + 1)} of {2 * READERS} readers trained", flush=True)
    part = kept("looker", SEED, epochs[1], LOOKS, RATES, SHOWN)
    looker = train_looker(source, rows, epochs=epochs[1], seed=SEED, kept=part)
    print("the looker trained", flush=True)
    return Ensemble(readers, looker, cover(source, rows)).eval()


def cover(source: Material, learnt: NDArray[np.int64]) -> Cover:
    """Learns masks from the faces of crowds, and from the others, which wear none."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    faces, made = source.faces, Cover()
    rows = learnt[faces.masked[learnt] >= 0]
    if not faces.masked[rows].any():
        torch.nn.init.constant_(made.weigh.bias, -20.0)  # no mask to learn from: none is seen
        return made.eval()
    pairs = np.array([(row, copy) for row in rows for copy in (0, 1)])  # the later copies may wear a drawn mask
    starts = range(0, len(pairs), BATCH)
    batches = [source.batch(*pairs[start : start + BATCH].T)[1] for start in starts]
    x = torch.cat([Cover.halves(batch) for batch in batches]).numpy()
    scaler = StandardScaler().fit(x)
    fitted = LogisticRegression(C=0.01, max_iter=500, class_weight="balanced")
    fitted.fit(scaler.transform(x), faces.masked[pairs[:, 0]])
    weight = fitted.coef_[0] / scaler.scale_
    with torch.no_grad():
        made.weigh.weight.copy_(torch.from_numpy(weight[None]))
        made.weigh.bias.fill_(float(fitted.intercept_[0] - weight @ scaler.mean_))
    return made.eval()
