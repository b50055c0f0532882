"""Redacts pictures of a run: copies them without what holds or blocks them, and carries over decisions on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from screening import config
from screening.finding import OBSERVATION, ScreeningError
from screening.kinds import of_ours, with_ancestors
from screening.photo.masks import Fill, Style
from screening.pipeline_file import did_you_mean
from screening.policy import Judgement
from screening.release.copy_file import RedactionError
from screening.release.redaction import Redacted, Redaction, can_go, to_redact
from screening.release.words import Words
from screening.run.copies import Copy
from screening.run.decision import Action
from screening.run.drawn import DRAWN
from screening.run.files import REDACTED, refuse_links
from screening.run.outcome import Outcome, carried, find
from screening.run.run import Run
from screening.settings import check_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The result of a redaction.

    Attributes:
        made: the copies, each as it stands after the decisions.
        failed: why others could not be redacted, one line each.
    """

    made: tuple[tuple[Redacted, Outcome], ...]
    failed: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 if nothing that was redacted is found again, 1 if some of it is, 2 if a picture failed."""
        return 2 if self.failed else 1 if any(one.still for one, _ in self.made) else 0


def of_run(
    run: Run,
    *,
    style: str = Style.FILL,
    margin: float = 0.2,
    fill: str = Fill.AUTO,
    out: Path | None = None,
    words: Words | None = None,
) -> Redaction:
    """How the pictures of a run are redacted: screened again by the very pipeline that it was scanned with.

    Raises:
        RedactionError: if there is no such style or fill.
        ConfigError: if the pipeline's stages are no longer valid.
    """
    if style not in tuple(Style):
        raise RedactionError(f"there is no style {style!r}{did_you_mean(style, Style)}")
    if fill not in tuple(Fill):
        raise RedactionError(f"there is no fill {fill!r}{did_you_mean(fill, Fill)}")
    refuse_links(run.folder)
    return Redaction(
        run=run.folder,
        pipeline=config.load(run.pipeline),
        folder=out or run.folder / REDACTED,
        office=run.decisions.office,
        style=Style(style),
        margin=margin,
        fill=Fill(fill),
        scene=run.report.batch.scene,
        words=words or Words(),
    )


# The decisions that mark a finding for redaction.
MARKING = (Action.DRAW, Action.REDACT, Action.INVOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which findings are redacted.

    With nothing chosen, these are the ones that the review marked for redaction, and what a person drew and nobody
    lifted; if there are none, all that hold or block and that no decision lifted.

    Attributes:
        files: the pictures, named as in the report; all if none is named.
        rules: only what is held or blocked under these.
        kinds: findings of these kinds, those too that are noted but clear.
        decided: only findings with the decision redact, and what a person drew and nobody lifted.
    """

    files: Sequence[str] = ()
    rules: Sequence[str] = ()
    kinds: Sequence[str] = ()
    decided: bool = False

    @property
    def of_the_review(self) -> bool:
        """Whether the review's decisions say what is redacted."""
        return not (self.files or self.rules or self.kinds or self.decided)


def redact(run: Run, redaction: Redaction, choice: Choice) -> Copies:
    """Makes a copy of each picture without what was chosen; one that fails does not affect the others.

    `run` was opened with the pipeline that it was scanned with.

    Raises:
        RedactionError: if there is nothing to redact.
        ScreeningError: if the run or its decisions cannot be read, or there is no such rule or picture.
    """
    check_rules(choice.rules, run.policy)
    _check_kinds(choice.kinds, run)
    chosen = _chosen(run, choice)
    sources, current = run.sources, run.decisions.current()
    made: list[Redacted] = []
    copies: list[Copy] = []
    failed: list[str] = []
    for original, judgements in chosen:
        without = _drawn_among(original, judgements)
        try:
            made.append(_copied(redaction, original, judgements, without, sources.get(original.photo.file)))
            if not made[-1].still:  # decisions about findings that the copy still shows count for it too
                copies.append(Copy(photo=made[-1].report, original=original.photo.sha256, without=without))
                (copy,) = run.after([made[-1].report], current, copies[-1:])
                run.decisions.decide(*carried(original, copy.photo))
        except ScreeningError as error:
            failed.append(str(error))
    if not made and not failed:
        raise RedactionError(
            f"{run.folder}: nothing in it is {'of that kind' if choice.kinds else 'held or blocked'}"
            f"{' under that rule' if choice.rules else ''}"
            f"{' and to be redacted by decision' if choice.decided else ''}"
        )
    after = run.after([one.report for one in made], run.decisions.current(), copies)
    return Copies(made=tuple(zip(made, after, strict=True)), failed=tuple(failed))


def _check_kinds(named: Sequence[str], run: Run) -> None:
    """Refuses a kind that no stage of ours reports and no picture of the run shows."""
    if not named:
        return
    seen = {one.finding.kind for photo in run.report.photos for one in photo.judgements}
    known = of_ours() | with_ancestors((*seen, DRAWN))
    for kind in named:
        if kind not in known:
            judged = sorted(one for one in known if not f"{one}.".startswith(OBSERVATION))
            raise RedactionError(f"no kind is called {kind!r}{did_you_mean(kind, judged)}")


def _chosen(run: Run, choice: Choice) -> list[tuple[Outcome, list[Judgement]]]:
    """The pictures to redact, each with its findings; a picture that is named may have none."""
    originals = run.outcomes(redacted=False)
    there = find(choice.files, originals) if choice.files else originals
    marked = [(one, _marked(one, choice)) for one in there]
    if choice.decided or (choice.of_the_review and any(findings for _, findings in marked)):
        chosen = marked
    elif choice.of_the_review:
        chosen = [(one, [held for held in to_redact(one.photo) if _is_open(one, held)]) for one in there]
    else:
        chosen = [(one, to_redact(one.photo, choice.rules, choice.kinds)) for one in there]
    return [both for both in chosen if both[1] or choice.files]


def _marked(one: Outcome, choice: Choice) -> list[Judgement]:
    """The findings that a person drew or decided to redact, and faces of people involved; those too that are clear."""
    wanted = [about for about, decision in one.decided if decision.action in MARKING]
    marked = [about for about in wanted if can_go(about.finding)]
    return [about for about in marked if not choice.rules or about.rule in choice.rules]


def _is_open(one: Outcome, judgement: Judgement) -> bool:
    return any(left.finding is judgement.finding for left in one.open)


def _drawn_among(original: Outcome, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """The ids of the decisions that drew some of these findings."""
    chosen = {id(judgement.finding) for judgement in judgements}
    return tuple(decision.id for judgement, decision in original.drawn if id(judgement.finding) in chosen)


def _copied(
    redaction: Redaction,
    original: Outcome,
    judgements: Sequence[Judgement],
    without: Sequence[str],
    source: Path | None,
) -> Redacted:
    photo = original.photo
    if original.rejected:
        raise RedactionError(f"{photo.file}: was kept back by {original.rejected.by}; withdraw that first")
    if source is None:
        raise RedactionError(f"{photo.file}: {redaction.run} does not say where it is; scan the shoot again")
    return redaction(source, photo, judgements, without=without)
