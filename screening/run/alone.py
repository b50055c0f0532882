"""Retries one picture in a process of its own, with the machine to itself."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

T = TypeVar("T")
# How long a process may take to start, in seconds; this does not count against the picture.
BEGINS_WITHIN = 300.0
# How long a process that has answered may take to end, in seconds.
ENDS_WITHIN = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended without an answer.

    Attributes:
        began: whether the process got as far as the picture.
        late: whether it was still at work when its time was up.
        cpu: its processor time in seconds; None if the system does not say.
        code: the process's exit code, or minus the number of the signal that ended it; None if late.
        failed: the name of the error that it raised, or "".
    """

    began: bool = True
    late: bool = False
    cpu: float | None = None
    code: int | None = None
    failed: str = ""

    def why(self, limit: float) -> str:
        """What to report about the picture, given the time limit in seconds."""
        if not self.began:
            return "no process could be started to screen it; close other programs and scan again"
        if self.late and self.cpu is not None and self.cpu < limit / 2:
            return (
                f"was not finished in {limit:g} seconds, with {self.cpu:.0f} of processor time: "
                "the machine was too busy; scan again"
            )
        if self.late:
            return f"took longer than the {limit:g} seconds allowed; export a smaller copy"
        if self.failed:
            return f"could not be screened ({self.failed})"
        if self.code is not None and self.code == -getattr(signal, "SIGKILL", 0):
            return "was stopped by the system, as happens when memory runs out; export a smaller copy"
        return f"crashed the program ({_named(self.code)}); export it again from the original"


def _named(code: int | None) -> str:
    if code is None or code >= 0:
        return f"code {code}"
    known = {one.value: one.name for one in signal.Signals}
    return known.get(-code, f"signal {-code}")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What the work gave."""

    value: T


def alone(work: Callable[[], T], *, seconds: float, prepare: Callable[[], None]) -> Answer[T] | Ended:
    """Does the work in a new process, which is ended when the time limit is reached.

    `prepare` runs there first, and does not count towards the limit.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, prepare), daemon=True)
    before, spent = _children(), 0.0
    began = late = False
    try:
        process.start()
        theirs.close()  # otherwise its end would not be noticed here
        if ours.poll(BEGINS_WITHIN):
            spent, began = ours.recv(), True
            late = not ours.poll(seconds)
            if not late:
                value, failed = ours.recv()
                return Ended(failed=failed) if failed else Answer(value)
    except (EOFError, OSError, pickle.UnpicklingError):  # it has ended, or could not be started
        pass
    finally:
        if process.pid is not None:
            if began and not late:
                process.join(ENDS_WITHIN)
            process.kill()
            process.join()
        ours.close()
    after = _children()
    cpu = None if before is None or after is None else max(0.0, after - before - spent)
    return Ended(began=began, late=late, cpu=cpu, code=None if late else process.exitcode)


def _work(answers: Connection, work: Callable[[], object], prepare: Callable[[], None]) -> None:
    prepare()
    answers.send(time.process_time())
    try:
        answers.send((work(), ""))
    except Exception as error:  # whatever was raised belongs to this picture
        answers.send((None, type(error).__name__))


def _children() -> float | None:
    """The processor time, in seconds, of the child processes that have ended."""
    if os.name != "posix":
        return None
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
