"""The text stage reads what is drawn, small or large, at any angle, and says where."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.text import Text, better_mirrored
from screening.text import closer_look as closer
from screening.text import ppocr
from screening.text.closer_look import Place
from screening.text.ppocr import Quad
from screening.text.readings import CERTAIN, Reading, missing, settle

Picture = Pixels


def page(*, width: int = 800, height: int = 600, shade: int = 235) -> Picture:
    return np.full((height, width, 3), shade, np.uint8)


def write(picture: Picture, words: str, at: tuple[int, int], *, capitals: float = 32, shade: int = 20) -> None:
    """Draws words whose capitals are so many pixels high, their foot at a point."""
    scale = capitals / 21.5
    cv2.putText(picture, words, at, cv2.FONT_HERSHEY_DUPLEX, scale, (shade,) * 3, max(1, round(scale * 2)), cv2.LINE_AA)


def street(*, width: int = 4000, height: int = 3000) -> Picture:
    """A large picture with shapes and grain, and no text."""
    chance = np.random.default_rng(7)
    picture = cv2.resize(
        chance.integers(90, 170, (12, 16, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
    )
    grainy: Picture = np.clip(picture + chance.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    return grainy


def read(picture: Picture, found: tuple[Finding, ...] = ()) -> dict[str, Finding]:
    return {finding.text: finding for finding in Text()(Photo.from_array(picture), found)}


def bare(text: str) -> str:
    return re.sub("[^A-Z0-9]", "", text.upper())


def test_a_line_is_read_with_its_place() -> None:
    picture = page()
    write(picture, "EXHIBIT AP 17", (100, 300))
    (seen,) = read(picture).values()
    assert bare(seen.text) == "EXHIBITAP17"
    assert seen.kind == "seen.text"
    assert seen.score > 0.8
    assert seen.evidence == f"text, {len(seen.text)} characters"
    assert seen.box is not None
    assert 80 <= seen.box.left <= 110
    assert 250 <= seen.box.top < seen.box.bottom <= 325


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_page_on_its_side_is_read_in_its_own_direction(quarters: int) -> None:
    picture = page()
    write(picture, "WITNESS STATEMENT", (100, 300))
    found = read(np.ascontiguousarray(np.rot90(picture, quarters)))
    (seen,) = (finding for words, finding in found.items() if "WITNESS" in words)
    (_, y0), (_, y1) = seen.points[0], seen.points[1]
    assert (y1 > y0) == (quarters == 3)  # turned clockwise, the line runs down


@pytest.mark.parametrize("degrees", [145, 180, 205])
def test_a_page_on_its_head_is_read_in_its_own_direction(degrees: float) -> None:
    picture = page(height=800)
    write(picture, "OFFICIAL-SENSITIVE", (200, 380))
    write(picture, "Call 07700 900123", (200, 450))
    turn = cv2.getRotationMatrix2D((400, 400), degrees, 1.0)
    turned = cv2.warpAffine(picture, turn, (800, 800), borderValue=(235, 235, 235))
    found = read(np.asarray(turned, np.uint8))
    assert [bare(words) for words in found] == ["OFFICIALSENSITIVE", "CALL07700900123"]
    assert all(finding.score >= CERTAIN for finding in found.values())
    for finding in found.values():
        (x0, _), (x1, _) = finding.points[0], finding.points[1]
        assert x1 < x0


MIRRORED = [
    ("POLICE LINE DO NOT CROSS", (slice(None), slice(None, None, -1))),  # the back of tape
    ("POLICE LINE DO NOT CROSS", (slice(None, None, -1), slice(None))),  # and of tape that is twisted
    ("07700 900123", (slice(None), slice(None, None, -1))),  # a window's print from inside
]


@pytest.mark.parametrize(("words", "way"), MIRRORED)
def test_mirrored_print_is_read_as_it_was_printed(words: str, way: tuple[slice, slice]) -> None:
    picture = page(width=1100)
    write(picture, words, (60, 300), capitals=44)
    mirrored = read(np.ascontiguousarray(picture[way]))
    assert bare(words) in {bare(text) for text in mirrored}
    assert all(len(text) > 1 for text in mirrored)


@pytest.mark.parametrize(("score", "text"), [(0.96, "TO LET"), (1.0, "T3JOT")])
def test_what_reads_nearly_as_well_as_it_lies_is_not_mirrored(score: float, text: str) -> None:
    line = ppocr.rectangle(0, 0, 300, 80)
    best = Reading(line, "TO LET", 0.94)
    assert better_mirrored(best, line, lambda way, mirrored: Reading(way, "T3JOT", score)).text == text


def test_a_line_that_reads_for_certain_is_not_mirrored() -> None:
    picture = page()
    write(picture, "TOMATO WAX", (60, 300), capitals=44)  # which has letters that are their own mirror images
    assert {bare(text) for text in read(picture)} == {"TOMATOWAX"}


def test_what_reads_no_better_on_its_head_is_left_as_it_lies() -> None:
    def reader(crop: Picture) -> tuple[str, float]:
        return ("faint", 0.6) if crop[:, :10].mean() < 100 else ("junk", 0.85)

    picture = page()
    picture[100:140, 100:150] = 20
    (only,) = Text().read(Photo.from_array(picture), [ppocr.rectangle(100, 100, 400, 140)], reader=reader)
    assert only.text == "faint"


def test_print_of_16_pixels_in_a_picture_of_12_megapixels_is_read() -> None:
    picture = street()
    for top, left, height, width, words in [
        (400, 3300, 26, 150, "AB12 CDE"),  # a number plate
        (2100, 700, 240, 420, "OFFICIAL-SENSITIVE"),  # a sheet of paper
        (1500, 2000, 60, 60, "12A"),  # a number by a door
    ]:
        picture[top : top + height, left : left + width] = 230
        write(picture, words, (left + 12, top + height // 2 + 8), capitals=16)
    seen = {bare(words): finding for words, finding in read(picture).items()}
    assert seen.keys() == {"AB12CDE", "OFFICIALSENSITIVE", "12A"}
    plate = seen["AB12CDE"].box
    assert plate is not None
    assert plate.inside(Box(3300, 400, 3450, 426).grow(0.1, 0.6)) == 1


def test_print_of_24_pixels_in_a_picture_of_45_megapixels_is_read() -> None:
    picture = street(width=4128, height=2752).repeat(2, axis=0).repeat(2, axis=1)
    words = {"07700900123": "07700 900123", "JANEDOE": "JANE DOE", "QQ123456C": "QQ 12 34 56 C"}
    picture[2400:2650, 4950:5500] = 235
    for row, said in enumerate(words.values()):
        write(picture, said, (5000, 2480 + 50 * row), capitals=24)
    assert {bare(said) for said in read(picture)} == set(words)


def test_a_piece_read_for_certain_does_not_hide_the_line_that_it_is_of() -> None:
    line, piece = ppocr.rectangle(100, 100, 400, 140), ppocr.rectangle(300, 100, 400, 140)
    assert missing([line], [Reading(piece, "CDE", 0.99)]) == [line]
    assert missing([piece], [Reading(line, "AB12 CDE", 0.99)]) == []
    assert missing([piece], [Reading(line, "AB12 CDE", 0.6)]) == [piece]


# what stands on a door or gate, and the height of its digits
NUMBERS = [("7", 40), ("12", 30), ("148", 24), ("23B", 30)]


@pytest.mark.parametrize(("number", "height"), NUMBERS)
def test_a_number_that_stands_alone_is_read(number: str, height: int) -> None:
    picture = street(width=1200, height=900)
    picture[300:800, 500:760] = (60, 30, 25)  # a door
    write(picture, number, (590, 430), capitals=height, shade=235)
    assert number in read(picture)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 5000)])
def test_a_picture_of_any_shape_is_looked_at(size: tuple[int, int]) -> None:
    assert read(page(width=size[0], height=size[1])) == {}


def test_an_empty_picture_says_nothing() -> None:
    assert read(page()) == {}
    assert read(street(width=1600, height=1200)) == {}


def reading(text: str, score: float, left: float, right: float) -> Reading:
    return Reading(ppocr.rectangle(left, 0, right, 20), text, score)


# readings of places that may be the same, and the texts that are kept
OVERLAPS = [
    ([reading("AB12", 0.9, 0, 80), reading("AB12 CDE", 0.9, 0, 160)], {"AB12 CDE"}),  # the longer one says more
    ([reading("AB12", 0.99, 0, 80), reading("Al2l", 0.6, 2, 82)], {"AB12"}),  # the surer one
    ([reading("AB12", 0.9, 0, 80), reading("CDE", 0.9, 70, 160)], {"AB12", "CDE"}),  # neighbours that touch
    ([reading("7", 0.99, 10, 20), reading("Im", 0.52, 0, 90)], {"7"}),  # a sure digit, and a blur around it
]


@pytest.mark.parametrize(("readings", "kept"), OVERLAPS)
def test_of_two_readings_of_a_place_the_better_is_kept(readings: list[Reading], kept: set[str]) -> None:
    assert {one.text for one in settle(readings)} == kept
    assert {one.text for one in settle(readings[::-1])} == kept


def test_places_lie_on_sheets_without_overlap_and_lead_back_to_the_photo() -> None:
    chance = np.random.default_rng(1)
    places = []
    for weight in range(30):
        left, top = (int(side) for side in chance.integers(0, 3000, 2))
        width, height = (int(side) for side in chance.integers(20, 200, 2))
        places.append(Place(Box(left, top, left + width, top + height), float(chance.uniform(0.5, 2)), float(weight)))
    places.append(Place(Box(0, 0, 3000, 40), 1.0, 99.0))  # longer than a sheet, so in parts
    sheets = closer.arrange(places, most=4)
    assert 1 < len(sheets) <= 4
    for (high, wide), laid in sheets:
        boxes = [Box(one.x, one.y, one.x + one.place.size[0], one.y + one.place.size[1]) for one in laid]
        assert all(box.right <= wide and box.bottom <= high for box in boxes)
        assert not any(box.overlap(other) for index, box in enumerate(boxes) for other in boxes[:index])
    (_, laid), *_ = sheets
    one = laid[0]
    middle = ppocr.rectangle(*(np.array((0, 0, *one.place.size)) + np.array((one.x, one.y) * 2)))
    assert one.holds(middle)
    assert (
        Box.around(tuple((float(round(x)), float(round(y))) for x, y in one.to_photo(middle).points)) == one.place.box
    )


# a place and its scale, and in how many parts it is looked at
DIVISIONS = [
    (Box(0, 0, 640, 640), 1.0, 1),
    (Box(5, 5, 648, 640), 1.0, 1),  # a little too wide: enlarged a little less
    (Box(0, 0, 3007, 411), 640 / 3007, 1),  # a scale that only just fits
    (Box(0, 0, 1500, 300), 1.0, 3),
    (Box(0, 0, 1000, 1000), 1.0, 4),
]


@pytest.mark.parametrize(("box", "scale", "parts"), DIVISIONS)
def test_a_place_too_large_for_a_sheet_is_divided_without_gaps(box: Box, scale: float, parts: int) -> None:
    divided = list(closer.divide(Place(box, scale, 1.0)))
    assert len(divided) == parts
    assert all(max(part.size) <= 640 for part in divided)
    whole = divided[0].box
    for part in divided[1:]:
        assert any(part.box.overlap(other.box) for other in divided if other is not part)
        whole = whole.union(part.box)
    assert whole == box


def test_places_are_joined_only_where_they_meet_and_a_sheet_holds_them() -> None:
    near = [Place(Box(0, 0, 100, 50), 2.0, 0.9), Place(Box(90, 0, 200, 50), 2.0, 0.5)]
    assert closer.join(near) == [Place(Box(0, 0, 200, 50), 2.0, 0.9)]
    apart = [Place(Box(0, 0, 100, 50), 2.0, 0.9), Place(Box(101, 0, 200, 50), 2.0, 0.5)]
    assert closer.join(apart) == apart
    wide = [Place(Box(0, 0, 300, 50), 2.0, 0.9), Place(Box(290, 0, 600, 50), 2.0, 0.5)]
    assert closer.join(wide) == wide


def test_short_lines_that_run_off_a_closer_look_are_cut() -> None:
    laid = closer.Laid(Place(Box(0, 0, 100, 50), 2.0, 1.0), 0, 0)
    assert laid.cuts(ppocr.rectangle(-3, 20, 30, 40))  # a digit of a long number
    assert not laid.cuts(ppocr.rectangle(-3, 20, 120, 40))  # most of a word
    assert not laid.cuts(ppocr.rectangle(20, 20, 50, 40))  # a digit that stands alone


def test_steps_join_into_text_without_blanks_and_repeats() -> None:
    steps = np.full((7, 3), 0.01, np.float32)
    for step, (character, sure) in enumerate([(0, 1), (1, 0.9), (1, 0.8), (0, 1), (1, 0.7), (2, 0.5), (2, 0.9)]):
        steps[step, character] = sure
    text, score = ppocr.decode(steps, ("", "A", "B"))
    assert text == "AAB"
    assert score == pytest.approx((0.9 + 0.7 + 0.5) / 3)


def test_the_recognisers_alphabet_fits_its_output() -> None:
    assert len(ppocr.alphabet()) == 18710
    assert ppocr.alphabet()[0] == ""
    assert {*"ABCXYZ0123456789-/ "} <= set(ppocr.alphabet())


def test_a_quad_knows_how_much_it_shares_with_another() -> None:
    one = ppocr.rectangle(0, 0, 100, 20)
    assert one.covers(ppocr.rectangle(50, 0, 150, 20)) == pytest.approx(0.5)
    assert one.covers(ppocr.rectangle(10, 5, 30, 15)) == pytest.approx(1.0)
    assert one.covers(ppocr.rectangle(200, 0, 300, 20)) == 0
    assert isinstance(one.turned(1), Quad)
    assert one.turned(1).width == 20


def test_receipts_are_read_nearly_whole(shared_data: Path) -> None:
    lines = hits = 0
    for path in sorted((shared_data / "documents" / "receipts").glob("*.jpg"))[3::20]:
        got = " ".join(bare(text) for text in read(Photo.open(path).rgb))
        rows = path.with_suffix(".box.csv").read_text(encoding="utf-8").splitlines()
        labels = [bare(row.split(",", 8)[8]) for row in rows]
        lines += sum(len(label) > 3 for label in labels)
        hits += sum(len(label) > 3 and label in got for label in labels)
    assert lines > 40
    assert hits / lines > 0.8
