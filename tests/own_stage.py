"""Stages for tests that are nobody's but an office's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.finding import Finding
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanyards:
    """Finds none, of kinds that no stage of ours has."""

    name: ClassVar[str] = "lanyards"
    kinds: ClassVar[tuple[str, ...]] = ("lanyard.worn", "lanyard.worn.red")

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Says not what it finds."""

    name: ClassVar[str] = "silent"

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return iter(())
