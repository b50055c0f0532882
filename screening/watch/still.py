"""Which files are whole by now: left alone for a while, and with the end that their format gives them."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from screening.containers.ending import ended
from screening.weights import read_bytes

# How much longer a file may be without its end than others are waited for: then nobody is writing it any more.
LONGER = 60
# Larger files are not looked through for their end: nothing of that size is screened.
LARGEST = 1e9

State = tuple[int, int]


@dataclass(slots=True)
class _Seen:
    """A file as it was when it last changed."""

    state: State
    since: float
    whole: bool | None = None


@dataclass(slots=True)
class Stillness:
    """What is known of the files in a folder.

    Attributes:
        wait: for how many seconds a file must not have changed.
    """

    wait: float
    _seen: dict[Path, _Seen] = field(default_factory=dict)

    def left(self, path: Path, *, to_its_end: bool = True) -> float:
        """For how many seconds a file must still be left alone: 0 or less for one that is whole.

        `to_its_end`: whether its end must be there, or it must have been still for LONGER.

        Raises:
            FileNotFoundError: if it is gone.
        """
        about, moment = path.lstat(), time.monotonic()
        state = about.st_size, about.st_mtime_ns
        seen = self._seen.get(path)
        if seen is None or seen.state != state:
            seen = self._seen[path] = _Seen(state, moment)
        still = moment - seen.since
        if still < self.wait or not to_its_end:
            return self.wait - still
        if seen.whole is None:
            seen.whole = has_end(path)
        return 0.0 if seen.whole else self.wait * LONGER - still

    def keep_only(self, paths: Collection[Path]) -> None:
        """Forgets the files that are no longer there."""
        self._seen = {path: seen for path, seen in self._seen.items() if path in paths}


def has_end(path: Path) -> bool:
    """Whether a file can be read and its end is there."""
    try:
        return path.stat().st_size > LARGEST or ended(read_bytes(path, most=LARGEST))
    except OSError:
        return False
