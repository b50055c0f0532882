"""Pictures laid onto canvases."""

from __future__ import annotations

import numpy as np
import pytest

from screening.arrays import Pixels
from screening.photo.canvas import blank, lay, scaled_size

GREY = 114


def red(width: int, height: int) -> Pixels:
    return np.full((height, width, 3), (200, 10, 10), np.uint8)


@pytest.mark.parametrize(
    ("picture", "scale", "corner", "box"),
    [
        # as it is, and all around stays grey
        ((4, 3), 1.0, (0, 0), (0, 0, 4, 3)),
        ((4, 3), 1.0, (5, 6), (5, 6, 9, 9)),
        # larger and smaller, and never nothing
        ((4, 3), 2.0, (1, 0), (1, 0, 9, 6)),
        ((8, 6), 0.5, (1, 0), (1, 0, 5, 3)),
        ((8, 1), 0.25, (0, 0), (0, 0, 2, 1)),
        # what would stand out is squeezed in, and where no room is left nothing is drawn
        ((4, 3), 1.0, (10, 8), (10, 8, 12, 10)),
        ((4, 3), 1.0, (12, 0), (0, 0, 0, 0)),
    ],
)
def test_a_picture_lies_where_it_was_laid(
    picture: tuple[int, int], scale: float, corner: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    canvas = blank(10, 12, grey=GREY)
    lay(canvas, red(*picture), scale=scale, corner=corner)
    expected = np.full((10, 12, 3), GREY, np.uint8)
    left, top, right, bottom = box
    expected[top:bottom, left:right] = (200, 10, 10)
    assert np.array_equal(canvas, expected)


def test_the_size_at_a_scale_is_the_one_that_is_drawn() -> None:
    assert scaled_size(red(101, 33), 0.5) == (50, 16)
    assert scaled_size(red(101, 1), 0.1) == (10, 1)
