"""The places of photographs that a network half taught takes for numbers of houses: it learns most from those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn import functional

from models.numbers.laid import Place
from models.numbers.material import Ground, Material, View, view
from models.numbers.network import STRIDE, Numbers

# The most places of one photograph; how close to a real number nothing is a mistake, in its own sizes.
EACH, NEAR = 8, 1.5
Mistake = tuple[float, int, float, float]


def mistakes(network: Numbers, some: Material) -> list[Mistake]:
    """The places that show no number but are likeliest to be taken for one, each with its logit, the number of its
    photograph and its middle; the worst first."""
    found: list[Mistake] = []
    for number, ground in enumerate(some.grounds):
        found += [(logit, number, x, y) for logit, x, y in _worst(network, ground)]
    return sorted(found, reverse=True)


def _worst(network: Numbers, ground: Ground) -> Iterator[tuple[float, float, float]]:
    height, width = (side // 8 * 8 for side in ground.picture.shape[:2])
    if not height or not width:
        return
    picture = torch.from_numpy(ground.picture[:height, :width].transpose(2, 0, 1).copy())[None].float() / 255
    with torch.inference_mode():
        logits = network.eval()(picture)[:, :1]
    best = logits.where(functional.max_pool2d(logits, 9, 1, 4) == logits, torch.tensor(-torch.inf))[0, 0]
    values, places = best.flatten().topk(min(EACH, best.numel()))
    for value, place in zip(values.tolist(), places.tolist(), strict=True):
        y, x = ((at + 0.5) * STRIDE for at in divmod(place, best.shape[1]))
        if value > -torch.inf and not any(_close(x, y, one) for one in (*ground.numbers, *ground.unknown)):
            yield value, x, y


def _close(x: float, y: float, place: Place) -> bool:
    left, top, right, bottom = place
    wide, high = NEAR * (right - left), NEAR * (bottom - top)
    return left - wide < x < right + wide and top - high < y < bottom + high


def shown(some: Material, worst: Sequence[Mistake], count: int, seed: int) -> Iterator[View]:
    """So many views of mistakes, the worst more often."""
    dice = np.random.default_rng((seed, 1))
    for number in range(count):
        _, ground, x, y = worst[int(len(worst) * dice.random() ** 2)]
        yield view(some, np.random.default_rng((seed, 2, number)), at=(ground, x, y))
