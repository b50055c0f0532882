"""The figures: what is drawn is what was counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from screening.analysis import AnalysisError
from screening.evaluation import plots
from screening.evaluation.sweep import sweep
from screening.evaluation.tables import by_group
from tests.small_report import REPORT

SCORE = [0.9, 0.7, np.nan, 0.6, 0.2, np.nan]
SHOWN = [True, True, True, False, False, False]


def legend(ax: Axes) -> list[str]:
    """What the legend says."""
    found = ax.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


@pytest.fixture(autouse=True)
def unseen() -> Iterator[None]:
    """Figures are drawn to nowhere, and closed; no setting is changed by any of them."""
    before = plt.get_backend()
    plt.switch_backend("agg")
    settings = dict(mpl.rcParams)
    yield
    assert {name: value for name, value in mpl.rcParams.items() if settings[name] != value} == {}
    plt.close("all")
    plt.switch_backend(before)


def test_the_curve_goes_through_every_threshold() -> None:
    table = sweep(SCORE, SHOWN)
    ax = plots.recall_against_flag_rate(table, threshold=0.65, label="ours")
    curve, dot = ax.get_lines()
    assert np.asarray(curve.get_xdata()) == pytest.approx(table["flag_rate"].to_numpy())
    assert np.asarray(curve.get_ydata()) == pytest.approx(table["recall"].to_numpy())
    assert np.asarray(dot.get_xydata()) == pytest.approx(np.array([[0, 2 / 3]])), "the lowest score held is 0.7"
    (band,) = ax.collections
    drawn = np.asarray(band.get_paths()[0].vertices)[:, 1]
    assert (drawn.min(), drawn.max()) == pytest.approx((table.recall_low.min(), table.recall_high.max()))
    assert ax.get_xlabel().startswith("flag rate")
    assert ax.get_ylabel().startswith("recall")


def test_a_threshold_above_every_score_has_no_dot() -> None:
    assert len(plots.recall_against_flag_rate(sweep(SCORE, SHOWN), threshold=0.95).get_lines()) == 1


def test_each_picture_with_a_score_stands_in_the_histogram_once() -> None:
    ax = plots.score_histogram(SCORE, SHOWN, threshold=0.5)
    shown, others = ax.containers
    assert [sum(bar.get_height() for bar in bars) for bars in (shown, others)] == [2, 2]
    assert [bar.get_x() for bar in shown if bar.get_height()] == pytest.approx([0.7, 0.9])
    assert legend(ax) == [
        "shows it: 3, of which 1 without a finding",
        "does not: 3, of which 1 without a finding",
        "threshold 0.50",
    ]


def test_a_group_is_a_bar_with_its_interval() -> None:
    table = by_group(SCORE, SHOWN, list("aabbbc"), threshold=0.5)
    ax = plots.recall_by_group(table)
    whiskers, bars = ax.containers
    assert [bar.get_height() for bar in bars] == [1, 0], "c shows none of it"
    ends = np.array([path.vertices for path in whiskers[2][0].get_paths()])[:, :, 1]
    assert ends == pytest.approx(table[["recall_low", "recall_high"]].to_numpy()[:2])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a\n2 pictures", "b\n1 picture"]


def test_verdicts_are_counted_by_rule() -> None:
    ax = plots.verdicts(REPORT)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["clear", "face", "number-plate"]
    clear, block, hold = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert (clear, block, hold) == ([1, 0, 0], [0, 0, 1], [0, 1, 0])
    assert legend(ax) == ["clear", "block", "hold"]


def test_a_figure_goes_onto_the_axes_that_it_is_given() -> None:
    _, axes = plt.subplots(1, 4)
    drawn = [
        plots.verdicts(REPORT, ax=axes[0]),
        plots.score_histogram(SCORE, SHOWN, ax=axes[1]),
        plots.recall_against_flag_rate(sweep(SCORE, SHOWN), ax=axes[2]),
        plots.recall_by_group(by_group(SCORE, SHOWN, SHOWN, threshold=0.5), ax=axes[3]),
    ]
    assert drawn == list(axes)
    assert len(plt.get_fignums()) == 1


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(AnalysisError, match=r'matplotlib; install "screening\[analysis\]"'):
        plots.score_histogram(SCORE, SHOWN)
