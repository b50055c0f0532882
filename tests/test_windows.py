"""Windows: whatever is wanted lies well inside one of them, or the whole is looked at."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from screening.photo.windows import WORTHWHILE, spread, wider, windows

SIDES = some.tuples(some.integers(1, 60), some.integers(1, 60))


@given(
    SIDES,
    some.lists(some.integers(4, 30), min_size=1, max_size=3).map(sorted),
    some.integers(0, 2),
    some.lists(some.tuples(*[some.integers(0, 59)] * 2)),
)
def test_all_that_is_wanted_lies_within_what_some_window_answers_for(
    shape: tuple[int, int], sides: list[int], margin: int, places: list[tuple[int, int]]
) -> None:
    wanted = np.zeros(shape, np.bool_)
    for row, column in places:
        wanted[row % shape[0], column % shape[1]] = True
    found = windows(wanted, sides=sides, margin=margin)
    if found is None:
        assert min(shape) < sides[-1] or wanted.any()
        return
    seen = np.zeros(shape, np.bool_)
    for one in found:
        assert one.side in sides
        for first, length, span in ((one.top, shape[0], one.rows), (one.left, shape[1], one.columns)):
            assert 0 <= first <= length - one.side
            # well inside, but where the look itself ends
            assert span.start == (first + margin if first else 0)
            assert span.stop == (length if first == length - one.side else first + one.side - margin)
        seen[one.rows, one.columns] = True
    assert not (wanted & ~seen).any()
    assert sum(one.side**2 for one in found) <= WORTHWHILE * shape[0] * shape[1]


def test_nothing_wanted_needs_no_window_and_everything_wanted_the_whole() -> None:
    nothing = np.zeros((50, 70), np.bool_)
    assert windows(nothing, sides=(20,), margin=2) == []
    assert windows(~nothing, sides=(20,), margin=2) is None
    one = nothing.copy()
    one[30, 40] = True
    assert len(windows(one, sides=(20,), margin=2) or []) == 1
    # two places far from each other, and two that one window shows
    one[2, 2] = True
    assert len(windows(one, sides=(20,), margin=2) or []) == 2
    one[2, 2], one[33, 45] = False, True
    assert len(windows(one, sides=(20,), margin=2) or []) == 1


def test_a_small_place_gets_a_small_window_and_a_large_one_a_large_window() -> None:
    wanted = np.zeros((50, 70), np.bool_)
    wanted[10, 10] = True
    assert [one.side for one in windows(wanted, sides=(12, 20), margin=2) or []] == [12]
    wanted[8:24, 30:46] = True
    assert sorted(one.side for one in windows(wanted, sides=(12, 20), margin=2) or []) == [12, 20]


def test_a_look_smaller_than_a_window_is_seen_whole() -> None:
    assert windows(np.zeros((19, 70), np.bool_), sides=(12, 20), margin=2) is None


def test_wanted_cells_grow_and_are_found_on_a_finer_grid() -> None:
    wanted = np.zeros((5, 7), np.bool_)
    wanted[2, 3] = True
    assert [tuple(place) for place in np.argwhere(wider(wanted))] == [(r, c) for r in (1, 2, 3) for c in (2, 3, 4)]
    fine = spread(wanted, (9, 12), 1.7)
    rows, columns = np.nonzero(fine)
    # 2 to 3 times 1.7 is 3.4 to 5.1, 3 to 4 times 1.7 is 5.1 to 6.8: every cell that this touches
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 5, 5, 6)
    assert spread(wanted, (3, 4), 1.7).sum() == 0, "what lies beyond the other grid is not on it"
