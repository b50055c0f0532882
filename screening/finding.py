"""A detector's result: a `Finding`, with a `Box` if it has a place.

Conventions, stated once: boxes are half-open, in whole pixels of the upright full-size picture; scores run from 0 to 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# Lower-case words joined by dots, general to particular: `vehicle.plate.uk`.
KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")

# Findings of these kinds are handed from stage to stage (a line of text, a vehicle) and never judged or reported.
OBSERVATION = "seen."


class ScreeningError(Exception):
    """The base of all our errors: the message is one line that we wrote, safe to print, and says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle in pixels of the upright full-size picture, right and bottom exclusive.

    Raises:
        ValueError: if it is empty or its sides are not whole numbers.
    """

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if not all(type(side) is int for side in (self.left, self.top, self.right, self.bottom)):
            raise ValueError(f"a box has whole-number sides, not {self!r}")
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError(f"a box has left < right and top < bottom, not {self!r}")

    @classmethod
    def around(cls, points: tuple[tuple[float, float], ...]) -> Box:
        """The smallest box of at least one pixel that contains the points, given as (x, y) in pixels."""
        xs, ys = zip(*points, strict=True)
        left, top = math.floor(min(xs)), math.floor(min(ys))
        return cls(left, top, max(math.ceil(max(xs)), left + 1), max(math.ceil(max(ys)), top + 1))

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, as (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def clip(self, width: int, height: int) -> Box | None:
        """The part inside a picture of that size, or None if there is none."""
        left, top = max(self.left, 0), max(self.top, 0)
        right, bottom = min(self.right, width), min(self.bottom, height)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def grow(self, across: float, down: float | None = None) -> Box:
        """This box made larger on every side by a fraction of its width and height; `down` is `across` unless given."""
        dx, dy = round(self.width * across), round(self.height * (across if down is None else down))
        return Box(self.left - dx, self.top - dy, self.right + dx, self.bottom + dy)

    def shift(self, dx: int, dy: int) -> Box:
        """This box moved right by `dx` and down by `dy` pixels."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def overlap(self, other: Box) -> int:
        """Pixels that both boxes cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across * down if across > 0 and down > 0 else 0

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.overlap(other)
        return shared / (self.area + other.area - shared)

    def inside(self, other: Box) -> float:
        """The share of this box that lies within the other, 0 to 1."""
        return self.overlap(other) / self.area

    def union(self, other: Box) -> Box:
        """The smallest box that contains both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a stage saw, safe to print.

    Attributes:
        kind: what it is, in dotted words from general to particular.
        score: how sure the stage is, 0 to 1; the stage defines what it is the probability of.
        evidence: what was seen, masked, in a few words for the report.
        box: where, or None for the whole file.
        text: what was read, in full; personal data, so left out of repr, logs and reports.
        points: corners of a line of text or a slanted thing (clockwise from its own top left) or landmarks of a face
            (left eye, right eye, nose, left and right mouth corner as seen in the picture), as (x, y) in pixels.
        stage: the name of the stage that made it; the pipeline fills it in.
        frame: which other picture of the same file it is in, as in `Photo.frame`; "" for the picture itself.

    Raises:
        ValueError: if the kind is not dotted words or the score is not between 0 and 1.
    """

    kind: str
    score: float
    evidence: str
    box: Box | None = None
    text: str = field(default="", repr=False)
    points: tuple[tuple[float, float], ...] = field(default=(), repr=False)
    stage: str = ""
    frame: str = ""

    def __post_init__(self) -> None:
        if not KIND.fullmatch(self.kind):
            raise ValueError(f"a kind is lower-case words joined by dots, not {self.kind!r}")
        if not 0.0 <= self.score <= 1.0:  # also refuses NaN
            raise ValueError(f"a score is between 0 and 1, {self.kind} has {self.score!r}")

    @property
    def observation(self) -> bool:
        """Whether this is only handed to later stages."""
        return self.kind.startswith(OBSERVATION)

    def is_a(self, kind: str) -> bool:
        """Whether this finding's kind is `kind` or one of its particulars."""
        return self.kind == kind or self.kind.startswith(kind + ".")


def boxes(found: Sequence[Finding], kind: str, *, least: float = 0.0) -> list[Box]:
    """The boxes of the findings of a kind with at least that score."""
    return [one.box for one in found if one.is_a(kind) and one.box is not None and one.score >= least]
