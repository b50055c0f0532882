"""How much each member of the ensemble counts, and what makes a probability of what they say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.juvenile.network import COVERED
from models.ranking import area_under

Floats = NDArray[np.float64]
# How much the looker may count, the readers together the rest.
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Weights:
    """What makes a score of what the members say, (..., 3): the readers' logit of being under 18, the looker's, and how
    surely a mask is seen.

    Attributes:
        looking: how much the looker counts, 0 to 1.
        slope, shift: of the logit, by which it becomes the one of a probability.
    """

    looking: float
    slope: float = 1.0
    shift: float = 0.0

    def mixed(self, said: Floats) -> Floats:
        """The logit as it is before it is calibrated."""
        return np.asarray((1 - self.looking) * said[..., 0] + self.looking * said[..., 1])

    def score(self, said: Floats) -> Floats:
        """The probability of being under 18."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * self.mixed(said) + self.shift - COVERED * said[..., 2]))))


def chosen(age: NDArray[np.int64], said: Floats) -> Weights:
    """The weights that suit some faces, from what the members say of their copies, (n, copies, 3).

    The first copy is the face as it is, those from the third on are spoilt: the looker's share is the one with the
    largest areas under the curve, of both alike.
    """

    def areas(share: float) -> float:
        logit = Weights(share).mixed(said)
        young = np.repeat(age < 18, said.shape[1] - 2)
        return (area_under(age < 18, logit[:, 0]) or 0.0) + (area_under(young, logit[:, 2:].ravel()) or 0.0)

    looking = max(SHARES, key=areas)
    return Weights(looking, *calibration(Weights(looking).mixed(said).ravel(), np.repeat(age, said.shape[1])))


def on_the_scale_of(before: Weights, weights: Weights, age: NDArray[np.int64], said: Floats) -> Weights:
    """Calibrated weights, so that the score means what it meant before, of the faces that calibrated them and what the
    members say of their copies, (n, copies, 3): it is as far from a probability, and thresholds can stay."""
    slope, shift = calibration(before.mixed(said).ravel(), np.repeat(age, said.shape[1]))
    factor = before.slope / slope
    return Weights(weights.looking, factor * weights.slope, factor * (weights.shift - shift) + before.shift)


def calibration(logit: Floats, age: NDArray[np.int64]) -> tuple[float, float]:
    """The slope and shift that make a logit the probability of being under 18, were all ages from 0 to 75 as common."""
    weight = np.where(age <= 75, 1 / np.bincount(age, minlength=121)[age], 0.0)
    weight /= weight.sum()
    young = age < 18

    def loss(x: Floats) -> float:
        z = x[0] * logit + x[1]
        return float((weight * (np.logaddexp(0, z) - young * z)).sum())

    slope, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(shift)
