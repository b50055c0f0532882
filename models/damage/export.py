"""Exports the damage network to ONNX, its weights stored in 16 bits."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import SIDE, Damage


def to_onnx(network: Damage, out: Path) -> None:
    """Write the network as ONNX: `crops` (n, 3, SIDE, SIDE) in, `logits` (n,) out."""
    import onnx

    plain = network.to(memory_format=torch.contiguous_format).eval()
    torch.onnx.export(
        plain, (torch.zeros(1, 3, SIDE, SIDE),), str(out), input_names=["crops"], output_names=["logits"],
        dynamic_axes={"crops": {0: "n"}, "logits": {0: "n"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    street: Any = import_module("folded")  # the street network's weights are stored the same way
    model = onnx.load(out)
    street.halve(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def agrees(network: Damage, out: Path) -> None:
    """Check that the engine runs the exported network as torch does the original.

    Raises:
        ValueError: if a score differs by more than 0.05 of 1; the engine may calculate in 16 bits.
    """
    from screening.engine import load

    crops = torch.rand(4, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        wanted = torch.sigmoid(network.eval()(crops)).numpy()
    found = 1 / (1 + np.exp(-load(out.resolve())(crops.numpy())[0]))
    difference = float(np.abs(found - wanted).max())
    if difference > 0.05:
        raise ValueError(f"the engine's scores differ from torch's by {difference:.3f}")
