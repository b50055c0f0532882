"""Identifiability: the score falls with size, blur, darkness, and never rises when a face gets smaller."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.arrays import Pixels
from screening.faces.embedding import Landmarks, chip
from screening.faces.identifiability import identifiability
from screening.photo.photo import Photo

POINTS = ((203.0, 108.0), (245.0, 107.0), (227.0, 130.0), (207.0, 150.0), (245.0, 150.0))
HEIGHT = 110.0


@pytest.fixture(scope="module")
def rgb(astronaut: Path) -> Pixels:
    """The astronaut, 512 px square."""
    return Photo.open(astronaut).rgb


def seen_at(rgb: Pixels, height: float, *, blur: float = 0.0, light: float = 1.0) -> float:
    """The score of the astronaut's face when it is that many pixels high."""
    scale = height / HEIGHT
    smaller = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if blur:
        smaller = cv2.GaussianBlur(smaller, (0, 0), blur * height)
    pixels = np.asarray(smaller * light, np.uint8)
    points: Landmarks = [((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for x, y in POINTS]
    return identifiability(chip(pixels, points), height=height, points=points, detector=0.8)


def test_a_sharp_face_falls_from_sure_to_hardly_as_it_gets_smaller(rgb: Pixels) -> None:
    scores = [seen_at(rgb, height) for height in (110, 64, 40, 28, 20, 14, 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9
    assert seen_at(rgb, 40) > 0.7  # whoever is 40 px high and sharp can be recognised
    assert seen_at(rgb, 24) > 0.4
    assert scores[-1] < 0.4


@pytest.mark.parametrize(
    "spoilt",
    [
        {"blur": 0.08},  # out of focus
        {"light": 0.15},  # in the dark
    ],
)
def test_a_spoilt_face_is_less_identifiable_than_a_good_one_of_its_size(rgb: Pixels, spoilt: dict[str, float]) -> None:
    assert seen_at(rgb, 60, **spoilt) < seen_at(rgb, 60) - 0.3


@given(st.floats(1, 5000), st.floats(1, 5000), st.floats(0, 1))
def test_of_the_same_pixels_the_taller_face_never_scores_lower(one: float, other: float, detector: float) -> None:
    scores = [
        identifiability(chip(grey(), POINTS), height=height, points=POINTS, detector=detector)
        for height in sorted((one, other))
    ]
    assert 0 <= scores[0] <= scores[1] <= 1


def grey() -> Pixels:
    """A picture with nothing in it."""
    return np.full((300, 300, 3), 128, np.uint8)


@pytest.mark.parametrize("place", [(0.0, 0.0), (1e6, -1e6)])  # landmarks on one spot, inside and far outside
def test_impossible_landmarks_still_give_a_score(place: tuple[float, float]) -> None:
    assert 0 <= identifiability(chip(grey(), [place] * 5), height=0.0, points=[place] * 5, detector=0.0) <= 0.1
