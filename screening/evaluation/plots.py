"""Figures of a report and of an evaluation, drawn with matplotlib: one function for each, which returns its axes.

Each draws on the given axes or on a new figure, and does not change matplotlib's settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from screening.analysis import wanted
from screening.policy import Verdict
from screening.report import Report

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Distinguishable in print and by colour-blind people.
COLOURS: Mapping[Verdict, str] = {Verdict.CLEAR: "#0072b2", Verdict.HOLD: "#e69f00", Verdict.BLOCK: "#b2182b"}
SHOWN, NOT_SHOWN = "#b2182b", "#777777"


def verdicts(report: Report, *, ax: Axes | None = None) -> Axes:
    """How many pictures each rule blocks and holds, the strictest rule on top, and how many are clear."""
    with wanted():
        from matplotlib.ticker import MaxNLocator

    ax = ax or _axes()
    rules = sorted(report.rules.items(), key=lambda item: (item[1][Verdict.BLOCK], item[1][Verdict.HOLD]))
    names = ["clear", *(name for name, _ in rules)]
    clear = [report.verdicts[Verdict.CLEAR], *(0 for _ in rules)]
    blocked = [0, *(counts[Verdict.BLOCK] for _, counts in rules)]
    held = [0, *(counts[Verdict.HOLD] for _, counts in rules)]
    ax.barh(names, clear, color=COLOURS[Verdict.CLEAR], label="clear")
    ax.barh(names, blocked, color=COLOURS[Verdict.BLOCK], label="block")
    ax.barh(names, held, left=blocked, color=COLOURS[Verdict.HOLD], label="hold")
    ax.set(xlabel="pictures", title=f"{report.batch.name}: {len(report.photos)} pictures")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    return ax


def score_histogram(
    score: ArrayLike, shown: ArrayLike, *, threshold: float | None = None, ax: Axes | None = None
) -> Axes:
    """The distribution of scores of pictures that show something, against that of pictures that do not.

    Args:
        score: (pictures,) 0 to 1, NaN where nothing was found; these are counted in the legend.
        shown: (pictures,) whether each picture shows what the rule forbids.
        threshold: marked by a line.
        ax: where to draw.
    """
    ax = ax or _axes()
    best, truth = np.asarray(score, np.float64), np.asarray(shown, np.bool_)
    edges = [step / 20 for step in range(21)]
    for which, says, colour in ((truth, "shows it", SHOWN), (~truth, "does not", NOT_SHOWN)):
        here = best[which]
        label = f"{says}: {here.size}, of which {int(np.isnan(here).sum())} without a finding"
        ax.hist(here[~np.isnan(here)], bins=edges, color=colour, alpha=0.6, label=label)
    if threshold is not None:
        ax.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.2f}")
    ax.set(xlabel="highest score in the picture", ylabel="pictures", xlim=(0, 1))
    ax.legend()
    return ax


def recall_against_flag_rate(
    table: pd.DataFrame, *, threshold: float | None = None, label: str = "", ax: Axes | None = None
) -> Axes:
    """Recall against flag rate at every threshold (a ROC curve), with the 95% band of recall.

    Args:
        table: what `sweep` returns.
        threshold: marked by a dot: the row of the lowest score that it holds.
        label: names the curve, if several are drawn on the same axes.
        ax: where to draw.
    """
    ax = ax or _axes()
    (line,) = ax.step(table["flag_rate"], table["recall"], where="post", label=label or None)
    low, high = table["recall_low"], table["recall_high"]
    ax.fill_between(table["flag_rate"], low, high, step="post", color=line.get_color(), alpha=0.2)
    if threshold is not None and len(held := table[table["threshold"] >= threshold]):
        row = held.iloc[-1]
        ax.plot(row["flag_rate"], row["recall"], "o", color=line.get_color())
    ax.set(
        xlabel="flag rate: wrongly held, of those that do not show it", ylabel="recall: found, of those that show it"
    )
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    if label:
        ax.legend()
    return ax


def recall_by_group(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The recall of each group as a bar, with its 95% interval and the number of pictures behind it.

    Args:
        table: what `by_group` returns; a group without a picture that shows it has no bar.
        ax: where to draw.
    """
    ax = ax or _axes()
    known = table[table["positives"] > 0]
    places = np.arange(len(known))
    recall = known["recall"].to_numpy()
    reach = np.vstack([recall - known["recall_low"].to_numpy(), known["recall_high"].to_numpy() - recall])
    ax.bar(places, recall, yerr=reach.clip(min=0), capsize=4, color=COLOURS[Verdict.CLEAR])
    counts = [f"{count} picture{'' if count == 1 else 's'}" for count in known["positives"]]
    names = [f"{group}\n{count}" for group, count in zip(known["group"], counts, strict=True)]
    ax.set_xticks(places, names)
    ax.set(ylabel="recall, 95% interval", ylim=(0, 1.02))
    return ax


def _axes() -> Axes:
    """Axes on a new figure, which the notebook shows and nobody has to close.

    Raises:
        AnalysisError: if matplotlib is not installed.
    """
    with wanted():
        from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    return ax
