"""Lines that belong together are found at any angle, and spelling is made plain."""

from __future__ import annotations

import math

import pytest

from screening.finding import Box, Finding
from screening.text import lines as reading
from screening.text.lines import Line


def line(text: str, x: float, y: float, *, length: float = 100, height: float = 20, degrees: float = 0) -> Line:
    """A line whose top left is at (x, y) of a page that is turned by so many degrees about its own top left."""
    turn = math.radians(degrees)
    page = ((x, y), (x + length, y), (x + length, y + height), (x, y + height))
    points = tuple((a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)) for a, b in page)
    return Line(text, 0.9, Box.around(points), points)


# a page upright, tilted, on either side, and upside down
ANGLES = [0, 12, -20, 90, -90, 180]


@pytest.mark.parametrize("degrees", ANGLES)
def test_words_side_by_side_become_one_row(degrees: float) -> None:
    words = [line("NOT", 0, 0, length=60, degrees=degrees), line("MARKED", 70, 2, degrees=degrees)]
    far = line("elsewhere", 500, 0, degrees=degrees)
    rows = reading.rows([words[1], far, words[0]])
    assert sorted(row.text for row in rows) == ["NOT MARKED", "elsewhere"]
    joined = next(row for row in rows if row.text == "NOT MARKED")
    assert joined.length == pytest.approx(170, abs=1)
    assert joined.angle == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("degrees", ANGLES)
def test_the_line_below_is_where_a_phrase_goes_on(degrees: float) -> None:
    upper = line("OFFICIAL", 0, 0, degrees=degrees)
    lower = line("SENSITIVE", 5, 26, degrees=degrees)
    third = line("witness", 0, 55, degrees=degrees)
    aside = line("page 2", 300, 26, degrees=degrees)
    found = reading.wraps([third, aside, lower, upper])
    assert sorted((one.text, other.text) for one, other in found) == [
        ("OFFICIAL", "SENSITIVE"),
        ("SENSITIVE", "witness"),
    ]


# upper line, other line, whether the other goes on below it
NEIGHBOURS = [
    (line("a", 0, 0), line("b", 0, 25), True),
    (line("a", 0, 0), line("far down", 0, 90), False),
    (line("a", 0, 0), line("much larger", 0, 25, height=80), False),
    (line("a", 0, 0), line("to the right", 120, 25), False),
    (line("a", 0, 0), line("across", 0, 25, degrees=60), False),
]


@pytest.mark.parametrize(("upper", "lower", "expected"), NEIGHBOURS)
def test_only_a_near_line_of_like_size_and_direction_is_below(upper: Line, lower: Line, expected: bool) -> None:
    assert reading.below(upper, lower) is expected


def test_lines_come_from_observations_of_text_alone() -> None:
    box = Box(1, 2, 30, 12)
    found = [
        Finding("seen.text", 0.8, "text, 5 characters", box, "AB 12"),
        Finding("seen.metadata", 1.0, "XMP title", text="a title"),
        Finding("personal.phone", 0.9, "phone, ends 123", box, "123"),
    ]
    (only,) = reading.lines(found)
    assert (only.text, only.box, only.points) == ("AB 12", box, ((1, 2), (30, 2), (30, 12), (1, 12)))


# as read, and in plain spelling
SPELLINGS = [
    ("OFFICIAL\u2013SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("  two\u00a0 \t spaces ", "two spaces"),
    ("\uff21\uff22\uff11\uff12", "AB12"),  # full-width letters
    ("it\u2019s", "it's"),
    ("turn\u202earound", "turn around"),  # a right-to-left mark
    ("line\nbreak", "line break"),
]


@pytest.mark.parametrize(("read", "plain"), SPELLINGS)
def test_spelling_is_made_plain(read: str, plain: str) -> None:
    assert reading.plain(read) == plain


def test_letters_that_look_latin_are_written_as_latin() -> None:
    assert reading.ascii_letters("\u0421\u0410\u0420 \u00c9") == "CAP E"  # Cyrillic С, А, Р and an accented E
