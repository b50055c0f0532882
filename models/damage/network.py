"""The damage network: the backbone of YOLOv5n, whose layers at three scales are looked at together by a small head."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

# Width and height of the crop that the network looks at.
SIDE = 256
# The crop is scored in so many rows and columns of places before it is scored as a whole.
CELLS = SIDE // 16
# Layers of `ultralytics`' yolov5n.yaml: the backbone's length, and where its scales of 8 and 16 pixels end.
BACKBONE, EIGHTH, SIXTEENTH = 10, 4, 6


class Damage(nn.Module):
    """Takes crops as RGB, 0 to 1, of shape (n, 3, SIDE, SIDE); gives one logit each: damage by a collision above zero.

    Every place in the crop is asked first whether it shows damage: that can be taught with outlines, and by sound cars,
    which show none anywhere. The answer for the crop follows from the surest places and from what is seen on average
    and at most: a torn wing is small, a burnt car is everywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        from ultralytics.nn.modules import Conv
        from ultralytics.nn.tasks import DetectionModel

        whole: Any = DetectionModel("yolov5n.yaml", nc=2, verbose=False).model  # type: ignore[no-untyped-call]
        self.backbone = whole[:BACKBONE]
        self.mix = Conv(64 + 128 + 256, 256, 1)  # type: ignore[no-untyped-call]
        self.place = nn.Conv2d(256, 1, 1)
        self.drop = nn.Dropout(0.3)
        self.score = nn.Linear(256 + 256 + 2, 1)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        return self.places(crops)[1]

    def places(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits of the places, (n, rows, columns), and of the crops, (n,)."""
        value, scales = crops, []
        for number, layer in enumerate(self.backbone):
            value = layer(value)
            if number in (EIGHTH, SIXTEENTH):
                scales.append(value)
        fine, middle = functional.max_pool2d(scales[0], 2), scales[1]
        mixed = self.mix(torch.cat([fine, middle, functional.interpolate(value, scale_factor=2.0)], 1))
        places = self.place(mixed)
        spread = torch.cat([places.amax((2, 3)), places.sigmoid().mean((2, 3)) * 8], 1)
        seen = torch.cat([self.drop(torch.cat([mixed.mean((2, 3)), mixed.amax((2, 3))], 1)), spread], 1)
        return places[:, 0], self.score(seen)[:, 0]

    def start_from(self, weights: dict[str, torch.Tensor]) -> None:
        """Take the backbone's weights from a YOLOv5n checkpoint, given by name."""
        own = self.backbone.state_dict()
        self.backbone.load_state_dict({name: weights[f"model.{name}"] for name in own})
