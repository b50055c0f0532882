"""Faces: the decoder by numbers, the stage on a portrait at every size that matters."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.arrays import Pixels
from screening.faces.centerface import Face, decode, detect, suppress
from screening.faces.second_look import window
from screening.finding import Finding
from screening.photo.photo import Photo
from screening.stages.faces import Faces

ASTRONAUT = (182, 59, 270, 177)  # the face in scikit-image's portrait, by eye


def _scene(width: int, height: int) -> Pixels:
    """A dull background with some texture, without a face."""
    random = np.random.default_rng(7)
    coarse = random.integers(90, 160, (height // 100 + 1, width // 100 + 1, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _with_portrait(astronaut: Path, *, width: int, height: int, face: int, at: tuple[int, int]) -> Photo:
    """The portrait pasted into a scene so that its face is so many pixels high, its top left at `at`."""
    portrait = Photo.open(astronaut).rgb[:300, 60:420]
    factor = face / (ASTRONAUT[3] - ASTRONAUT[1])
    small = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    scene = _scene(width, height)
    scene[at[1] : at[1] + small.shape[0], at[0] : at[0] + small.shape[1]] = small
    return Photo.from_array(scene)


def _faces(photo: Photo) -> list[Finding]:
    return list(Faces()(photo, ()))


def test_a_peak_of_the_heat_map_becomes_a_face_with_its_landmarks() -> None:
    heat, scale, offset = np.zeros((1, 1, 8, 8), np.float32), np.zeros((1, 2, 8, 8), np.float32), np.zeros((1, 2, 8, 8))
    landmarks = np.full((1, 10, 8, 8), 0.5, np.float32)
    heat[0, 0, 3, 4], heat[0, 0, 3, 5] = 0.9, 0.6  # the second is no peak: its neighbour is higher
    scale[0, :, 3, 4] = np.log(5), np.log(3)  # 5 cells high, 3 wide
    offset[0, :, 3, 4] = 0.25, -0.25
    landmarks[0, 0:2, 3, 4] = 0.1, 0.2  # the left eye: a tenth down, a fifth across
    (face,) = decode([heat, scale, offset.astype(np.float32), landmarks], minimum=0.5)
    # centre: (4 - 0.25 + 0.5) * 4 = 17 across, (3 + 0.25 + 0.5) * 4 = 15 down; 12 wide, 20 high
    assert face.corners == pytest.approx((11, 5, 23, 25), abs=1e-3)
    assert face.points[0] == pytest.approx((11 + 0.2 * 12, 5 + 0.1 * 20), abs=1e-3)
    assert face.score == pytest.approx(0.9)


def test_of_overlapping_faces_the_best_is_kept_and_a_neighbour_stays() -> None:
    best = Face(0.9, (0, 0, 10, 10))
    double = Face(0.8, (2, 0, 12, 10))
    part = Face(0.5, (1, 1, 4, 4))  # an eye taken for a face
    neighbour = Face(0.4, (9, 0, 19, 10))
    assert suppress([double, neighbour, part, best]) == [best, neighbour]
    assert suppress([double, neighbour, part, best], nested=True) == [best, part, neighbour]


def test_a_portrait_is_identifiable_and_its_landmarks_lie_where_the_face_is(astronaut: Path) -> None:
    (face,) = _faces(Photo.open(astronaut))
    assert face.kind == "face.identifiable"
    assert face.score > 0.8
    assert face.box is not None
    left_eye, right_eye, nose, left_mouth, right_mouth = face.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_eye[1] < nose[1] < left_mouth[1]
    assert left_mouth[0] < right_mouth[0]
    assert all(face.box.left < x < face.box.right and face.box.top < y < face.box.bottom for x, y in face.points)


@pytest.mark.parametrize(
    ("width", "height", "face", "at"),
    [
        (4000, 3000, 24, (2900, 1700)),  # the smallest that must be found in a 12 MP picture
        (3000, 4000, 24, (130, 3700)),  # upright, near a corner
        (4000, 3000, 60, (3800, 20)),  # a passer-by at the edge
        (4000, 3000, 900, (600, 300)),  # a portrait
        (1200, 800, 24, (900, 500)),  # a small copy
        (400, 300, 24, (200, 100)),  # a thumbnail, enlarged for the search
    ],
)
def test_a_face_is_found_at_its_place(astronaut: Path, width: int, height: int, face: int, at: tuple[int, int]) -> None:
    photo = _with_portrait(astronaut, width=width, height=height, face=face, at=at)
    (found,) = _faces(photo)
    assert found.box is not None
    factor = face / (ASTRONAUT[3] - ASTRONAUT[1])
    middle = at[0] + (sum(ASTRONAUT[::2]) / 2 - 60) * factor, at[1] + sum(ASTRONAUT[1::2]) / 2 * factor
    assert found.box.centre == pytest.approx(middle, abs=0.25 * face + 2)
    assert 0.6 * face <= found.box.height <= 1.5 * face


def test_a_face_that_fills_the_picture_and_more_is_found(astronaut: Path) -> None:
    left, top, right, bottom = ASTRONAUT
    close = cv2.resize(Photo.open(astronaut).rgb[top:bottom, left:right], None, fx=20, fy=20)
    photo = Photo.from_array(np.asarray(close, dtype=np.uint8))
    assert [found.kind for found in _faces(photo)] == ["face.identifiable"]


def test_a_face_of_few_pixels_is_said_to_be_beyond_recognition(astronaut: Path) -> None:
    photo = _with_portrait(astronaut, width=800, height=600, face=12, at=(300, 300))
    (found,) = _faces(photo)
    assert found.kind == "face.unidentifiable"
    assert found.score < 0.2


def test_a_blurred_face_scores_lower_than_a_sharp_one(astronaut: Path) -> None:
    photo = Photo.open(astronaut)
    (sharp,) = _faces(photo)
    (blurred,) = _faces(Photo.from_array(np.asarray(cv2.GaussianBlur(photo.rgb, (0, 0), 9), dtype=np.uint8)))
    assert blurred.score < sharp.score


def test_a_dim_face_scores_about_as_the_same_one_in_good_light(astronaut: Path) -> None:
    photo = Photo.open(astronaut)
    (bright,), (dim,) = _faces(photo), _faces(Photo.from_array((photo.rgb * 0.3).astype(np.uint8)))
    assert dim.score == pytest.approx(bright.score, abs=0.15)


def test_a_scene_without_a_person_has_no_face() -> None:
    assert _faces(Photo.from_array(_scene(1600, 1200))) == []


def test_pictures_of_any_shape_are_looked_at() -> None:
    for shape in ((1, 1), (3, 900), (900, 3), (170, 2500)):
        assert _faces(Photo.from_array(np.full((*shape, 3), 128, np.uint8))) == []


@pytest.mark.parametrize(
    "name",
    [
        "chelsea.png",  # a cat's face
        "hubble_deep_field.jpg",  # galaxies
        "motorcycle_left.png",  # round parts of an engine
    ],
)
def test_a_second_look_drops_what_the_first_took_for_a_face(astronaut: Path, name: str) -> None:
    photo = Photo.open(astronaut.with_name(name))
    assert detect(photo.rgb, minimum=0.05), "the first look has candidates"
    assert _faces(photo) == []


def test_a_window_shows_its_place_at_any_edge_of_the_picture() -> None:
    photo = Photo.from_array(np.full((40, 60, 3), 200, np.uint8))
    pixels, left, top, factor = window(photo, Face(0.5, (-10.0, -10.0, 10.0, 10.0)), side=80, context=2.0)
    assert pixels.shape == (80, 80, 3)
    assert (left, top) == (-20, -20)
    assert factor == pytest.approx(80 / 41)
    assert (pixels[:38, :38] == 127).all(), "what lies outside the picture is grey"
    assert (pixels[41:, 41:] == 200).all()


def test_most_labelled_faces_of_24_pixels_are_found(shared_data: Path) -> None:
    labels = json.loads((shared_data / "faces" / "labels.json").read_text())[::20]
    hits = total = 0
    for entry in labels:
        photo = Photo.open(shared_data / "faces" / entry["file"])
        boxes = [found.box for found in _faces(photo) if found.box is not None]
        for _, x, y, _, h in entry["yolo"]:
            across, down, high = float(x) * photo.width, float(y) * photo.height, float(h) * photo.height
            if high >= 24:
                total += 1
                hits += any(
                    box.left < across < box.right and box.top < down < box.bottom and box.height > high / 3
                    for box in boxes
                )
    assert total > 20
    assert hits / total > 0.85


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_face_that_lies_on_its_side_or_head_is_found_and_its_landmarks_turn_with_it(
    astronaut: Path, quarters: int
) -> None:
    upright = Photo.open(astronaut)
    (turned,) = _faces(Photo.from_array(np.rot90(upright.rgb, quarters)))
    (face,) = _faces(upright)
    assert turned.kind == "face.identifiable"
    side = upright.width
    for (x, y), (before_x, before_y) in zip(turned.points, face.points, strict=True):
        expected = {
            1: (before_y, side - before_x),
            2: (side - before_x, side - before_y),
            3: (side - before_y, before_x),
        }
        assert (x, y) == pytest.approx(expected[quarters], abs=8)
