"""How the numbers network learns: which place a number's middle is at, and how large the number is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.learning import Checkpoint, Descent
from models.numbers.material import MOST, SIDE, SIZED, UNKNOWN, Material, View, view
from models.numbers.network import STRIDE, Numbers

Floats = NDArray[np.float32]
CELLS = SIDE // STRIDE
BATCH = 32
COURSE = Descent(speed=4e-3, decay=0.02, rise=0.15, kept=200)
# How much the sizes count beside the places; what is within the middle's bell from here on tells the size.
SIZES, NEAR = 0.2, 0.5


class Views:
    """Views in two files, made once: their pictures, (n, SIDE, SIDE, 3), and their rows, (n, MOST, 5).

    Args:
        folder: where the files are or go.
        name: what they are called.
        count: how many views are made.
        make: makes them, if they are not there yet.
    """

    def __init__(self, folder: Path, name: str, count: int, make: Callable[[], Iterator[View]]) -> None:
        pictures, rows = folder / f"{name}.npy", folder / f"{name}.rows.npy"
        # the rows are written last: they say that all is there
        if not rows.is_file():
            known = np.zeros((count, MOST, 5), np.float32)
            shape = (count, SIDE, SIDE, 3)
            sheet = np.lib.format.open_memmap(pictures, mode="w+", dtype=np.uint8, shape=shape)
            for number, one in zip(range(count), make(), strict=False):
                sheet[number], known[number] = one.picture, one.rows
            sheet.flush()
            np.save(rows, known)
        self.pictures = np.load(pictures, mmap_mode="r")
        self.rows = np.load(rows)

    def __len__(self) -> int:
        return len(self.rows)


def drawn(some: Material, seed: int) -> Iterator[View]:
    """Views without end."""
    number = 0
    while True:
        yield view(some, np.random.default_rng((seed, number)))
        number += 1


def answers(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """What the network should answer for views with such rows, (n, MOST, 5).

    Returns:
        How close each place is to a number's middle, 1 to 0, (n, CELLS, CELLS); how much it counts, likewise; and the
        logarithms of width and height, (n, 2, CELLS, CELLS), NaN where nothing is known of them.
    """
    close = np.zeros((len(rows), CELLS, CELLS), np.float32)
    counts = np.ones_like(close)
    sizes = np.full((len(rows), 2, CELLS, CELLS), np.nan, np.float32)
    across = np.arange(CELLS, dtype=np.float32) * STRIDE + STRIDE / 2
    for number, known in enumerate(rows):
        for kind, left, top, right, bottom in known[known[:, 0] > 0]:
            x, y, wide, high = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
            if kind == UNKNOWN:
                inside = (np.abs(across[:, None] - y) < high) & (np.abs(across[None] - x) < 0.6 * wide + STRIDE)
                counts[number][inside] = 0
                continue
            reach = np.clip((0.18 * wide, 0.22 * high), 0.7 * STRIDE, 3 * STRIDE)
            bell = np.exp(-(((across[:, None] - y) / reach[1]) ** 2 + ((across[None] - x) / reach[0]) ** 2) / 2)
            column, row = (int(min(max(at // STRIDE, 0), CELLS - 1)) for at in (x, y))
            bell[row, column] = 1
            close[number] = np.maximum(close[number], bell)
            if kind == SIZED:
                sizes[number][:, bell > NEAR] = np.log((wide, high))[:, None]
    return close, counts, sizes


def loss(said: torch.Tensor, rows: Floats) -> torch.Tensor:
    """The loss of answers: a focal one for places, as in CornerNet (2018), and the distance of the sizes."""
    close, counts, sizes = (torch.from_numpy(one) for one in answers(rows))
    logits = said[:, 0]
    sure, rest = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    middle = close == 1
    right = ((1 - logits.sigmoid()) ** 2 * sure)[middle].sum()
    wrong = (logits.sigmoid() ** 2 * rest * (1 - close) ** 4 * counts)[~middle].sum()
    of = max(1, int(middle.sum()))
    known = ~sizes.isnan()
    apart = functional.smooth_l1_loss(said[:, 1:][known], sizes[known]) if known.any() else logits.sum() * 0
    return -(right + wrong) / of + SIZES * apart


def batch(sets: Sequence[tuple[Views, float]], dice: np.random.Generator) -> tuple[torch.Tensor, Floats]:
    """Some views of several sets, each with its share of them; darker, lighter and tinted by lot."""
    pictures, rows = [], []
    for views, share in sets:
        for number in dice.integers(0, len(views), round(share * BATCH)):
            levels = np.linspace(0, 1, 256, dtype=np.float32)
            if dice.random() < 0.5:
                levels = levels ** np.float32(np.exp(dice.normal(0, 0.25))) * np.float32(dice.uniform(0.7, 1.1))
            picture = levels[views.pictures[number]]
            if dice.random() < 0.3:
                picture = picture * dice.normal(1, 0.06, 3).astype(np.float32)
            if dice.random() < 0.1:
                picture = np.repeat(picture.mean(2, keepdims=True), 3, 2)
            pictures.append(np.clip(picture, 0, 1))
            rows.append(views.rows[number])
    return torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy()), np.stack(rows)


def learn(
    network: Numbers,
    sets: Sequence[tuple[Views, float]],
    steps: int,
    checkpoint: Checkpoint,
    *,
    seed: int,
    over: int | None = None,
) -> None:
    """So many steps of AdamW, taken up where it was broken off.

    Args:
        network: what learns.
        sets: the views, each set with its share of every step.
        steps: how many.
        checkpoint: what keeps them.
        seed: decides which views, and how they are changed.
        over: in how many steps the speed rises and falls again; if more than are taken, it has not fallen yet.
    """

    def off(step: int) -> torch.Tensor:
        pictures, rows = batch(sets, np.random.default_rng((seed, step)))
        return loss(network(pictures.contiguous(memory_format=torch.channels_last)), rows)

    COURSE.learn(network, off, steps, checkpoint, over=over, most=10.0)
