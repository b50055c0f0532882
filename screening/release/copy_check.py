"""What every copy is checked for before it is kept: that only the masks differ, and that nothing else is there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.containers.parts import Kind
from screening.containers.walk import walk
from screening.finding import Box, ScreeningError
from screening.photo import metadata
from screening.photo.carried import carried
from screening.photo.masks import Mask, around, drawn
from screening.photo.others import STRETCHED
from screening.photo.photo import Photo

# How far from a mask a JPEG picture may differ: a unit of blocks (32 pixels in 4:1:1), and its smoothed colours.
REACH = 34
# How much the mean of so many pixels by so many may differ where everything was encoded anew; at most 3 was measured.
CELL, NOISE = 16, 16
# How far the shades of a filled place may differ, by encoding.
FLAT = 12
# Segments of a JPEG file that lead to a further picture.
PICTURES = (b"MPF\0", b"urn:iso:std:iso:ts:21496")


class CheckError(ScreeningError):
    """A copy differs outside its masks, still shows what they cover, or carries something else."""


def check(original: Photo, copy: Photo, masks: Sequence[Mask], *, exact: bool, reach: int, filled: bool) -> None:
    """Checks a copy, read back from its file.

    Args:
        original: the picture.
        copy: its copy.
        masks: what was covered.
        exact: whether the rest must be the same, to the last shade.
        reach: how many pixels from a mask it may differ.
        filled: whether every mask has one shade.

    Raises:
        CheckError: if it is not as it must be.
        PhotoError: if it cannot be read.
    """
    if copy.rgb.shape != original.rgb.shape:
        raise CheckError("the copy has another size than the picture")
    if _differs(original, copy, [around(mask, reach) for mask in masks], exact=exact):
        raise CheckError("the copy differs from the picture outside of what is redacted")
    if filled and not all(_is_flat(copy, number, masks, reach) for number in range(len(masks))):
        raise CheckError("the copy still shows something of what is redacted")
    if carries_more(copy):
        raise CheckError("the copy carries more than its picture and whose it is")


def _differs(original: Photo, copy: Photo, places: Sequence[Box], *, exact: bool) -> bool:
    import cv2

    differences = cv2.absdiff(original.rgb, copy.rgb)
    for place in places:
        if inside := place.clip(copy.width, copy.height):
            differences[inside.top : inside.bottom, inside.left : inside.right] = 0
    if exact:
        return bool(differences.any())
    size = max(1, copy.width // CELL), max(1, copy.height // CELL)
    return bool(cv2.resize(differences, size, interpolation=cv2.INTER_AREA).max() > NOISE)


def _is_flat(copy: Photo, number: int, masks: Sequence[Mask], reach: int) -> bool:
    """Whether a mask's pixels have one shade, those near its edge and under a later mask left aside."""
    import cv2

    place = around(masks[number], 1).clip(copy.width, copy.height)
    if place is None:
        return True
    inside = drawn(masks[number], place)
    for later in masks[number + 1 :]:
        if around(later, reach).overlap(place):
            inside &= ~drawn(later, place)
    side = 2 * reach + 1
    core = cv2.erode(np.pad(inside, 1).astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0)[1:-1, 1:-1]
    shades = copy.crop(place)[core.astype(np.bool_)]
    return shades.size == 0 or int(np.ptp(shades.astype(int), axis=0).max()) <= FLAT


def carries_more(copy: Photo) -> bool:
    """Whether a file holds a thumbnail, a preview, another picture, a position, or anything that is not read."""
    if {part.kind for part in walk(copy.data)} - {Kind.SHOWN, Kind.METADATA}:
        return True
    if any(name in copy.data[part.start : part.end][:40] for part in walk(copy.data) for name in PICTURES):
        return True
    said = metadata.read(copy)
    if said.pictures or said.unread or said.positions or said.credentials is not None:
        return True
    return any(True for _ in carried(copy)) or any(other.frame != STRETCHED for other in copy.others())
