"""Finds vehicles and number plates: two looks at the whole picture, then a closer one at the vehicles seen too small.

One look at the whole picture is large and one small: in the small one, close-ups have plates of the size that the
network was trained on. A picture of more than about 16 megapixels is also searched in tiles, or distant vehicles would
be lost. The closer look lays the vehicles side by side, enlarged, on one sheet, so that its cost does not grow with the
picture: this finds a plate 40 pixels wide in a picture 4,000 pixels wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screening.duplicates import keep_best
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.tiles import cut, parts
from screening.street.network import Detection, Detector, Tile, detect, load_detector

if TYPE_CHECKING:
    from screening.photo.photo import Photo

# Canvases (height, width) for the whole picture: few, because the engine compiles each one. Sides are multiples of 32.
CANVASES = ((704, 960), (960, 704), (832, 832))
# The canvas for close-ups: everything looks small on it.
FAR = ((320, 320),)
# Sheets for the closer look: height, width, side of one cell; the first that has room for the vehicles is used.
SHEETS = ((320, 320, 320), (320, 640, 320), (640, 640, 320), (640, 640, 213))
# The longest side, in pixels, that one look covers.
LONGEST = 5000
# The greatest enlargement of small pictures and vehicles: beyond it there is no more detail.
ENLARGE = 2.0
# A plate is on a vehicle. If the network sees none around it, not even with this score, the plate's score is multiplied
# by that factor, which drops face masks, printed words and signs but hardly any plates.
AROUND = 0.15
ALONE = 0.4
# Except in close-ups, with a plate this wide as a share of the picture's width, which show little of the vehicle.
CLOSE = 0.4
# The score from which a vehicle counts as one.
SURE = 0.3
# Even a wreck that the network does not recognise scores this much as a vehicle, and most other things score nothing.
FAINT = 0.01
GREY = 114


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
        networks: detectors by their names, or by the paths of ONNX files with our two classes; their detections are
            merged.
        vehicle: the least confidence of a vehicle that gets a closer look.
        faint: the least confidence of a vehicle that is returned.
        plate: the least confidence of a plate.
        closer: whether to look at small vehicles again, enlarged.
    """
    least = {"vehicle": min(vehicle, faint, AROUND), "plate": plate}
    detectors = [load_detector(network) for network in networks]
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
    """What one look at the picture or a tile shows, and the scale at which it was seen."""
    seen = part or Box(0, 0, photo.width, photo.height)
    height, width = max(sizes, key=lambda size: (_fit(seen, size), -size[0] * size[1]))
    scale = _fit(seen, (height, width))
    canvas = blank(height, width, grey=GREY)
    picture, factor = cut(photo, seen, side=round(max(photo.width, photo.height) * min(scale, 1.0)))
    lay(canvas, picture, scale=scale / factor)
    return list(detect(photo, by, canvas, [Tile(seen, scale, (0, 0))], least)), scale


def _is_whole(box: Box, part: Box, photo: Photo) -> bool:
    """Whether a box ends inside the tile, or at the picture's edge: otherwise another look shows more of it."""
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
    """The plates on vehicles that were seen too small, laid enlarged on one sheet."""
    small = [_surroundings(photo, vehicle.box) for vehicle in vehicles]
    # the largest first: their plates can be read
    small.sort(key=lambda box: -max(box.width, box.height))
    gain = [box for box in small if _enlarged(box, SHEETS[-1][2]) > 1.25 * scale]
    if not gain:
        return []
    height, width, cell = next((sheet for sheet in SHEETS if _room(sheet) >= len(gain)), SHEETS[-1])
    canvas = blank(height, width, grey=GREY)
    tiles = []
    for place, box in enumerate(gain[: _room((height, width, cell))]):
        columns = width // cell
        tile = Tile(box, _enlarged(box, cell), (place % columns * cell, place // columns * cell))
        lay(canvas, photo.crop(box), scale=tile.scale, corner=tile.target)
        tiles.append(tile)
    return [detection for detection in detect(photo, by, canvas, tiles, least) if detection.kind == "plate"]


def _fit(seen: Box, size: tuple[int, int]) -> float:
    return min(size[0] / seen.height, size[1] / seen.width, ENLARGE)


def _room(sheet: tuple[int, int, int]) -> int:
    return (sheet[0] // sheet[2]) * (sheet[1] // sheet[2])


def _enlarged(box: Box, cell: int) -> float:
    return min(cell / max(box.width, box.height), ENLARGE)


def _surroundings(photo: Photo, box: Box) -> Box:
    return box.grow(0.08).clip(photo.width, photo.height) or box


def _settle(found: Sequence[Detection]) -> list[Detection]:
    """One detection for each plate and vehicle, the surest first, though several looks may have found it."""

    def same(one: Detection, better: Detection) -> bool:
        return one.kind == better.kind and (
            one.box.iou(better.box) > 0.45 or (one.kind == "plate" and _covers(one.box, better.box))
        )

    return keep_best(sorted(found, key=lambda one: -one.score), same)


def _weighed(one: Detection, found: Sequence[Detection], *, close: float) -> Detection:
    """Lowers the score of a plate that is not on a vehicle, unless it is at least that many pixels wide."""
    around = (other.box for other in found if other.kind == "vehicle" and other.score >= AROUND)
    if one.kind == "vehicle" or one.box.width >= close or any(_carries(box, one.box) for box in around):
        return one
    return replace(one, score=one.score * ALONE)


def _carries(vehicle: Box, plate: Box) -> bool:
    return plate.inside(vehicle.grow(0.05)) > 0.7 and plate.area < 0.6 * vehicle.area


def _covers(one: Box, other: Box) -> bool:
    return max(one.inside(other), other.inside(one)) > 0.8
