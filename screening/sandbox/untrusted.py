"""Opens photos in the sandbox and checks everything that comes back; `enter()` makes `Photo` do so.

A process that decodes untrusted bytes may have been taken over by them. Its answers are no more than claims: they have
their types, keep within the limits, and become part of a report only as words that are shown as they are.
"""

from __future__ import annotations

import atexit
import contextlib
import mmap
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from screening.arrays import Pixels
from screening.finding import Finding
from screening.inert import inert
from screening.photo.carried import Carried
from screening.photo.files import FORMATS, FileError, Limits, PhotoError, UnsupportedError
from screening.photo.metadata import Metadata, MetadataError
from screening.photo.photo import Photo
from screening.sandbox import bubblewrap
from screening.sandbox.messages import MessageError, receive, send
from screening.typed import ShapeError, typed

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
# What may be reported of something that a file carries, and how many such things there may be.
CARRIED = frozenset({"metadata.preview", "metadata.unread"})
MOST = 1000


class SandboxError(PhotoError):
    """The process that decodes came to no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture whose pixels lie in the shared memory."""

    format: str
    frame: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is to be reported of something that a file carries."""

    kind: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that a file carries."""

    finding: Said | None
    photo: Shown | None


class Sandbox:
    """The process that reads for this one: started when it is first asked, and again after it has ended.

    Attributes:
        limits: the largest that are asked for; the shared memory has room for such a picture.
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
        self._size = (int(limits.megapixels * 1e6) + 1) * 3
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
                receive(answers, most=0)
                self._ready = True
            send(cast(BinaryIO, process.stdin), {"ask": what, **more}, data)
            self._wait(answers, seconds)
            untrusted, _ = receive(answers, most=0)
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

    @staticmethod
    def _wait(answers: BinaryIO, seconds: float) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(answers, selectors.EVENT_READ)
            if not ready.select(seconds):
                raise TimeoutError

    def pixels(self, shown: Shown) -> Pixels:
        """A copy of what lies in the shared memory, which the process could change at any time."""
        assert self._area is not None
        size = shown.width * shown.height * 3
        pixels = np.frombuffer(self._area, np.uint8, size).reshape(shown.height, shown.width, 3).copy()
        if size > KEPT:
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

    def open(self, data: bytes, name: str, limits: Limits) -> Photo:
        """A photo whose bytes were decoded there; raises as `Photo.from_bytes` does."""
        return File(self, data, name, limits).open()


@dataclass(eq=False, slots=True)
class File:
    """A file, and where it is read: what `Photo` asks for what it shows and says beside its picture."""

    sandbox: Sandbox
    data: bytes
    name: str
    limits: Limits

    def open(self) -> Photo:
        """The picture itself."""
        limits = asdict(self.limits)
        with self.sandbox.lock:
            self.sandbox.held = None
            untrusted = self.sandbox.ask("open", self.limits.seconds, self.data, name=self.name, limits=limits)
            photo = self._photo(self._checked(Shown, untrusted))
            self.sandbox.held = self
        photo.source = self
        return photo

    def metadata(self) -> Metadata:
        """What the file says."""
        return cast(Metadata, self._checked(Metadata, self._ask("metadata").get("metadata")))

    def others(self) -> Iterator[Photo]:
        """The other pictures that it shows."""
        for untrusted in self._each("other", self.limits.frames * 3):
            yield self._photo(self._checked(Shown, untrusted))

    def carried(self) -> Iterator[Carried]:
        """What else it carries, and what is to be said of it."""
        for untrusted in self._each("carry", MOST):
            claim = self._checked(Claim, untrusted)
            if claim.finding and claim.finding.kind not in CARRIED:
                raise SandboxError("crashed its decoder (a claim that cannot be true); export it again")
            said = inert(claim.finding.said)[:LONGEST_REASON] if claim.finding else ""
            finding = claim.finding and Finding(claim.finding.kind, 1.0, said, stage="photo")
            yield Carried(finding, claim.photo and self._photo(claim.photo))

    def _each(self, what: str, most: int) -> Iterator[dict[str, Any]]:
        for _ in range(most):
            untrusted = self._ask(what)
            if "end" in untrusted:
                return
            yield untrusted
        raise SandboxError("holds more pictures than are screened; export the one to publish")

    def _ask(self, what: str) -> dict[str, Any]:
        with self.sandbox.lock:
            if self.sandbox.held is not self:  # another was opened since, or the process ended
                self.open()
            return self.sandbox.ask(what, self.limits.seconds)

    def _photo(self, shown: Shown) -> Photo:
        pixels = shown.width * shown.height
        if shown.format not in FORMATS or min(shown.width, shown.height) < 1 or pixels > self.limits.megapixels * 1e6:
            raise SandboxError("crashed its decoder (an answer that cannot be true); export it again from the original")
        frame = inert(shown.frame)[:100]
        return Photo(self.sandbox.pixels(shown), name=self.name, data=self.data, format=shown.format, frame=frame)

    @staticmethod
    def _checked(shape: type, untrusted: object) -> Any:
        try:
            return typed(shape, untrusted)
        except ShapeError as error:
            raise SandboxError("crashed its decoder (an answer of the wrong shape); export it again") from error


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


def isolate(limits: Limits | None = None) -> None:
    """Opens photos in a sandbox from now on, where the system has one."""
    if bubblewrap.works():
        enter(limits or Limits())


def enter(limits: Limits) -> None:
    """Opens photos in a sandbox from now on, in this process; where it cannot be started, none can be opened."""
    sandbox = Sandbox(limits)
    with contextlib.suppress(SandboxError):  # which is said of every picture that it is asked for
        sandbox.start()
    atexit.register(sandbox.stop)
    Photo.opener = sandbox.open
