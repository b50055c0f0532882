"""Lays pictures onto canvases: a network is compiled for each shape that it sees, so pictures go into few shapes."""

from __future__ import annotations

import numpy as np

from screening.arrays import Pixels


def blank(height: int, width: int, *, grey: int) -> Pixels:
    """An RGB canvas of one grey."""
    return np.full((height, width, 3), grey, np.uint8)


def scaled_size(picture: Pixels, scale: float) -> tuple[int, int]:
    """Width and height of a picture at a scale, at least one pixel each."""
    height, width = picture.shape[:2]
    return max(1, round(width * scale)), max(1, round(height * scale))


def lay(
    canvas: Pixels,
    picture: Pixels,
    *,
    scale: float = 1.0,
    corner: tuple[int, int] = (0, 0),
    smooth: bool = False,
) -> None:
    """Draws a picture onto a canvas (a letterbox, once it is the only one there).

    What rounding would make stand out at the right and the bottom is squeezed in; where no room is left, nothing is
    drawn.

    Args:
        canvas: drawn on.
        picture: what is laid.
        scale: how much larger it is drawn; what gets smaller is averaged.
        corner: where its top left corner goes, as (x, y).
        smooth: whether what gets larger is interpolated by cubes, which print is read better from, or linearly.
    """
    import cv2

    left, top = corner
    width, height = scaled_size(picture, scale)
    width, height = min(width, canvas.shape[1] - left), min(height, canvas.shape[0] - top)
    if width < 1 or height < 1:
        return
    if (height, width) != picture.shape[:2]:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=how), dtype=np.uint8)
    canvas[top : top + height, left : left + width] = picture
