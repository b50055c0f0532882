"""What every threshold would find and wrongly hold, from stored findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from screening.analysis import wanted
from screening.evaluation.evaluate import screened
from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Thresholds

if TYPE_CHECKING:
    import pandas as pd


def sweep(score: ArrayLike, shown: ArrayLike) -> pd.DataFrame:
    """One row for each score as a threshold, the highest first.

    Args:
        score: (pictures,) each picture's highest score for the rule, 0 to 1, NaN where nothing was found.
        shown: (pictures,) whether each picture shows what the rule forbids.

    Returns:
        threshold, and at or above it: found, recall with its 95% interval, wrongly_held, flag_rate, precision. A rate
        with a zero denominator is NaN.

    Raises:
        AnalysisError: if pandas is not installed.
        ValueError: if the two differ in length.
    """
    with wanted():
        import pandas as pd

    ranked, truth = np.asarray(score, np.float64), np.asarray(shown, np.bool_)
    if ranked.shape != truth.shape or ranked.ndim != 1:
        raise ValueError(f"scores of shape {ranked.shape} and answers of shape {truth.shape} do not belong together")
    positives, negatives = int(truth.sum()), int((~truth).sum())
    seen = ~np.isnan(ranked)
    order = np.argsort(-ranked[seen], kind="stable")
    ranked, truth = ranked[seen][order], truth[seen][order]
    last = np.flatnonzero(np.diff(ranked, append=-np.inf))  # the last of several pictures with the same score
    found, wrong = np.cumsum(truth)[last], np.cumsum(~truth)[last]
    intervals = np.array([wilson(int(hits), positives) for hits in found]).reshape(-1, 2)
    return pd.DataFrame(
        {
            "threshold": ranked[last],
            "found": found,
            "recall": found / (positives or np.nan),
            "recall_low": intervals[:, 0],
            "recall_high": intervals[:, 1],
            "wrongly_held": wrong,
            "flag_rate": wrong / (negatives or np.nan),
            "precision": found / (found + wrong),
        }
    )


def scores(
    labels: Sequence[Label], photos: Sequence[PhotoReport], about: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The arguments of `sweep`: the highest score of each picture labelled for a rule or kind, and whether it is there.

    A stage stores nothing below its own minimum score, so a picture may have NaN although it would count at a lower
    threshold. Findings that the policy only notes, whatever their score, do not count for their rule.

    Raises:
        LabelError: if a label names a picture that was not screened.
    """
    group = [label for label in labels if label.about == about]
    known = screened(group, photos)
    best = [
        max((j.finding.score for j in known[one.file].judgements if _counts(j, about)), default=np.nan) for one in group
    ]
    return np.array(best, np.float64), np.array([one.present for one in group], np.bool_)


def _counts(judgement: Judgement, about: str) -> bool:
    """Whether a finding is of the kind, or falls under the rule and can be held for it."""
    noted = judgement.thresholds == Thresholds()
    return judgement.finding.is_a(about) or (judgement.rule == about and not noted)
