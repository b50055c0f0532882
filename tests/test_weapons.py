"""The weapons stage: how it looks at a picture, what it says, and where."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from screening.arrays import Floats
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages import weapons
from screening.stages.weapons import SIDE, STEP, Weapons, fitted


def answered(
    monkeypatch: pytest.MonkeyPatch, logits: Floats, photo: Photo, stage: Weapons | None = None
) -> list[Finding]:
    """What the stage makes of a network's answer."""

    def run(pictures: Floats) -> list[Floats]:
        assert pictures.shape == (1, 3, logits.shape[0] * STEP, logits.shape[1] * STEP)
        assert pictures.min() >= 0 and pictures.max() <= 1
        return [logits[None]]

    monkeypatch.setattr(weapons, "load", lambda name: run)
    return list((stage or Weapons())(photo, ()))


@pytest.mark.parametrize(
    ("width", "height", "columns", "rows"),
    [
        (6000, 4000, 16, 11),
        (4000, 6000, 11, 16),
        (300, 300, 16, 16),  # enlarged
        (6000, 200, 16, 1),  # a banner
        (40, 20, 16, 8),
    ],
)
def test_a_picture_of_any_shape_fits(width: int, height: int, columns: int, rows: int) -> None:
    small = fitted(np.zeros((height, width, 3), np.uint8))
    assert small.shape == (rows * STEP, columns * STEP, 3)
    assert max(small.shape) == SIDE


def test_the_most_likely_place_is_the_score_and_those_around_it_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = np.full((11, 16), -5, np.float32)
    logits[4, 5:8] = 0.5, 2, 0.1
    logits[9, 1] = 1.5  # elsewhere
    (found,) = answered(monkeypatch, logits, Photo.from_array(np.zeros((1100, 1600, 3), np.uint8)))
    assert found.kind == "evidence.firearm"
    assert found.score == pytest.approx(1 / (1 + math.exp(-2)))
    assert found.box == Box(500, 400, 800, 500)


def test_a_faint_one_is_a_single_place_and_the_faintest_are_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = Photo.from_array(np.zeros((1100, 1600, 3), np.uint8))
    logits = np.full((11, 16), -5, np.float32)
    logits[0, 15] = -1
    (found,) = answered(monkeypatch, logits, photo)
    assert found.box == Box(1500, 0, 1600, 100)
    assert answered(monkeypatch, logits, photo, Weapons(minimum=0.5)) == []


def test_most_guns_are_found_and_hardly_anything_else(shared_data: Path) -> None:
    """Those that judge, by the split: a figure of the card, roughly."""
    from models.split import Part, Split

    split = Split.of(shared_data)

    def share(folder: str, most: int) -> float:
        names = [f"{folder}/{path.name}" for path in sorted((shared_data / folder).glob("*.jpg"))]
        judged = [name for name in names if split.part(name) is Part.TEST][:most]
        if not judged:
            pytest.skip(f"SCREENING_DATA holds no pictures of {folder} that judge")
        found = [list(Weapons()(Photo.open(shared_data / name), ())) for name in judged]
        return sum(any(one.score >= 0.5 for one in some) for some in found) / len(judged)

    assert share("guns", 20) >= 0.7
    assert share("everyday", 40) <= 0.05
