"""Stages for tests: red places are number plates, or the faces of people who are in the release register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.finding import Box, Finding
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Reds:
    """Finds red.

    Attributes:
        stubborn: also call the middle of every picture a plate.
        shy: find something else, in the corner, only where there is no red.
    """

    stubborn: bool = False
    shy: bool = False
    name: ClassVar[str] = "reds"
    kinds: ClassVar[tuple[str, ...]] = ("vehicle.plate",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        red = (photo.rgb[:, :, 0] > 150) & (photo.rgb[:, :, 1] < 90) & (photo.rgb[:, :, 2] < 90)
        if red.any():
            rows, columns = np.nonzero(red)
            box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            yield Finding("vehicle.plate", 0.9, "number plate, red", box)
        elif self.shy and photo.rgb[:9, :9].std(axis=(0, 1)).max() > 1:
            yield Finding("vehicle.plate", 0.9, "number plate, shy", Box(0, 0, 9, 9))
        if self.stubborn:
            x, y = photo.width // 2, photo.height // 2
            yield Finding("vehicle.plate", 0.9, "number plate, stubborn", Box(x - 9, y - 9, x + 9, y + 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Finds red, and takes it for a face that the release register lifted."""

    name: ClassVar[str] = "released"
    kinds: ClassVar[tuple[str, ...]] = ("face.released",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        for one in Reds()(photo, found):
            yield Finding("face.released", 1.0, "in the release register, FORM-1", one.box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """Finds a face in the far corner of every picture that was ever red: grey as a redacted place is, too."""

    name: ClassVar[str] = "corner"
    kinds: ClassVar[tuple[str, ...]] = ("face.identifiable",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        place = photo.rgb[32:58, 45:95].astype(int)
        if np.ptp(place.reshape(-1, 3), axis=0).max() < 40:
            box = Box(photo.width - 20, photo.height - 20, photo.width, photo.height)
            yield Finding("face.identifiable", 0.9, "a corner", box)
