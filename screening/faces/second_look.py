"""Looks closer at places where there may be a face: most candidates of the first look are leaves and wheels."""

from __future__ import annotations

from dataclasses import replace

from screening.arrays import Pixels
from screening.faces.centerface import Face, detect
from screening.finding import Box
from screening.photo.canvas import blank, lay
from screening.photo.photo import Photo

LEAST = 0.03  # the score below which nothing counts as seen
BACKDROP = 127
# The second look shows a face 64 pixels long with plenty of context, which suits the network best.
WINDOW, CONTEXT = 160, 2.5


def second_look(photo: Photo, face: Face) -> Face:
    """The face with the score, box and landmarks from a look at it alone, at the network's best size.

    A plain mean would let the first look's weakness on small faces outweigh the second: it counts one third.
    """
    best = _again(photo, face)
    if best is None:
        return replace(face, score=face.score / 3)
    return replace(best, score=(face.score + 2 * best.score) / 3)


def placed(photo: Photo, face: Face) -> Face:
    """The face with box and landmarks from a look at it alone; as it is, where that does not show it."""
    best = _again(photo, face)
    return face if best is None else replace(best, score=max(face.score, best.score))


def _again(photo: Photo, face: Face) -> Face | None:
    pixels, left, top, factor = window(photo, face, side=WINDOW, context=CONTEXT)
    again = [other.moved(1 / factor, left, top) for other in detect(pixels, minimum=LEAST)]
    return max((other for other in again if other.iou(face) > 0.25), key=lambda other: other.score, default=None)


def window(photo: Photo, face: Face, *, side: int, context: float) -> tuple[Pixels, float, float, float]:
    """A square around the face, `context` times its longer side, as `side` x `side` pixels.

    Also the square's left and top in the photo and its scale relative to the photo.
    """
    reach = max(face.width, face.height, 1.0) * context / 2
    x, y = face.centre
    box = Box(round(x - reach), round(y - reach), round(x + reach) + 1, round(y + reach) + 1)
    factor = side / max(box.width, box.height)
    shown = blank(side, side, grey=BACKDROP)
    inside = box.clip(photo.width, photo.height)
    if inside is not None:
        corner = round((inside.left - box.left) * factor), round((inside.top - box.top) * factor)
        lay(shown, photo.crop(inside), scale=factor, corner=corner)
    return shown, float(box.left), float(box.top), factor
