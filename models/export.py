"""Exports a trained network to ONNX, and checks that our engine runs it as torch does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.folded import halve
from screening.arrays import Floats

Axes = Mapping[str, Mapping[int, str]]


def to_onnx(network: nn.Module, out: Path, inputs: Mapping[str, Sequence[int]], axes: Axes) -> None:
    """Write a network as ONNX, its weights stored in 16 bits.

    Args:
        network: the network; it is left ready to run.
        out: the file.
        inputs: the inputs in order, each with the shape that it is tried with.
        axes: for each input and each output, in order, the axes that may be of any length, by name.
    """
    import onnx

    torch.onnx.export(
        network.eval(), tuple(torch.zeros(*shape) for shape in inputs.values()), str(out), input_names=list(inputs),
        output_names=[name for name in axes if name not in inputs], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    model = onnx.load(out)
    halve(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def agrees(network: nn.Module, out: Path, batches: Iterable[Floats], *, most: float = 0.05) -> None:
    """Check that the engine runs an exported network of one input and one output as torch does the original.

    Raises:
        ValueError: if a logit differs by more than this share of what all span; the engine may calculate in 16 bits.
    """
    from screening.engine import load

    run = load(out.resolve())
    for batch in batches:
        with torch.inference_mode():
            wanted = network.eval()(torch.from_numpy(batch)).numpy()
        difference = float(np.abs(run(batch)[0] - wanted).max())
        if difference > most * max(1.0, float(np.ptp(wanted))):
            raise ValueError(
                f"the engine's logits differ from torch's by {difference:.2f}, which span {np.ptp(wanted):.2f}"
            )
