"""Of things that are the same the best is kept."""

from __future__ import annotations

from screening.duplicates import keep_best


def test_what_is_the_same_as_a_better_one_goes() -> None:
    # numbers no more than 2 apart are the same; 5 goes by 4, so that 7 is not gone by 5
    assert keep_best([4, 5, 7, 1, 4], lambda one, better: abs(one - better) <= 2) == [4, 7, 1]


def test_the_better_one_comes_second() -> None:
    # a part of a better word goes, a word around it stays
    assert keep_best(["card", "car", "cards"], lambda one, better: one in better) == ["card", "cards"]
