"""Looks again, closer, at places where there may be a face: most candidates of a first look are leaves and wheels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from screening.finding import Box
from screening.photo import Photo, Pixels
from screening.stages.centerface import Face, detect

LEAST = 0.03  # heat below which nothing is said to be seen
BACKDROP = 127
# The second look shows a face 64 pixels long with much around it, which suits the network best; a glance shows it 40
# pixels long in one of 64 tiles of one picture, which is quick.
WINDOW, CONTEXT = 160, 2.5
TILE, TILE_CONTEXT, GUTTER = 64, 1.6, 8
COLUMNS = 8
ROWS = 2, 4, 8  # few shapes, because the engine compiles each one
GLANCED = 0.1  # of 51 faces that the second look confirmed a glance gave 50 as much, and of the rest one in six


def second_look(photo: Photo, face: Face) -> Face:
    """The face with the score, place and landmarks that a look at it alone gives, at the size the network likes best.

    The mean of both looks would let the first one's weakness on small faces outweigh the second: it counts a third.
    """
    pixels, left, top, factor = window(photo, face, side=WINDOW, context=CONTEXT)
    again = [other.moved(1 / factor, left, top) for other in detect(pixels, minimum=LEAST)]
    best = max((other for other in again if other.iou(face) > 0.25), key=lambda other: other.score, default=None)
    if best is None:
        return replace(face, score=face.score / 3)
    return replace(best, score=(face.score + 2 * best.score) / 3)


def glance(photo: Photo, faces: Sequence[Face]) -> list[bool]:
    """For each candidate whether there is anything like a face, all of them seen in one picture of tiles."""
    worth: list[bool] = []
    most = COLUMNS * ROWS[-1]
    for start in range(0, len(faces), most):
        worth += _tiled(photo, faces[start : start + most])
    return worth


def _tiled(photo: Photo, faces: Sequence[Face]) -> list[bool]:
    pitch = TILE + GUTTER
    rows = next(rows for rows in ROWS if rows * COLUMNS >= len(faces))
    sheet = np.full((rows * pitch, COLUMNS * pitch, 3), BACKDROP, np.uint8)
    for index, face in enumerate(faces):
        top, left = (pitch * place for place in divmod(index, COLUMNS))
        sheet[top : top + TILE, left : left + TILE] = window(photo, face, side=TILE, context=TILE_CONTEXT)[0]
    worth = [False] * len(faces)
    for seen in detect(sheet, minimum=GLANCED):
        (x, y), size = seen.centre, max(seen.width, seen.height)
        index = min(int(y // pitch), rows - 1) * COLUMNS + min(int(x // pitch), COLUMNS - 1)
        middle = TILE / 2
        central = max(abs(x % pitch - middle), abs(y % pitch - middle)) < TILE / 4
        if index < len(faces) and central and TILE / 4 < size < TILE * 1.5:
            worth[index] = True
    return worth


def window(photo: Photo, face: Face, *, side: int, context: float) -> tuple[Pixels, float, float, float]:
    """A square around the face, `context` times its longer side, as `side` x `side` pixels.

    Also the square's left and top in the photo and how much larger than the photo it is shown.
    """
    import cv2

    reach = max(face.width, face.height, 1.0) * context / 2
    x, y = face.centre
    box = Box(round(x - reach), round(y - reach), round(x + reach) + 1, round(y + reach) + 1)
    factor = side / max(box.width, box.height)
    shown = np.full((side, side, 3), BACKDROP, np.uint8)
    inside = box.clip(photo.width, photo.height)
    if inside is not None:
        pixels = photo.crop(inside)
        left, top = round((inside.left - box.left) * factor), round((inside.top - box.top) * factor)
        size = (
            min(max(1, round(inside.width * factor)), side - left),
            min(max(1, round(inside.height * factor)), side - top),
        )
        if min(size) > 0:
            way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
            shown[top : top + size[1], left : left + size[0]] = cv2.resize(pixels, size, interpolation=way)
    return shown, float(box.left), float(box.top), factor
