"""A stage for tests: red places are number plates, and with `stubborn` the middle of every picture is one too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.finding import Box, Finding
from screening.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Reds:
    """Finds red.

    Attributes:
        stubborn: also call the middle of every picture a plate.
    """

    stubborn: bool = False
    name: ClassVar[str] = "reds"
    kinds: ClassVar[tuple[str, ...]] = ("vehicle.plate",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        red = (photo.rgb[:, :, 0] > 150) & (photo.rgb[:, :, 1] < 90) & (photo.rgb[:, :, 2] < 90)
        if red.any():
            rows, columns = np.nonzero(red)
            box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            yield Finding("vehicle.plate", 0.9, "number plate, red", box)
        if self.stubborn:
            x, y = photo.width // 2, photo.height // 2
            yield Finding("vehicle.plate", 0.9, "number plate, stubborn", Box(x - 9, y - 9, x + 9, y + 9))
