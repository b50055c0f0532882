"""Opens photos in the sandbox and checks everything that comes back; `enter()` makes `Photo` do so.

A process that decodes untrusted bytes may have been taken over by them. Its answers are no more than claims: they have
their types, keep within the limits, and become part of a report only as words that are shown as they are.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

from screening.finding import Finding
from screening.inert import inert
from screening.photo.carried import Carried
from screening.photo.files import FORMATS, Limits
from screening.photo.metadata import Metadata
from screening.photo.photo import Photo
from screening.sandbox import bubblewrap
from screening.sandbox.process import LONGEST_REASON, Sandbox, SandboxError
from screening.typed import ShapeError, typed

# What may be reported of something that a file carries, and how many such things there may be.
CARRIED = frozenset({"metadata.preview", "metadata.unread"})
MOST = 1000


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


def opened(sandbox: Sandbox, data: bytes, name: str, limits: Limits) -> Photo:
    """A photo whose bytes were decoded in a sandbox; raises as `Photo.from_bytes` does."""
    return File(sandbox, data, name, limits).open()


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
        return Photo(
            self.sandbox.pixels(shown.width, shown.height),
            name=self.name,
            data=self.data,
            format=shown.format,
            frame=frame,
        )

    @staticmethod
    def _checked(shape: type, untrusted: object) -> Any:
        try:
            return typed(shape, untrusted)
        except ShapeError as error:
            raise SandboxError("crashed its decoder (an answer of the wrong shape); export it again") from error


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
    Photo.opener = functools.partial(opened, sandbox)
