"""Numbers of houses found by their looks: small ones, on what carries them, in large pictures; and what only looks like
one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from fixtures import draw, make_welcome
from models.split import Part, Split
from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.addresses import Addresses
from screening.street.number_finder import number_places

SIZE = (640, 480)
MIDDLE = (320, 250)


def sign(text: str, tall: int) -> Pixels:
    """A plate of dark enamel with a number whose digits are so many pixels high."""
    mask = draw.words(text, 4 * tall, bold=True)
    high, wide = int(6.4 * tall), mask.shape[1] + 6 * tall
    plate = np.full((high, wide, 3), (26, 34, 84), np.uint8)
    draw.write(
        plate, text, (wide // 2, (high - mask.shape[0]) // 2), 4 * tall, (236, 236, 232), bold=True, centred=True
    )
    return np.asarray(cv2.resize(plate, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.uint8)


def on_wall(patch: Pixels, *, size: tuple[int, int] = SIZE, seed: int = 3) -> Photo:
    """A patch in the middle of a wall of small bricks, as a camera takes it."""
    picture = draw.bricks(size, seed=seed, brick=(38, 13))
    left, top = (size[0] - patch.shape[1]) // 2, (size[1] - patch.shape[0]) // 2
    picture[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return Photo.from_array(draw.photographed(picture, seed=seed, blur=0.6))


def blurred(patch: Pixels) -> Pixels:
    """A patch out of focus, so that nobody can read it."""
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), 1.2), np.uint8)


def score(photo: Photo) -> float:
    """How surely there is a number in the middle of a photo."""
    x, y = photo.width / 2, photo.height / 2
    near = [
        one.score
        for one in number_places(photo)
        if abs(one.box.centre[0] - x) < 0.06 * photo.width and abs(one.box.centre[1] - y) < 0.06 * photo.width
    ]
    return max(near, default=0.0)


@pytest.mark.parametrize(
    ("text", "tall"), [("47", 7), ("12", 7), ("8", 9), ("12", 9), ("47", 16), ("8", 16), ("116", 16)]
)
def test_a_small_number_on_a_plate_is_found(text: str, tall: int) -> None:
    assert score(on_wall(sign(text, tall))) >= 0.5


@pytest.mark.parametrize("text", ["GAS", "TO LET", "£4.50", ""])
@pytest.mark.parametrize("tall", [8, 14])
def test_the_same_plate_with_something_else_on_it_is_none(text: str, tall: int) -> None:
    assert score(on_wall(sign(text, tall) if text else np.full((30, 60, 3), (26, 34, 84), np.uint8))) < 0.5


def price() -> Pixels:
    return draw.panel(["£2.99"], 90, ground=(220, 30, 36), ink=(250, 250, 245))


def height() -> Pixels:
    """A limit of height: a ring, and metres in it."""
    sign = np.full((600, 600, 3), (236, 236, 232), np.uint8)
    cv2.circle(sign, (300, 300), 255, (200, 20, 30), 70, cv2.LINE_AA)
    return draw.write(sign, "4.4 m", (300, 250), 100, (20, 20, 24), bold=True, centred=True)


@pytest.mark.parametrize("thing", [make_welcome.clock, make_welcome.limit, make_welcome.stove, price, height])
@pytest.mark.parametrize("wide", [40, 90])
def test_a_clock_a_limit_and_a_price_are_none(thing: Callable[[], Pixels], wide: int) -> None:
    patch = thing()
    scale = wide / patch.shape[1]
    small = np.asarray(cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    photo = on_wall(small)
    assert max((one.score for one in number_places(photo)), default=0.0) < 0.5


def test_a_number_is_found_in_a_picture_of_twelve_megapixels() -> None:
    assert score(on_wall(sign("47", 24), size=(4000, 3000))) >= 0.5


def test_what_is_found_at_twelve_megapixels_is_found_at_forty_five() -> None:
    wall = draw.bricks((1000, 1000), seed=3, brick=(38, 13))
    patch = sign("47", 24)
    picture = np.tile(wall, (6, 8, 1))[:5600]
    picture[3000 : 3000 + patch.shape[0], 5000 : 5000 + patch.shape[1]] = patch
    (first, *_) = number_places(Photo.from_array(picture))
    assert first.score >= 0.5 and first.box.overlap(Box(5000, 3000, 5000 + patch.shape[1], 3000 + patch.shape[0]))


def test_pictures_of_any_size_are_looked_at() -> None:
    for shape in ((1, 1, 3), (3, 900, 3), (900, 2, 3), (1500, 40, 3)):
        assert number_places(Photo.from_array(np.full(shape, 127, np.uint8))) == []


def test_a_number_that_cannot_be_read_is_told_and_says_so() -> None:
    photo = on_wall(blurred(sign("47", 6)))
    found = [one for one in Addresses()(photo, ()) if one.is_a("address.house_number")]
    assert [one.kind for one in found] == ["address.house_number.unread"]
    assert found[0].text == "" and found[0].evidence == "what looks like a house number, and cannot be read"


def test_what_the_text_stage_read_there_counts() -> None:
    photo = on_wall(blurred(sign("47", 6)))
    box = Box(310, 232, 330, 248)
    for said, expected in (("47", ["47"]), ("TO LET", []), ("0121 496 0999", [])):
        findings = Addresses()(photo, [Finding("seen.text", 0.95, "text", box, said)])
        assert [one.text for one in findings if one.is_a("address.house_number") and one.score >= 0.5] == expected


def test_on_labelled_fronts_more_is_found_than_read(shared_data: Path) -> None:
    split = Split.of(shared_data)
    legible = found = 0
    for label in json.loads((shared_data / "house_numbers" / "labels.json").read_text()):
        name = f"house_numbers/{label['file']}"
        places = [item["box"] for item in label["items"] if item["kind"] == "house_number" and item["legible"]]
        places = [box for box in places if 8 <= box[3] - box[1] <= 45]
        if places and split.part(name) is Part.TUNE:
            seen = [one for one in number_places(Photo.open(shared_data / name)) if one.score >= 0.5]
            for left, top, right, bottom in places:
                legible += 1
                found += any(left < one.box.centre[0] < right and top < one.box.centre[1] < bottom for one in seen)
    assert found >= 0.6 * legible
