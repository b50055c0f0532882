"""The vehicles stage: which crops it scores, what it says of them, and how right its network is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from screening.arrays import Floats
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages import vehicles
from screening.stages.vehicles import SIDE, Vehicles, views
from screening.street import looks
from screening.street.network import Detection

Crops = Floats


@pytest.fixture
def photo() -> Photo:
    """Sky above, grass below, 800 x 600."""
    rgb = np.full((600, 800, 3), (90, 140, 220), np.uint8)
    rgb[300:] = (60, 120, 40)
    return Photo.from_array(rgb)


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Finding]]:
    """Runs the stage with detections and scores of our choosing in place of the networks."""

    def run(
        photo: Photo,
        *boxes: Box,
        plates: tuple[Box, ...] = (),
        faint: tuple[Box, ...] = (),
        score: float = 0.9,
        scene: float = 0.5,
        fire: float = 0.01,
        **options: int,
    ) -> list[Finding]:
        seen = [Detection("vehicle", "vehicle", 0.8, box) for box in boxes]
        seen += [Detection("vehicle", "vehicle", 0.02, box) for box in faint]
        seen += [Detection("plate", "plate", 0.7, box) for box in plates]

        # the two views disagree, so that their mean is what counts
        shift = itertools.cycle((-0.5, 0.5))
        answers = [math.log(one / (1 - one)) for one in (score, scene, fire)]

        def scored(crops: Crops) -> list[Crops]:
            assert crops.shape == (1, 3, SIDE, SIDE)
            assert crops.min() >= 0 and crops.max() <= 1
            return [np.array([answers], np.float32) + next(shift)]

        monkeypatch.setattr(looks, "find", lambda photo, networks, faint: tuple(seen))
        monkeypatch.setattr(vehicles, "load", lambda name: scored)
        return list(Vehicles(**options)(photo, ()))  # type: ignore[arg-type]

    return run


def damage(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind == "vehicle.damage"]


def scenes(findings: list[Finding]) -> dict[str, Finding]:
    """What is said of the picture as a whole, by the kind's last word."""
    return {finding.kind.split(".")[2]: finding for finding in findings if finding.kind.startswith("vehicle.damage.")}


def test_every_vehicle_and_plate_is_handed_on_and_every_vehicle_scored(
    photo: Photo, look: Callable[..., list[Finding]]
) -> None:
    car, van, plate = Box(0, 300, 300, 600), Box(500, 300, 800, 600), Box(60, 500, 160, 530)
    found = look(photo, car, van, plates=(plate,))
    assert [(one.kind, one.box) for one in found if one.kind.startswith("seen.")] == [
        ("seen.vehicle", car),
        ("seen.vehicle", van),
        ("seen.plate", plate),
    ]
    assert [one.box for one in damage(found)] == [car, van]
    assert [one.score for one in damage(found)] == pytest.approx([0.9, 0.9])


@pytest.mark.parametrize(
    ("score", "evidence"),
    [
        (0.9, "vehicle, damage consistent with a collision"),
        (0.1, "vehicle, no collision damage seen"),  # reported all the same: a clear vehicle was looked at
    ],
)
def test_the_evidence_says_what_the_score_means(
    photo: Photo, look: Callable[..., list[Finding]], score: float, evidence: str
) -> None:
    assert [one.evidence for one in damage(look(photo, Box(0, 0, 400, 600), score=score))] == [evidence]


def test_what_is_plainly_sound_is_looked_at_once(photo: Photo, look: Callable[..., list[Finding]]) -> None:
    (one,) = damage(look(photo, Box(0, 0, 400, 600), score=0.01))
    assert one.score == pytest.approx(1 / (1 + math.exp(-math.log(0.01 / 0.99) + 0.5)))


def test_a_vehicle_in_the_background_needs_more_to_be_called_damaged(
    photo: Photo, look: Callable[..., list[Finding]]
) -> None:
    main, beside, behind = Box(0, 0, 400, 400), Box(400, 0, 800, 400), Box(600, 400, 700, 500)
    scores = {one.box: one.score for one in damage(look(photo, main, beside, behind, score=0.9))}
    assert scores[main] == scores[beside] == pytest.approx(0.9)
    assert scores[behind] < 0.5
    scores = {one.box: one.score for one in damage(look(photo, main, behind, score=0.9999))}
    assert scores[behind] > 0.9


def test_only_the_largest_vehicles_are_scored(photo: Photo, look: Callable[..., list[Finding]]) -> None:
    boxes = [Box(0, 0, side, side) for side in (100, 500, 300, 200)]
    found = look(photo, *boxes, most=2)
    assert [one.box for one in damage(found)] == [boxes[1], boxes[2]]
    assert sum(one.kind == "seen.vehicle" for one in found) == 4


def test_a_vehicle_too_small_to_judge_is_only_observed(photo: Photo, look: Callable[..., list[Finding]]) -> None:
    found = look(photo, Box(0, 0, 500, 400), Box(700, 500, 790, 530), smallest=40)
    assert [one.box for one in damage(found)] == [Box(0, 0, 500, 400)]


def test_a_vehicle_in_a_picture_that_is_plainly_sound_needs_more_to_be_called_damaged(
    photo: Photo, look: Callable[..., list[Finding]]
) -> None:
    (calm,), (stirred,) = (damage(look(photo, Box(0, 0, 400, 600), score=0.7, scene=one)) for one in (0.01, 0.5))
    assert calm.score < 0.5 < stirred.score


@pytest.mark.parametrize(
    ("boxes", "faint", "scene", "fire", "told"),
    [
        ((), (Box(0, 0, 800, 600),), 0.9, 0.01, {"scene"}),  # a wreck that no detector surely took for a vehicle
        ((Box(0, 0, 100, 100),), (), 0.9, 0.01, {"scene"}),  # a sound car far behind says nothing of what lies in front
        ((Box(0, 0, 400, 400),), (), 0.9, 0.01, {"scene"}),  # nor does one that stands beside it
        ((), (Box(0, 0, 800, 600),), 0.01, 0.01, set()),  # nothing at all: nothing to report
        ((), (), 0.01, 0.9, {"fire"}),  # flames at night hide what burns
        ((), (), 0.9, 0.9, {"scene", "fire"}),
    ],
)
def test_the_picture_is_scored_as_a_scene(
    photo: Photo,
    look: Callable[..., list[Finding]],
    boxes: tuple[Box, ...],
    faint: tuple[Box, ...],
    scene: float,
    fire: float,
    told: set[str],
) -> None:
    everything = look(photo, *boxes, faint=faint, scene=scene, fire=fire)
    assert [one.box for one in everything if one.kind == "seen.vehicle"] == list(boxes)
    assert [one.box for one in damage(everything)] == list(boxes)
    found = scenes(everything)
    assert found.keys() == told
    assert all(one.box is None for one in found.values())
    words = {"scene": "damage consistent with a collision", "fire": "a vehicle on fire"}
    assert all(one.evidence == f"the picture as a whole, {words[name]}" for name, one in found.items())


def test_a_scene_in_which_nothing_of_a_vehicle_is_seen_needs_more_to_be_called_one(
    photo: Photo, look: Callable[..., list[Finding]]
) -> None:
    animal, wreck = (scenes(look(photo, faint=faint, scene=0.7))["scene"] for faint in ((), (Box(0, 0, 800, 600),)))
    assert animal.score < 0.5
    assert wreck.score == pytest.approx(0.7)


sides = some.integers(1, 3000)


@given(sides, sides, some.data())
def test_every_view_holds_the_vehicle_and_lies_in_the_picture(width: int, height: int, data: some.DataObject) -> None:
    left, top = data.draw(some.integers(0, width - 1)), data.draw(some.integers(0, height - 1))
    box = Box(left, top, data.draw(some.integers(left + 1, width)), data.draw(some.integers(top + 1, height)))
    for view in views(box, width, height):
        assert view.clip(width, height) == view
        assert box.inside(view) == 1.0


def test_a_crop_looks_the_same_from_the_full_picture_and_from_its_copy() -> None:
    dice = np.random.default_rng(3)
    small = dice.integers(0, 256, (90, 120, 3), dtype=np.uint8)
    large = Photo.from_array(np.kron(small, np.ones((30, 30, 1), np.uint8)))  # 3600 x 2700
    region = Box(900, 600, 2700, 1950)
    from_copy = vehicles._fitted(large, region)
    from_full = vehicles._fitted(Photo.from_array(large.crop(region)), Box(0, 0, region.width, region.height))
    assert np.abs(from_copy.astype(int) - from_full.astype(int)).mean() < 4


@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png"])
def test_pictures_without_a_wreck_are_not_taken_for_one(astronaut: Path, name: str) -> None:
    findings = Vehicles()(Photo.open(astronaut.with_name(name)), ())
    assert all(one.score < 0.5 for one in findings if one.is_a("vehicle.damage"))


def highest(folder: Path, kind: str, step: int) -> list[float]:
    """The highest score of a kind in every so-many-th picture of a folder."""
    found = [Vehicles()(Photo.open(path), ()) for path in sorted(folder.glob("*.jpg"))[::step]]
    return [max((one.score for one in some if one.kind == kind), default=0.0) for some in found]


@pytest.mark.parametrize(
    ("folder", "kind", "step", "damaged"),
    [
        ("damage/whole/damage", "vehicle.damage", 70, True),
        ("plates", "vehicle.damage", 72, False),
        ("rtc/accident", "vehicle.damage.scene", 36, True),
        ("rtc/dense_traffic", "vehicle.damage.scene", 16, False),
        ("rtc/fire", "vehicle.damage.fire", 10, True),
        ("rtc/sparse_traffic", "vehicle.damage.fire", 16, False),
    ],
)
def test_what_is_damaged_scores_high_and_what_is_not_low(
    shared_data: Path, folder: str, kind: str, step: int, damaged: bool
) -> None:
    if not (shared_data / folder).is_dir():
        pytest.skip(f"{folder}/ is not among the labelled pictures")
    scores = highest(shared_data / folder, kind, step)
    assert len(scores) == 10
    high = sum(score >= 0.65 for score in scores)
    assert high >= 8 if damaged else high <= 1
