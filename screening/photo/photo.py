"""A photograph: its bytes read once, hashed, decoded upright, and offered at the scales that the stages share."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.decode import decode
from screening.photo.files import BROKEN, FileError, Limits, PhotoError, check_size, identify, read, refuse
from screening.photo.others import Others


class Source(Protocol):
    """Where a photo's file is read, if that is not in this process."""

    def metadata(self) -> Any:
        """What the file says, as a `Metadata`."""

    def others(self) -> Iterator[Photo]:
        """The other pictures that it shows, as `Photo.others` gives them."""

    def carried(self) -> Iterator[Any]:
        """What else it carries, each as a `Carried`."""


class Photo:
    """One picture, or one frame of a file that holds several.

    Attributes:
        name: the file's path relative to the folder that is screened, with forward slashes.
        data: the file's bytes, exactly as they were read.
        format: Pillow's name of the format, e.g. "JPEG".
        rgb: the picture as a read-only uint8 array of shape (height, width, 3), RGB in sRGB, upright.
        frame: "" for the picture itself, else which other picture of the file this is, e.g. "frame 2".
        said: the file's metadata, once it has been read.
        source: where the rest of its file is read; None for this process.
        opener: what decodes files, given their bytes, name and limits; None for this process.
    """

    __slots__ = ("_others", "_scaled", "_sha256", "data", "format", "frame", "name", "rgb", "said", "source")

    opener: ClassVar[Callable[[bytes, str, Limits], Photo] | None] = None

    def __init__(self, rgb: Pixels, *, name: str, data: bytes = b"", format: str = "", frame: str = "") -> None:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise PhotoError(f"a photo is a uint8 array of shape (height, width, 3), not {rgb.dtype} {rgb.shape}")
        self.rgb = np.ascontiguousarray(rgb).view()
        self.rgb.flags.writeable = False
        self.name = name
        self.data = data
        self.format = format
        self.frame = frame
        self._scaled: dict[int, Pixels] = {}
        self._sha256 = ""
        self.said: Any = None
        self.source: Source | None = None
        self._others: Others | None = None

    @classmethod
    def open(cls, path: Path, *, name: str | None = None, limits: Limits | None = None) -> Photo:
        """Reads a file and decodes the picture in it.

        Raises:
            UnsupportedError: if it is not a kind of file that can be screened.
            PhotoError: if it is empty, broken, too large, or not what its name says.
        """
        limits, name = limits or Limits(), path.name if name is None else name
        refuse(name)
        return cls.from_bytes(read(path, limits=limits), name=name, limits=limits)

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str, limits: Limits | None = None) -> Photo:
        """Decodes the picture in a file's bytes; raises as `open` does."""
        limits = limits or Limits()
        if cls.opener is not None:
            return cls.opener(data, name, limits)
        image = identify(data, name)
        check_size(image, data, limits)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd metadata, which is read elsewhere
                photo = cls(decode(image, data), name=name, data=data, format=image.format or "")
        except FileError:
            raise
        except BROKEN as error:
            raise PhotoError("is damaged or cut short; export it again from the original") from error
        others = Others(data, name, limits)
        photo._others = others if others.any(image, photo.rgb) else None
        return photo

    @classmethod
    def from_array(cls, rgb: Pixels, *, name: str = "photo.png") -> Photo:
        """A photo of pixels that are already at hand, without a file."""
        return cls(rgb, name=name)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal."""
        if not self._sha256:
            self._sha256 = hashlib.sha256(self.data).hexdigest()
        return self._sha256

    @property
    def width(self) -> int:
        """Pixels across, upright."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down, upright."""
        return int(self.rgb.shape[0])

    def scaled(self, side: int) -> tuple[Pixels, float]:
        """The picture with its longer side at most `side`, never enlarged, and the factor: scaled = full x factor.

        Made once for each side and shared, so it is read-only.
        """
        longest = max(self.width, self.height)
        if longest <= side:
            return self.rgb, 1.0
        factor = side / longest
        if side not in self._scaled:
            size = max(1, round(self.width * factor)), max(1, round(self.height * factor))
            self._scaled[side] = _shrunk(self._halved(side), size, halve=False)
        return self._scaled[side], factor

    def _halved(self, side: int) -> Pixels:
        """The picture halved as often as leaves it at least `side` long: halving is cheap, and shared by all scales."""
        picture = self.rgb
        while max(picture.shape[:2]) >= 2 * side:
            height, width = picture.shape[0] // 2, picture.shape[1] // 2
            if min(height, width) < 1:
                break
            half = max(height, width)
            if half not in self._scaled:
                self._scaled[half] = _shrunk(picture, (width, height), halve=True)
            picture = self._scaled[half]
        return picture

    def crop(self, box: Box) -> Pixels:
        """The pixels of a box, without copying; the parts of the box outside the picture are left off.

        Raises:
            ValueError: if the box lies outside the picture.
        """
        inside = box.clip(self.width, self.height)
        if inside is None:
            raise ValueError(f"{box} lies outside a picture of {self.width} x {self.height}")
        return self.rgb[inside.top : inside.bottom, inside.left : inside.right]

    def others(self) -> Iterator[Photo]:
        """The other pictures that the same file shows: further frames, and what its transparency hides.

        Raises:
            PhotoError: if one cannot be read, or there are too many.
        """
        if self.source is not None:
            yield from self.source.others()
        elif self._others is not None:
            for rgb, frame in self._others.pictures():
                yield Photo(rgb, name=self.name, data=self.data, format=self.format, frame=frame)


def _shrunk(picture: Pixels, size: tuple[int, int], *, halve: bool) -> Pixels:
    """A smaller, read-only copy of (width, height): half the size by averaging, or, less than that, by interpolating,
    which is ten times as fast as averaging by parts of pixels and leaves nothing out down to half the size."""
    import cv2

    how = cv2.INTER_AREA if halve else cv2.INTER_LINEAR
    smaller = np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)
    smaller.flags.writeable = False
    return smaller
