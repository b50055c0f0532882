"""Juveniles: every face that matters is judged or said to be beyond judging, and never silently taken for an adult."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.faces import Faces
from screening.stages.juveniles import ERRS, Juveniles, estimate, under_18

BOX = Box(182, 59, 270, 177)  # the face in scikit-image's portrait, by eye
POINTS = ((203.0, 108.0), (245.0, 107.0), (227.0, 130.0), (207.0, 150.0), (245.0, 150.0))


@pytest.fixture(scope="module")
def portrait(astronaut: Path) -> Pixels:
    """A woman of 41."""
    return Photo.open(astronaut).rgb


def shrunk(rgb: Pixels, scale: float, *, blur: float = 0.0, kind: str = "face.identifiable") -> tuple[Photo, Finding]:
    """The portrait at another size, in a large grey picture, and its face as the stage `faces` would report it."""
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.full((600, 600, 3), 128, np.uint8)
    picture[: small.shape[0], : small.shape[1]] = cv2.GaussianBlur(small, (0, 0), blur) if blur else small
    left, top, right, bottom = (round(side * scale) for side in (BOX.left, BOX.top, BOX.right, BOX.bottom))
    points = tuple((x * scale, y * scale) for x, y in POINTS)
    return Photo.from_array(picture), Finding(kind, 0.9, "a face", Box(left, top, right, bottom), points=points)


@pytest.mark.parametrize(
    ("scale", "blur", "kind", "expected", "says"),
    [
        (1.0, 0.0, "face.identifiable", "juvenile.face", "the estimate is"),  # plain to see
        (0.4, 0.0, "face.identifiable", "juvenile.face", "the estimate is"),  # 47 px high
        (0.4, 0.0, "face.released", "juvenile.face", "the estimate is"),  # a release says nothing of age
        (0.1, 0.0, "face.identifiable", "juvenile.unknown", "small"),  # 12 px high
        (1.0, 20.0, "face.identifiable", "juvenile.unknown", "blurred"),
        (1.0, 20.0, "face.unidentifiable", None, ""),  # a blurred head in a crowd
        (0.1, 0.0, "face.unidentifiable", None, ""),
    ],
)
def test_a_face_is_judged_or_said_to_be_beyond_judging(
    portrait: Pixels, scale: float, blur: float, kind: str, expected: str | None, says: str
) -> None:
    photo, face = shrunk(portrait, scale, blur=blur, kind=kind)
    findings = list(Juveniles()(photo, [face]))
    assert [finding.kind for finding in findings] == ([expected] if expected else [])
    for finding in findings:
        assert finding.box == face.box
        assert says in finding.evidence


@pytest.mark.parametrize(("score", "says"), [(0.9, "could be under 18"), (0.001, "hardly under 18")])
def test_a_hold_says_that_the_estimate_errs(score: float, says: str) -> None:
    assert estimate(score, 33.4) == f"{says}: the estimate is 33, and errs by {ERRS}"


def test_a_face_that_fills_the_picture_counts_though_nobody_can_recognise_it(portrait: Pixels) -> None:
    close = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 30), np.uint8)[40:200, 140:300]
    face = Finding(
        "face.unidentifiable", 0.1, "a face", Box(20, 10, 140, 150), points=tuple((x - 140, y - 40) for x, y in POINTS)
    )
    assert [finding.kind for finding in Juveniles()(Photo.from_array(close), [face])] == ["juvenile.unknown"]


@pytest.mark.parametrize(("score", "judged"), [(0.9, True), (0.5, True), (0.4, False)])
def test_a_face_that_can_hardly_be_recognised_is_left_alone(portrait: Pixels, score: float, judged: bool) -> None:
    face = Finding("face.identifiable", score, "a face", BOX, points=POINTS)
    alone = Photo.from_array(np.asarray(cv2.copyMakeBorder(portrait, 0, 600, 0, 600, cv2.BORDER_REPLICATE), np.uint8))
    assert bool(list(Juveniles()(alone, [face]))) is judged


def test_a_face_without_landmarks_is_of_unknown_age(portrait: Pixels) -> None:
    face = Finding("face.identifiable", 0.9, "a face", BOX)
    assert [finding.kind for finding in Juveniles()(Photo.from_array(portrait), [face])] == ["juvenile.unknown"]


def test_what_is_no_face_has_no_age(portrait: Pixels) -> None:
    plate = Finding("vehicle.plate", 0.9, "a plate", BOX, points=POINTS)
    everywhere = Finding("face.identifiable", 0.9, "a face without a place")
    assert list(Juveniles()(Photo.from_array(portrait), [plate, everywhere])) == []


def test_a_grown_woman_looks_grown(portrait: Pixels) -> None:
    (face,) = Faces()(photo := Photo.from_array(portrait), ())
    (finding,) = Juveniles()(photo, [face])
    assert finding.kind == "juvenile.face"
    assert finding.score < 0.2
    assert 20 <= int(finding.evidence.split("the estimate is ")[1].split(",")[0]) <= 60


def test_a_doubtful_face_and_its_mirror_image_are_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.stages.juveniles.DOUBT", (0.0, 1.0))
    cut = np.random.default_rng(1).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    mirrored = np.ascontiguousarray(cut[:, ::-1])
    assert under_18(cut) == pytest.approx(under_18(mirrored))


@pytest.mark.parametrize(("first", "asked", "score"), [(0.01, 1, 0.01), (0.06, 2, 0.13), (0.95, 1, 0.95)])
def test_the_mirror_image_is_asked_only_in_doubt(
    monkeypatch: pytest.MonkeyPatch, first: float, asked: int, score: float
) -> None:
    answers = [(first, 30.0), (0.2, 20.0)]
    monkeypatch.setattr("screening.stages.juveniles._judged", lambda cut: answers.pop(0))
    assert under_18(np.zeros((150, 150, 3), np.uint8))[0] == pytest.approx(score)
    assert len(answers) == 2 - asked


def test_children_score_above_adults(shared_data: Path) -> None:
    """On some of the pictures that it was trained on: this shows that the stage is put together rightly, no more."""
    scores: dict[bool, list[float]] = {True: [], False: []}
    paths = sorted((shared_data / "ages").iterdir())
    for path in paths[:: len(paths) // 60]:
        age = int(path.name.split("_")[0])
        if 6 <= age <= 14 or age >= 35:
            wide = cv2.copyMakeBorder(Photo.open(path).rgb, 44, 44, 44, 44, cv2.BORDER_REPLICATE)
            photo = Photo.from_array(np.asarray(wide, np.uint8))
            found = list(Juveniles()(photo, list(Faces()(photo, ()))))
            scores[age < 18] += [finding.score for finding in found if finding.kind == "juvenile.face"]
    assert min(len(scores[True]), len(scores[False])) >= 5
    assert np.mean([child > np.array(scores[False]) for child in scores[True]]) > 0.97
