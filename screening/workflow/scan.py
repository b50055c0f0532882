"""Screens a shoot: a worker a core, a time limit a photo, and a report even when it is stopped half-way."""

from __future__ import annotations

import datetime
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from pathlib import Path

import screening
from screening.finding import Finding
from screening.pipeline import Pipeline
from screening.policy import Policy
from screening.render.inert import inert
from screening.report import Batch, PhotoReport, Report, judged
from screening.stages import networks
from screening.weights import manifest
from screening.workflow.journal import Journal
from screening.workflow.shoot import Entry

log = logging.getLogger(__name__)
# Networks ask for the same hundred megabytes for every picture: glibc gives them back and fetches them anew, zeroed,
# unless it is told to keep them (other systems do not read these).
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000"}
# A worker's first photo also waits for the networks to be loaded, in seconds.
GRACE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How a shoot is screened.

    Attributes:
        pipeline: which stages and rules.
        standard: the policy that "looser than the default" is measured against.
        jobs: how many photos are looked at side by side; 0 is one a core.
        annotate: a folder for copies with labelled boxes, or None.
        journal: keeps what was found in each picture, and knows what was found before; or None.
    """

    pipeline: Pipeline
    standard: Policy
    jobs: int = 0
    annotate: Path | None = None
    journal: Journal | None = None

    def __call__(
        self, entries: Sequence[Entry], *, batch: Batch, progress: Callable[[PhotoReport], None] = lambda _: None
    ) -> Report:
        """Screens the files and reports on every one of them, in the order given."""
        began, started = time.perf_counter(), datetime.datetime.now(datetime.UTC)
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
                done[entry.name] = self._not_screened(entry, "was not screened: the scan was stopped before its turn")
        return Report(
            batch=replace(batch, questions=tuple(question.ask for question in self.pipeline.questions)),
            policy=self.pipeline.policy,
            pipeline=self._described(),
            models=used(self.pipeline),
            photos=tuple(done[entry.name] for entry in entries if not entry.aside),
            aside=tuple(entry.name for entry in entries if entry.aside),
            started=started.isoformat(timespec="seconds"),
            seconds=time.perf_counter() - began,
            tool=f"screening {screening.__version__}",
            stopped=stopped,
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
        jobs = min(self.jobs or os.cpu_count() or 1, len(waiting))
        if not waiting:
            return
        from pebble import ProcessExpired, ProcessPool

        # spawned, not forked: the same on every system, and safe where networks run threads
        context = multiprocessing.get_context("spawn")
        for name, value in KEEP_MEMORY.items():
            os.environ.setdefault(name, value)
        pool = ProcessPool(max_workers=jobs, initializer=_quiet, context=context)
        limit = self.pipeline.limits.seconds
        task = _Task(self.pipeline, scene, self.annotate)
        try:
            futures = [(one, pool.schedule(task, args=(one.path, one.name), timeout=limit + GRACE)) for one in waiting]
            for entry, future in futures:
                try:
                    photo, failed = future.result()
                    if failed:
                        log.warning("%s: the copy with boxes cannot be written (%s)", inert(photo.file), failed)
                    if self.journal:
                        self.journal.note(photo)
                    yield photo
                except FutureTimeout:
                    yield self._not_screened(
                        entry, f"took longer than the {limit:g} seconds allowed; export a smaller copy"
                    )
                except (ProcessExpired, BrokenExecutor):
                    yield self._not_screened(entry, "brought the program down; export it again from the original")
        finally:
            pool.stop()
            pool.join()

    def _not_screened(self, entry: Entry, why: str, *, kind: str = "error.photo") -> PhotoReport:
        findings = [Finding(kind, 1.0, why, stage="photo")]
        return PhotoReport(file=entry.name, judgements=judged(findings, self.pipeline.policy, scene=True))

    def _described(self) -> dict[str, object]:
        """What the report says of the pipeline: enough to see what was not looked for, or looked at more mildly."""
        from screening.stages import STAGES

        present = {stage.name for stage in self.pipeline.stages}
        return {
            "name": self.pipeline.name,
            "sha256": self.pipeline.sha256,
            "stages": [stage.name for stage in self.pipeline.stages],
            "off": [name for name in STAGES if name not in present],
            "foreign": list(self.pipeline.foreign),
            "looser": self.pipeline.policy.looser_than(self.standard),
            "review_by": self.pipeline.review_by,
            "force": self.pipeline.force.name,
        }


def used(pipeline: Pipeline) -> tuple[dict[str, str], ...]:
    """The networks that a pipeline's stages run, each with its name and SHA-256."""
    known = manifest()
    return tuple({"name": name, "sha256": known[name].sha256} for name in networks(pipeline.stages))


@dataclass(frozen=True, slots=True)
class _Task:
    """One photo's work, sent to a worker: gives its report, and why it has no copy with boxes, or ""."""

    pipeline: Pipeline
    scene: bool
    annotate: Path | None

    def __call__(self, path: Path, name: str) -> tuple[PhotoReport, str]:
        report = self.pipeline.screen(path, name=name, scene=self.scene)
        if self.annotate and report.width:
            from screening.render.annotate import annotate_file

            try:
                annotate_file(path, report, self.annotate, limits=self.pipeline.limits)
            except Exception as error:  # the copy is an extra: the report of this photo and the others is kept
                return report, getattr(error, "strerror", None) or type(error).__name__
        return report, ""


def _quiet() -> None:
    """Prepares a worker: Ctrl-C is the parent's to answer, libraries keep to themselves, one thread each."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    cv2.setNumThreads(1)
