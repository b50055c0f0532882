"""Waits for a disk or a share, but not for ever: one that has gone away lets whoever reads from it wait without end."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from io import FileIO
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

T = TypeVar("T")
# How long nothing may come, in seconds: a disk that has to spin up first takes ten.
PATIENCE = 30.0
# So many bytes are asked for at once: a share that is only slow gives some now and then.
PIECE = 1 << 20
SILENT = "its disk or share does not answer"
# Threads that wait for work: one is left behind where a disk hangs, all others serve again.
_idle: deque[SimpleQueue[Callable[[], None]]] = deque()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a forked process has none of its parent's threads


def _aside(do: Callable[[], None]) -> None:
    """Does something in another thread, without waiting for it."""
    try:
        work = _idle.pop()
    except IndexError:
        work = SimpleQueue()
        Thread(target=_serve, args=(work,), daemon=True).start()
    work.put(do)


def _serve(work: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        work.get()()
        _idle.append(work)


def awaited(items: Iterable[T], seconds: float) -> Iterator[T]:
    """The items, fetched in another thread; that is left behind where it never comes back.

    Raises:
        TimeoutError: if none comes for so many seconds. It is an OSError with a reason, like any other.
    """
    arrived: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()

    def fetch() -> None:
        try:
            for item in items:
                arrived.put((item,))
            arrived.put(None)
        except BaseException as error:
            arrived.put(error)

    _aside(fetch)
    while True:
        try:
            one = arrived.get(timeout=seconds)
        except Empty:
            raise TimeoutError(errno.ETIMEDOUT, SILENT) from None
        if one is None:
            return
        if isinstance(one, BaseException):
            raise one
        yield one[0]


def patiently(do: Callable[[], T], seconds: float) -> T:
    """What `do` gives; raises as `awaited` does."""
    return next(awaited((do() for _ in range(1)), seconds))


class PatientFile(FileIO):
    """A file open for reading, of which each piece is waited for with patience."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        super().__init__(descriptor, "rb")
        self._seconds = seconds
        self._silent = self._left = False

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Reads a piece into a buffer; as `FileIO` does otherwise."""
        with memoryview(buffer).cast("B") as there:
            piece = self._piece(min(len(there), PIECE))
            there[: len(piece)] = piece
        return len(piece)

    def readall(self) -> bytes:
        """The rest of the file."""
        return b"".join(iter(lambda: self._piece(PIECE), b""))

    def _piece(self, size: int) -> bytes:
        descriptor = self.fileno()
        try:
            return patiently(lambda: os.read(descriptor, size), self._seconds)
        except TimeoutError:
            self._silent = True
            raise

    @property
    def closed(self) -> bool:
        """Whether nobody can read from it any more."""
        return self._left or super().closed

    def close(self) -> None:
        """Closes the file; one that does not answer may let whoever closes it wait, too, so nobody waits for that."""
        if self.closed:
            return
        if self._silent:
            self._left = True
            _aside(super().close)
        else:
            super().close()
