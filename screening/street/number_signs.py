"""Finds small signs that may carry a number, cheaply: plain rectangles with a few marks of another tone.

Text networks overlook a single digit 10 pixels high in a street front; the enamel plate under it is easy to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.photo import Photo

# The size of the copy of the picture that is searched.
SIDE = 1280
# How much a sign's pixels differ from the mean of a square around them, and the square's side.
TONES = ((81, 18), (81, 30), (41, 12))
# Sizes of a sign on that copy, in pixels.
LOWEST, HIGHEST, NARROWEST, WIDEST = 6, 90, 10, 260
FLATTEST = 8.0
STEEPEST = 0.8
# The least share of its upright or tilted rectangle that a sign fills.
SOLID = 0.72
# How many of the most solid are examined: all 22 numbers on labelled street fronts were among the first 57.
MOST = 80
# The height at which a sign is examined; the least height of marks on it, which are in the middle of its height.
HIGH = 48
MARK = 14


@dataclass(frozen=True, slots=True)
class Sign:
    """A small sign and the marks on it.

    Attributes:
        box: where, in pixels of the full picture.
        marks: where the marks are, in pixels of the full picture.
        dark: whether the marks are lighter than the sign.
        count: how many separate marks there are.
        ink: the share of the sign that has their tone.
        tall: their height relative to the sign's.
        aside: their distance from the sign's middle, relative to its width.
        contrast: how much lighter or darker they are, 0 to 1.
        plain: how uniform the sign is between them, 1 for a single tone.
    """

    box: Box
    marks: Box
    dark: bool
    count: int
    ink: float
    tall: float
    aside: float
    contrast: float
    plain: float


@dataclass(frozen=True, slots=True)
class _Patch:
    """An upright box on the copy around a patch of one tone, and the share of its rectangle that the patch fills."""

    box: Box
    dark: bool
    solid: float


def number_signs(photo: Photo) -> Iterator[Sign]:
    """The small signs in a photo that have marks on them."""
    import cv2

    picture, factor = photo.scaled(SIDE)
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    for patch in _once(grey):
        for part in (patch, *_foot(patch)):
            sign = _marked(grey, part, factor, photo)
            if sign is not None:
                yield sign


def _foot(patch: _Patch) -> Iterator[_Patch]:
    """The lower part of a higher sign: a street name plate and the number plate right below it, seen as one."""
    box = patch.box
    if box.height >= 20 and box.width / box.height <= 2.2:
        foot = Box(box.left, box.bottom - round(0.4 * box.height), box.right, box.bottom)
        yield _Patch(foot, patch.dark, patch.solid)


def _patches(grey: Pixels) -> Iterator[tuple[tuple[int, int, int, int], bool, float]]:
    """Solid patches that are darker, or lighter, than their surroundings: (left, top, width, height), dark, solid.

    There are a thousand in a street, so they stay plain numbers until few are left.
    """
    import cv2

    for block, step in TONES:
        around = cv2.blur(grey, (block, block), borderType=cv2.BORDER_REPLICATE)
        for dark, difference in ((True, cv2.subtract(around, grey)), (False, cv2.subtract(grey, around))):
            mask = cv2.threshold(difference, step, 1, cv2.THRESH_BINARY)[1]
            # also after a morphological opening: a shadow or a wire connects a sign to what is beside it
            for patches in (mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))):
                contours, _ = cv2.findContours(patches, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
                for contour in contours:
                    x, y, width, height = cv2.boundingRect(contour)
                    if not (LOWEST <= height <= HIGHEST and NARROWEST <= width <= WIDEST):
                        continue
                    if not STEEPEST <= width / height <= FLATTEST:
                        continue
                    across, down = cv2.minAreaRect(contour)[1]
                    solid = cv2.contourArea(contour) / max(across * down, 1.0)
                    if solid >= SOLID:
                        yield (x, y, width, height), dark, solid


def _once(grey: Pixels) -> Iterator[_Patch]:
    """Each patch once: the most solid of those in about the same place."""
    import cv2

    patches = list(_patches(grey))
    kept = cv2.dnn.NMSBoxes([box for box, _, _ in patches], [solid for _, _, solid in patches], 0.0, 0.85)
    for index in kept[:MOST]:
        (x, y, width, height), dark, solid = patches[index]
        yield _Patch(Box(x, y, x + width, y + height), dark, solid)


def _marked(grey: Pixels, patch: _Patch, factor: float, photo: Photo) -> Sign | None:
    """The sign at a patch, if it has marks that can be digits."""
    import cv2

    crop = grey[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right]
    scale = HIGH / patch.box.height
    width = max(8, round(patch.box.width * scale))
    large = np.asarray(cv2.resize(crop, (width, HIGH), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    ink = _ink(large if patch.dark else 255 - large)
    _, _, shapes, centres = cv2.connectedComponentsWithStats(ink)
    marks = [
        shape
        for shape, (_, y) in zip(shapes[1:].tolist(), centres[1:].tolist(), strict=True)
        if shape[3] >= MARK and 3 <= shape[2] <= 4.5 * shape[3] and 14 < y < 34
    ]
    inner, lit = large[4:-4, 4:-4].astype(np.float32) / 255, ink[4:-4, 4:-4] == 1
    if not marks or lit.all() or not lit.any():
        return None
    tallest = max(shape[3] for shape in marks)
    marks = [shape for shape in marks if shape[3] > 0.72 * tallest]
    left, right = min(shape[0] for shape in marks), max(shape[0] + shape[2] for shape in marks)
    top, bottom = min(shape[1] for shape in marks), max(shape[1] + shape[3] for shape in marks)
    ground = float(np.median(inner[~lit]))
    contrast = max(abs(float(inner[lit].mean()) - ground), 1e-3)

    def placed(x: float, y: float) -> tuple[float, float]:
        return (patch.box.left + x / scale) / factor, (patch.box.top + y / scale) / factor

    box = Box.around((placed(0, 0), placed(width, HIGH))).clip(photo.width, photo.height)
    place = Box.around((placed(left, top), placed(right, bottom))).clip(photo.width, photo.height)
    if box is None or place is None:
        return None
    return Sign(
        box=box,
        marks=place,
        dark=patch.dark,
        count=len(marks),
        ink=float(lit.mean()),
        tall=(bottom - top) / HIGH,
        aside=abs((left + right) / 2 / width - 0.5),
        contrast=contrast,
        plain=max(0.0, 1.0 - float(np.mean(np.abs(inner[~lit] - ground))) / contrast),
    )


def _ink(large: Pixels) -> Pixels:
    """Which pixels of a dark sign are marks, 1 or 0; its rim is left out."""
    import cv2

    margin = max(2, large.shape[1] // 25)
    middle = np.ascontiguousarray(large[6:-6, margin:-margin])
    tone, _ = cv2.threshold(middle, 0, 255, cv2.THRESH_OTSU)
    # a gradient over the sign has two tones too; marks are at least half as light as the lightest of them
    ordered = np.sort(middle, axis=None)
    tone = max(tone, (_percentile(ordered, 0.5) + _percentile(ordered, 0.97)) / 2)
    ink = (large > tone).astype(np.uint8)
    ink[:3], ink[-3:], ink[:, :4], ink[:, -4:] = 0, 0, 0, 0
    return ink


def _percentile(ordered: Pixels, share: float) -> float:
    """Like NumPy's, for a few sorted numbers, in a tenth of the time."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low]) + (place - low) * (float(ordered[high]) - float(ordered[low]))
