"""Firearms: hand guns and long guns, whoever carries them, and toys and replicas that cannot be told from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.arrays import Floats, Pixels
from screening.engine import load, probability
from screening.finding import Box, Finding
from screening.photo.photo import Photo

# Pixels of the picture for each place that the network answers for, across and down.
STEP = 32
# The longer side, in pixels, at which the network learnt to look at a whole picture.
SIDE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Weapons:
    """One finding where the picture is most like one of a firearm.

    Attributes:
        network: the network, by its name in models/manifest.toml.
        minimum: the score below which nothing is reported.
    """

    name: ClassVar[str] = "weapons"
    kinds: ClassVar[tuple[str, ...]] = ("evidence.firearm",)

    network: str = "weapons"
    minimum: float = 0.1

    @property
    def networks(self) -> tuple[str, ...]:
        """The network that it runs."""
        return (self.network,)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """At most one `evidence.firearm`."""
        logits = load(self.network)(batch(fitted(photo.scaled(2 * SIDE)[0])))[0][0]
        score = probability(float(logits.max()))
        if score >= self.minimum:
            yield Finding("evidence.firearm", score, "a firearm, or what looks like one", _place(logits, photo))


def fitted(picture: Pixels) -> Pixels:
    """The picture with its longer side at SIDE, and both sides at multiples of STEP, as the network takes them."""
    import cv2

    height, width = picture.shape[:2]
    size = [max(1, round(length * SIDE / max(height, width) / STEP)) * STEP for length in (width, height)]
    shrinks = size[0] <= width
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def batch(picture: Pixels) -> Floats:
    """A picture as the network's input, (1, 3, h, w), 0 to 1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None] * np.float32(1 / 255))


def _place(logits: Floats, photo: Photo) -> Box:
    """Where it is: the most likely place, and those around it that are nearly as likely."""
    import cv2

    row, column = np.unravel_index(int(logits.argmax()), logits.shape)
    near = (logits >= min(0.0, float(logits.max()))).astype(np.uint8)
    _, of = cv2.connectedComponents(near)
    rows, columns = np.nonzero(of == of[row, column])
    down, across = photo.height / logits.shape[0], photo.width / logits.shape[1]
    box = Box(
        int(columns.min() * across), int(rows.min() * down),
        math.ceil((columns.max() + 1) * across), math.ceil((rows.max() + 1) * down),
    )  # fmt: skip
    return box.clip(photo.width, photo.height) or Box(0, 0, photo.width, photo.height)
