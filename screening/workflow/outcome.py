"""What is left of a picture's findings once people have decided: whether it may go out, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening import config
from screening.finding import ScreeningError
from screening.pipeline import Pipeline
from screening.policy import Judgement, Verdict, strictest
from screening.report import PhotoReport, restored
from screening.weights import sha256_of
from screening.workflow import copies, run
from screening.workflow.decisions import LIFTS_NOTHING, Action, Decision, Decisions, refusal
from screening.workflow.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A picture after the decisions.

    Attributes:
        photo: as it was screened and judged.
        open: what still holds or blocks it, the strictest first.
        decided: what was decided, each with the finding it is about.
        rejected: the decision by which a person kept it back, or None.
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


def outcomes(photos: Sequence[PhotoReport], current: Sequence[Decision]) -> tuple[Outcome, ...]:
    """Every picture after the decisions that count now.

    A decision that the rule book does not allow for what a finding is today, because the policy or the verdict is
    another than when it was made, lifts nothing.
    """
    of_photo: dict[str, list[Decision]] = {}
    for one in current:
        of_photo.setdefault(one.sha256, []).append(one)
    return tuple(_outcome(photo, of_photo.get(photo.sha256, [])) for photo in photos)


def _outcome(photo: PhotoReport, decisions: Sequence[Decision]) -> Outcome:
    left: list[Judgement] = []
    decided: list[tuple[Judgement, Decision]] = []
    for judgement in photo.judgements:
        made = next((one for one in reversed(decisions) if one.covers(photo.sha256, judgement)), None)
        if made is not None:
            decided.append((judgement, made))
        lifted = made is not None and made.action not in LIFTS_NOTHING and not refusal(made, judgement)
        if judgement.verdict > Verdict.CLEAR and not lifted:
            left.append(judgement)
    rejected = next((one for one in decisions if one.action is Action.REJECT), None)
    return Outcome(photo=photo, open=tuple(left), decided=tuple(decided), rejected=rejected)


def judged_by(fields: Mapping[str, Any], pipeline: str, folder: Path) -> Pipeline:
    """The pipeline that a run's findings are judged by: the one named, else the very one that it was scanned with.

    Raises:
        RunError: if none is named, and the run was scanned with another of that name than ships with the program.
        ConfigError: if the pipeline cannot be read.
    """
    if pipeline:
        return config.load(pipeline)
    name = fields["policy"]["name"]
    chosen = config.load(name) if name in config.names() else None
    if chosen is None or chosen.sha256 != fields["policy"]["sha256"]:
        raise run.RunError(f"{folder}: was scanned with a pipeline file called {name}: name it with --pipeline")
    return chosen


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
    return outcomes(restored(fields, chosen.policy), Decisions(folder, office).current())


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
            raise ScreeningError(f"{file}: is no picture of this run; name it as the report does")
        found += named
    return found
