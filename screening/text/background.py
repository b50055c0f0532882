"""What a line of text is printed on: a sign of its own with an edge, like a plate, or just some surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats
from screening.photo.photo import Photo
from screening.text.lines import Line

# The line, with a margin of its own height, warped upright to this line height: enough to see where a sign ends.
HIGH = 16
LONGEST = 24
# The strip right outside the line, on that scale.
NEAR = 3
# The greatest distance (CIE Lab) between two colours of one surface.
SAME = 22.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The surface behind a line of text.

    Attributes:
        light: its lightness, 0 to 100.
        redness: how red (above 0) or green it is, in CIE Lab.
        yellowness: how yellow (above 0) or blue it is, in CIE Lab.
        contrast: how much lighter (above 0) or darker the characters are.
        plain: the share of the pixels between the characters that are of this colour.
        ends: above, below, left and right of the line, how surely the surface ends within a line's height, 0 to 1.
    """

    light: float
    redness: float
    yellowness: float
    contrast: float
    plain: float
    ends: tuple[float, float, float, float]

    @property
    def apart(self) -> float:
        """How surely this is a separate sign: the surface ends on every side."""
        return float(np.mean(self.ends))


def ground(photo: Photo, line: Line) -> Ground:
    """Measures the surface behind a line of text."""
    lab = _warped(photo, line)
    inner = lab[HIGH : 2 * HIGH, HIGH : lab.shape[1] - HIGH]
    dark, light = _two_tones(inner[:, :, 0])
    # just outside the line's box there is only the surface, unless the sign is no higher than its characters
    middle = (dark + light) / 2
    near = lab[HIGH - NEAR : 2 * HIGH + NEAR, HIGH - NEAR : lab.shape[1] - HIGH + NEAR, 0] > middle
    rim = np.concatenate([near[:NEAR].ravel(), near[-NEAR:].ravel(), near[:, :NEAR].ravel(), near[:, -NEAR:].ravel()])
    share = (float(rim.mean()) + float(np.mean(inner[:, :, 0] > middle))) / 2
    surface = light if share >= 0.5 else dark
    own = (inner[:, :, 0] > middle) == (surface == light)
    colour = np.median(inner[own], axis=0) if own.any() else inner.reshape(-1, 3).mean(axis=0)
    other = np.median(inner[~own], axis=0) if (~own).any() else colour
    same = np.linalg.norm(lab - colour, axis=2) < SAME
    return Ground(
        light=float(colour[0]),
        redness=float(colour[1]),
        yellowness=float(colour[2]),
        contrast=float(other[0] - colour[0]),
        plain=float(same[HIGH : 2 * HIGH, HIGH:-HIGH][own].mean()) if own.any() else 0.0,
        ends=_ends(same),
    )


def _warped(photo: Photo, line: Line) -> Floats:
    import cv2

    width = max(HIGH // 2, min(round(HIGH * line.length / max(line.height, 1.0)), HIGH * LONGEST))
    target = np.array(((0, 0), (width, 0), (width, HIGH), (0, HIGH)), np.float32) + HIGH
    turn = cv2.getPerspectiveTransform(np.array(line.points, np.float32), target)
    size = width + 2 * HIGH, 3 * HIGH
    warped = cv2.warpPerspective(photo.rgb, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(warped.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _two_tones(lightness: Floats) -> tuple[float, float]:
    """The two lightness values that explain the pixels best, the darker first."""
    dark, light = float(np.percentile(lightness, 5)), float(np.percentile(lightness, 95))
    for _ in range(6):
        lower = lightness < (dark + light) / 2
        if not lower.any() or lower.all():
            break
        dark, light = float(lightness[lower].mean()), float(lightness[~lower].mean())
    return dark, light


def _ends(same: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """For each side, the largest share of a parallel strip that has another colour."""
    rows, columns = same.mean(axis=1, where=_band(same, axis=1)), same.mean(axis=0, where=_band(same, axis=0))
    above, below = 1 - rows[:HIGH].min(), 1 - rows[2 * HIGH :].min()
    left, right = 1 - columns[:HIGH].min(), 1 - columns[-HIGH:].min()
    return float(above), float(below), float(left), float(right)


def _band(same: NDArray[np.bool_], *, axis: int) -> NDArray[np.bool_]:
    """The pixels beside the line, without the corners."""
    band = np.zeros_like(same)
    if axis == 1:
        band[:, HIGH:-HIGH] = True
    else:
        band[HIGH : 2 * HIGH] = True
    return band
