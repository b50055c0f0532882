"""Finds vehicles and number plates: two looks at the whole picture, then a closer one at the vehicles seen too small.

One look at the whole picture is large and one small: small, close-ups too have plates of the size that it learned from.
A picture of more than some 16 megapixels is looked at in parts as well, or distant vehicles would be lost.
The closer look lays the vehicles side by side, enlarged, on one sheet, so that its cost does not grow with the picture:
that is what finds a plate 40 pixels wide in a picture 4,000 pixels wide.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels
from screening.duplicates import keep_best
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.tiles import cut, parts

if TYPE_CHECKING:
    from screening.engine import Network
    from screening.photo.photo import Photo


# What is looked for, and the outputs of the shipped network in their order.
CLASSES = ("vehicle", "plate")
# Canvases (height, width) for the whole picture: few, because the engine compiles each one. Sides are multiples of 32.
CANVASES = ((704, 960), (960, 704), (832, 832))
# The canvas for close-ups: everything looks small on it.
FAR = ((320, 320),)
# Sheets for the closer look: height, width, side of one cell; the first that holds the vehicles is taken.
SHEETS = ((320, 320, 320), (320, 640, 320), (640, 640, 320), (640, 640, 213))
# The longest side, in pixels, that one look takes in.
LONGEST = 5000
# Small pictures and vehicles are enlarged, but no further than this: beyond it there is nothing more to see.
ENLARGE = 2.0
# A plate is on a vehicle. Where the network sees none around it, not even this surely, its score is multiplied by that:
# it lets go of face masks, printed words and signs, and of hardly a plate.
AROUND = 0.15
ALONE = 0.4
# But so close, as a share of the picture's width, that little of its vehicle can be in the picture.
CLOSE = 0.4
# From here on a vehicle is called one.
SURE = 0.3
# The network sees this much of a vehicle even in a wreck that it does not recognise, and nothing in most other things.
FAINT = 0.01
GREY = 114


@dataclass(frozen=True, slots=True)
class Detection:
    """A vehicle or a number plate.

    Attributes:
        kind: "vehicle" or "plate".
        label: what the network calls it.
        score: the network's confidence, 0 to 1.
        box: where, in pixels of the upright full-size picture.
    """

    kind: str
    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class _Tile:
    """A part of the photo laid on a canvas: canvas = (photo - source) * scale + target."""

    source: Box
    scale: float
    target: tuple[int, int]

    def to_photo(self, boxes: Floats) -> Floats:
        offset = np.tile(np.array(self.target, np.float32), 2)
        origin = np.tile(np.array((self.source.left, self.source.top), np.float32), 2)
        return np.asarray((boxes - offset) / self.scale + origin, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Detector:
    """A network, and what each of its outputs is: one of `CLASSES`, or "" for what we do not look for."""

    run: Network
    classes: tuple[str, ...]


def detector(network: str | Path) -> Detector:
    """A detector by its name among the known networks, or by the path of an ONNX file with our two classes."""
    from screening.engine import load
    from screening.weights import manifest

    run = load(network)
    return Detector(run, manifest()[network].classes if isinstance(network, str) else CLASSES)


def find(
    photo: Photo,
    *,
    networks: Sequence[str | Path] = ("street",),
    vehicle: float = SURE,
    faint: float = SURE,
    plate: float = 0.1,
    closer: bool = True,
) -> tuple[Detection, ...]:
    """The vehicles and number plates of a photo, the surest first.

    Args:
        photo: the photo.
        networks: detectors by their names, or by the paths of ONNX files with our two classes; what one of them sees
            is seen.
        vehicle: the least confidence of a vehicle that is looked at closer.
        faint: the least confidence of a vehicle that is told.
        plate: the least confidence of a plate.
        closer: whether to look at small vehicles again, enlarged.
    """
    least = {"vehicle": min(vehicle, faint, AROUND), "plate": plate}
    detectors = [detector(network) for network in networks]
    found: list[Detection] = []
    scale = 1.0
    for one in detectors:
        near, scale = look(photo, one, least, CANVASES)
        found += [*near, *look(photo, one, least, FAR)[0]]
        for part in parts(photo, longest=LONGEST):
            found += [seen for seen in look(photo, one, least, CANVASES, part)[0] if _is_whole(seen.box, part, photo)]
    found = _settle(found)
    if closer:
        sure = [one for one in found if one.kind == "vehicle" and one.score >= vehicle]
        found = _settle([*found, *(again for one in detectors for again in _closer(photo, one, least, sure, scale))])
    weighed = [_weighed(one, found, close=CLOSE * photo.width) for one in found]
    least["vehicle"] = faint
    return tuple(sorted((one for one in weighed if one.score >= least[one.kind]), key=lambda one: -one.score))


def look(
    photo: Photo,
    by: Detector,
    least: dict[str, float],
    sizes: Sequence[tuple[int, int]],
    part: Box | None = None,
) -> tuple[list[Detection], float]:
    """What one look at the picture or a part of it shows, and how much smaller than the picture it was seen."""
    seen = part or Box(0, 0, photo.width, photo.height)
    high, wide = max(sizes, key=lambda size: (_fit(seen, size), -size[0] * size[1]))
    scale = _fit(seen, (high, wide))
    canvas = blank(high, wide, grey=GREY)
    picture, factor = cut(photo, seen, side=round(max(photo.width, photo.height) * min(scale, 1.0)))
    lay(canvas, picture, scale=scale / factor)
    return list(_detections(photo, by, canvas, [_Tile(seen, scale, (0, 0))], least)), scale


def _is_whole(box: Box, part: Box, photo: Photo) -> bool:
    """Whether a box ends before the part does, or where the picture ends: else another look shows more of it."""
    slack = 0.01 * part.width
    return (
        (part.left == 0 or box.left > part.left + slack)
        and (part.top == 0 or box.top > part.top + slack)
        and (part.right == photo.width or box.right < part.right - slack)
        and (part.bottom == photo.height or box.bottom < part.bottom - slack)
    )


def _closer(
    photo: Photo, by: Detector, least: dict[str, float], vehicles: Sequence[Detection], scale: float
) -> list[Detection]:
    """The plates that show once the vehicles that were seen too small are laid on one sheet, enlarged."""
    small = [_surroundings(photo, vehicle.box) for vehicle in vehicles]
    # the largest first: their plates are the ones that can be read
    small.sort(key=lambda box: -max(box.width, box.height))
    gain = [box for box in small if _enlarged(box, SHEETS[-1][2]) > 1.25 * scale]
    if not gain:
        return []
    high, wide, cell = next((sheet for sheet in SHEETS if _room(sheet) >= len(gain)), SHEETS[-1])
    canvas = blank(high, wide, grey=GREY)
    tiles = []
    for place, box in enumerate(gain[: _room((high, wide, cell))]):
        columns = wide // cell
        tile = _Tile(box, _enlarged(box, cell), (place % columns * cell, place // columns * cell))
        lay(canvas, photo.crop(box), scale=tile.scale, corner=tile.target)
        tiles.append(tile)
    return [detection for detection in _detections(photo, by, canvas, tiles, least) if detection.kind == "plate"]


def _fit(seen: Box, size: tuple[int, int]) -> float:
    return min(size[0] / seen.height, size[1] / seen.width, ENLARGE)


def _room(sheet: tuple[int, int, int]) -> int:
    return (sheet[0] // sheet[2]) * (sheet[1] // sheet[2])


def _enlarged(box: Box, cell: int) -> float:
    return min(cell / max(box.width, box.height), ENLARGE)


def _surroundings(photo: Photo, box: Box) -> Box:
    return box.grow(0.08).clip(photo.width, photo.height) or box


def _detections(
    photo: Photo, by: Detector, canvas: Pixels, tiles: Sequence[_Tile], least: dict[str, float]
) -> Iterator[Detection]:
    """Runs the network on a canvas and puts what it shows back into the photo."""
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


def _within(boxes: Floats, tile: _Tile) -> NDArray[np.bool_]:
    """Which boxes of the canvas have their middle in the tile."""
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
        ValueError: if the output is not that of a detector of so many classes.
    """
    if output.ndim != 3 or output.shape[:2] != (1, 4 + classes):
        raise ValueError(f"expected an output of 1 x {4 + classes} x places, got {' x '.join(map(str, output.shape))}")
    centre, half = output[0, :2].T, output[0, 2:4].T / 2
    return np.concatenate([centre - half, centre + half], axis=1), output[0, 4:].T


def suppress(boxes: Floats, scores: Floats, *, overlap: float = 0.5) -> list[int]:
    """Which boxes to keep, the surest first, dropping those that mostly repeat a surer one."""
    import cv2

    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return [int(index) for index in cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, overlap)]


def _settle(found: Sequence[Detection]) -> list[Detection]:
    """One detection for each plate and vehicle, the surest first, though several looks may have shown it."""

    def same(one: Detection, better: Detection) -> bool:
        return one.kind == better.kind and (
            one.box.iou(better.box) > 0.45 or (one.kind == "plate" and _covers(one.box, better.box))
        )

    return keep_best(sorted(found, key=lambda one: -one.score), same)


def _weighed(one: Detection, found: Sequence[Detection], *, close: float) -> Detection:
    """A plate that lies on no vehicle counts for less, unless it is at least so many pixels wide."""
    around = (other.box for other in found if other.kind == "vehicle" and other.score >= AROUND)
    if one.kind == "vehicle" or one.box.width >= close or any(_carries(box, one.box) for box in around):
        return one
    return replace(one, score=one.score * ALONE)


def _carries(vehicle: Box, plate: Box) -> bool:
    return plate.inside(vehicle.grow(0.05)) > 0.7 and plate.area < 0.6 * vehicle.area


def _covers(one: Box, other: Box) -> bool:
    return max(one.inside(other), other.inside(one)) > 0.8
