"""The figures that trainings write into their cards, also where there is nothing to measure them on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import ranking
from models.juvenile import figures

SCORES = np.array([0.9, 0.8, 0.2, 0.1])
AGES = np.array([8, 15, 21, 40])


@pytest.mark.parametrize(
    ("shown", "scores"),
    [
        ([], []),  # nobody
        ([True, True], [0.3, 0.9]),  # children alone
        ([False, False], [0.3, 0.9]),  # adults alone
    ],
)
def test_an_area_under_a_curve_of_nothing_to_tell_apart_is_not_measurable(
    shown: list[bool], scores: list[float]
) -> None:
    assert ranking.area(shown, scores) == "not measurable"
    assert ranking.area_under(shown, scores) is None


def test_an_area_under_a_curve_is_the_share_of_pairs_in_the_right_order() -> None:
    pytest.importorskip("sklearn")
    assert ranking.area([True, False, True, False], [0.9, 0.5, 0.4, 0.1]) == "0.750"


def test_a_group_without_anybody_or_without_a_child_has_a_row_all_the_same() -> None:
    pytest.importorskip("sklearn")
    groups = {
        "everybody": np.ones(4, bool),
        "nobody": np.zeros(4, bool),
        "grown": AGES >= 18,
        "children": AGES < 18,
    }
    rows = list(figures.by_group(SCORES, AGES, groups, 0.5))[2:]
    areas = [row.split("|")[2].strip() for row in rows]
    assert areas == ["1.000", "not measurable", "not measurable", "not measurable"]
    assert rows[1] == "| nobody | not measurable | none | none | none | none |"


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        (AGES, "half of the 18- to 24-year-olds reach 0.200, and 1 % of those over 25 reach 0.100"),
        (np.array([8, 15, 16, 40]), "nobody is 18 to 24, and 1 % of those over 25 reach 0.100"),
        (np.array([8, 15, 21, 22]), "half of the 18- to 24-year-olds reach 0.150, and nobody is over 25"),
    ],
)
def test_a_threshold_that_nobody_is_there_for_is_not_measured(ages: Any, said: str) -> None:
    assert figures.thresholds(SCORES, ages) == said
