"""The street network itself, on labelled pictures that its training never saw, and its training from start to end."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
from pathlib import Path

import numpy as np
import pytest

from models.street import conditions
from screening.finding import Box
from screening.photo.photo import Photo
from screening.street.looks import find
from tests.conftest import draw_into
from tests.training import train


def held_out(name: str) -> bool:
    """The same choice as in models/street/dataset.py."""
    return hashlib.sha256(name.encode()).digest()[0] < 38


def plates(data: Path, *, least: int, most: int) -> list[tuple[Photo, Box]]:
    """Held-out street pictures with one marked plate of a width between the two, in a fixed order."""
    chosen = []
    for entry in json.loads((data / "plates" / "labels.json").read_text()):
        boxes = [Box(*(round(side) for side in sides)) for sides in entry["plates"]]
        if held_out(entry["file"]) and len(boxes) == 1 and least <= boxes[0].width < most:
            chosen.append((Photo.open(data / "plates" / entry["file"]), boxes[0]))
    return chosen


def sees(photo: Photo, plate: Box, *, least: float = 0.5) -> bool:
    return any(one.kind == "plate" and one.box.iou(plate) >= least for one in find(photo))


def test_plates_in_street_pictures_are_found(shared_data: Path) -> None:
    chosen = plates(shared_data, least=45, most=1000)[:30]
    assert len(chosen) == 30
    assert sum(sees(photo, plate) for photo, plate in chosen) >= 26


def test_a_plate_40_pixels_wide_is_found_in_12_megapixels(shared_data: Path) -> None:
    import cv2

    found = []
    for photo, plate in plates(shared_data, least=40, most=90)[:10]:
        scale = 40 / plate.width
        street = cv2.resize(photo.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        large = np.full((3000, 4000, 3), 128, np.uint8)
        large[1500 : 1500 + street.shape[0], 2300 : 2300 + street.shape[1]] = street
        corners = [round(side * scale) for side in (plate.left, plate.top, plate.right, plate.bottom)]
        place = Box(*corners).shift(2300, 1500)
        found.append(sees(Photo.from_array(large, name="large.png"), place, least=0.4))
    assert len(found) == 10
    assert sum(found) >= 7


def test_pictures_of_other_things_show_no_plate(shared_data: Path) -> None:
    paths = [path for path in sorted((shared_data / "everyday").iterdir()) if held_out(path.name)]
    shown = [
        path.name for path in paths if any(one.kind == "plate" and one.score >= 0.4 for one in find(Photo.open(path)))
    ]
    assert len(paths) >= 25
    assert len(shown) <= 2, shown


@pytest.mark.parametrize("condition", ["night", "dashboard"])
def test_a_picture_as_taken_in_bad_light_is_the_same_each_time_and_keeps_its_size(
    condition: str, astronaut: Path
) -> None:
    day = Photo.open(astronaut).rgb[:300, :400]
    once, again, other = (
        conditions.taken(day, [(100, 100, 180, 120)], random.Random(seed), condition) for seed in (1, 1, 2)
    )
    assert once.shape == day.shape and once.dtype == np.uint8
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_nights_are_darker_than_days_and_plates_stand_out() -> None:
    day = np.full((300, 400, 3), 150, np.uint8)
    nights = [conditions.taken(day, [(150, 140, 250, 160)], random.Random(seed), "night") for seed in range(20)]
    assert np.median([np.median(night) for night in nights]) < 100
    brighter = [night[140:160, 150:250].mean() > 1.2 * np.median(night) for night in nights]
    assert sum(brighter) >= 12


def test_training_runs_from_drawn_pictures_to_a_network_for_our_engine(tmp_path: Path) -> None:
    # looked for, not imported: it would replace Pillow's way of opening files for every test that follows
    if importlib.util.find_spec("ultralytics") is None:
        pytest.skip("the `train` extra is not installed")
    data, out = draw_into(tmp_path / "drawn", "make_street"), tmp_path / "street.onnx"
    few = ("--work", tmp_path / "work", "--epochs", 1, "--size", 96, 96, 96)
    ended = train("models.street.train", data, "--out", out, *few, to=tmp_path)
    # the script itself refuses a network that answers differently in our engine
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "differs from" in ended.stdout
    assert out.stat().st_size < 10e6
    labels = (tmp_path / "work" / "pictures" / "labels" / "train").glob("*.txt")
    assert {line.split()[0] for file in labels for line in file.read_text().splitlines()} == {"0", "1"}
    assert find(Photo.from_array(np.zeros((48, 64, 3), np.uint8), name="dark.png"), networks=[out], plate=0.9) == ()


def test_training_without_a_teacher_wants_the_vehicles_marked(tmp_path: Path) -> None:
    if importlib.util.find_spec("ultralytics") is None:
        pytest.skip("the `train` extra is not installed")
    data = draw_into(tmp_path / "drawn", "make_street")
    labels = data / "plates" / "labels.json"
    labels.write_text(labels.read_text().replace('"vehicles"', '"cars"'))
    ended = train("models.street.train", data, "--out", tmp_path / "street.onnx", to=tmp_path)
    assert (ended.returncode, "mark them in labels.json" in ended.stderr) == (1, True)
