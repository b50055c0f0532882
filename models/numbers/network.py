"""The numbers network: small, fully convolutional, of depthwise blocks, with an answer for every four pixels."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

# Pixels from one answer to the next, along and down.
STRIDE = 4
# What it answers at each place: whether a number's middle is there (a logit), and the logarithms of the number's
# width and height in pixels.
ANSWERS = 3
# Channels at half, a quarter and an eighth of the picture's size.
HALF, QUARTER, EIGHTH = 12, 24, 64
# What it answers before it is taught: numbers are rare, and about 16 by 10 pixels.
RARELY, WIDE, HIGH = -4.6, 2.8, 2.3


def convolution(deep: int, wide: int, *, step: int = 1) -> nn.Sequential:
    """A dense convolution, normalised, without negative values."""
    return nn.Sequential(
        nn.Conv2d(deep, wide, 3, step, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)
    )  # fmt: skip


class Block(nn.Module):
    """A depthwise convolution, then one of single places, added to what came in.

    Args:
        deep: channels.
        apart: how far the places that it takes in are from each other.
    """

    def __init__(self, deep: int, apart: int = 1) -> None:
        super().__init__()
        self.around = nn.Conv2d(deep, deep, 3, padding=apart, dilation=apart, groups=deep, bias=False)
        self.first = nn.BatchNorm2d(deep)
        self.mix = nn.Conv2d(deep, deep, 1, bias=False)
        self.second = nn.BatchNorm2d(deep)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        seen = functional.relu(self.first(self.around(value)))
        return functional.relu(value + self.second(self.mix(seen)))


class Numbers(nn.Module):
    """Takes RGB, 0 to 1, of shape (n, 3, height, width), sides multiples of 8; gives (n, ANSWERS, height / STRIDE,
    width / STRIDE).

    What is seen at an eighth of the size tells what is around a number, such as the rest of its sign, a door, a line
    of text; a quarter of the size shows the digits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(convolution(3, HALF, step=2), convolution(HALF, QUARTER, step=2))
        self.fine = nn.Sequential(Block(QUARTER), Block(QUARTER))
        self.down = convolution(QUARTER, EIGHTH, step=2)
        self.coarse = nn.Sequential(Block(EIGHTH), Block(EIGHTH, apart=2), Block(EIGHTH), Block(EIGHTH, apart=2))
        self.up = nn.Sequential(nn.Conv2d(EIGHTH, QUARTER, 1, bias=False), nn.BatchNorm2d(QUARTER))
        self.last = Block(QUARTER)
        self.answer = nn.Conv2d(QUARTER, ANSWERS, 1)
        with torch.no_grad():
            self.answer.bias.copy_(torch.tensor((RARELY, WIDE, HIGH)))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        fine = self.fine(self.stem(pictures * 2 - 1))
        around = self.up(self.coarse(self.down(fine)))
        both = functional.relu(fine + functional.interpolate(around, scale_factor=2.0))
        answers: torch.Tensor = self.answer(self.last(both))
        return answers
