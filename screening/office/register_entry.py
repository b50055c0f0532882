"""One person of a register of faces: who it is, what they permitted, and how their face is recognised."""

from __future__ import annotations

import base64
import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screening.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person.

    Attributes:
        id: its number, which the log and reports may name.
        name: who it is; never in a report or a log.
        reference: of the release form, or of the case.
        parental: whether a parent or guardian gave permission.
        adult: whether the office knows that this is an adult.
        expires: the last day on which it lifts anything, as ISO 8601, or "".
        scope: what the release is for, shown to the reviewer.
        added: the day it was recorded.
        embeddings: of the photos, float32 in base64, 128 numbers each.
    """

    id: str
    name: str = field(repr=False)
    reference: str
    parental: bool = False
    adult: bool = False
    expires: str = ""
    scope: str = ""
    added: str = ""
    embeddings: tuple[str, ...] = field(repr=False)

    def expired(self, today: datetime.date) -> bool:
        """Whether its last day is over."""
        return bool(self.expires) and datetime.date.fromisoformat(self.expires) < today

    def vectors(self) -> Floats:
        """The embeddings as an array of shape (photos, 128)."""
        import numpy as np  # the gate compares states and needs none of it

        return np.array([np.frombuffer(base64.b64decode(one), "<f4") for one in self.embeddings], np.float32)


def packed(embedding: Floats) -> str:
    """An embedding as an entry keeps it."""
    return base64.b64encode(embedding.astype("<f4").tobytes()).decode()
