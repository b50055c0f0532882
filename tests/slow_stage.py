"""A stage that a pipeline file can name, which takes its time, hangs or crashes as the file's name says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from screening.finding import Finding
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Sleeps a little on every photo, for ever on one that hangs, and ends the process on one that crashes.

    Attributes:
        once: a folder; a photo hangs or crashes only until it has left a mark there.
    """

    once: str = ""
    name: ClassVar[str] = "slow"
    kinds: ClassVar[tuple[str, ...]] = ("scene.slow",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        if self.once:
            mark = Path(self.once) / photo.name
            if mark.exists():
                return ()
            mark.touch()
        if "crashes" in photo.name:
            os._exit(3)
        if "killed" in photo.name:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(3600 if "hangs" in photo.name else 0.05)
        return ()
