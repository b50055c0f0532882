"""The proposals network: YuNet (Wu et al. 2023), as far as it says where a face is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from screening.arrays import Floats

# Pixels of a look that one answer is for, along and down.
CELL = 16
# Channels of the first layers, and of all others.
FIRST, DEEP = 16, 64


class Unit(nn.Module):
    """A convolution of single places, then one of each channel by itself, without negative values if it is `lit`."""

    def __init__(self, deep: int, wide: int, *, lit: bool = True) -> None:
        super().__init__()
        self.mix = nn.Conv2d(deep, wide, 1)
        self.around = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.lit = lit

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        value = self.around(self.mix(value))
        return functional.relu(value) if self.lit else value


def units(*channels: int) -> nn.Sequential:
    """Units one after the other."""
    return nn.Sequential(*(Unit(deep, wide) for deep, wide in pairwise(channels)))


class Proposals(nn.Module):
    """Takes RGB, 0 to 1, of shape (n, 3, height, width), sides multiples of 32; gives a logit for each cell, (n, 1,
    height / CELL, width / CELL)."""

    def __init__(self) -> None:
        super().__init__()
        # in the order of YuNet's file, so that its weights are read one by one
        self.stem = nn.Conv2d(3, FIRST, 3, stride=2, padding=1)
        self.second = units(FIRST, FIRST)
        self.quarter = units(FIRST, FIRST, DEEP, DEEP, DEEP)
        self.eighth = units(DEEP, DEEP, DEEP)
        self.sixteenth = units(DEEP, DEEP, DEEP)
        self.last = units(DEEP, DEEP, DEEP, DEEP)
        self.up = units(DEEP, DEEP)
        self.fine = units(DEEP, DEEP, DEEP)
        self.coarse = units(DEEP, DEEP)
        # two opinions each, the class of what is there and whether it is a thing at all; their mean decides
        self.small, self.larger = Unit(DEEP, 2, lit=False), Unit(DEEP, 2, lit=False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        quarter = self.quarter(functional.max_pool2d(self.second(functional.relu(self.stem(pictures))), 2))
        eighth = self.eighth(functional.max_pool2d(quarter, 2))
        sixteenth = self.sixteenth(functional.max_pool2d(eighth, 2))
        last = self.last(functional.max_pool2d(sixteenth, 2))
        merged = self.up(sixteenth + functional.interpolate(last, scale_factor=2.0))
        fine = self.fine(eighth + functional.interpolate(merged, scale_factor=2.0))
        small = functional.max_pool2d(self.small(fine).mean(1, keepdim=True), 2)
        return torch.maximum(small, self.larger(self.coarse(merged)).mean(1, keepdim=True))

    def begin_with(self, yunet: Path) -> None:
        """Take the weights of YuNet's ONNX file (`face_detection_yunet` of OpenCV's model zoo, MIT).

        Raises:
            ValueError: if it is not that network.
        """
        import onnx
        from onnx import numpy_helper

        graph = onnx.load(yunet).graph
        arrays = {tensor.name: np.array(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
        weights = [[arrays[name] for name in node.input[1:]] for node in graph.node if node.op_type == "Conv"]
        answers = (self.small, self.larger)
        body = [layer for part in self.children() if part not in answers for layer in _convolutions(part)]
        # before its answers, it has one more unit for those at a thirty-second of the size
        heads = weights[len(body) + 2 :]
        if len(heads) != 4 * 3 * 2:
            raise ValueError(f"{yunet.name} is not YuNet: it has {len(weights)} convolutions")
        # it takes BGR, 0 to 255
        weights[0][0] = weights[0][0][:, ::-1] * 255
        for layer, values in zip(body, weights, strict=False):
            _fill(layer, *values)
        # its answers come by kind (class, box, thing, landmarks), each at an eighth, a sixteenth and less of the size
        for size, unit in enumerate(answers):
            kinds = [heads[2 * (3 * kind + size) : 2 * (3 * kind + size) + 2] for kind in (0, 2)]
            for layer, values in zip(_convolutions(unit), zip(*kinds, strict=True), strict=True):
                _fill(layer, *(np.concatenate(parts) for parts in zip(*values, strict=True)))


def _convolutions(part: nn.Module) -> list[nn.Conv2d]:
    return [layer for layer in part.modules() if isinstance(layer, nn.Conv2d)]


def _fill(layer: nn.Conv2d, weight: Floats, bias: Floats) -> None:
    if layer.bias is None or layer.weight.shape != weight.shape:
        raise ValueError(f"a layer of shape {tuple(layer.weight.shape)} cannot take weights of shape {weight.shape}")
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight.copy()))
        layer.bias.copy_(torch.from_numpy(bias.copy()))
