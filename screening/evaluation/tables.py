"""The figures on labelled pictures as plain pandas tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from screening.analysis import wanted
from screening.evaluation import evaluate as counted
from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label
from screening.photo_report import PhotoReport
from screening.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


def evaluate(labels: Sequence[Label], photos: Sequence[PhotoReport], policy: Policy) -> pd.DataFrame:
    """What a policy finds, misses and wrongly holds among labelled pictures that it has judged: one row per rule or
    kind.

    Returns:
        about, positives, negatives, found, wrongly_held, and recall, flag_rate and precision, each followed by its 95%
        interval (`recall_low`, `recall_high`). Then box_recall and box_precision, for boxes instead of pictures. A rate
        with a zero denominator is NaN.

    Raises:
        AnalysisError: if pandas is not installed.
        LabelError: if a label names a picture that was not screened, or neither a rule nor a kind of the policy.
    """
    with wanted():
        import pandas as pd

    rows = []
    for one in counted.evaluate(labels, photos, policy):
        found, wrong = one.positives - len(one.missed), len(one.wrongly_held)
        counts = {"positives": one.positives, "negatives": one.negatives, "found": found, "wrongly_held": wrong}
        shares = {
            "recall": (found, one.positives),
            "flag_rate": (wrong, one.negatives),
            "precision": (found, found + wrong),
            "box_recall": (one.boxes.found, one.boxes.labelled) if one.boxes else (0, 0),
            "box_precision": (one.boxes.found, one.boxes.found + one.boxes.wrong) if one.boxes else (0, 0),
        }
        rows.append({"about": one.about} | counts | _shares(shares))
    return pd.DataFrame(rows)


def by_group(score: ArrayLike, shown: ArrayLike, group: ArrayLike, *, threshold: float) -> pd.DataFrame:
    """What a threshold finds and wrongly holds in each group of pictures, so that groups can be compared.

    Args:
        score: (pictures,) each picture's highest score for the rule, 0 to 1, NaN where nothing was found.
        shown: (pictures,) whether each picture shows what the rule forbids.
        group: (pictures,) the group that each belongs to.
        threshold: the score from which a picture is held.

    Returns:
        One row per group, sorted: group, positives, negatives, found, wrongly_held, and recall and flag_rate, each
        followed by its 95% interval. A rate with a zero denominator is NaN.

    Raises:
        AnalysisError: if pandas is not installed.
        ValueError: if the three differ in length, or a group is missing.
    """
    with wanted():
        import pandas as pd

    best, truth, groups = np.asarray(score, np.float64), np.asarray(shown, np.bool_), np.asarray(group)
    if not best.shape == truth.shape == groups.shape or best.ndim != 1:
        raise ValueError(
            f"scores, answers and groups of shapes {best.shape}, {truth.shape}, {groups.shape} do not belong together"
        )
    if pd.isna(groups).any():
        raise ValueError("a picture has no group; leave it out, or give it one")
    held = best >= threshold  # NaN is below every threshold
    rows = []
    for name in np.unique(groups).tolist():
        here = groups == name
        positives, negatives = _count(here & truth), _count(here & ~truth)
        found, wrong = _count(here & truth & held), _count(here & ~truth & held)
        counts = {"positives": positives, "negatives": negatives, "found": found, "wrongly_held": wrong}
        shares = _shares({"recall": (found, positives), "flag_rate": (wrong, negatives)})
        rows.append({"group": name} | counts | shares)
    return pd.DataFrame(rows)


def _count(which: NDArray[np.bool_]) -> int:
    return int(which.sum())


def _shares(pairs: dict[str, tuple[int, int]]) -> dict[str, float]:
    """Each share of (hits, of), followed by its interval."""
    columns: dict[str, float] = {}
    for name, (hits, of) in pairs.items():
        low, high = wilson(hits, of)
        columns |= {name: hits / of if of else np.nan, f"{name}_low": low, f"{name}_high": high}
    return columns
