"""The target that a threshold is chosen for, and the choice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.evaluation.intervals import Z
from screening.finding import ScreeningError

# For targets that imply no number: enough to know a share to within about an eighth.
AT_LEAST = 35
# The number of decimals in a threshold.
DECIMALS = 3
Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]


class TuneError(ScreeningError):
    """A threshold cannot be chosen, or cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The target for a threshold: one of these three.

    Attributes:
        recall: find at least this share of what is there; the threshold is the highest that does.
        flag_rate: hold at most this share of the other pictures; the threshold is the lowest that does.
        costs: of a miss and of a wrong hold; the threshold minimises their sum.
    """

    recall: float | None = None
    flag_rate: float | None = None
    costs: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.recall, self.flag_rate, self.costs) if value is not None]
        if len(given) != 1:
            raise TuneError("name one target: --recall, --flag-rate, or --cost-miss with --cost-hold")
        for share in (self.recall, self.flag_rate):
            if share is not None and not 0 < share < 1:
                raise TuneError(f"a recall or flag rate is between 0 and 1, not {share:g}")
        if self.costs and min(self.costs) <= 0:
            raise TuneError("the costs of a miss and of a hold must be greater than 0")

    @property
    def needed(self) -> tuple[int, int]:
        """How many pictures that show it, and that do not, each half needs.

        Enough that the 95% interval reaches the target if every one is judged correctly: with n hits of n Wilson's
        lower end is n / (n + z²).
        """
        if self.recall is not None:
            return math.ceil(Z * Z * self.recall / (1 - self.recall)), 1
        if self.flag_rate is not None:
            return 1, math.ceil(Z * Z * (1 - self.flag_rate) / self.flag_rate)
        return AT_LEAST, AT_LEAST

    @property
    def aim(self) -> str:
        """The target in words."""
        if self.recall is not None:
            return f"recall {self.recall:g}"
        if self.flag_rate is not None:
            return f"flag rate {self.flag_rate:g}"
        return "costs of {:g} a miss and {:g} a hold".format(*self.costs or ())

    def choose(self, score: Scores, shown: Truth) -> float:
        """The threshold from which a picture is held; scores are NaN where nothing was found.

        Raises:
            TuneError: if no threshold reaches the target.
        """
        candidates = np.unique(np.floor(score[~np.isnan(score)] * 10**DECIMALS) / 10**DECIMALS)[::-1]
        if not len(candidates):
            raise TuneError("nothing was found in any of the labelled pictures, so there is no threshold to choose")
        found = np.array([(score[shown] >= limit).sum() for limit in candidates])
        wrong = np.array([(score[~shown] >= limit).sum() for limit in candidates])
        positives, negatives = int(shown.sum()), int((~shown).sum())
        if self.recall is not None:
            enough = np.flatnonzero(found >= self.recall * positives)
            if not len(enough):
                raise TuneError(
                    f"recall {self.recall:g} is out of reach: at any threshold at most {found[-1]} of {positives} are "
                    "found; in the others the stage sees nothing at all"
                )
            return float(candidates[enough[0]])
        if self.flag_rate is not None:
            few = np.flatnonzero(wrong <= self.flag_rate * negatives)
            if not len(few):
                raise TuneError(f"flag rate {self.flag_rate:g} is out of reach: the surest findings are wrong ones")
            return float(candidates[few[-1]])
        miss, hold = self.costs or (1.0, 1.0)
        return float(candidates[int(np.argmin(miss * (positives - found) + hold * wrong))])
