"""The interval of a share."""

from __future__ import annotations

import pytest

from screening.evaluation.intervals import told, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 2, 0.0945, 0.9055)],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("hits", "of"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_no_share_has_no_interval(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        wilson(hits, of)


def test_a_share_is_told_with_its_counts_and_its_interval() -> None:
    assert told(57, 60) == "0.950 (57 of 60, 0.863-0.983)"
    assert told(1, 2, digits=2) == "0.50 (1 of 2, 0.09-0.91)"
    assert told(0, 0) == "none"
