"""The other pictures that a file shows: further frames, and what its transparency hides."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Pixels
from screening.photo.decode import bands, rgb_bands, to_rgb, upright
from screening.photo.files import BROKEN, FileError, Limits, PhotoError, check_size, identify

if TYPE_CHECKING:
    from PIL import Image

# From this in every channel on, of 255, ink on white paper can hardly be seen.
LIGHT = 192


@dataclass(frozen=True, slots=True)
class Others:
    """What a file shows beside its first picture; opened anew, so that no decoded copy waits for it.

    Attributes:
        data: the file's bytes.
        name: the file's path relative to the folder that is screened.
        limits: what a picture may cost.
    """

    data: bytes
    name: str
    limits: Limits

    def any(self, image: Image.Image) -> bool:
        """Whether there may be something, as the opened picture says."""
        try:
            return _transparent(image) or self._count(image) != 1
        except PhotoError:
            return True  # which `pictures` will say

    def pictures(self) -> Iterator[tuple[Pixels, str]]:
        """The other pictures, upright, each with which one it is, e.g. "frame 2".

        Raises:
            PhotoError: if one cannot be read, or there are too many.
        """
        image = identify(self.data, self.name)
        count = self._count(image)
        if count > self.limits.frames:
            raise PhotoError(f"contains {count} pictures, more than {self.limits.frames}; export the one to publish")
        try:
            for index in range(count):
                image.seek(index)
                check_size(image, self.data, self.limits)
                frame = f"frame {index + 1}" if index else ""
                if frame:
                    yield upright(to_rgb(image), image), frame
                if _transparent(image):
                    for rgb, where in _behind_transparency(image):
                        yield rgb, ", ".join(filter(None, (frame, where)))
        except FileError:
            raise
        except BROKEN as error:
            raise PhotoError("contains several pictures and one cannot be read; export the one to publish") from error

    @staticmethod
    def _count(image: Image.Image) -> int:
        """How many pictures the file holds; what makes Pillow doubt it is an error here, or one could be lost."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                return int(getattr(image, "n_frames", 1))
        except (*BROKEN, UserWarning) as error:
            raise PhotoError("contains several pictures and one cannot be read; export the one to publish") from error


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _behind_transparency(image: Image.Image) -> Iterator[tuple[Pixels, str]]:
    """What is invisible here and comes back: pixels with an editor, light ink on a page that is not white."""
    image.load()
    shades: list[Pixels] = []
    light = False
    for (_, hidden), (_, band) in zip(rgb_bands(image, ground="", opaque=True), bands(image), strict=True):
        covered = np.asarray(band.convert("RGBA").getchannel("A")) < 32
        if covered.any():
            shades += [hidden[covered].min(axis=0), hidden[covered].max(axis=0)]
        light = light or bool((hidden.min(axis=2)[~covered] >= LIGHT).any())
    if not shades:
        return
    # the range, since a number plate is a small part of a part that was erased
    if np.ptp(shades, axis=0).max() > 8:
        yield upright(to_rgb(image, ground="", opaque=True), image), "behind the transparency"
    if light:
        yield upright(to_rgb(image, ground="black", opaque=True), image), "over black"
