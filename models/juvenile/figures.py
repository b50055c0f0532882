"""What the card says of the juvenile network: shares with counts and Wilson intervals, by age, gender and ethnicity."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.ranking import area
from screening.evaluation.intervals import told

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BANDS = ((0, 5), (6, 9), (10, 12), (13, 15), (16, 17), (18, 20), (21, 24), (25, 29), (30, 39), (40, 59), (60, 120))
GENDERS = ("male", "female")
ETHNICITIES = ("White", "Black", "Asian", "Indian", "other")


def share(flagged: Mask) -> str:
    """A share, its interval and its count, for a table."""
    return told(int(flagged.sum()), len(flagged), digits=2)


def by_age(score: Floats, age: NDArray[np.int64], hold: float, block: float) -> Iterator[str]:
    """A Markdown table: for each age band the share held or blocked, and the share blocked."""
    yield "| age | held or blocked | blocked |"
    yield "|---|---|---|"
    for low, high in BANDS:
        here = score[(age >= low) & (age <= high)]
        name = f"{low}-{high}" if high < 100 else f"{low} and over"
        yield f"| {name} | {share(here >= hold)} | {share(here >= block)} |"


def by_group(score: Floats, age: NDArray[np.int64], groups: dict[str, Mask], hold: float) -> Iterator[str]:
    """A Markdown table: for each group the area under the curve and the shares held at ages that matter."""
    bands = {"10-17": (10, 17), "13-17": (13, 17), "18-24": (18, 24), "30 and over": (30, 120)}
    yield "| group | area under the curve | " + " | ".join(bands) + " |"
    yield "|---" * (len(bands) + 2) + "|"
    for name, mask in groups.items():
        shares = (share(score[mask & (age >= low) & (age <= high)] >= hold) for low, high in bands.values())
        yield f"| {name} | {area(age[mask] < 18, score[mask])} | " + " | ".join(shares) + " |"


def by_measure(
    name: str, score: Floats, age: NDArray[np.int64], values: Floats, edges: tuple[float, ...], hold: float
) -> Iterator[str]:
    """A Markdown table: how well age is told by a measure of the picture."""
    yield f"| {name} | area under the curve | 13-17 held | 30 and over held |"
    yield "|---|---|---|---|"
    for low, high in zip((-math.inf, *edges), (*edges, math.inf), strict=True):
        mask = (values >= low) & (values < high)
        teens, grown = mask & (age >= 13) & (age <= 17), mask & (age >= 30)
        if teens.any() and grown.any():
            ends = {-math.inf: f"below {high:g}", edges[-1]: f"{low:g} and over"}
            band = ends.get(low, f"{low:g} to {high:g}")
            whole = area(age[mask] < 18, score[mask])
            yield f"| {band} | {whole} | {share(score[teens] >= hold)} | {share(score[grown] >= hold)} |"


def by_picture(score: Floats, child: Mask, picture: NDArray[np.int64], hold: float) -> Iterator[str]:
    """A Markdown section: of the pictures of crowds, how many with a child and how many without are held."""
    yield "### Crowds, the pictures of `test` in faces/"
    yield ""
    yield "| from which score | pictures with a child held | pictures with adults only held | children | adults |"
    yield "|---|---|---|---|---|"
    numbers = np.unique(picture)
    highest = np.array([score[picture == number].max() for number in numbers])
    has_child = np.array([child[picture == number].any() for number in numbers])
    for least in sorted({0.04, hold, 0.1, 0.15, 0.3, 0.6}):
        pictures = (share(highest[has_child] >= least), share(highest[~has_child] >= least))
        yield (
            f"| {least:.2f} | "
            + " | ".join((*pictures, share(score[child] >= least), share(score[~child] >= least)))
            + " |"
        )


def thresholds(score: Floats, age: NDArray[np.int64]) -> str:
    """The scores from which one would hold and block: what half of the 18- to 24-year-olds reach, the price of missing
    few teenagers, and what 1 % of the over-25s do."""
    young, grown = score[(age >= 18) & (age < 25)], score[age >= 25]
    half = f"half of the 18- to 24-year-olds reach {np.median(young):.3f}" if len(young) else "nobody is 18 to 24"
    few = f"1 % of those over 25 reach {np.quantile(grown, 0.99):.3f}" if len(grown) else "nobody is over 25"
    return f"{half}, and {few}"
