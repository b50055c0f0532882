"""What the network sees of every view: the dear part of the training, kept in a folder as it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.objects.material import Material, wanted
from models.objects.network import Backbone, to_onnx
from models.split import Part
from screening.engine import load
from screening.stages.objects import batch, fitted

# Views in one file.
SHARD = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network sees of a view.

    Attributes:
        source, part, shows, unsure: of the view.
        maps: (CHANNELS, rows, columns), 16-bit floats.
        wanted: (objects, rows, columns), as `material.wanted` gives it.
    """

    source: str
    part: Part
    shows: str
    unsure: tuple[str, ...]
    maps: torch.Tensor
    wanted: torch.Tensor


def look(views: Material, work: Path) -> list[Seen]:
    """What the engine sees of every view by the backbone alone, in an order of its own."""
    order = np.random.default_rng(views.seed).permutation(len(views))
    return [
        one
        for first in range(0, len(order), SHARD)
        for one in _shard(views, order[first : first + SHARD].tolist(), work, first)
    ]


def _shard(views: Material, numbers: list[int], work: Path, first: int) -> Iterator[Seen]:
    file = work / f"seen-{len(views)}-{first:05}.pt"
    if not file.is_file():
        backbone = work / "backbone.onnx"
        if not backbone.is_file():
            to_onnx(Backbone(), backbone)
        run = load(backbone)
        rows = []
        for number in numbers:
            view = views[number]
            maps = torch.from_numpy(run(batch(fitted(view.picture)))[0][0]).half()
            answer = torch.from_numpy(wanted(view, *maps.shape[1:])).half()
            rows.append((view.source, str(view.part), view.shows, view.unsure, maps, answer))
        unfinished = file.with_suffix(".part")
        torch.save(rows, unfinished)
        unfinished.replace(file)
        print(f"{first + len(numbers)} of {len(views)} views seen", flush=True)
    for source, part, shows, unsure, maps, answer in torch.load(file, weights_only=True):
        yield Seen(source, Part(part), shows, tuple(unsure), maps, answer)
