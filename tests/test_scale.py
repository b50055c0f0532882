"""The simulation behind docs/scale.md: linear while actors are the bottleneck, and the driver's rate from then on."""

from __future__ import annotations

import pytest

from benchmarks.scale import rows, simulated


def test_few_cores_take_what_the_pictures_take() -> None:
    assert simulated(32_000, 10, each=0.5, driver=0.001) == pytest.approx(32_000 * 0.5 / 10, rel=0.05)


def test_many_cores_take_what_the_driver_takes() -> None:
    assert simulated(32_000, 1000, each=0.5, driver=0.01) == pytest.approx(32_000 * 0.01, rel=0.1)


def test_cost_grows_where_it_is_no_longer_linear() -> None:
    found = list(rows(200_000, each=0.5, driver=0.005))
    assert [cores for cores, *_ in found] == [16, 100, 400, 800, 1600, 3200]
    assert found[0][3] == pytest.approx(1, abs=0.02)
    assert found[-1][3] < 0.2
    assert all(hours * cores == pytest.approx(cost) for cores, hours, cost, _ in found)
