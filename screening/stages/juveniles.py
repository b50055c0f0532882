"""Juveniles: how likely each face that was found is that of somebody under 18."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.arrays import Pixels
from screening.engine import load
from screening.faces.embedding import chip, describe
from screening.faces.identifiability import measure
from screening.finding import Finding
from screening.photo.photo import Photo

# Scores of a face that is judged by its mirror image as well; outside them that hardly ever changes a verdict.
DOUBT = (0.02, 0.9)
# How far the estimated ages are off, in years, on average: 6.9 on 110 faces that the network never saw.
ERRS = 7
# The score below which a face is hardly a child's.
UNLIKELY = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Juveniles:
    """Under 18 or not, for each face that can be recognised, also a printed one.

    A face that can hardly be recognised is left alone unless it fills much of the picture: the blurred heads of a
    crowd, of which anything can be thought, would otherwise drown the child in front. What is too small or too blurred
    to tell an age is `juvenile.unknown`, never an adult. `juvenile.face` is reported for every face judged, also those
    that look old.

    Attributes:
        recognisable: score of a `face.identifiable` below which it is left alone.
        eyes: pixels between the eyes below which no age is told.
        detail: contrast of fine detail, as a logarithm, below which no age is told.
        large: share of the picture's shorter side from which on a face counts though it cannot be recognised.
    """

    name: ClassVar[str] = "juveniles"
    after: ClassVar[tuple[str, ...]] = ("faces",)
    kinds: ClassVar[tuple[str, ...]] = ("juvenile.face", "juvenile.unknown")
    networks: ClassVar[tuple[str, ...]] = ("face-embedding", "juvenile")

    recognisable: float = 0.45
    eyes: float = 7.0
    detail: float = -5.5
    large: float = 0.25

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each face that matters."""
        # a face that is in a register too has a second finding in the same place: its age is judged once
        faces = {face.box: face for face in reversed(found) if face.is_a("face")}
        for face in reversed(faces.values()):
            if face.box is None or not self._matters(face, photo):
                continue
            if len(face.points) != 5:
                yield Finding("juvenile.unknown", 1.0, "a face whose age cannot be told", face.box)
                continue
            cut = chip(photo.rgb, face.points)
            if (why := self._unclear(cut, face)) is not None:
                yield Finding("juvenile.unknown", 1.0, f"a face too {why} to tell an age", face.box, points=face.points)
                continue
            score, age = under_18(cut)
            yield Finding("juvenile.face", score, estimate(score, age), face.box, points=face.points)

    def _matters(self, face: Finding, photo: Photo) -> bool:
        hardly = face.is_a("face.identifiable") and face.score < self.recognisable
        if not (hardly or face.is_a("face.unidentifiable")):
            return True
        return face.box is not None and face.box.height >= self.large * min(photo.width, photo.height)

    def _unclear(self, cut: Pixels, face: Finding) -> str | None:
        left, right = np.array(face.points[:2])
        _, _, detail, _, _ = measure(cut, height=1.0, points=face.points, detector=1.0)
        if np.hypot(*(right - left)) < self.eyes and self._small(face):
            return "small"
        return "blurred" if detail < self.detail else None

    def _small(self, face: Finding) -> bool:
        """In profile the eyes lie close together in a large face too: then the mouth's distance counts."""
        left, right, _, *mouth = np.array(face.points)
        return float(np.hypot(*((mouth[0] + mouth[1] - left - right) / 2))) < self.eyes


def estimate(score: float, age: float) -> str:
    """What is said of a face: whether it could be a child's, and how far the estimate errs."""
    could = "could be under 18" if score >= UNLIKELY else "hardly under 18"
    return f"{could}: the estimate is {age:.0f}, and errs by {ERRS}"


def under_18(cut: Pixels) -> tuple[float, float]:
    """The probability, 0 to 1, that the face of a cut-out is under 18, and its apparent age in years.

    In doubt the mirror image is judged too, and the mean is taken.
    """
    score, age = _judged(cut)
    if DOUBT[0] <= score <= DOUBT[1]:
        score, age = np.mean([(score, age), _judged(np.ascontiguousarray(cut[:, ::-1]))], axis=0)
    return float(np.clip(score, 0.0, 1.0)), float(age)


def _judged(cut: Pixels) -> tuple[float, float]:
    (embedding,), (seen,) = describe([cut])
    score, age = load("juvenile")(embedding[None], seen[None], cut.transpose(2, 0, 1)[None])
    return float(score[0]), float(age[0])
