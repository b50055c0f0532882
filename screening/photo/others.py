"""The other pictures that a file shows: further frames, and what transparency, a profile or a pale print hides."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from screening.arrays import Pixels
from screening.photo.colour import hides_shades
from screening.photo.decode import ORIENTATION, bands, stretched, to_rgb, transparent, upright
from screening.photo.files import BROKEN, FileError, Limits, PhotoError, check_size, identify
from screening.photo.frames import composed, with_every_frame

if TYPE_CHECKING:
    from PIL import Image

# From this in every channel on, of 255, ink on white paper can hardly be seen.
LIGHT = 192
# The picture itself, pixel for pixel, only seen better.
STRETCHED = "with its contrast stretched"


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

    def any(self, image: Image.Image, rgb: Pixels) -> bool:
        """Whether there may be something, as the opened picture and what is shown of it say."""
        try:
            return (
                transparent(image)
                or self._count(identify(with_every_frame(self.data), self.name)) != 1
                or _turned_by_some(image)
                or hides_shades(image, self.data)
                or stretched(image, rgb) is not None
            )
        except PhotoError:
            return True  # which `pictures` will say

    def pictures(self) -> Iterator[tuple[Pixels, str]]:
        """The other pictures, upright, each with which one it is, e.g. "frame 2".

        Raises:
            PhotoError: if one cannot be read, or there are too many.
        """
        from PIL import Image

        data = with_every_frame(self.data)
        image = identify(data, self.name)
        count = self._count(image)
        if count > self.limits.frames:
            raise PhotoError(f"contains {count} pictures, more than {self.limits.frames}; export the one to publish")
        try:
            for index, frame in enumerate(self._frames(image, data, count)):
                said, rgb = f"frame {index + 1}" if index else "", to_rgb(frame, data)
                if said:
                    yield upright(rgb, image), said
                for hidden, where in _hidden(frame, data, rgb):
                    yield upright(hidden, image), ", ".join(filter(None, (said, where)))
                if _turned_by_some(image):
                    yield rgb, ", ".join(filter(None, (said, "unturned")))
        except FileError:
            raise
        except (*BROKEN, Image.DecompressionBombError) as error:
            raise PhotoError("contains several pictures and one cannot be read; export the one to publish") from error

    def _frames(self, image: Image.Image, data: bytes, count: int) -> Iterator[Image.Image]:
        """Every picture of the file in turn, the first one included."""
        check_size(image, data, self.limits)
        moving = composed(image, data, count) if _fit(image, count, self.limits) else []
        for index in range(count - len(moving)):
            if not moving or index:
                image.seek(index)
                check_size(image, data, self.limits)
            yield image
        yield from moving

    @staticmethod
    def _count(image: Image.Image) -> int:
        """How many pictures the file holds; what makes Pillow doubt it is an error here, or one could be lost.

        Those behind a JPEG picture are not counted: they are found and screened whether its index lists them or not.
        """
        if image.format in ("JPEG", "MPO"):
            return 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                return int(getattr(image, "n_frames", 1))
        except (*BROKEN, UserWarning) as error:
            raise PhotoError("contains several pictures and one cannot be read; export the one to publish") from error


def _fit(image: Image.Image, count: int, limits: Limits) -> bool:
    """Whether all frames may be in memory at once."""
    return count * image.width * image.height * 4 <= limits.memory_megabytes * 1e6 / 4


def _turned_by_some(image: Image.Image) -> bool:
    """Whether viewers show it turned and browsers do not: those leave aside what a WebP file says of it."""
    return image.format == "WEBP" and image.getexif().get(ORIENTATION, 1) != 1


def _hidden(image: Image.Image, data: bytes, rgb: Pixels) -> Iterator[tuple[Pixels, str]]:
    """What is invisible in a picture and comes back: pixels with an editor, light ink on a page that is not white."""
    spread = stretched(image, rgb)
    if spread is not None:
        yield spread, STRETCHED
    if transparent(image):
        behind, light = _behind_transparency(image, data)
        if behind:
            yield to_rgb(image, data, ground=""), "behind the transparency"
        if light:
            yield to_rgb(image, data, ground="black"), "over black"
    if hides_shades(image, data):
        yield to_rgb(image, data, profile=False), "without its colour profile"


def _behind_transparency(image: Image.Image, data: bytes) -> tuple[bool, bool]:
    """Whether there is more than one colour behind what is transparent, and light ink beside it."""
    shades: list[Pixels] = []
    light = False
    for _, band in bands(image, data):
        covered = np.asarray(band.getchannel("A")) < 32
        rgb = np.asarray(band.convert("RGB"))
        if covered.any():
            shades += [rgb[covered].min(axis=0), rgb[covered].max(axis=0)]
        light = light or bool((rgb.min(axis=2)[~covered] >= LIGHT).any())
    # the range, since a number plate is a small part of a part that was erased
    behind = bool(shades) and bool(np.ptp(shades, axis=0).max() > 8)
    return behind, light and bool(shades)
