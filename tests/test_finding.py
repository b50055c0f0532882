"""Boxes and findings keep their conventions whatever they are given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.finding import Box, Finding

SIDES = st.integers(-5_000, 5_000)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(SIDES), draw(SIDES)
    return Box(left, top, left + draw(st.integers(1, 3_000)), top + draw(st.integers(1, 3_000)))


@pytest.mark.parametrize(
    "sides",
    [
        (0, 0, 0, 10),  # no width
        (0, 10, 10, 10),  # no height
        (10, 0, 5, 10),  # inside out
        (0.0, 0, 5, 10),  # a fraction of a pixel
    ],
)
def test_a_box_that_is_none_is_refused(sides: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="a box has"):
        Box(*sides)


@given(boxes(), boxes())
def test_overlap_is_symmetric_and_never_larger_than_either_box(one: Box, other: Box) -> None:
    assert one.overlap(other) == other.overlap(one) <= min(one.area, other.area)
    assert 0 <= one.iou(other) <= 1
    assert one.iou(one) == one.inside(one) == 1


@given(boxes(), boxes())
def test_a_union_holds_both_boxes(one: Box, other: Box) -> None:
    union = one.union(other)
    assert one.inside(union) == other.inside(union) == 1


@given(boxes(), st.integers(1, 4_000), st.integers(1, 4_000))
def test_a_clipped_box_lies_in_the_picture_and_clipping_twice_changes_nothing(
    box: Box, width: int, height: int
) -> None:
    clipped = box.clip(width, height)
    if clipped:
        assert 0 <= clipped.left < clipped.right <= width
        assert 0 <= clipped.top < clipped.bottom <= height
        assert clipped.clip(width, height) == clipped
        assert clipped.inside(box) == 1
    else:
        assert box.overlap(Box(0, 0, width, height)) == 0


@given(boxes(), st.floats(0, 3))
def test_a_grown_box_holds_the_box(box: Box, by: float) -> None:
    assert box.inside(box.grow(by)) == 1


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=1, max_size=9))
def test_a_box_around_points_holds_them(points: list[tuple[float, float]]) -> None:
    box = Box.around(tuple(points))
    assert all(box.left <= x <= box.right and box.top <= y <= box.bottom for x, y in points)


@pytest.mark.parametrize(
    ("kind", "score"),
    [
        ("face", math.nan),  # not a number is not a score
        ("face", 1.01),  # more than certain
        ("face", -0.01),  # less than nothing
        ("Face", 0.5),  # a capital
        ("face.", 0.5),  # nothing behind the dot
        ("", 0.5),  # no kind
    ],
)
def test_a_finding_without_a_kind_or_a_score_is_refused(kind: str, score: float) -> None:
    with pytest.raises(ValueError, match=r"a kind is|a score is"):
        Finding(kind, score, "evidence")


def test_what_was_read_never_shows_in_a_repr() -> None:
    finding = Finding("personal.phone", 0.9, "phone, ends 123", text="07700 900123", points=((1.5, 2.5),))
    assert "900123" not in repr(finding)
    assert "1.5" not in repr(finding)


def test_a_kind_is_one_of_its_ancestors_but_no_neighbour() -> None:
    plate = Finding("vehicle.plate.uk", 0.9, "plate")
    assert plate.is_a("vehicle.plate")
    assert plate.is_a("vehicle")
    assert not plate.is_a("vehicle.pla")
