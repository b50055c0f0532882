"""The server's hold on the process that screens: started when there is work, again if it ended, and stopped at will."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from screening.service.store import Sent
from screening.service.work import Found, Work, serve


class Worker:
    """One process at a time."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._ours: Connection | None = None

    def __call__(self, sent: Sent, progress: Callable[[], None]) -> Found | None:
        """What it found in a batch; None if the process ended, or was stopped, before it said so."""
        try:
            connection = self._connection()
            connection.send(sent)
            while True:
                said = connection.recv()
                if isinstance(said, Found):
                    return said
                progress()
        except (EOFError, OSError):
            self.stop()
            return None

    def stop(self) -> None:
        """Ends the process, and every process that it started, at once; a later batch starts another."""
        with self._lock:
            process, ours = self._process, self._ours
            self._process = self._ours = None
        if process is not None and process.pid is not None:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError, PermissionError):  # it may have no group of its own yet
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.join()
        if ours is not None:
            ours.close()

    def _connection(self) -> Connection:
        with self._lock:
            if self._process is not None and self._ours is not None and self._process.is_alive():
                return self._ours
            # spawned, not forked: the server runs threads
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self._work))
            process.start()
            theirs.close()  # otherwise its end would not be noticed here
            self._process, self._ours = process, ours
            return ours
