"""Faces of people, and how likely each can be recognised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.faces.finder import FaceFinder
from screening.finding import Finding
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces(FaceFinder):
    """Faces of people, also printed and drawn ones, and how likely each can be recognised.

    Attributes:
        recognisable: the score from which a face is called identifiable.
    """

    name: ClassVar[str] = "faces"
    kinds: ClassVar[tuple[str, ...]] = ("face.identifiable", "face.unidentifiable")
    networks: ClassVar[tuple[str, ...]] = ("proposals", "centerface", "identifiability")

    recognisable: float = 0.2

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding per face, the surest first."""
        for face in self.find(photo):
            kind = "face.identifiable" if face.score >= self.recognisable else "face.unidentifiable"
            yield Finding(kind, face.score, f"a face {face.box.height} px high", face.box, points=face.points)
