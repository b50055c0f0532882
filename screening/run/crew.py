"""Who screens the pictures of a scan, and what is done to each: the same in every process, on every computer."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from screening.finding import Finding
from screening.photo_report import PhotoReport, judged
from screening.pipeline import Pipeline
from screening.run.shoot import Entry
from screening.run.storage import unfetched

if TYPE_CHECKING:
    from pebble import ProcessFuture

# Networks allocate the same hundred megabytes for every picture: glibc returns and refetches them, zeroed, unless told
# to keep them (other systems ignore these settings).
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000"}
# Seconds between checks that the workers are still running.
WATCH = 5.0
# A photo's report, and why it has no copy with boxes, or "".
Screened = tuple[PhotoReport, str]


@dataclass(frozen=True, slots=True)
class Task:
    """What is done to each photo, as it is sent to a worker.

    Attributes:
        pipeline: which stages and rules.
        scene: whether the batch is from a scene.
        annotate: a folder for copies with labelled boxes, or None.
        isolated: whether files are decoded in a sandbox.
    """

    pipeline: Pipeline
    scene: bool
    annotate: Path | None
    isolated: bool

    def __call__(self, entry: Entry, folder: Path | None = None) -> Screened:
        """Screens one photo; one that has to be fetched is, into the folder, and removed."""
        try:
            with entry.at_hand(self.pipeline.limits.file_megabytes * 1e6, folder) as path:
                return self._screen(path, entry.name)
        except OSError as error:
            if entry.stored is None:
                raise
            found = [Finding("error.photo", 1.0, unfetched(error), stage="photo")]
            return PhotoReport(file=entry.name, judgements=judged(found, self.pipeline.policy, scene=True)), ""

    def _screen(self, path: Path, name: str) -> Screened:
        report = self.pipeline.screen(path, name=name, scene=self.scene)
        if self.annotate and report.width:
            from screening.render.annotate import annotate_file

            try:
                annotate_file(path, report, self.annotate, limits=self.pipeline.limits)
            except Exception as error:  # the copy is an extra: the reports on this photo and the others are kept
                return report, getattr(error, "strerror", None) or type(error).__name__
        return report, ""

    def prepare(self) -> None:
        """Prepares a worker: Ctrl-C is left to the parent, libraries are kept quiet, one thread each, and files are
        decoded elsewhere."""
        import cv2

        if self.isolated:
            from screening.sandbox.untrusted import enter

            enter(self.pipeline.limits)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        cv2.setNumThreads(1)


class Crew(Protocol):
    """Screens many pictures at once, and is called with them and the task."""

    def __call__(self, waiting: Sequence[Entry], task: Task) -> Iterator[tuple[Entry, Screened | None]]:
        """The result for each picture, in any order; None for one that took too long, or whose process ended, perhaps
        through no fault of its own."""


@dataclass(frozen=True, slots=True)
class Local:
    """Worker processes of this computer.

    Attributes:
        jobs: how many; 0 is one per core.
    """

    jobs: int = 0

    def __call__(self, waiting: Sequence[Entry], task: Task) -> Iterator[tuple[Entry, Screened | None]]:
        """The results in the order of the pictures, as `Crew` has them."""
        workers = Workers(task, min(self.jobs or os.cpu_count() or 1, len(waiting)))
        try:
            yield from workers.screen(waiting)
        finally:
            workers.stop()


class Workers:
    """Processes that screen one picture each at a time, and begin anew when they end."""

    def __init__(self, task: Task, count: int) -> None:
        """Starts them."""
        from pebble import ProcessPool

        for name, value in KEEP_MEMORY.items():
            os.environ.setdefault(name, value)
        # spawned, not forked: the same on every system, and safe when networks run threads
        context = multiprocessing.get_context("spawn")
        self._task = task
        # what a picture that ends its process leaves of a fetched file goes with the workers
        self._folder = tempfile.TemporaryDirectory(prefix="screening-", ignore_cleanup_errors=True)
        # the task is sent ahead so that its imports are done before the first picture's clock starts
        self._pool = ProcessPool(max_workers=count, initializer=task.prepare, context=context)

    def screen(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Screened | None]]:
        """The results in the order of the pictures, as `Crew` has them."""
        waiting, futures = list(entries), []
        for entry in waiting:
            with contextlib.suppress(RuntimeError):  # a broken pool accepts no more work
                limit = self._task.pipeline.limits.seconds
                futures.append(self._pool.schedule(self._task, args=(entry, Path(self._folder.name)), timeout=limit))
        for entry, future in zip_longest(waiting, futures):
            yield entry, self._answered(future)

    def stop(self) -> None:
        """Ends them, whatever they are at."""
        self._pool.stop()
        self._pool.join()
        self._folder.cleanup()

    @property
    def broken(self) -> bool:
        """Whether they could not be started, so that no more pictures are accepted."""
        return not self._pool.active

    def _answered(self, future: ProcessFuture[Screened] | None) -> Screened | None:
        """A worker's result, as soon as it is there; None if the worker was stopped, ended or failed."""
        while future is not None:
            try:
                return future.result(WATCH)
            except Exception:  # whatever was raised, the retry will tell
                # only a timeout of our own waiting means that the worker is still busy
                if future.done() or not self._pool.active:
                    return None
        return None
