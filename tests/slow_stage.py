"""A stage that a pipeline file can name, which takes its time, hangs or crashes as the file's name says."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.finding import Finding
from screening.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Sleeps a little on every photo, for ever on one that hangs, and ends the process on one that crashes."""

    name: ClassVar[str] = "slow"
    kinds: ClassVar[tuple[str, ...]] = ("scene.slow",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        if "crashes" in photo.name:
            os._exit(3)
        time.sleep(3600 if "hangs" in photo.name else 0.05)
        return ()
