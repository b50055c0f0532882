"""Confidence intervals: how far a share counted on a few pictures may be from the true one."""

from __future__ import annotations

import math

# 95% of a normal distribution is within this many standard deviations of its mean.
Z = 1.96


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95% score interval of a share (E. B. Wilson, 1927); 0 to 1 where nothing was counted.

    Raises:
        ValueError: if there are more hits than counted, or fewer than none.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is not a share")
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def told(hits: int, of: int, *, digits: int = 3) -> str:
    """A share with its counts and its 95% interval, for a table or a line of print: "0.950 (57 of 60, 0.863-0.983)".

    Raises:
        ValueError: if there are more hits than counted, or fewer than none.
    """
    low, high = wilson(hits, of)
    return f"{hits / of:.{digits}f} ({hits} of {of}, {low:.{digits}f}-{high:.{digits}f})" if of else "none"
