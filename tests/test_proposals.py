"""Proposals: CenterFace looks where a cheap network proposes faces, and finds what it found before."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fixtures import draw
from screening.arrays import Pixels
from screening.faces import finder
from screening.faces.centerface import Face, detect
from screening.faces.proposals import CELL
from screening.photo.photo import Photo
from screening.photo.windows import Window
from screening.stages.faces import Faces

SIZE = 4000, 3000


def _ground() -> Pixels:
    return draw.photographed(draw.mottled(SIZE, (120, 130, 118), seed=4), seed=4)


def _portrait(height: int) -> Pixels:
    """A portrait whose face is so many pixels high."""
    portrait = draw.sample("astronaut")[:300, 60:420]
    factor = height / 118
    return np.asarray(cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def _lay(picture: Pixels, patch: Pixels, left: int, top: int) -> None:
    picture[top : top + patch.shape[0], left : left + patch.shape[1]] = patch


@pytest.fixture(scope="module")
def crowd() -> Photo:
    """Faces from 30 to 700 pixels high."""
    picture = _ground()
    for height, left, top in (
        (30, 2900, 400),
        (40, 300, 300),
        (60, 1900, 500),
        (90, 3600, 500),
        (200, 900, 1900),
        (700, 1500, 1100),
    ):
        _lay(picture, _portrait(height), left, top)
    return Photo.from_array(picture)


def test_all_faces_are_found_that_are_found_everywhere_and_in_the_same_places(crowd: Photo) -> None:
    found = list(Faces()(crowd, ()))
    everywhere = list(Faces(everywhere=True)(crowd, ()))
    assert len(found) == len(everywhere) == 6
    for one in everywhere:
        (same,) = [other for other in found if one.box and other.box and other.box.iou(one.box) > 0.3]
        assert same.kind == one.kind and abs(same.score - one.score) < 0.1
        assert one.box and same.box and same.box.iou(one.box) > 0.7


def test_where_there_is_no_face_centerface_sees_little(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def note(pixels: Pixels, *, minimum: float) -> list[Face]:
        looked.append(pixels.shape[0] * pixels.shape[1])
        return detect(pixels, minimum=minimum)

    monkeypatch.setattr(finder, "detect", note)
    assert list(Faces()(Photo.from_array(_ground()), ())) == []
    # the upright look in small, three turned ones, and a place or two
    assert sum(looked) < 4 * 416 * 416 + 3 * 480 * 480


def test_a_face_on_the_border_of_two_windows_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = _ground()
    _lay(picture, _portrait(90), 1000, 1000)
    photo = Photo.from_array(picture)
    (one,) = Faces()(photo, ())
    assert one.box
    # a window that ends in the middle of the face, and one that begins there
    column = int((one.box.left + one.box.right) / 2 * 1920 / SIZE[0] // CELL)
    row = int(one.box.top * 1920 / SIZE[0] // CELL) - 10
    answered = slice(row + 4, row + 26)
    pair = [
        Window(row, column - 26, 30, answered, slice(column - 22, column)),
        Window(row, column - 4, 30, answered, slice(column, column + 22)),
    ]
    monkeypatch.setattr(finder, "proposed", lambda photo, pixels: pair)
    (again,) = Faces()(photo, ())
    assert again.box and again.box.iou(one.box) > 0.8


def test_small_pictures_are_looked_at_as_a_whole(astronaut: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "proposed", lambda photo, pixels: pytest.fail("windows are of no use here"))
    assert len(list(Faces()(Photo.open(astronaut), ()))) == 1
