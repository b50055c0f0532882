"""The process that screens, apart from the server: the same scan as `screening scan`, batch after batch."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from screening import settings
from screening.finding import ScreeningError
from screening.office.office import Office, locked
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.report import Batch
from screening.run import batch
from screening.run.alone import Answer, alone
from screening.run.crew import Crew, Local
from screening.run.run import Run
from screening.run.shoot import Entry
from screening.service.folder import Folder
from screening.service.standing import Standing
from screening.service.store import Sent, StoreError

# How many times a picture's time limit a redacted copy of it may take: it is screened again, several times.
ROUNDS = 8
# After so many seconds without a batch the processes that hold the networks end.
IDLE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a screening found, or why there was none.

    Attributes:
        clear, held, blocked: how many pictures are so.
        reason: why the batch could not be screened; "" if it was.
        missing: why copies that were asked for could not be made; "" if they were.
    """

    clear: int = 0
    held: int = 0
    blocked: int = 0
    reason: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How batches are screened.

    Attributes:
        folder: where they are.
        pipeline: the name or path of the pipeline file.
        jobs: how many pictures are screened in parallel; 0 is one per core.
    """

    folder: Folder
    pipeline: str
    jobs: int = 0

    def __call__(self, sent: Sent, progress: Callable[[], None], crew: Crew | None = None) -> Found:
        """Screens a batch, or goes on with one; makes redacted copies if they were asked for."""

        @contextlib.contextmanager
        def each(_: int) -> Iterator[Callable[[PhotoReport], None]]:
            yield lambda _: progress()

        pictures, run = self.folder.pictures(sent.id), self.folder.run(sent.id)
        entries = [Entry(name, pictures / str(number)) for number, name in enumerate(sent.pictures, 1)]
        about = Batch(name=sent.name, purpose=sent.purpose, scene=sent.scene)
        try:
            report = batch.screen(
                entries,
                run,
                pipeline=self.pipeline,
                batch=about,
                crew=crew or Local(self.jobs),
                one_file=True,  # whoever asks for it gets no other
                progress=each,
            )
            wanted = sent.redact and report.verdicts[Verdict.CLEAR] < len(report.photos)
            missing = self._redact(run, len(report.photos)) if wanted else ""
        except (ScreeningError, OSError) as error:
            return Found(reason=str(error))
        counts = Counter({str(verdict): count for verdict, count in report.verdicts.items()})
        return Found(clear=counts["clear"], held=counts["hold"], blocked=counts["block"], missing=missing)

    def _redact(self, run: Path, pictures: int) -> str:
        """Makes the copies in a process of its own, so that none takes longer than it may; says why if it cannot."""
        seconds = settings.read(self.pipeline).limits.seconds * ROUNDS * pictures
        ended = alone(partial(redacted, run, self.pipeline), seconds=seconds, prepare=_quiet)
        return "" if isinstance(ended, Answer) else f"its copies could not be made: the process {ended.why(seconds)}"


def redacted(run: Path, pipeline: str) -> int:
    """Makes a redacted copy of each picture that is held or blocked, as `screening redact` does; returns how many.

    A picture that cannot be redacted has none.
    """
    from screening.release import redact
    from screening.release.copy_file import RedactionError
    from screening.run import page
    from screening.sandbox.untrusted import isolate

    opened = Run.open(run, Office.here(), pipeline, as_scanned=True)
    isolate(opened.settings.limits)
    try:
        done = redact.redact(opened, redact.of_run(opened), redact.Choice())
    except RedactionError:  # there is nothing in it that could be redacted
        return 0
    page.refresh(opened)
    return len(done.made)


def serve(connection: Connection, work: Work) -> None:
    """Screens each batch that comes through the connection, until the server ends."""
    if hasattr(os, "setsid"):
        os.setsid()  # the server ends this process and all that it started at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    _quiet()
    # the server may have been started again before what an earlier one began has ended
    with locked(work.folder.path / ".work.lock", StoreError):
        crew = Standing(work.jobs)
        while True:
            try:
                if not connection.poll(IDLE):
                    crew.stop()  # networks take memory that others may want
                sent: Sent = connection.recv()
                connection.send(work(sent, lambda: connection.send(1), crew))
            except (EOFError, OSError):
                return


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(1)


def _quiet() -> None:
    """Whatever libraries say may name files: the service's log must not."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
