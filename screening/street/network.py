"""Runs a detector of vehicles and number plates on a canvas, and maps its detections back to the photo."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels
from screening.finding import Box

if TYPE_CHECKING:
    from screening.engine import Network
    from screening.photo.photo import Photo

# The classes that we look for, in the order of the shipped network's outputs.
CLASSES = ("vehicle", "plate")


@dataclass(frozen=True, slots=True)
class Detection:
    """A vehicle or a number plate.

    Attributes:
        kind: "vehicle" or "plate".
        label: the network's name for its class.
        score: the network's confidence, 0 to 1.
        box: where, in pixels of the upright full-size picture.
    """

    kind: str
    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of the photo on a canvas: canvas = (photo - source) * scale + target."""

    source: Box
    scale: float
    target: tuple[int, int]

    def to_photo(self, boxes: Floats) -> Floats:
        offset = np.tile(np.array(self.target, np.float32), 2)
        origin = np.tile(np.array((self.source.left, self.source.top), np.float32), 2)
        return np.asarray((boxes - offset) / self.scale + origin, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Detector:
    """A network, and the class of each of its outputs: one of `CLASSES`, or "" for any other."""

    run: Network
    classes: tuple[str, ...]


def load_detector(network: str | Path) -> Detector:
    """A detector by its name among the known networks, or by the path of an ONNX file with our two classes."""
    from screening.engine import load
    from screening.weights import manifest

    run = load(network)
    return Detector(run, manifest()[network].classes if isinstance(network, str) else CLASSES)


def detect(
    photo: Photo, by: Detector, canvas: Pixels, tiles: Sequence[Tile], least: dict[str, float]
) -> Iterator[Detection]:
    """Runs the network on a canvas and maps its detections back to the photo."""
    output = by.run(canvas.transpose(2, 0, 1)[None] * np.float32(1 / 255))[0]
    boxes, every = decode(output, classes=len(by.classes))
    for label in CLASSES:
        columns = [column for column, kind in enumerate(by.classes) if kind == label]
        scores = every[:, columns].max(axis=1, initial=0.0)
        sure = scores >= least[label]
        for tile in tiles:
            chosen = sure & _within(boxes, tile)
            for index in suppress(boxes[chosen], scores[chosen]):
                box = tile.to_photo(boxes[chosen][index])
                box = np.clip(box, 0, (photo.width, photo.height, photo.width, photo.height))
                left, top, right, bottom = (
                    math.floor(box[0]),
                    math.floor(box[1]),
                    math.ceil(box[2]),
                    math.ceil(box[3]),
                )
                if left < right and top < bottom:
                    yield Detection(label, label, min(1.0, float(scores[chosen][index])), Box(left, top, right, bottom))


def _within(boxes: Floats, tile: Tile) -> NDArray[np.bool_]:
    """Which boxes on the canvas have their middle in the tile."""
    across, down = (boxes[:, 0] + boxes[:, 2]) / 2 - tile.target[0], (boxes[:, 1] + boxes[:, 3]) / 2 - tile.target[1]
    inside = (
        (across >= 0)
        & (down >= 0)
        & (across < tile.source.width * tile.scale)
        & (down < tile.source.height * tile.scale)
    )
    return np.asarray(inside)


def decode(output: Floats, *, classes: int = len(CLASSES)) -> tuple[Floats, Floats]:
    """The network's output as boxes (left, top, right, bottom) on the canvas and a score for each class.

    Raises:
        ValueError: if the output is not that of a detector with that many classes.
    """
    if output.ndim != 3 or output.shape[:2] != (1, 4 + classes):
        raise ValueError(f"expected an output of 1 x {4 + classes} x places, got {' x '.join(map(str, output.shape))}")
    centre, half = output[0, :2].T, output[0, 2:4].T / 2
    return np.concatenate([centre - half, centre + half], axis=1), output[0, 4:].T


def suppress(boxes: Floats, scores: Floats, *, overlap: float = 0.5) -> list[int]:
    """Non-maximum suppression: the boxes to keep, the surest first; by OpenCV, as there may be thousands.

    Args:
        boxes: left, top, right, bottom, of shape (n, 4).
        scores: how sure each is, of shape (n,).
        overlap: the greatest intersection over union of boxes that are both kept.
    """
    import cv2

    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return [int(index) for index in cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, overlap)]
