"""Screens a shoot: one worker per core, a time limit per photo, and a report even if it is stopped half-way."""

from __future__ import annotations

import contextlib
import datetime
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import screening
from screening import code
from screening.finding import Finding
from screening.inert import inert
from screening.office.office import Office
from screening.office.register_file import noted
from screening.photo_report import PhotoReport, judged
from screening.pipeline import Pipeline
from screening.policy import Policy
from screening.report import Batch, ModelInfo, PipelineInfo, Report
from screening.run.alone import Answer, Ended, alone
from screening.run.journal import Journal
from screening.run.shoot import Entry
from screening.sandbox import bubblewrap
from screening.stages import networks
from screening.weights import manifest

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

log = logging.getLogger(__name__)
# Networks allocate the same hundred megabytes for every picture: glibc returns and refetches them, zeroed, unless told
# to keep them (other systems ignore these settings).
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000"}
# Seconds between checks that the workers are still running.
WATCH = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How a shoot is screened.

    Attributes:
        pipeline: which stages and rules.
        standard: the policy that "looser than the default" is measured against.
        jobs: how many photos are screened in parallel; 0 is one per core.
        annotate: a folder for copies with labelled boxes, or None.
        journal: stores what was found in each picture, and knows earlier results; or None.
    """

    pipeline: Pipeline
    standard: Policy
    jobs: int = 0
    annotate: Path | None = None
    journal: Journal | None = None

    def __call__(
        self, entries: Sequence[Entry], *, batch: Batch, progress: Callable[[PhotoReport], None] = lambda _: None
    ) -> Report:
        """Screens the files and reports on each of them, in the order given."""
        began, started = time.perf_counter(), datetime.datetime.now(datetime.UTC)
        registers = noted(Office.here().register_folder(self.pipeline.register_folder))
        screened_by = code.version(self.pipeline.foreign)
        done: dict[str, PhotoReport] = {}
        stopped = False
        try:
            for photo in self._screen([entry for entry in entries if not entry.aside], batch.scene):
                done[photo.file] = photo
                progress(photo)
        except KeyboardInterrupt:
            stopped = True
        for entry in entries:
            if not entry.aside and entry.name not in done:
                done[entry.name] = self._not_screened(entry, "was not screened: the scan was stopped first")
        return Report(
            batch=replace(batch, questions=tuple(question.ask for question in self.pipeline.batch.question)),
            policy=self.pipeline.policy,
            pipeline=self._described(),
            models=used(self.pipeline),
            photos=tuple(done[entry.name] for entry in entries if not entry.aside),
            aside=tuple(entry.name for entry in entries if entry.aside),
            started=started.isoformat(timespec="seconds"),
            seconds=time.perf_counter() - began,
            tool=f"screening {screening.__version__}",
            stopped=stopped,
            code=screened_by,
            registers=registers,
            isolated=self._isolated,
            taken_up=self.journal.taken_up if self.journal else 0,
        )

    def _screen(self, entries: Sequence[Entry], scene: bool) -> Iterator[PhotoReport]:
        for entry in entries:
            if entry.refused:
                yield self._not_screened(entry, entry.refused, kind="error.unsupported")
        waiting = [entry for entry in entries if not entry.refused]
        if self.journal:
            known = self.journal.known(waiting)
            yield from known.values()
            waiting = [entry for entry in waiting if entry.name not in known]
        if not waiting:
            return
        for name, value in KEEP_MEMORY.items():
            os.environ.setdefault(name, value)
        task = _Task(self.pipeline, scene, self.annotate, self._isolated)
        again: list[Entry] = []
        for entry, answer in self._side_by_side(waiting, task):
            if answer is None:
                again.append(entry)
            else:
                yield self._noted(answer)
        yield from self._one_by_one(again, task)

    def _side_by_side(self, waiting: Sequence[Entry], task: _Task) -> Iterator[tuple[Entry, _Answer | None]]:
        """The result for each picture; None for one that took too long, or whose process ended, perhaps through no
        fault of its own."""
        from pebble import ProcessPool

        # spawned, not forked: the same on every system, and safe when networks run threads
        context = multiprocessing.get_context("spawn")
        jobs = min(self.jobs or os.cpu_count() or 1, len(waiting))
        # the task is passed so that its imports are done before the first picture's clock starts
        pool = ProcessPool(max_workers=jobs, initializer=_prepare, initargs=(task,), context=context)
        try:
            futures = []
            for one in waiting:
                with contextlib.suppress(RuntimeError):  # a broken pool accepts no more work
                    limit = self.pipeline.limits.seconds
                    futures.append(pool.schedule(task, args=(one.path, one.name), timeout=limit))
            for entry, future in zip_longest(waiting, futures):
                yield entry, _answered(pool, future)
        finally:
            pool.stop()
            pool.join()

    def _one_by_one(self, again: Sequence[Entry], task: _Task) -> Iterator[PhotoReport]:
        """Retries each in a process of its own, with no other worker beside it: a failure is now its own, or the
        machine was too busy."""
        limit = self.pipeline.limits.seconds
        ended = Ended()
        for entry in again:
            if ended.began:  # if no process can be started, trying for every picture would take hours
                found = alone(partial(task, entry.path, entry.name), seconds=limit, prepare=partial(_prepare, task))
                if isinstance(found, Answer):
                    yield self._noted(found.value)
                    continue
                ended = found
            yield self._not_screened(entry, ended.why(limit))

    @property
    def _isolated(self) -> bool:
        """Whether this computer decodes in a sandbox; workers do as this says, so that none goes without by itself."""
        return bubblewrap.works()

    def _noted(self, answer: _Answer) -> PhotoReport:
        photo, failed = answer
        if failed:
            log.warning("%s: the copy with boxes cannot be written (%s)", inert(photo.file), failed)
        if self.journal:
            self.journal.note(photo)
        return photo

    def _not_screened(self, entry: Entry, why: str, *, kind: str = "error.photo") -> PhotoReport:
        findings = [Finding(kind, 1.0, why, stage="photo")]
        return PhotoReport(file=entry.name, judgements=judged(findings, self.pipeline.policy, scene=True))

    def _described(self) -> PipelineInfo:
        """What the report says about the pipeline: enough to see what was not looked for, or was judged less
        strictly."""
        from screening.stages import STAGES

        present = {stage.name for stage in self.pipeline.stages}
        return PipelineInfo(
            name=self.pipeline.name,
            sha256=self.pipeline.sha256,
            stages=tuple(stage.name for stage in self.pipeline.stages),
            off=tuple(name for name in STAGES if name not in present),
            foreign=self.pipeline.foreign,
            looser=tuple(self.pipeline.policy.looser_than(self.standard)),
            review_by=str(self.pipeline.batch.review_by or ""),
            force=self.pipeline.force.name,
        )


def used(pipeline: Pipeline) -> tuple[ModelInfo, ...]:
    """The networks that a pipeline's stages run."""
    known = manifest()
    return tuple(ModelInfo(name=name, sha256=known[name].sha256) for name in networks(pipeline.stages))


# A photo's report, and why it has no copy with boxes, or "".
_Answer = tuple[PhotoReport, str]


@dataclass(frozen=True, slots=True)
class _Task:
    """One photo's work, sent to a worker."""

    pipeline: Pipeline
    scene: bool
    annotate: Path | None
    isolated: bool

    def __call__(self, path: Path, name: str) -> _Answer:
        report = self.pipeline.screen(path, name=name, scene=self.scene)
        if self.annotate and report.width:
            from screening.render.annotate import annotate_file

            try:
                annotate_file(path, report, self.annotate, limits=self.pipeline.limits)
            except Exception as error:  # the copy is an extra: the reports on this photo and the others are kept
                return report, getattr(error, "strerror", None) or type(error).__name__
        return report, ""


def _answered(pool: ProcessPool, future: ProcessFuture[_Answer] | None) -> _Answer | None:
    """A worker's result, as soon as it is there; None if the worker was stopped, ended or failed."""
    while future is not None:
        try:
            return future.result(WATCH)
        except Exception:  # whatever was raised, the retry will tell
            # only a timeout of our own waiting means that the worker is still busy
            if future.done() or not pool.active:
                return None
    return None


def _prepare(task: _Task) -> None:
    """Prepares a worker: Ctrl-C is left to the parent, libraries are kept quiet, one thread each, and files are decoded
    elsewhere."""
    import cv2

    if task.isolated:
        from screening.sandbox.untrusted import enter

        enter(task.pipeline.limits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    cv2.setNumThreads(1)
