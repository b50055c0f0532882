"""The command that times screening compares like with like, and says what has become slower."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.contenders import Bench
from benchmarks.photographs import drawn
from benchmarks.speed import compete, median_interval, ratios, slower, table
from screening import config


def test_the_interval_of_a_median_goes_by_ranks() -> None:
    # of ten values the 2nd and the 9th hold the true median 97.9 % of the time, the 3rd and the 8th 89.1 %
    assert median_interval([float(value) for value in range(10, 0, -1)]) == (5.5, 2.0, 9.0)
    assert median_interval([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0)
    assert median_interval([1.0]) == (1.0, 1.0, 1.0)


def test_each_time_is_compared_with_that_of_the_same_picture_in_the_same_round() -> None:
    times = {"screening": [1.0, 10.0, 100.0], "other": [2.0, 20.0, 200.0]}
    assert ratios(times, "screening")["other"] == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(("now", "said"), [(1.05, 0), (1.2, 1), (0.5, 0)])
def test_what_takes_a_tenth_longer_than_recorded_is_said(now: float, said: int) -> None:
    times = {"floor": [1.0] * 6, "faces": [now] * 6, "wording": [0.004] * 6}
    recorded = {"drawn": {"faces": 1.0, "wording": 0.001}}  # next to nothing may double
    assert len(list(slower("drawn", times, recorded))) == said
    assert list(slower("never recorded", times, recorded)) == []


class Timed:
    """Stands for a bench: a first contender that takes a second, and a second one that takes two for its two parts."""

    def seconds(self, contender: str, path: Path) -> dict[str, float]:
        return {"screening": 1.0} if contender == "screening" else {"faces": 0.5, "floor": 1.5}


def test_a_table_has_a_row_for_each_part_of_each_contender() -> None:
    times = compete(Timed(), ("screening", "parts"), [Path("a"), Path("b")], rounds=3)
    assert {part: len(values) for part, values in times.items()} == {"screening": 6, "faces": 6, "floor": 6}
    assert list(table("drawn", times))[2:5] == [
        "| screening | 1000 | 1.000 (1.000-1.000) |",
        "| faces | 500 | 0.500 (0.500-0.500) |",
        "| floor | 1500 | 1.500 (1.500-1.500) |",
    ]


def test_every_stage_is_timed_in_a_process_of_its_own(tmp_path: Path) -> None:
    (path,) = drawn(tmp_path, 0.1, 1)
    bench = Bench()
    seconds = bench.seconds("parts", path)
    bench.stop()
    assert list(seconds) == ["read and decode", *(stage.name for stage in config.load().stages)]
    assert min(seconds.values()) >= 0
