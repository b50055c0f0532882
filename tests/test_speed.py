"""The command that times screening compares like with like, and says what has become slower."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from benchmarks.speed import median_interval, ratios, slower
from tests import PATIENCE
from tests.conftest import ROOT


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


def test_the_command_times_every_part() -> None:
    command = [sys.executable, "-m", "benchmarks.speed", "--photos", "1", "--rounds", "1", "--megapixels", "0.3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^\| (\S[^|]*) \| (\d+) \|", done.stdout, re.M))
    assert {"screening", "read and decode", "faces", "text", "documents", "floor"} <= set(rows)
    assert int(rows["floor"]) > 0
