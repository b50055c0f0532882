"""Readings of lines, and which of several readings of the same line is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screening.duplicates import keep_best
from screening.text.ppocr import Quad

# A reading this sure, of at least two characters, needs no second look.
CERTAIN = 0.9
# Of two readings of the same place the one with more characters, each this much better than chance, is kept.
CHANCE = 0.4
# Lines that share more of the smaller one than this are the same.
SAME = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """A line and its text.

    Attributes:
        quad: its corners, in pixels of the full picture, from the text's own top left.
        text: what was read.
        score: the reader's mean confidence in its characters.
    """

    quad: Quad
    text: str
    score: float

    @property
    def certain(self) -> bool:
        """Whether it needs no second look."""
        return self.score >= CERTAIN and len(self.text) > 1

    @property
    def worth(self) -> float:
        """Rates a reading, higher for a longer and surer text: a long guess is worth less than a sure word."""
        return float(len("".join(self.text.split())) * max(0.0, self.score - CHANCE) ** 1.5)


def missing(quads: Iterable[Quad], readings: Sequence[Reading]) -> list[Quad]:
    """The lines that have not been read with certainty, without those of which a part has."""
    certain = [reading.quad for reading in readings if reading.certain]
    return [quad for quad in quads if not any(quad.inside(one) > SAME for one in certain)]


def settle(readings: Iterable[Reading]) -> list[Reading]:
    """Each line once: of two readings of the same place, the better one."""
    best_first = sorted(readings, key=lambda reading: -reading.worth)
    return keep_best(best_first, lambda one, better: one.quad.covers(better.quad) > SAME)
