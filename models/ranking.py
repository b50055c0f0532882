"""How well scores separate one class from another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shown = NDArray[np.bool_] | Sequence[bool]
Scores = NDArray[Any] | Sequence[float]


def area_under(shown: Shown, scores: Scores) -> float | None:
    """The area under the ROC curve; None if all are positive or all negative, so that there is nothing to separate."""
    from sklearn.metrics import roc_auc_score

    wanted = np.asarray(shown, bool)
    if not wanted.any() or wanted.all():
        return None
    return float(roc_auc_score(wanted, np.asarray(scores)))


def area(shown: Shown, scores: Scores, *, digits: int = 3) -> str:
    """The same for a table: "0.912", or "not measurable"."""
    known = area_under(shown, scores)
    return "not measurable" if known is None else f"{known:.{digits}f}"
