"""A stage that a pipeline file can name; where its module is loaded, files with `stalls` in their name never arrive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

from screening.finding import Finding
from screening.photo.photo import Photo

silent: set[int] = set()
_open: Callable[..., int] = os.open
_read = os.read


def opened(path: Any, *more: Any, **options: Any) -> int:
    """Stands for os.open, and remembers the files that stall."""
    descriptor = _open(path, *more, **options)
    stalls = "stalls" in Path(os.fsdecode(path)).name
    (silent.add if stalls else silent.discard)(descriptor)
    return descriptor


def read(descriptor: int, size: int) -> bytes:
    """Stands for os.read, which does not come back from those."""
    if descriptor in silent:
        Event().wait()
    return _read(descriptor, size)


os.open = opened
os.read = read


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """Finds nothing."""

    name: ClassVar[str] = "quick"
    kinds: ClassVar[tuple[str, ...]] = ("scene.quick",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        return ()
