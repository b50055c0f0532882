"""Commands that are killed, or whose disk is full, at a chosen one of the moments at which something reaches the disk.

A moment is a call that is about to open a file for writing, to write, to sync, to rename or to remove. Each try is
forked from a process that has imported everything, so that hundreds of moments take seconds; what kills it is a
SIGKILL, so nothing that Python would do at its end is done.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sqlite3
import stat
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from tests.command import undivided
from tests.forked import forked

CALLS = frozenset(
    "write writelines flush truncate fsync execute executemany executescript commit writeMetadata".split()
)
EVENTS = frozenset("os.rename os.remove os.mkdir os.rmdir os.link os.truncate".split())
# The program is killed; from there on nothing can be written; from there on nothing can be written to the audit log.
WAYS = ("killed", "full disk", "full log")


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try ended.

    Attributes:
        code: its exit code; None where it was killed.
        out: what it said, on both streams.
        moments: how many there were; 0 where it was killed, or nobody counted.
    """

    code: int | None
    out: str
    moments: int


def try_out(
    arguments: Sequence[object], *, at: int = -1, way: str = "killed", env: Mapping[str, str] | None = None
) -> Tried:
    """Runs a command, or `POST` with what `posted` takes, until the moment of this number, from 0.

    Where there are fewer it comes to its end; with -1 nobody counts them.
    """
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    done = forked("tests.command:ready")("tests.broken_off:tried", at, way, *arguments, env=env)
    out, _, moments = done.stdout.partition("\0")
    code = None if done.returncode == -signal.SIGKILL else done.returncode
    return Tried(code, out + done.stderr, int(moments or 0))


class Moments:
    """Counts the moments, and does at one of them what is to happen there."""

    def __init__(self, *, at: int, way: str) -> None:
        self.at, self.way, self.seen = at, way, 0

    def watch(self) -> None:
        """Begins; there is no end to it but that of the process."""
        sys.addaudithook(self._hook)
        sys.setprofile(self._profile)

    def _hook(self, event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = given
            if not isinstance(path, str | bytes) or not _writes(mode, flags):
                return
            name = os.fsdecode(path)
            if name != os.devnull:
                self._moment(name, writes=True)
        elif event in EVENTS and not isinstance(given[0], int):  # a number stands for memory that has no name
            self._moment(os.fsdecode(given[0]), writes=False)

    def _profile(self, frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call" or called.__name__ not in CALLS:
            return
        of = getattr(called, "__self__", None)
        if isinstance(of, io.IOBase):
            with contextlib.suppress(OSError, ValueError):
                # what is sent to another process does not reach the disk
                if of.fileno() > 2 and not stat.S_ISFIFO(os.fstat(of.fileno()).st_mode):
                    self._moment(str(getattr(of, "name", "")), writes=True)
        elif called.__name__ in ("fsync", "writeMetadata"):
            self._moment("", writes=True)
        elif isinstance(of, sqlite3.Connection | sqlite3.Cursor):  # what a full disk does to it is its own to test
            self._moment("", writes=False)

    def _moment(self, name: str, *, writes: bool) -> None:
        # what only locks is the same to whoever comes next
        if name.endswith(".lock") or (self.way == "full log" and not name.endswith("audit.jsonl")):
            return
        self.seen += 1
        if self.seen <= self.at:
            return
        if self.way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if writes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def posted(run: str, pipeline: str) -> None:
    """What the page does when somebody keeps its first two pictures back with one click."""
    from screening.finding import ScreeningError
    from screening.office.office import Office
    from screening.run.decision import Action
    from screening.web.asked import Wish
    from screening.web.review import Review

    try:
        review = Review(Path(run), by="P. Age", pipeline=pipeline, office=Office.here())
        shown = review.state()["photos"]
        review.decide([Wish(photo=number, action=Action.REJECT, after=shown[number]["after"]) for number in (0, 1)])
    except ScreeningError as error:  # which the page shows
        raise SystemExit(2) from error


def tried() -> None:
    """Runs the command in this process, which ends with it; then says how many moments there were."""
    code = 2
    at, way, *arguments = sys.argv[1:]
    moments = Moments(at=int(at), way=way)
    try:
        sys.argv = ["screening", *arguments]
        if moments.at >= 0:
            moments.watch()
        if arguments[0] == "POST":
            posted(*arguments[1:])
        else:
            undivided()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.setprofile(None)
        moments.at = sys.maxsize
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os.write(1, b"\0%d" % moments.seen)
        os._exit(code)
