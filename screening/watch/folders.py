"""The folders of a watch, and the lock that keeps a second watcher away."""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError
from screening.office.office import now

# Lies in the folder that is watched.
LOCK = ".screening-watch.lock"


class WatchError(ScreeningError):
    """A folder cannot be watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where pictures come from and go to.

    Attributes:
        inbox: the folder that is watched.
        found_nothing: where pictures go in which nothing was found.
        held: where all others go.
        kept: where the runs of every folder that is watched are kept.
    """

    inbox: Path
    found_nothing: Path
    held: Path
    kept: Path

    @property
    def runs(self) -> Path:
        """Where this folder's runs are: two folders of one name do not share theirs."""
        path = os.path.realpath(self.inbox)
        return self.kept / f"{Path(path).name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"

    @property
    def newest(self) -> Path | None:
        """The newest run, the only one that can have been broken off."""
        return next(iter(self.latest(1)), None)

    def latest(self, count: int) -> list[Path]:
        """So many runs, the newest first."""
        there = self.runs.iterdir() if self.runs.is_dir() else ()
        return heapq.nlargest(count, (path for path in there if path.is_dir()))

    def next_run(self) -> Path:
        """A folder for another run, named after the time in UTC so that the newest sorts last."""
        name = now()[:19].replace(":", "-")
        newest = self.newest
        if newest is not None and name <= newest.name[:19]:  # in the same second, or the clock was put back
            number = int(newest.name[20:] or 1) + 1
            name = f"{newest.name[:19]}-{number:04}"
        return self.runs / name

    def root(self, path: Path) -> Path | None:
        """Below which of the two that pictures go to a path is; None for neither."""
        roots = (self.found_nothing, self.held)
        return next((root for root in roots if path.is_relative_to(os.path.realpath(root))), None)

    def check(self) -> None:
        """Refuses folders that are not there, or lie in one another.

        Raises:
            WatchError: naming them.
        """
        named = (self.inbox, self.found_nothing, self.held)
        for one in named:
            if not one.is_dir():
                raise WatchError(f"{one}: there is no such folder; make it first")
        for one in (*named, self.kept):
            for other in named:
                if one is not other and _within(one, other):
                    raise WatchError(f"{one}: is or lies in {other}; name folders that lie apart")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps a second watcher away.

        Raises:
            WatchError: if there is one already, or the folder cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.inbox / LOCK, timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise WatchError(f"{self.inbox}: is watched already; stop the other watcher first") from error
        except OSError as error:
            said = f"{self.inbox}: cannot be written ({error.strerror or 'input error'}); pictures are moved out of it"
            raise WatchError(said) from error
        try:
            yield
        finally:
            lock.release()


def _within(inner: Path, outer: Path) -> bool:
    """Whether a folder, or one that does not exist yet, is another one or lies in it."""
    path = Path(os.path.realpath(inner))
    return any(above.exists() and above.samefile(outer) for above in (path, *path.parents))
