"""Exports the damage network to ONNX, its weights stored in 16 bits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models import export
from models.damage.material import Picture
from models.damage.network import SIDE, Damage, Early


def to_onnx(network: Damage, out: Path) -> None:
    """Write the network as ONNX: `crops` (n, 3, SIDE, SIDE) in, `logits` (n, 3) out."""
    plain = network.to(memory_format=torch.contiguous_format)
    export.to_onnx(plain, out, {"crops": (1, 3, SIDE, SIDE)}, {"crops": {0: "n"}, "logits": {0: "n"}})


class EarlyAlone(nn.Module):
    """The network's first two scales, as a network of its own."""

    def __init__(self, network: Damage) -> None:
        super().__init__()
        self.network = network

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network.early(crops)


def early_in_engine(network: Damage, out: Path) -> Early:
    """The network's `early` run by our engine from a file, five times as fast on a CPU, for as long as it is frozen."""
    from screening.engine import load

    plain = EarlyAlone(network.to(memory_format=torch.contiguous_format).eval())
    torch.onnx.export(
        plain, (torch.zeros(1, 3, SIDE, SIDE),), str(out), input_names=["crops"], output_names=["fine", "middle"],
        dynamic_axes={name: {0: "n"} for name in ("crops", "fine", "middle")}, opset_version=17, dynamo=False,
    )  # fmt: skip
    run = load(out.resolve())
    return lambda crops: tuple(torch.from_numpy(seen) for seen in run(crops.numpy()))


def agrees(network: Damage, out: Path, crops: Sequence[Picture]) -> None:
    """Check that the engine runs the exported network as torch does the original; ValueError where it does not."""
    export.agrees(network, out, [np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)])
