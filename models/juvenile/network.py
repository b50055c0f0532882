"""The juvenile network: from what dlib's network sees in a face, the chances of being younger than each of CUTS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

# Ages in years. Learning many borders at once tells the network that 17 is nearer to 18 than 3 is.
CUTS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 25, 30, 35, 40, 50, 60)
ADULT = CUTS.index(18)
# Of a covered face little can be told, and its score tends to the share of children that the calibration supposes, a
# quarter. Among masked faces in crowds it is about 6 %: so much less are the log-odds of being one.
COVERED = 1.6
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
        return torch.as_tensor(self.judge(torch.cat(parts, 1)))


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
    """The mean of several readers, with the border at 18 made a calibrated probability."""

    def __init__(self, readers: list[Reader], cover: Cover, slope: float, shift: float) -> None:
        super().__init__()
        self.readers = nn.ModuleList(readers)
        self.cover = cover
        self.slope, self.shift = slope, shift

    def forward(self, embedding: torch.Tensor, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The score (n,) and the age in years (n,), the mean of what the borders say."""
        logits = torch.stack([reader(embedding, maps) for reader in self.readers]).mean(0)
        edges = torch.tensor([0.0, *CUTS, 80.0])
        older = 1 - torch.sigmoid(logits)
        age = (torch.cat([torch.ones_like(older[:, :1]), older], 1) * (edges[1:] - edges[:-1])).sum(1)
        return torch.sigmoid(self.slope * logits[:, ADULT] + self.shift - COVERED * self.cover(maps)), age


def targets(age: NDArray[np.int64]) -> NDArray[np.float32]:
    """The chance (n, len(CUTS)) that somebody of that age passes as younger than each of CUTS: labels err by years."""
    cuts = np.array(CUTS, np.float32)
    doubt = np.maximum(0.8, 0.06 * cuts)
    return np.asarray(1 / (1 + np.exp(-(cuts - (age[:, None] + 0.5)) / doubt)), np.float32)


def to_onnx(ensemble: Ensemble, out: Path) -> None:
    """Write the network as ONNX: `embedding` (n, 128) and `maps` (n, 128, 8, 8) in, `score` (n,) and `age` (n,) out."""
    shapes = {name: {0: "n"} for name in ("embedding", "maps", "score", "age")}
    torch.onnx.export(
        ensemble.eval(), (torch.zeros(1, 128), torch.zeros(1, 128, 8, 8)), str(out), input_names=["embedding", "maps"],
        output_names=["score", "age"], dynamic_axes=shapes, opset_version=17, dynamo=False,
    )  # fmt: skip
