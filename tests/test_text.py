"""The text stage reads what is drawn, at any angle, and says where."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from screening.finding import Finding
from screening.photo import Photo
from screening.stages.text import Text


def page(*, width: int = 800, height: int = 600, shade: int = 235) -> NDArray[np.uint8]:
    return np.full((height, width, 3), shade, np.uint8)


def write(picture: NDArray[np.uint8], words: str, at: tuple[int, int], *, scale: float = 1.5) -> None:
    cv2.putText(
        picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), max(1, round(scale * 2)), cv2.LINE_AA
    )


def read(picture: NDArray[np.uint8]) -> dict[str, Finding]:
    return {finding.text: finding for finding in Text()(Photo.from_array(picture), ())}


def test_a_line_is_read_with_its_place() -> None:
    picture = page()
    write(picture, "EXHIBIT AP 17", (100, 300))
    (seen,) = read(picture).values()
    assert seen.text.replace(" ", "") == "EXHIBITAP17"
    assert seen.kind == "seen.text"
    assert seen.score > 0.8
    assert seen.evidence == f"text, {len(seen.text)} characters"
    assert seen.box is not None
    assert 80 <= seen.box.left <= 110
    assert 240 <= seen.box.top < seen.box.bottom <= 330


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_page_on_its_side_is_read_in_its_own_direction(quarters: int) -> None:
    picture = page()
    write(picture, "WITNESS STATEMENT", (100, 300))
    found = read(np.ascontiguousarray(np.rot90(picture, quarters)))
    (seen,) = (finding for words, finding in found.items() if "WITNESS" in words)
    (_, y0), (_, y1) = seen.points[0], seen.points[1]
    assert (y1 > y0) == (quarters == 3)  # turned clockwise, the line runs down


def test_an_empty_picture_says_nothing() -> None:
    assert read(page()) == {}
