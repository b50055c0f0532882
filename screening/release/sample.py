"""A sample of the clear pictures for a person to check, to estimate how many the stages miss."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.run.decision import Action, Decision

# What a person does with a clear picture that shows something after all.
SEEN = (Action.REJECT, Action.DRAW)


def sample(photos: Sequence[PhotoReport], share: float, *, salt: str) -> frozenset[str]:
    """The SHA-256 of a share of the clear pictures, rounded up: chosen by the salt and their bytes alone.

    Args:
        photos: a run's pictures, judged.
        share: 0 to 1.
        salt: the run's own, so that no picture is in every sample or in none.
    """
    clear = {photo.sha256 for photo in photos if photo.screened and photo.verdict is Verdict.CLEAR}
    drawn = sorted(clear, key=lambda sha256: hashlib.sha256(f"{salt} {sha256}".encode()).digest())
    return frozenset(drawn[: math.ceil(share * len(clear))])


def missed(chosen: frozenset[str], current: Sequence[Decision]) -> tuple[int, int]:
    """In how many pictures of a sample a person saw something, and how many they looked at."""
    said = [one for one in current if one.sha256 in chosen and one.action in (Action.AGREE, *SEEN)]
    saw = {one.sha256 for one in said if one.action in SEEN}
    return len(saw), len({one.sha256 for one in said})
