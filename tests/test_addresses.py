"""The addresses stage: what is a house number and what only looks like one, and the words of an address."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from fixtures import make_welcome
from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.addresses import Addresses
from screening.stages.text import Text
from screening.street.house_numbers import road_sign
from tests.observed import beside

WALL = (178, 160, 140)
SIGN = Box(250, 120, 330, 160)


def wall(width: int = 640, height: int = 400) -> Pixels:
    return np.full((height, width, 3), WALL, np.uint8)


def text(words: str, box: Box = SIGN, score: float = 0.99) -> Finding:
    return Finding("seen.text", score, "text", box, words)


def numbers(found: list[Finding], canvas: Pixels | None = None) -> list[str]:
    """The house numbers that would block."""
    photo = Photo.from_array(wall() if canvas is None else canvas)
    findings = Addresses()(photo, found)
    return [finding.text for finding in findings if finding.is_a("address.house_number") and finding.score >= 0.5]


def test_a_number_that_stands_alone_is_a_house_number() -> None:
    (finding,) = Addresses()(Photo.from_array(wall()), [text("12A")])
    assert (finding.kind, finding.text, finding.box) == ("address.house_number", "12A", SIGN)
    assert finding.evidence == "house number, 2 digits"


@pytest.mark.parametrize(
    "others",
    [
        [Finding("seen.vehicle", 0.9, "vehicle", Box(200, 80, 400, 300))],  # on a bus
        [Finding("vehicle.plate.uk", 0.9, "plate", Box(240, 110, 340, 170), "AB12 CDE")],  # a part of a number plate
        [Finding("vehicle.plate.uk", 0.9, "plate", Box(240, 70, 340, 125), "AB12 CDE")],  # at the foot of one
        [Finding("face.identifiable", 0.9, "face", Box(270, 40, 310, 90))],  # on a shirt
        [text("MINUTES", Box(335, 120, 420, 160))],  # beside a word
        [text("7", Box(250, 170, 270, 210)), text("8", Box(300, 170, 320, 210))],  # on a clock or a list
    ],
)
def test_a_number_on_something_else_is_none(others: list[Finding]) -> None:
    assert numbers([text("12"), *others]) == []


@pytest.mark.parametrize(
    ("above", "expected"), [("BUS STOP", []), ("PLATFORM", []), ("ACACIA AVENUE", ["1150"]), ("CITY COUNCIL", ["1150"])]
)
def test_a_number_under_a_word_of_transport_is_a_route(above: str, expected: list[str]) -> None:
    assert numbers([text(above, Box(220, 75, 360, 112)), text("1150")]) == expected


def test_a_row_of_numbers_is_as_many_houses() -> None:
    # wheelie bins, say: the more of them, the surer is the street
    places = [Box(left, 120, left + 80, 160) for left in range(20, 600, 170)]
    row = [text(words, place) for words, place in zip(("12", "14", "16", "18"), places, strict=True)]
    assert numbers(row) == ["12", "14", "16", "18"]
    prices = [text(words, place.grow(-0.1)) for words, place in zip(("2.99", "1.49", "3.50"), places[1:], strict=True)]
    assert numbers([row[0], *prices]) == []


def test_a_number_that_was_taken_for_a_plate_is_still_a_house_number() -> None:
    # the enamel plate of a house, which the street network took for one of a car
    assert numbers([Finding("vehicle.plate", 0.7, "plate", Box(240, 110, 340, 170), "12"), text("12")]) == ["12"]


def test_a_red_ring_that_the_reader_took_into_the_numbers_box_counts_too() -> None:
    ring = make_welcome.limit()
    picture = np.full((900, 900, 3), (120, 130, 120), np.uint8)
    picture[150:750, 150:750] = ring
    assert road_sign(Photo.from_array(picture), Box(150, 150, 750, 750))
    assert not road_sign(Photo.from_array(picture), Box(20, 20, 120, 90))


def test_a_number_in_a_red_ring_is_a_road_sign() -> None:
    canvas = wall()
    cv2.circle(canvas, (290, 140), 60, (200, 20, 30), -1)
    cv2.circle(canvas, (290, 140), 42, (240, 240, 240), -1)
    assert numbers([text("30")], canvas) == []


@pytest.mark.parametrize(
    ("ground", "ink", "expected"),
    [
        ((50, 22, 24), (250, 120, 110), []),  # a traffic light's seconds
        ((50, 22, 24), (240, 240, 240), ["29"]),
        ((240, 240, 235), (170, 20, 25), ["29"]),  # red paint
    ],
)
def test_a_number_in_red_lights_is_a_clocks(
    ground: tuple[int, int, int], ink: tuple[int, int, int], expected: list[str]
) -> None:
    canvas = wall()
    cv2.rectangle(canvas, (240, 110), (340, 170), ground, -1)
    cv2.putText(canvas, "29", (255, 158), cv2.FONT_HERSHEY_SIMPLEX, 1.6, ink, 4, cv2.LINE_AA)
    assert numbers([text("29")], canvas) == expected


def test_a_speed_limit_in_lights_has_its_ring_close_by() -> None:
    canvas = wall()
    cv2.rectangle(canvas, (262, 112), (318, 168), (35, 33, 36), -1)
    cv2.circle(canvas, (290, 140), 15, (235, 70, 45), 2, cv2.LINE_AA)
    cv2.putText(canvas, "50", (281, 146), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (235, 235, 235), 1, cv2.LINE_AA)
    number = text("50", Box(281, 131, 299, 149))
    assert numbers([number], canvas) == []
    cv2.circle(canvas, (290, 140), 15, (35, 33, 36), 3, cv2.LINE_AA)
    assert numbers([number], canvas) == ["50"], "the same sign without a ring"


@pytest.mark.parametrize(("score", "expected"), [(0.6, ["16"]), (0.85, [])])
def test_on_what_is_surely_a_vehicle_a_sign_is_no_houses(score: float, expected: list[str]) -> None:
    canvas = wall()
    cv2.rectangle(canvas, (250, 120), (330, 160), (25, 35, 80), -1)
    cv2.putText(canvas, "16", (275, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (235, 235, 235), 2, cv2.LINE_AA)
    vehicle = Finding("seen.vehicle", score, "vehicle", Box(150, 60, 450, 330))
    assert numbers([text("16", Box(272, 128, 308, 153)), vehicle], canvas) == expected


def test_a_wall_that_is_taken_for_a_vehicle_as_large_as_the_picture_keeps_its_number() -> None:
    vehicle = Finding("seen.vehicle", 0.44, "vehicle", Box(0, 0, 640, 400))
    assert numbers([text("409"), vehicle]) == ["409"]
    # a bus that fills the picture, or one that does not
    assert numbers([text("409"), dataclasses.replace(vehicle, score=0.9)]) == []
    assert numbers([text("409"), dataclasses.replace(vehicle, box=Box(0, 0, 600, 300))]) == []


def test_a_number_read_on_a_small_sign_is_found_without_the_text_stage() -> None:
    canvas = wall()
    cv2.rectangle(canvas, (300, 150), (356, 172), (25, 35, 80), -1)
    cv2.putText(canvas, "47", (315, 167), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (235, 235, 235), 1, cv2.LINE_AA)
    assert numbers([], canvas) == ["47"]


def test_bricks_and_windows_are_no_numbers() -> None:
    canvas = wall()
    for x in range(20, 620, 60):
        for y in range(20, 380, 40):
            cv2.rectangle(canvas, (x, y), (x + 40, y + 22), (60, 50, 45), -1)
            cv2.line(canvas, (x + 20, y), (x + 20, y + 22), (200, 200, 200), 2)
    assert numbers([], canvas) == []


def test_one_number_read_twice_is_one_finding() -> None:
    canvas = wall()
    cv2.rectangle(canvas, (300, 150), (356, 172), (25, 35, 80), -1)
    cv2.putText(canvas, "47", (315, 167), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (235, 235, 235), 1, cv2.LINE_AA)
    assert numbers([text("47", Box(312, 152, 343, 170))], canvas) == ["47"]


def test_a_street_name_plate_in_two_lines() -> None:
    found = [text("ACACIA", Box(200, 100, 300, 130)), text("AVENUE", Box(200, 135, 300, 165))]
    findings = [one for one in Addresses()(Photo.from_array(wall()), found) if one.is_a("address.street_name")]
    assert [one.text for one in findings] == ["ACACIA AVENUE"]


def test_a_number_and_its_street_are_two_findings() -> None:
    found = list(Addresses()(Photo.from_array(wall()), [text("12 Lewes Road", Box(200, 100, 400, 130))]))
    assert {one.kind: one.text for one in found} == {
        "address.street_name": "Lewes Road",
        "address.house_number": "12",
    }


def test_the_supplier_at_a_plates_foot_is_no_address() -> None:
    plate = Finding("vehicle.plate.uk", 0.9, "plate", Box(200, 100, 360, 140), "AB12 CDE")
    print_ = text("Smith Motors B12 3AD", Box(220, 138, 340, 146))
    assert list(Addresses()(Photo.from_array(wall()), [plate, print_])) == []
    assert [one.kind for one in Addresses()(Photo.from_array(wall()), [print_])] == ["address.postcode"]


# where a string stands, what it says, and the addresses in it
BESIDE = [
    ("IPTC Caption", "Cannabis factory found at 12 Acacia Avenue, Birmingham B12 3AB", ["B12 3AB", "12 Acacia Avenue"]),
    ("IPTC Keywords", "B12 3AB", ["B12 3AB"]),
    ("file name", "12 Acacia Avenue B12 3AB", ["B12 3AB", "12 Acacia Avenue"]),
    ("file name", "12 acacia avenue", ["12 acacia avenue"]),
    ("file name", "12Acacia Avenue", ["12 Acacia Avenue"]),  # what is left of 12AcaciaAvenue.jpg
    ("folder name", "14-16 Moor Street", ["14-16 Moor Street"]),
    ("XMP title", "Raid at Flat 2, 9a Acacia Close", ["9a Acacia Close"]),  # with a number any street's word counts
    ("XMP title", "Raid in Acacia Avenue", []),  # as every caption has it
    ("IPTC Caption", "5 arrested in Broad Street", []),  # a number of something else
    ("IPTC Caption", "On 12 May High Street was closed", []),  # a day
    ("IPTC Caption", "In 2014 Broad Street was closed", []),  # a year
    ("IPTC Caption", "A38 Bristol Road at 10.30 Broad Street time", []),  # a road, a time
    ("file name", "3 men walk", []),  # a sentence
    ("XMP CreatorContactInfo CiAdrPcode", "B12 3AB", []),  # where the photographer is reached
    ("EXIF Software", "Pictures B12 3AB", []),
    ("EXIF Model", "E10 5AB", []),
    ("file name", "IMG 1234", []),
    ("file name", "DSC01234", []),
    ("file name", "P1010020", []),
    ("file name", "PXL 20240512 123456789", []),
    ("file name", "3F2504E0 4F89 11D3 9A0C 0305E82C3301", []),
]  # fmt: skip


@pytest.mark.parametrize(("where", "words", "expected"), BESIDE)
def test_addresses_in_captions_and_names(where: str, words: str, expected: list[str]) -> None:
    found = [beside(where, words)]
    findings = list(Addresses()(Photo.from_array(wall()), found))
    assert [one.text for one in findings] == expected
    assert all(one.box is None and one.score >= 0.6 and one.evidence.endswith(f"in {where}") for one in findings)


def test_an_address_in_a_code_stands_where_the_code_does() -> None:
    code = Finding("seen.code", 1.0, "QR code", SIGN, "ADR:;;12 Acacia Avenue;Birmingham;;B12 3AB")
    findings = list(Addresses()(Photo.from_array(wall()), [code]))
    assert {one.kind for one in findings} == {"address.postcode", "address.street_name"}
    assert {one.box for one in findings} == {SIGN}


def test_evidence_never_tells_the_text() -> None:
    found = [text("12 Lewes Road"), text("B12 3AD", Box(10, 10, 90, 30)), text("Rose Cottage", Box(10, 300, 120, 330))]
    for finding in Addresses()(Photo.from_array(wall()), found):
        assert finding.text
        assert finding.text not in finding.evidence


def test_numbers_of_street_fronts_are_found(shared_data: Path) -> None:
    # of the labelled ones 8 to 60 pixels high, every eighth picture; of all it finds nine in ten
    labels = json.loads((shared_data / "house_numbers" / "labels.json").read_text())
    legible = found = 0
    for label in labels[::8]:
        places = [item for item in label["items"] if item["kind"] == "house_number" and item["legible"]]
        if not places:
            continue
        photo = Photo.open(shared_data / "house_numbers" / label["file"])
        findings = list(Addresses()(photo, list(Text()(photo, []))))
        for place in places:
            left, top, right, bottom = place["box"]
            legible += 1
            found += any(
                finding.score >= 0.5
                and finding.box is not None
                and left - 5 < finding.box.centre[0] < right + 5
                and top - 5 < finding.box.centre[1] < bottom + 5
                for finding in findings
                if finding.is_a("address.house_number")
            )
    assert legible >= 4
    assert found >= 0.5 * legible
