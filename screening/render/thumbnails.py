"""The small pictures of report.html: sized so that the page stays usable, and blurred if it is to be shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from screening.arrays import Pixels

# Bytes that the pictures of one page may take together, and what each picture above FREE adds to that.
BUDGET = 17_000_000
FREE = 250
EACH = 14_000
SIDES = (960, 840, 720, 640, 560, 480, 420, 380, 340)
QUALITY = 76
# Cells that remain of a blurred region, across and down: too few for a face, a number or a word.
CELLS = 3
# How much is blurred around a box, as a share of its size: tight masks have left last letters visible.
MARGIN = 0.15
# Stages whose findings without a box are not about the pixels.
NOT_PIXELS = ("metadata", "photo")


def thumbnail_side(previews: Sequence[bytes]) -> int:
    """The longest side in pixels at which all pictures together fit the page; 0 if they fit unchanged."""
    budget = BUDGET + EACH * max(0, len(previews) - FREE)
    total = sum(map(len, previews))
    if total <= budget:
        return 0
    full = SIDES[0]
    # a JPEG's size grows a little slower than its area
    return next((side for side in SIDES if total * (side / full) ** 1.8 <= budget), SIDES[-1])


def thumbnail(jpeg: bytes, side: int) -> bytes:
    """The picture with its longer side at most `side` pixels; unchanged if `side` is 0."""
    if not side:
        return jpeg
    import cv2

    half = cv2.IMREAD_REDUCED_COLOR_2 if side <= SIDES[0] // 2 else cv2.IMREAD_COLOR
    picture = _decoded(jpeg, half)
    factor = side / max(picture.shape[:2])
    if factor < 1:
        size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _encoded(picture)


def hidden(jpeg: bytes, photo: Mapping[str, Any]) -> bytes:
    """The picture with everything that was found in it blurred for good; all of it if the place is not known."""
    import cv2

    placed = [finding["box"] for finding in photo["findings"] if finding["box"]]
    somewhere = any(
        not finding["box"] and finding["verdict"] != "clear" and finding["stage"] not in NOT_PIXELS
        for finding in photo["findings"]
    )
    if not placed and not somewhere:
        return jpeg
    picture = _decoded(jpeg, cv2.IMREAD_COLOR)
    for box in placed:
        _blur(picture, _on_preview(box, photo, picture.shape))
    if somewhere:
        _blur(picture, (0, 0, picture.shape[1], picture.shape[0]), cells=8)
    return _encoded(picture)


def _on_preview(box: Sequence[int], photo: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A box of the full-size picture on its preview, with a margin."""
    left, top, right, bottom = box
    across, down = MARGIN * (right - left), MARGIN * (bottom - top)
    x, y = shape[1] / photo["width"], shape[0] / photo["height"]
    return (
        max(0, int((left - across) * x) - 1),
        max(0, int((top - down) * y) - 1),
        min(shape[1], int((right + across) * x) + 2),
        min(shape[0], int((bottom + down) * y) + 2),
    )


def _blur(picture: Pixels, box: tuple[int, int, int, int], *, cells: int = CELLS) -> None:
    """Reduces a region to a few cells of colour, in place."""
    import cv2

    left, top, right, bottom = box
    if left >= right or top >= bottom:
        return
    region = picture[top:bottom, left:right]
    few = cv2.resize(region, (cells, cells), interpolation=cv2.INTER_AREA)
    region[:] = cv2.resize(few, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)


def _decoded(jpeg: bytes, how: int) -> Pixels:
    import cv2

    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), how)
    if picture is None:
        raise ValueError("a preview is not a picture")
    return np.array(picture, np.uint8)


def _encoded(picture: Pixels) -> bytes:
    import cv2

    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
