"""A clue from words to what they are printed on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clue:
    """What some words reveal: a finding's kind, score and evidence."""

    kind: str
    score: float
    evidence: str
