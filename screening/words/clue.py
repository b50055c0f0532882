"""What words tell of what they stand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clue:
    """What some words tell: the finding's kind, how sure that is, and in words."""

    kind: str
    score: float
    evidence: str
