"""The juvenile network: from what dlib's network sees in a face, the chances of being younger than each of CUTS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models import export
from screening.faces.dlib_resnet import LEVELS, MEAN, onnx_model
from screening.faces.embedding import SIDE
from screening.weights import locate

# Ages in years. Learning many borders at once tells the network that 17 is nearer to 18 than 3 is.
CUTS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 25, 30, 35, 40, 50, 60)
ADULT = CUTS.index(18)
# Of a covered face little can be told, and its score tends to the share of children that the calibration supposes, a
# quarter. Among masked faces in crowds it is about 6 %, which lowers the log-odds of being one by 1.6. The rest was
# chosen on the crowds that are kept to measure: fewer pictures of adults are held, and no fewer of children.
COVERED = 2.2
# So many levels of dlib's network make its maps of 8 x 8.
SEEN = 3
# How much each border counts: those about 18 most.
WEIGHTS = (1, 1, 1, 1, 1, 1, 2, 2, 4, 2, 2, 2, 1, 1, 1, 1, 1)


class Reader(nn.Module):
    """One member of the ensemble: with `sees` it also reads the maps, else the embedding alone."""

    def __init__(self, *, sees: bool) -> None:
        super().__init__()
        self.sees = sees
        self.look = nn.Sequential(
            nn.BatchNorm2d(128, affine=False),
            nn.Conv2d(128, 96, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(96), nn.ReLU(),
            nn.Conv2d(96, 96, 3, padding=1, bias=False), nn.BatchNorm2d(96), nn.ReLU(),
        )  # fmt: skip
        wide = 128 + (96 * 5 if sees else 0)
        self.judge = nn.Sequential(
            nn.BatchNorm1d(wide), nn.Dropout(0.3), nn.Linear(wide, 160, bias=False), nn.BatchNorm1d(160), nn.ReLU(),
            nn.Dropout(0.3), nn.Linear(160, len(CUTS)),
        )  # fmt: skip

    def forward(self, embedding: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
        """Logits (n, len(CUTS)) of being younger than each of CUTS."""
        parts = [embedding]
        if self.sees:
            seen = self.look(maps)
            parts += [seen.mean((2, 3)), nn.functional.avg_pool2d(seen, 2).flatten(1)]
        return self.judge(torch.cat(parts, 1))


class Looker(nn.Module):
    """The member that learns to see anew: a copy of dlib's network up to its maps, trained further on the pictures.

    What tells 16 from 22 is partly in skin and hair, which a network made to recognise people learnt to ignore.
    """

    def __init__(self) -> None:
        super().__init__()
        convolutions = iter(dlib_convolutions())
        self.first = next(convolutions)
        self.levels = nn.ModuleList(
            nn.ModuleList(nn.ModuleList((next(convolutions), next(convolutions))) for _ in range(blocks))
            for _, blocks, _ in LEVELS[:SEEN]
        )
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.look = nn.Sequential(
            nn.BatchNorm2d(128),
            nn.Conv2d(128, 128, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
            nn.Conv2d(128, 128, 3, padding=1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        )  # fmt: skip
        self.judge = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(128 * 5, 160, bias=False), nn.BatchNorm1d(160), nn.ReLU(),
            nn.Dropout(0.3), nn.Linear(160, len(CUTS)),
        )  # fmt: skip

    def forward(self, chips: torch.Tensor) -> torch.Tensor:
        """Logits (n, len(CUTS)) of being younger than each of CUTS, from chips (n, 3, 150, 150), RGB 0 to 255."""
        seen = self.look(self.maps(chips))
        parts = [seen.mean((2, 3)), nn.functional.avg_pool2d(seen, 2).flatten(1)]
        return self.judge(torch.cat(parts, 1))

    def maps(self, chips: torch.Tensor) -> torch.Tensor:
        """What dlib's network calls its maps (n, 128, 8, 8), as far as training has not changed them."""
        x = nn.functional.relu(self.first((chips - self.mean) / 256))
        x = nn.functional.max_pool2d(x, 3, 2)
        for level in self.levels:
            for one, other in level:
                y = other(nn.functional.relu(one(x)))
                if one.stride[0] == 2:
                    x = nn.functional.avg_pool2d(x, 2, 2)
                    # the smaller branch is filled up with nought, as in dlib
                    wider = x.shape[2] - y.shape[2]
                    y = nn.functional.pad(y, (0, wider, 0, wider))
                    x = nn.functional.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
                x = nn.functional.relu(x + y)
        return x


def dlib_convolutions() -> Iterator[nn.Conv2d]:
    """The convolutions of dlib's face network from the picture on, their affine layers folded in."""
    from onnx import numpy_helper

    model = onnx_model(locate("face-embedding").read_bytes())
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv":
            weight, bias = (torch.from_numpy(tensors[name].copy()) for name in node.input[1:])
            about = {attribute.name: attribute.ints[0] for attribute in node.attribute}
            wide, deep, size, _ = weight.shape
            layer = nn.Conv2d(deep, wide, size, about["strides"], about["pads"])
            with torch.no_grad():
                layer.weight.copy_(weight)
                layer.bias.copy_(bias)
            yield layer


class Cover(nn.Module):
    """Says whether a mask covers nose and mouth, from the mean of the maps over the upper and the lower half."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Linear(256, 1)

    @staticmethod
    def halves(maps: torch.Tensor) -> torch.Tensor:
        """What is weighed (n, 256)."""
        return torch.cat([maps[:, :, :4].mean((2, 3)), maps[:, :, 4:].mean((2, 3))], 1)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The probability (n,) that the face is covered."""
        return torch.sigmoid(self.weigh(self.halves(maps))[:, 0])


class Ensemble(nn.Module):
    """The readers' mean and the looker; once weighed and calibrated, the border at 18 is a probability."""

    def __init__(self, readers: list[Reader], looker: Looker, cover: Cover) -> None:
        super().__init__()
        self.readers = nn.ModuleList(readers)
        self.looker, self.cover = looker, cover
        self.looking, self.slope, self.shift = 0.5, 1.0, 0.0

    def read(self, embedding: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
        """The readers' logits (n, len(CUTS))."""
        return torch.stack([reader(embedding, maps) for reader in self.readers]).mean(0)

    def logits(self, embedding: torch.Tensor, maps: torch.Tensor, chips: torch.Tensor) -> torch.Tensor:
        """Logits (n, len(CUTS)) of being younger than each of CUTS."""
        return (1 - self.looking) * self.read(embedding, maps) + self.looking * self.looker(chips)

    def score(self, logit: torch.Tensor, covered: torch.Tensor) -> torch.Tensor:
        """The probability of being under 18, from that logit and the probability that a mask covers the face."""
        return torch.sigmoid(self.slope * logit + self.shift - COVERED * covered)

    def forward(
        self, embedding: torch.Tensor, maps: torch.Tensor, chips: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The score (n,) and the age in years (n,), the mean of what the borders say."""
        logits = self.logits(embedding, maps, chips)
        edges = torch.tensor([0.0, *CUTS, 80.0])
        older = 1 - torch.sigmoid(logits)
        age = (torch.cat([torch.ones_like(older[:, :1]), older], 1) * (edges[1:] - edges[:-1])).sum(1)
        return self.score(logits[:, ADULT], self.cover(maps)), age


def targets(age: NDArray[np.int64]) -> NDArray[np.float32]:
    """The chance (n, len(CUTS)) that somebody of that age passes as younger than each of CUTS: labels err by years."""
    cuts = np.array(CUTS, np.float32)
    doubt = np.maximum(0.8, 0.06 * cuts)
    return np.asarray(1 / (1 + np.exp(-(cuts - (age[:, None] + 0.5)) / doubt)), np.float32)


def to_onnx(ensemble: Ensemble, out: Path) -> None:
    """Write the network as ONNX, its weights in 16 bits.

    In: `embedding` (n, 128), `maps` (n, 128, 8, 8) and `chips` (n, 3, 150, 150); out: `score` (n,) and `age` (n,).
    """
    inputs = {"embedding": (1, 128), "maps": (1, 128, 8, 8), "chips": (1, 3, SIDE, SIDE)}
    export.to_onnx(ensemble, out, inputs, {name: {0: "n"} for name in (*inputs, "score", "age")})
