"""The street detector's arithmetic, on a small network that sees red vehicles and green plates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.finding import Box
from screening.photo.photo import Photo
from screening.photo.tiles import parts
from screening.street import looks
from screening.street.looks import find
from screening.street.network import Detection, decode, suppress
from tests.street_network import colour_network


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colour_network(tmp_path_factory.mktemp("network") / "colours.onnx")


def drawn(width: int, height: int, *shapes: tuple[Box, tuple[int, int, int]]) -> Photo:
    rgb = np.zeros((height, width, 3), np.uint8)
    for box, colour in shapes:
        rgb[box.top : box.bottom, box.left : box.right] = colour
    return Photo.from_array(rgb, name="drawn.png")


def centre(detection: Detection) -> NDArray[np.float64]:
    return np.array(detection.box.centre)


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (3000, 4000), (2000, 2000), (640, 480), (6000, 1500)])
def test_what_the_network_sees_is_put_back_where_it_is(colours: Path, width: int, height: int) -> None:
    car = Box(width // 2, height // 3, width // 2 + width // 12, height // 3 + width // 12)
    found = find(drawn(width, height, (car, (255, 0, 0))), networks=[colours], closer=False)
    assert found and {one.kind for one in found} == {"vehicle"}
    assert found[0].score > 0.9
    assert np.abs(centre(found[0]) - car.centre).max() < 0.05 * width
    assert all(one.box.clip(width, height) == one.box for one in found)


def test_a_small_plate_needs_the_closer_look(colours: Path) -> None:
    car, plate = Box(2600, 1700, 2800, 1900), Box(2680, 1850, 2720, 1860)
    photo = drawn(4000, 3000, (car, (255, 0, 0)), (plate, (0, 255, 0)))
    assert not [one for one in find(photo, networks=[colours], closer=False) if one.kind == "plate"]
    plates = [one for one in find(photo, networks=[colours], vehicle=0.6) if one.kind == "plate"]
    assert plates
    assert all(np.abs(centre(one) - plate.centre).max() < 25 for one in plates)


def test_plates_of_many_small_vehicles_are_told_apart(colours: Path) -> None:
    cars = [Box(300 + 600 * n, 1000, 500 + 600 * n, 1200) for n in range(6)]
    plates = [Box(car.left + 80, 1140, car.left + 140, 1160) for car in cars]
    shapes = [(car, (255, 0, 0)) for car in cars] + [(plate, (0, 255, 0)) for plate in plates]
    found = [one for one in find(drawn(4000, 3000, *shapes), networks=[colours], vehicle=0.6) if one.kind == "plate"]
    for plate in plates:
        assert any(np.abs(centre(one) - plate.centre).max() < 25 for one in found)
    assert all(any(one.box.overlap(plate) for plate in plates) for one in found)


def test_scores_below_the_least_are_left_out(colours: Path) -> None:
    photo = drawn(640, 480, (Box(200, 200, 260, 260), (150, 0, 0)))
    assert find(photo, networks=[colours], faint=0.5)
    assert not find(photo, networks=[colours], faint=0.7)


def test_a_plate_on_no_vehicle_counts_for_less(colours: Path) -> None:
    car, plate = (Box(200, 150, 300, 250), (255, 0, 0)), (Box(240, 200, 270, 230), (0, 255, 0))
    on, alone = (find(drawn(640, 480, *shapes), networks=[colours], closer=False) for shapes in ([car, plate], [plate]))
    assert max(one.score for one in on if one.kind == "plate") > 0.9
    assert 0.2 < max(one.score for one in alone if one.kind == "plate") < 0.5


def test_a_plate_so_close_that_no_vehicle_shows_counts_in_full(colours: Path) -> None:
    photo = drawn(36, 30, (Box(8, 8, 28, 24), (0, 255, 0)))
    plates = [one for one in find(photo, networks=[colours], closer=False) if one.kind == "plate"]
    assert max(one.score for one in plates if one.box.width >= 0.4 * photo.width) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 3000), (31, 17)])
def test_odd_sizes_are_looked_at_without_complaint(colours: Path, size: tuple[int, int]) -> None:
    assert find(drawn(*size), networks=[colours]) == ()


def test_a_network_with_other_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an output of 1 x 6"):
        decode(np.zeros((1, 84, 10), np.float32))


def test_decode_gives_corners_and_scores() -> None:
    boxes, scores = decode(np.array([[[10], [20], [4], [6], [0.5], [0.25]]], np.float32))
    assert boxes.tolist() == [[8, 17, 12, 23]]
    assert scores.tolist() == [[0.5, 0.25]]


def test_suppress_keeps_the_surest_of_those_that_overlap() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 30, 40, 40]], np.float32)
    assert suppress(boxes, np.array([0.5, 0.9, 0.4], np.float32)) == [1, 2]
    assert suppress(boxes[:0], np.zeros(0, np.float32)) == []


@pytest.mark.parametrize(("width", "height"), [(8256, 5504), (4000, 6000), (12000, 900)])
def test_a_large_picture_is_looked_at_in_parts_too(colours: Path, width: int, height: int) -> None:
    # half of what the network looks for, once the whole picture is made as small as one look is
    side = round(20 * max(width, height) / 960)
    car = Box(width // 2 - side // 2, height // 2, width // 2 + side // 2, height // 2 + side)
    seen = find(drawn(width, height, (car, (255, 0, 0))), networks=[colours], closer=False)
    assert seen
    assert all(np.abs(centre(one) - car.centre).max() < side for one in seen)
    assert all(one.box.clip(width, height) == one.box for one in seen)


def test_what_a_part_cuts_off_is_left_to_the_look_that_shows_more_of_it() -> None:
    photo = drawn(8000, 3000)
    left, right = parts(photo, longest=looks.LONGEST)
    assert (left, right) == (Box(0, 0, 4600, 3000), Box(3400, 0, 8000, 3000))
    for box, whole in (
        (Box(3000, 1000, 4300, 2000), (True, False)),
        (Box(3700, 1000, 4600, 2000), (False, True)),
        (Box(3700, 0, 4300, 3000), (True, True)),
    ):
        assert tuple(looks._is_whole(box, part, photo) for part in (left, right)) == whole
    assert list(parts(drawn(5000, 4000), longest=looks.LONGEST)) == []
