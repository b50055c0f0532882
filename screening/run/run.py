"""A run on disk: what a scan found and what people decided about it, judged by a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from screening import pipeline_file, settings
from screening.office import setup
from screening.office.office import Office
from screening.photo_report import PhotoReport
from screening.policy import Policy
from screening.report import Report
from screening.run import copies, files, outcome
from screening.run.copies import Copy
from screening.run.decision import Decision
from screening.run.decisions import Decisions
from screening.run.drawn import Drawn
from screening.run.files import RunError
from screening.run.outcome import Outcome
from screening.run.restore import restored_report
from screening.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. What may change in the meantime, decisions and copies, is read again whenever it is asked for.

    Attributes:
        folder: its folder.
        pipeline: the name or path of the pipeline file that it is judged by.
        settings: the contents of that file.
        report: the findings, judged by it; without the redacted copies.
        decisions: what people decided.
    """

    folder: Path
    pipeline: str
    settings: Settings
    report: Report
    decisions: Decisions

    @classmethod
    def open(cls, folder: Path, office: Office, pipeline: str = "", *, as_scanned: bool = False) -> Run:
        """Reads a run, without importing a stage.

        Args:
            folder: what `scan --out` wrote.
            office: whose audit log records the decisions.
            pipeline: judges the findings, by name or path; "" for the file that the run was scanned with, if that came
                with the program or is the office's own.
            as_scanned: whether to refuse any file but the one that the run was scanned with.

        Raises:
            RunError: if there is no run, it is damaged, or the file that it was scanned with is not there.
            ConfigError: if the pipeline file cannot be read, or is a different one and not valid.
        """
        fields = files.report_fields(folder)
        name, sha256 = fields["policy"]["name"], fields["policy"]["sha256"]
        if not pipeline and name not in pipeline_file.names():
            pipeline = setup.read(office).pipeline
            if Path(pipeline).stem != name:
                raise RunError(f"{folder}: was scanned with a pipeline file called {name}: name it with --pipeline")
        chosen = settings.read(pipeline or name)
        if chosen.sha256 != sha256:
            if as_scanned or not pipeline:
                raise RunError(_another(folder, pipeline, chosen.name))
            # the file that a run was scanned with was valid then; another one is checked by its stages
            from screening import config

            chosen = config.load(pipeline)
        try:
            report = restored_report(fields, chosen.policy)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(f"{folder / files.REPORT}: is damaged; scan again") from error
        if chosen.sha256 != sha256:
            looser = tuple(chosen.policy.looser_than(settings.read().policy))
            about = replace(report.pipeline, name=chosen.name, sha256=chosen.sha256, looser=looser)
            report = replace(report, pipeline=replace(about, review_by=str(chosen.batch.review_by or "")))
        return cls(
            folder=folder,
            pipeline=pipeline or name,
            settings=chosen,
            report=report,
            decisions=Decisions(folder, office),
        )

    @property
    def policy(self) -> Policy:
        """The policy that judges the findings."""
        return self.settings.policy

    @property
    def sources(self) -> Mapping[str, Path]:
        """The path of each picture when it was scanned, by its name in the report.

        Raises:
            RunError: if the run does not record it.
        """
        return files.sources(self.folder)

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The redacted copies that are pictures of the run.

        Raises:
            CopyError: if they cannot be read.
        """
        return copies.read(self.folder, self.policy, scene=self.report.batch.scene)

    def outcomes(self, *, redacted: bool = True) -> tuple[Outcome, ...]:
        """Every picture after the decisions; the redacted copies come last, if they are wanted.

        Raises:
            ScreeningError: if the decisions or copies cannot be read.
        """
        made = self.copies if redacted else ()
        return self.after((*self.report.photos, *(one.photo for one in made)), self.decisions.current(), made)

    def after(
        self, photos: Sequence[PhotoReport], current: Sequence[Decision], made: Sequence[Copy]
    ) -> tuple[Outcome, ...]:
        """Some of its pictures after the decisions in force; `made` are the copies among them."""
        drawn = Drawn(current=current, policy=self.policy, scene=self.report.batch.scene, copies=made)
        return outcome.outcomes(photos, current, {one.photo.file: one.original for one in made}, drawn)


def _another(folder: Path, pipeline: str, name: str) -> str:
    """The error for a pipeline file that is not the one that a run was scanned with."""
    if pipeline and pipeline not in pipeline_file.names():
        return (
            f"{pipeline}: is not the pipeline that {folder} was scanned with, or has changed since; "
            "name the right one with --pipeline, or scan again"
        )
    return (
        f"{folder}: the pipeline {name} that ships with the program is not the one that it was scanned with, or "
        "has changed since; scan again (name a file of your own with --pipeline)"
    )
