"""Takes in batches, has them screened in order, and removes them: all that changes the service's state."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from screening import settings
from screening.finding import ScreeningError
from screening.office import audit
from screening.office.office import Office, now
from screening.run import purge
from screening.service.folder import Folder
from screening.service.intake import Form, IntakeError
from screening.service.store import WAITING, Sent, State, Store, StoreError
from screening.service.work import Work
from screening.service.worker import Worker

# How often a batch is tried whose screening process ended.
TRIES = 3
# Seconds between looks for batches that were kept long enough; and before what failed is tried again.
GLANCE, PAUSE = 600.0, 5.0
# The most bytes of a batch, in files of the largest size.
FILES = 10
# Seconds that a picture is taken to need before one was screened, and the longest that anyone is told to wait.
PACE, LONGEST_WAIT = 3.0, 300.0
# Called with an event and what is to be logged about it; never with names of files.
Tell = Callable[..., None]


# Said to whoever sends something else with a key that was used.
REUSED = "this Idempotency-Key came with another batch; send a new batch with a new key"


class FullError(IntakeError):
    """As many pictures wait as may."""

    def __init__(self, seconds: int) -> None:
        super().__init__("as many pictures wait as may; send it again later", 429)
        self.seconds = seconds


@dataclass(kw_only=True)
class Desk:
    """Where batches are handed in.

    Attributes:
        folder: the service's folder.
        office: whose audit log records scans and purges.
        pipeline: the name or path of the pipeline file.
        most: how many pictures may wait.
        keep_days: after how many days a finished batch is removed; 0 keeps them.
        tell: told what happens.
        jobs: how many pictures are screened in parallel; 0 is one per core.
        gating: held while the gate answers, which reads the whole audit log.
        failing: whether what is waiting could not be seen to when it was last tried.
        current, screened: the batch that is being screened, or "", and how many of its pictures were.
    """

    folder: Folder
    office: Office
    pipeline: str
    most: int
    keep_days: float
    tell: Tell
    jobs: int = 0
    gating: asyncio.Lock = field(default_factory=asyncio.Lock)
    failing: bool = False
    screened: int = 0
    current: str = ""
    _arriving: int = 0
    _pace: float = PACE
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _accepting: threading.Lock = field(default_factory=threading.Lock)
    _purging: threading.Lock = field(default_factory=threading.Lock)
    _bell: threading.Event = field(default_factory=threading.Event)
    _stopping: bool = False

    def __post_init__(self) -> None:
        self.file_bytes = settings.read(self.pipeline).limits.file_megabytes * 1e6
        self.folder.prepare()
        self.store = Store(self.folder.state)
        known = {sent.id for sent in self.store.batches()}
        for path in self.folder.batches.iterdir():
            if path.name not in known:  # whoever sent it was never told that it was accepted
                self.folder.drop(path.name)
        self._worker = Worker(Work(folder=self.folder, pipeline=self.pipeline, jobs=self.jobs))
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begins to screen what is waiting."""
        self._thread.start()

    def stop(self) -> None:
        """Screens no more; what is waiting, or half screened, waits for the next start."""
        self._stopping = True
        self._bell.set()
        self._worker.stop()
        self._thread.join()
        self.store.close()

    @property
    def working(self) -> bool:
        """Whether what is accepted gets screened."""
        return self._thread.is_alive() and not self.failing

    @property
    def full(self) -> bool:
        """Whether no more pictures can be taken."""
        return self.store.waiting() + self._arriving >= self.most

    def refuse_if_full(self) -> None:
        """Refuses a batch before anything of it is read.

        Raises:
            FullError: if as many pictures wait as may.
        """
        if self.full:
            raise FullError(round(max(1.0, min(LONGEST_WAIT, 10 * self._pace))))

    @contextlib.contextmanager
    def receiving(self, *, again: bool = False) -> Iterator[tuple[str, Form]]:
        """The id of a new batch, and the form that reads it; whatever is not accepted by the end is removed.

        What is sent `again` needs no room.
        """
        new = secrets.token_hex(16)

        def room() -> None:
            with self._lock:
                if not again:
                    self.refuse_if_full()
                self._arriving += 1

        form = Form(
            folder=self.folder.begin(new), file_bytes=self.file_bytes, batch_bytes=FILES * self.file_bytes, room=room
        )
        try:
            yield new, form
        finally:
            form.close()
            with self._lock:
                self._arriving -= len(form.names)
            if not self.store.batches(id=new):
                self.folder.drop(new)

    def accept(self, sent: Sent) -> Sent:
        """Accepts a batch whose pictures have arrived; all of it is on disk when this returns.

        Where it was sent before with the same key, that batch is returned and nothing accepted.

        Raises:
            IntakeError: if its owner sent something else with the same key.
            StoreError: if it cannot be kept; then it was not accepted.
        """
        with self._accepting:
            for first in self.store.batches(owner=sent.owner, key=sent.key) if sent.key else ():
                if first.content != sent.content:
                    raise IntakeError(REUSED)
                return first
            try:
                self.folder.keep(sent.id)
            except OSError as error:
                raise StoreError(f"what was sent cannot be kept ({error.strerror or 'input error'})") from error
            self.store.accept(sent)
        self.tell("accepted", batch=sent.id, pictures=len(sent.pictures))
        self._bell.set()
        return sent

    def purge(self, sent: Sent) -> Sent:
        """Takes a batch out of use at once, and removes all of it as soon as nothing works on it."""
        gone = self.store.become(sent, State.PURGING)
        if self.current == sent.id:
            self._worker.stop()
        else:
            with contextlib.suppress(ScreeningError, OSError):  # then it is tried again
                self._purge(gone)
        self._bell.set()
        return gone

    def _work(self) -> None:
        while not self._stopping:
            self._bell.clear()
            try:
                self._purge_old()
                for sent in self.store.batches(State.PURGING):
                    self._purge(sent)
                waiting = self.store.batches(*WAITING)
                if waiting:
                    self._screen(waiting[0])
                self.failing = False
            except Exception as error:  # whatever it is, what was accepted is tried again
                if not self._stopping:
                    self.tell("failing", error=type(error).__name__)
                    self.failing = True
                    self._bell.wait(PAUSE)
                continue
            if not waiting:
                self._bell.wait(GLANCE)

    def _screen(self, sent: Sent) -> None:
        began, self.screened, self.current = time.monotonic(), 0, sent.id
        try:
            self.store.become(sent, State.SCREENING)
            if not self.store.batches(State.SCREENING, id=sent.id):  # it was removed in this moment
                return
            found = None
            for _ in range(TRIES):
                found = self._worker(sent, self._one_more)
                if found is not None or self._stopping or self.store.batches(State.PURGING, id=sent.id):
                    break
            if self._stopping or self.store.batches(State.PURGING, id=sent.id):
                return
        finally:
            self.current = ""
        seconds = time.monotonic() - began
        if found is None or found.reason:
            reason = found.reason if found else "the process that screened it ended each time; send it in parts"
            self.store.become(sent, State.FAILED, reason=reason, finished=now())
            self.tell("failed", batch=sent.id, seconds=round(seconds, 3))
            return
        self._pace = seconds / max(1, len(sent.pictures))
        counts = {"clear": found.clear, "held": found.held, "blocked": found.blocked}
        self.store.become(sent, State.DONE, reason=found.missing, finished=now(), **counts)
        self.tell("screened", batch=sent.id, seconds=round(seconds, 3), **counts)

    def _one_more(self) -> None:
        self.screened += 1

    def _purge_old(self) -> None:
        if not self.keep_days:
            return
        oldest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=self.keep_days)
        for sent in self.store.batches(State.DONE, State.FAILED, before=oldest.isoformat(timespec="milliseconds")):
            self.store.become(sent, State.PURGING)

    def _purge(self, sent: Sent) -> None:
        """Removes a batch; if the program is killed, the next start removes the rest."""
        run = self.folder.run(sent.id)
        with self._purging:
            if not self.store.batches(State.PURGING, id=sent.id):
                return
            purge.settle(run, self.office)
            if purge.is_run(run):
                purge.purge(run, self.office, everything=True)
            audit.append(self.office.audit_log, "purge", batch=sent.id, pictures=len(sent.pictures))
            self.folder.drop(sent.id)
            if (self.folder.batches / sent.id).exists():
                raise StoreError(f"{self.folder.batches / sent.id}: cannot be removed")
            self.store.forget(sent)
        self.tell("purged", batch=sent.id)
