"""What is left of a picture's findings once people have decided: whether it may go out, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening import pipeline_file, settings
from screening.finding import ScreeningError
from screening.office.office import Office
from screening.policy import Judgement, Verdict, strictest
from screening.report import PhotoReport, restored
from screening.run import copies, run
from screening.run.decisions import LIFTS_NOTHING, Action, Decision, Decisions, covering, refusal
from screening.settings import Settings
from screening.weights import sha256_of

if TYPE_CHECKING:
    from screening.pipeline import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A picture after the decisions.

    Attributes:
        photo: as it was screened and judged.
        open: what still holds or blocks it, the strictest first.
        decided: what was decided, each with the finding it is about.
        rejected: the decision by which a person kept it back, or the original that it is a copy of; or None.
    """

    photo: PhotoReport
    open: tuple[Judgement, ...]
    decided: tuple[tuple[Judgement, Decision], ...] = ()
    rejected: Decision | None = None

    @property
    def verdict(self) -> Verdict:
        """Clear where nothing is open, nobody rejected it and it was screened."""
        if self.rejected or not self.photo.screened:
            return Verdict.BLOCK
        return strictest(self.open)

    @property
    def rule(self) -> str:
        """The rule that keeps it back; "" where none does."""
        if self.open:
            return self.open[0].rule
        if self.rejected:
            return self.rejected.rule or "rejected"
        return "" if self.photo.screened else "unscreened"


def outcomes(
    photos: Sequence[PhotoReport], current: Sequence[Decision], originals: Mapping[str, str] | None = None
) -> tuple[Outcome, ...]:
    """Every picture after the decisions that count now; `originals` as `copies.originals` gives it.

    A decision that the rule book does not allow for what a finding is today, because the policy or the verdict is
    another than when it was made, lifts nothing. A copy of a picture that was kept back is kept back too.
    """
    of_photo: dict[str, list[Decision]] = {}
    for one in current:
        of_photo.setdefault(one.sha256, []).append(one)
    rejected = {one.sha256: one for one in reversed(current) if one.action is Action.REJECT}
    return tuple(
        _outcome(
            photo,
            of_photo.get(photo.sha256, []),
            rejected.get(photo.sha256) or rejected.get((originals or {}).get(photo.file, "")),
        )
        for photo in photos
    )


def _outcome(photo: PhotoReport, decisions: Sequence[Decision], rejected: Decision | None) -> Outcome:
    left: list[Judgement] = []
    decided: list[tuple[Judgement, Decision]] = []
    for judgement, made in zip(photo.judgements, covering(photo, decisions), strict=True):
        if made is not None:
            decided.append((judgement, made))
        lifted = made is not None and made.action not in LIFTS_NOTHING and not refusal(made, judgement)
        if judgement.verdict > Verdict.CLEAR and not lifted:
            left.append(judgement)
    return Outcome(photo=photo, open=tuple(left), decided=tuple(decided), rejected=rejected)


def judged_by(fields: Mapping[str, Any], pipeline: str, folder: Path) -> Settings:
    """What a run's findings are judged by: the pipeline file that is named, else the very one that it was scanned with.

    Raises:
        RunError: if none is named, and the one that the run was scanned with is not there.
        ConfigError: if the file cannot be read, or is another one and not sound.
    """
    if not pipeline:
        return scanned_by(fields, "", folder)
    chosen = settings.read(pipeline)
    if chosen.sha256 != fields["policy"]["sha256"]:
        # the file that a run was scanned with was found sound then; of another one its stages say whether it is
        from screening import config

        return config.load(pipeline)
    return chosen


def scanned_by(fields: Mapping[str, Any], pipeline: str, folder: Path) -> Settings:
    """The settings that a run was scanned with; `pipeline` says where their file is, "" that it came with the program.

    Raises:
        RunError: if what is there is another one.
        ConfigError: if it cannot be read.
    """
    name = fields["policy"]["name"]
    if not pipeline and name not in pipeline_file.names():
        raise run.RunError(f"{folder}: was scanned with a pipeline file called {name}: name it with --pipeline")
    chosen = settings.read(pipeline or name)
    if chosen.sha256 == fields["policy"]["sha256"]:
        return chosen
    if pipeline and pipeline not in pipeline_file.names():
        raise run.RunError(
            f"{pipeline}: is not the pipeline that {folder} was scanned with, or has changed since; "
            "name the right one with --pipeline, or scan again"
        )
    raise run.RunError(
        f"{folder}: the pipeline {chosen.name} that ships with the program is not the one that it was scanned with, or "
        "has changed since; scan again (name a file of your own with --pipeline)"
    )


def screened_by(fields: Mapping[str, Any], pipeline: str, folder: Path) -> Pipeline:
    """The very pipeline that a run was scanned with, its stages too.

    Raises:
        RunError, ConfigError: as `scanned_by`, or if a stage of it is not there any more.
    """
    from screening import config

    chosen = scanned_by(fields, pipeline, folder)
    return config.load(pipeline or chosen.name)


def of_run(folder: Path, pipeline: str, office: Office, *, redacted: bool = True) -> tuple[Outcome, ...]:
    """Every picture of a run, judged by a pipeline ("" for the one it was scanned with), after what was decided.

    Its redacted copies come last, if they are wanted.

    Raises:
        ScreeningError: if the run, the pipeline or the decisions cannot be read.
    """
    fields = run.read(folder)
    chosen = judged_by(fields, pipeline, folder)
    if redacted:
        fields = copies.with_copies(folder, fields)
    return outcomes(restored(fields, chosen.policy), Decisions(folder, office).current(), copies.originals(folder))


def find(files: Sequence[str], after: Sequence[Outcome]) -> list[Outcome]:
    """The pictures that are meant by names in the report, or by files with the same bytes.

    Raises:
        ScreeningError: if one of them is none of the run's.
    """
    found = []
    for file in files:
        named = [one for one in after if one.photo.file == file]
        if not named and Path(file).is_file():
            sha256 = sha256_of(Path(file))
            named = [one for one in after if one.photo.sha256 == sha256][:1]
        if not named:
            raise ScreeningError(f"{file}: is not a picture of this run; name it as the report does")
        found += named
    return found
