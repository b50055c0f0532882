"""The blocks of a JPEG picture, by their DCT coefficients: those that a mask touches are covered, the rest stay bit for
bit.

jpeglib reads and writes the coefficients with libjpeg-turbo. It ends the process on damaged files, so this runs in a
process of its own (`screening.sandbox.blocks`).
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats
from screening.finding import Box
from screening.photo.decode import ORIENTATION, TURNS
from screening.photo.masks import GREY, Fill, Mask, Style, cover, drawn, ring

# A block's side in samples, and the grey from which samples are counted (ITU-T T.81, A.3.1).
SIDE, MIDDLE = 8, 128
# The orthonormal DCT of eight samples, one row for each frequency (ITU-T T.81, A.3.3).
DCT = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * np.outer(np.arange(SIDE), 2 * np.arange(SIDE) + 1))
DCT[0] /= np.sqrt(2)
# The largest coefficient of eight-bit samples that has a code (ITU-T T.81, F.1.2.2).
MOST = 1023
# libjpeg's numbers of colour spaces.
GREYS, RED_GREEN_BLUE, LUMA_CHROMA = 1, 2, 3


class BlocksError(ValueError):
    """A JPEG picture of a kind whose blocks are not rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One colour component of a picture.

    Attributes:
        blocks: its quantised coefficients, of shape (rows, columns, 64), row by row of each block.
        table: its quantisation table, of shape (8, 8).
        across, down: how many pixels each of its samples covers.
        grey: the sample that stands for grey.
    """

    blocks: NDArray[np.int16]
    table: Floats
    across: int
    down: int
    grey: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A picture, as it lies in its file.

    Attributes:
        path: the file.
        width, height: in pixels, before it is turned upright.
        orientation: how it is turned, as in EXIF.
        space: libjpeg's number of its colour space.
        components: one for grey, or three.
    """

    path: str
    width: int
    height: int
    orientation: int
    space: int
    components: tuple[Component, ...]

    def cover(self, masks: Sequence[Mask], style: Style, fill: Fill) -> None:
        """Covers the masks, in every block that they touch."""
        for mask in masks:
            for one, blocks, inside in self._places(mask):
                samples = _samples(blocks, one.table)
                cover(samples[:, :, None], inside, style, fill, grey=(one.grey,))
                touched = _split(inside).any(axis=(2, 3))
                blocks[touched] = _coefficients(samples, one.table)[touched]

    def outside(self, masks: Sequence[Mask]) -> tuple[str, bool]:
        """The SHA-256 of all tables and of all blocks that no mask touches, and whether all blocks within a mask have
        one shade, as in a filled picture. The blocks that a mask touches are set to zero for it."""
        flat = True
        for mask in reversed(masks):  # a later one may lie over an earlier one, with another shade
            for _, blocks, inside in self._places(mask):
                split = _split(inside)
                flat = flat and not blocks[split.all(axis=(2, 3))][:, 1:].any()
                blocks[split.any(axis=(2, 3))] = 0
        digest = hashlib.sha256(f"{self.width} {self.height} {self.orientation} {self.space}".encode())
        for one in self.components:
            digest.update(f"{one.across} {one.down} {one.blocks.shape}".encode())
            digest.update(one.table.astype(np.uint16).tobytes())
            digest.update(one.blocks.tobytes())
        return digest.hexdigest(), flat

    def _places(self, mask: Mask) -> Iterator[tuple[Component, NDArray[np.int16], NDArray[np.bool_]]]:
        """For each component the blocks of a mask and of the ring around it, and which of their samples it touches."""
        mask = stored(mask, self.width, self.height, self.orientation)
        place = ring(mask).clip(self.width, self.height)
        if place is None:
            return
        right, down = (SIDE * max(getattr(one, name) for one in self.components) for name in ("across", "down"))
        unit = Box(place.left // right, place.top // down, -(-place.right // right), -(-place.bottom // down))
        wide = Box(unit.left * right, unit.top * down, unit.right * right, unit.bottom * down)
        shown = wide.clip(self.width, self.height)
        assert shown is not None
        # blocks go on beyond the edge: what lies there is covered like the last row and column
        beyond = ((0, wide.bottom - shown.bottom), (0, wide.right - shown.right))
        inside = np.pad(drawn(mask, shown), beyond, mode="edge")
        for one in self.components:
            top, left = wide.top // one.down // SIDE, wide.left // one.across // SIDE
            bottom, end = wide.bottom // one.down // SIDE, wide.right // one.across // SIDE
            blocks = one.blocks[top:bottom, left:end]
            height, width = blocks.shape[0] * SIDE, blocks.shape[1] * SIDE
            cells = inside[: height * one.down, : width * one.across].reshape(height, one.down, width, one.across)
            yield one, blocks, np.asarray(cells.any(axis=(1, 3)))

    def write(self, path: str) -> None:
        """Writes the picture, with its own tables, and without anything else that its file holds.

        Raises:
            OSError: if it cannot be written.
        """
        size, blocks = np.array((self.height, self.width), np.int32), self._arrays()
        library().write_jpeg_dct(
            *(self.path, path, *map(_pointer, blocks), _pointer(size), None, self.space, len(self.components)),
            *(None, None, -1, None, 0, None, None, None, ["+OPTIMIZE_CODING"]),
        )

    def _arrays(self) -> list[NDArray[np.int16] | None]:
        return [*(one.blocks for one in self.components), *[None] * (4 - len(self.components))]


def read(path: str) -> Blocks:
    """The blocks of a JPEG file, in grey or in three components.

    Raises:
        BlocksError: if it is of another kind.
        OSError: if it cannot be read.
    """
    from PIL import Image

    with Image.open(path, formats=["JPEG"]) as image:
        layers = getattr(image, "layer", [])
        if image.mode not in ("L", "RGB") or len(layers) not in (1, 3):
            raise BlocksError("is neither grey nor in three components")
        width, height, space = *image.size, _space(image.info, [layer[0] for layer in layers])
        orientation = image.getexif().get(ORIENTATION, 1)
    most = [max(layer[side] for layer in layers) for side in (1, 2)]
    scales = [(most[0] / layer[1], most[1] / layer[2]) for layer in layers]
    if any(scale % 1 for both in scales for scale in both):
        raise BlocksError("has a component whose samples cover parts of pixels")
    blocks = [
        np.zeros((-(-height // int(down * SIDE)), -(-width // int(across * SIDE)), SIDE * SIDE), np.int16)
        for across, down in scales
    ]
    tables, chosen = np.zeros((4, SIDE * SIDE), np.uint16), np.zeros(4, np.int16)
    there = [*map(_pointer, blocks), *[None] * (4 - len(blocks))]
    library().read_jpeg_dct(path, *there, _pointer(tables), _pointer(chosen))
    components = tuple(
        Component(
            blocks=one,
            table=np.asarray(tables[chosen[number]].reshape(SIDE, SIDE), np.float32),
            across=int(across),
            down=int(down),
            grey=float(MIDDLE if space == LUMA_CHROMA and number else GREY),
        )
        for number, (one, (across, down)) in enumerate(zip(blocks, scales, strict=True))
    )
    return Blocks(path=path, width=width, height=height, orientation=orientation, space=space, components=components)


def stored(mask: Mask, width: int, height: int, orientation: int) -> Mask:
    """A mask of the upright picture, as it lies in a file of width x height pixels with this EXIF orientation."""
    mirrored, quarters = TURNS.get(orientation, (False, 0))
    tall = width if quarters % 2 else height
    for _ in range(quarters):
        mask, tall = tuple((tall - y, x) for x, y in mask), width + height - tall
    return tuple((width - x, y) for x, y in mask) if mirrored else mask


def _space(info: dict[Any, Any], ids: Sequence[int]) -> int:
    """The colour space of a picture's components, by the markers of its file, as libjpeg sees it."""
    if len(ids) == 1:
        return GREYS
    if "jfif" in info:
        return LUMA_CHROMA
    if "adobe" in info:
        return RED_GREEN_BLUE if info.get("adobe_transform") == 0 else LUMA_CHROMA
    return RED_GREEN_BLUE if bytes(ids) == b"RGB" else LUMA_CHROMA


def _samples(blocks: NDArray[np.int16], table: Floats) -> Floats:
    """The samples of blocks, as one array."""
    rows, columns = blocks.shape[:2]
    values = DCT.T @ (blocks.reshape(rows, columns, SIDE, SIDE) * table) @ DCT + MIDDLE
    flat = values.transpose(0, 2, 1, 3).reshape(rows * SIDE, columns * SIDE)
    return np.asarray(np.clip(flat, 0, 255), np.float32)


def _coefficients(samples: Floats, table: Floats) -> NDArray[np.int16]:
    """The quantised coefficients of samples, block by block."""
    blocks = _split(samples.astype(np.float64) - MIDDLE)
    values = np.clip(np.rint(DCT @ blocks @ DCT.T / table), -MOST, MOST)
    return np.asarray(values.reshape(*values.shape[:2], SIDE * SIDE), np.int16)


def _split(samples: NDArray[Any]) -> NDArray[Any]:
    """Samples as an array of blocks, of shape (rows, columns, 8, 8)."""
    rows, columns = samples.shape[0] // SIDE, samples.shape[1] // SIDE
    return samples.reshape(rows, SIDE, columns, SIDE).transpose(0, 2, 1, 3)


def _pointer(array: NDArray[Any] | None) -> ctypes.c_void_p | None:
    return None if array is None else array.ctypes.data_as(ctypes.c_void_p)


def library() -> Any:
    """jpeglib's bindings themselves: what it offers above them copies every file through a temporary one, which the
    sandbox has no place for."""
    import jpeglib
    from jpeglib._bind import CJpegLib

    jpeglib.version.set("turbo210")
    return CJpegLib
