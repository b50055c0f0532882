"""The process in the sandbox, as this one sees it: started, asked one question after another, and ended.

What it answers is not checked here: `untrusted` does that.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from screening.arrays import Pixels
from screening.inert import inert
from screening.photo.files import FileError, Limits, PhotoError, UnsupportedError
from screening.photo.metadata import MetadataError
from screening.sandbox import bubblewrap
from screening.sandbox.messages import MessageError, receive, send

READER = "from screening.sandbox.reader import main; main()"
# Address space that Python and the decoders take before the first picture, and the shared memory, in bytes.
BASE = 3_000_000_000
# How long the process may take to begin, in seconds.
BEGINS_WITHIN = 120.0
# Shared memory beyond this is given back after each picture.
KEPT = 1 << 27
# What it may refuse a file with, and the longest reason.
REFUSALS: dict[str, type[FileError]] = {one.__name__: one for one in (PhotoError, UnsupportedError, MetadataError)}
LONGEST_REASON = 400


class SandboxError(PhotoError):
    """The process that decodes came to no answer."""


class Sandbox:
    """The process that reads for this one: started when it is first asked, and again after it has ended.

    Attributes:
        limits: the largest that are asked for; the shared memory has room for such a file, and for such a picture.
        code: what runs there.
        also: folders that it may read beside the program's own.
    """

    def __init__(self, limits: Limits, *, code: str = READER, also: Sequence[Path] = ()) -> None:
        self.limits = limits
        self.code = code
        self.also = also
        self.held: object = None
        self.lock = threading.RLock()  # a server of pages asks from several threads
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._size = max((int(limits.megapixels * 1e6) + 1) * 3, int(limits.file_megabytes * 1e6))
        self._sent = 0
        self._area: mmap.mmap | None = None

    def start(self) -> None:
        """Starts the process, if it is not there; it gets ready while the caller does something else."""
        if self._process is not None:
            return
        self.held, self._ready = None, False
        shared = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(shared, self._size)
            self._seal(shared)
            memory = int(self.limits.memory_megabytes * 1e6) + self._size + BASE
            arguments = (str(shared), str(self._size), str(memory))
            self._process = subprocess.Popen(
                bubblewrap.python(self.code, *arguments, also=self.also),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(shared,),
                env={"PATH": "/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            )
            self._area = mmap.mmap(shared, self._size)
        except OSError as error:
            raise SandboxError("could not be decoded: its sandbox could not be started; scan again") from error
        finally:
            os.close(shared)

    @staticmethod
    def _seal(shared: int) -> None:
        """Its size stays as it is: a process that looks at memory which another has cut off is killed."""
        import fcntl

        fcntl.fcntl(shared, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)

    def ask(self, what: str, seconds: float, data: bytes = b"", **more: Any) -> dict[str, Any]:
        """What the process answers: nothing of it has been checked.

        Raises:
            SandboxError: if it ends, takes too long or answers nonsense; the next question starts it anew.
            FileError: as the process says.
        """
        self.start()
        process = cast("subprocess.Popen[bytes]", self._process)
        answers = cast(BinaryIO, process.stdout)
        try:
            if not self._ready:
                self._wait(answers, BEGINS_WITHIN)
                receive(answers)
                self._ready = True
            if data:
                self._hand_over(data)
            send(cast(BinaryIO, process.stdin), {"ask": what, "size": len(data), **more})
            self._wait(answers, seconds)
            untrusted = receive(answers)
        except TimeoutError as error:
            self.stop()
            raise SandboxError(f"took longer than {seconds:g} seconds to decode; export a smaller copy") from error
        except (MessageError, EOFError, OSError) as error:
            code = self.stop()
            raise SandboxError(f"crashed its decoder{_named(code)}; export it again from the original") from error
        if "refused" in untrusted:
            raise _refusal(untrusted)
        if "failed" in untrusted:
            raise PhotoError("is damaged, or not as its decoder expects; export it again from the original")
        return untrusted

    def _hand_over(self, data: bytes) -> None:
        """Puts a file's bytes where the process reads them."""
        assert self._area is not None
        if len(data) > self._size:
            raise SandboxError("is larger than its sandbox has room for; export a smaller copy")
        self._area[: len(data)] = data
        self._sent = len(data)

    @staticmethod
    def _wait(answers: BinaryIO, seconds: float) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(answers, selectors.EVENT_READ)
            if not ready.select(seconds):
                raise TimeoutError

    def pixels(self, width: int, height: int) -> Pixels:
        """A copy of what lies in the shared memory, which the process could change at any time."""
        assert self._area is not None
        size = width * height * 3
        pixels = np.frombuffer(self._area, np.uint8, size).reshape(height, width, 3).copy()
        if max(size, self._sent) > KEPT:
            self._area.madvise(mmap.MADV_REMOVE)
        return pixels

    def stop(self) -> int | None:
        """Ends the process; with which code it ended."""
        process, self._process, self._area, self.held = self._process, None, None, None
        if process is None:
            return None
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast(BinaryIO, stream).close()
        try:
            return process.wait(1)  # of itself, if it has crashed
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _refusal(untrusted: dict[str, Any]) -> FileError:
    kind, said = untrusted["refused"], untrusted.get("said")
    if kind not in REFUSALS or not isinstance(said, str) or len(said) > LONGEST_REASON:
        return SandboxError("crashed its decoder (a reason that cannot be one); export it again from the original")
    return REFUSALS[kind](inert(said))


def _named(code: int | None) -> str:
    """The signal that ended it, as bubblewrap passes it on; the system kills what takes too much memory."""
    number = (code or 0) - 128 if (code or 0) > 128 else -(code or 0)
    known = {one.value: one.name for one in signal.Signals}
    return f" ({known[number]})" if number in known else ""
