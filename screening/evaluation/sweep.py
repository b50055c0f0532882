"""What every threshold would find and wrongly hold, from findings that are stored already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from screening.evaluation.intervals import wilson
from screening.finding import ScreeningError

if TYPE_CHECKING:
    import pandas as pd


class AnalysisError(ScreeningError, ImportError):
    """A library of the extra `analysis` is missing."""


def sweep(scores: ArrayLike, shown: ArrayLike) -> pd.DataFrame:
    """One row for each score as the threshold, the highest first.

    Args:
        scores: (pictures,) each picture's highest score for the rule, 0 to 1, NaN where nothing was found.
        shown: (pictures,) whether each picture shows what the rule forbids.

    Returns:
        threshold, and at or above it: found, recall with its 95 % interval, wrongly_held, flag_rate, precision. A rate
        of nothing is NaN.

    Raises:
        AnalysisError: if pandas is not installed.
        ValueError: if the two differ in length.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise AnalysisError('this needs pandas; install "screening[analysis]"') from error

    score, truth = np.asarray(scores, np.float64), np.asarray(shown, np.bool_)
    if score.shape != truth.shape or score.ndim != 1:
        raise ValueError(f"scores of shape {score.shape} and answers of shape {truth.shape} do not belong together")
    positives, negatives = int(truth.sum()), int((~truth).sum())
    seen = ~np.isnan(score)
    order = np.argsort(-score[seen], kind="stable")
    score, truth = score[seen][order], truth[seen][order]
    last = np.flatnonzero(np.diff(score, append=-np.inf))  # of several pictures with one score
    found, wrong = np.cumsum(truth)[last], np.cumsum(~truth)[last]
    intervals = np.array([wilson(int(hits), positives) for hits in found]).reshape(-1, 2)
    return pd.DataFrame(
        {
            "threshold": score[last],
            "found": found,
            "recall": found / (positives or np.nan),
            "recall_low": intervals[:, 0],
            "recall_high": intervals[:, 1],
            "wrongly_held": wrong,
            "flag_rate": wrong / (negatives or np.nan),
            "precision": found / (found + wrong),
        }
    )
