"""How the proposals network learns: which cells of a copy of a picture show a small face."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.learning import Checkpoint, Descent
from models.proposals.network import CELL, Proposals
from models.proposals.teach import Lesson
from screening.arrays import Floats

# The side of a view, in cells; views in a step.
SIDE, BATCH = 28, 12
COURSE = Descent(speed=3e-4, decay=0.02, rise=0.1, kept=50)
# Faces higher than this in a copy, in pixels, need not be proposed: the look at the whole picture in small shows them.
LARGE = 76.0
# How much a face counts beside what costs time.
MISSED = 4.0


def answers(lesson: Lesson) -> tuple[Floats, Floats]:
    """What the network should answer for each cell, (rows, columns), and how much each counts."""
    rows, columns = lesson.look.shape[0] // CELL, lesson.look.shape[1] // CELL
    wanted, counts = np.zeros((rows, columns), np.float32), np.ones((rows, columns), np.float32)
    down, across = (np.arange(size, dtype=np.float32) * np.float32(CELL) + CELL // 2 for size in (rows, columns))
    # the sides of a face are left open, its middle is wanted, also where another one's side is
    for share, wants in ((0.5, False), (0.25, True)):
        for left, top, right, bottom in lesson.faces[:, :4].tolist():
            beside = _within(across, (left + right) / 2, (right - left) * share)
            inside = beside[None] & _within(down, (top + bottom) / 2, (bottom - top) * share)[:, None]
            if not wants:
                counts[inside] = 0
            elif bottom - top <= LARGE:
                wanted[inside], counts[inside] = 1, MISSED
    return wanted, counts


def _within(places: Floats, middle: float, reach: float) -> NDArray[np.bool_]:
    """The cells, along one side, whose middle is within a reach of a place; at least the one that it is in."""
    return np.abs(places - middle) <= max(reach, CELL / 2)


def batch(lessons: Sequence[Lesson], dice: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Views of lessons, with what should be answered and how much it counts; darker, lighter and tinted by lot."""
    pictures, wanted, counts = [], [], []
    for number in dice.integers(0, len(lessons), BATCH):
        lesson = lessons[number]
        should, much = answers(lesson)
        row, column = (int(dice.integers(0, size - SIDE + 1)) for size in should.shape)
        look = lesson.look[row * CELL : (row + SIDE) * CELL, column * CELL : (column + SIDE) * CELL]
        should, much = (one[row : row + SIDE, column : column + SIDE] for one in (should, much))
        levels = np.linspace(0, 1, 256, dtype=np.float32)
        if dice.random() < 0.5:
            levels = levels ** np.float32(np.exp(dice.normal(0, 0.3))) * np.float32(dice.uniform(0.6, 1.1))
        view = levels[look]
        if dice.random() < 0.3:
            view = view * dice.normal(1, 0.08, 3).astype(np.float32)
        if dice.random() < 0.1:
            view = np.repeat(view.mean(2, keepdims=True), 3, 2)
        if dice.random() < 0.5:
            view, should, much = view[:, ::-1], should[:, ::-1], much[:, ::-1]
        pictures.append(np.clip(view, 0, 1))
        wanted.append(should)
        counts.append(much)
    views = torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy())
    return views, torch.from_numpy(np.stack(wanted)[:, None]), torch.from_numpy(np.stack(counts)[:, None])


def learn(network: Proposals, lessons: Sequence[Lesson], steps: int, checkpoint: Checkpoint, *, seed: int) -> None:
    """So many steps of AdamW, taken up where it was broken off."""

    def off(step: int) -> torch.Tensor:
        views, wanted, counts = batch(lessons, np.random.default_rng((seed, step)))
        said = network(views.contiguous(memory_format=torch.channels_last))
        # the easy cells are many: what is plainly right counts little (focal loss, Lin et al. 2017)
        each = functional.binary_cross_entropy_with_logits(said, wanted, reduction="none")
        ease = (said.sigmoid() - wanted).abs() ** 1.5
        return (each * ease * counts).sum() / (wanted * counts).sum().clamp(min=BATCH * MISSED)

    COURSE.learn(network, off, steps, checkpoint, most=10.0)
