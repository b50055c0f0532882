"""A picture that did not come through beside others is looked at once more alone, and the reason is told rightly."""

from __future__ import annotations

import os
import signal
import time

import pytest

from screening.run.alone import Answer, Ended, alone

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX tells the processor time of other processes")
KILLED = -getattr(signal, "SIGKILL", 9)


def nothing() -> None:
    """What a process may do first."""


def burn() -> None:
    """Has a processor for half a second, then waits for ever."""
    while time.process_time() < START + 0.5:
        pass
    time.sleep(3600)


def wait() -> None:
    time.sleep(3600)


def crash() -> None:
    os._exit(3)


def die() -> None:
    os.kill(os.getpid(), KILLED * -1)


def broken() -> None:
    raise ZeroDivisionError("secret")


def secret() -> object:
    """Something that cannot be sent to another process."""
    return lambda: None


START = time.process_time()


def test_what_it_gives_comes_back() -> None:
    assert alone(os.getpid, seconds=60, prepare=nothing) not in (Answer(os.getpid()), None)
    assert isinstance(alone(nothing, seconds=60, prepare=nothing), Answer)


def test_however_it_ends_it_is_told() -> None:
    found = [alone(work, seconds=60, prepare=nothing) for work in (crash, broken, secret)]
    assert [(one.code, one.failed) for one in found[:2] if isinstance(one, Ended)] == [
        (3, ""),
        (None, "ZeroDivisionError"),
    ]
    assert isinstance(found[2], Ended)
    assert found[2].failed


@posix
def test_a_signal_is_told() -> None:
    found = alone(die, seconds=60, prepare=nothing)
    assert isinstance(found, Ended)
    assert (found.began, found.late, found.code) == (True, False, KILLED)


def test_a_process_that_cannot_begin_is_told() -> None:
    for prepare in (crash, broken):
        found = alone(nothing, seconds=60, prepare=prepare)
        assert isinstance(found, Ended)
        assert not found.began


@posix
def test_the_processor_time_of_one_that_is_late_is_its_own() -> None:
    idle, busy = (alone(work, seconds=4, prepare=nothing) for work in (wait, burn))
    assert isinstance(idle, Ended)
    assert isinstance(busy, Ended)
    assert idle.late
    assert busy.late
    assert idle.cpu is not None
    assert busy.cpu is not None
    assert idle.cpu < 0.2 < busy.cpu


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        (Ended(late=True, cpu=55.0), "took longer than the 60 seconds allowed"),
        (Ended(late=True, cpu=None), "took longer than the 60 seconds allowed"),  # where it cannot be known
        (Ended(late=True, cpu=130.0), "took longer than the 60 seconds allowed"),  # several threads
        (Ended(late=True, cpu=7.0), "with 7 of processor time: the machine was too busy; scan again"),
        (Ended(code=3), "crashed the program (code 3)"),
        (Ended(code=-11), "crashed the program (SIGSEGV)"),
        (Ended(code=KILLED), "was stopped by the system, as happens when memory runs out"),
        (Ended(failed="MemoryError"), "could not be screened (MemoryError)"),
        (Ended(began=False, code=1), "no process could be started"),
    ],
)
def test_the_true_reason_is_said(ended: Ended, says: str) -> None:
    assert says in ended.why(60.0)
