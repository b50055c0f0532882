"""Waits for a disk or a share, but not for ever: one that has gone away lets whoever reads from it wait without end."""

from __future__ import annotations

import errno
import os
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


def awaited(items: Iterable[T], seconds: float) -> Iterator[T]:
    """The items, fetched by a thread of their own; that is left behind where it never comes back.

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

    Thread(target=fetch, daemon=True).start()
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
        self._silent = False

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

    def close(self) -> None:
        """Closes the file; one that does not answer may let whoever closes it wait, too, so nobody waits for that."""
        if self._silent and not self.closed:
            Thread(target=super().close, daemon=True).start()
        else:
            super().close()
