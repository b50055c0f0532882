"""Screens a shoot: a time limit per photo, and a report even if it is stopped half-way."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

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
from screening.run.crew import Crew, Local, Screened, Task
from screening.run.journal import Journal
from screening.run.shoot import Entry
from screening.sandbox import bubblewrap
from screening.stages import networks
from screening.weights import manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How a shoot is screened.

    Attributes:
        pipeline: which stages and rules.
        standard: the policy that "looser than the default" is measured against.
        crew: who screens the pictures.
        annotate: a folder for copies with labelled boxes, or None.
        journal: stores what was found in each picture, and knows earlier results; or None.
    """

    pipeline: Pipeline
    standard: Policy
    crew: Crew = Local()
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
        task = Task(self.pipeline, scene, self.annotate, self._isolated)
        again: list[Entry] = []
        for entry, answer in self.crew(waiting, task):
            if answer is None:
                again.append(entry)
            else:
                yield self._noted(answer)
        yield from self._one_by_one(again, task)

    def _one_by_one(self, again: Sequence[Entry], task: Task) -> Iterator[PhotoReport]:
        """Retries each in a process of its own, with no other worker beside it: a failure is now its own, or the
        machine was too busy."""
        limit = self.pipeline.limits.seconds
        ended = Ended()
        for entry in again:
            if ended.began:  # if no process can be started, trying for every picture would take hours
                found = alone(partial(task, entry), seconds=limit, prepare=task.prepare)
                if isinstance(found, Answer):
                    yield self._noted(found.value)
                    continue
                ended = found
            yield self._not_screened(entry, ended.why(limit))

    @property
    def _isolated(self) -> bool:
        """Whether this computer decodes in a sandbox; workers do as this says, so that none goes without by itself."""
        return bubblewrap.works()

    def _noted(self, answer: Screened) -> PhotoReport:
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
