"""One person on a register of faces: who it is, what they agreed to, and how their face is recognised."""

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
        id: the entry's number, which the log and reports may name.
        name: the person's name; never in a report or a log.
        reference: of the release form, or of the case.
        parental: whether a parent or guardian gave permission.
        adult: whether the office knows that the person is an adult.
        expires: the last day on which it is valid, as ISO 8601, or "".
        scope: what the release is for, shown to the reviewer.
        added: the day it was recorded.
        embeddings: of the faces in the photos, float32 in base64, 128 numbers each.
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
        """Whether its last day has passed."""
        return bool(self.expires) and datetime.date.fromisoformat(self.expires) < today

    def vectors(self) -> Floats:
        """The embeddings as an array of shape (photos, 128)."""
        import numpy as np  # the gate, which only compares states, does not need it

        return np.array([np.frombuffer(base64.b64decode(one), "<f4") for one in self.embeddings], np.float32)


def packed(embedding: Floats) -> str:
    """An embedding as an entry stores it."""
    return base64.b64encode(embedding.astype("<f4").tobytes()).decode()
