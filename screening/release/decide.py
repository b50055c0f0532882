"""What a person decides about pictures of a run: checked against the rule book, and recorded all or nothing.

`screening decide` and the review page use the same functions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from screening.photo_report import PhotoReport
from screening.policy import Judgement, Verdict
from screening.questions import letters
from screening.release import references
from screening.run.decision import Action, Decision, about_each
from screening.run.decisions import DecisionError
from screening.run.outcome import find
from screening.run.rules import refusal
from screening.run.run import Run
from screening.settings import check_rules


def decide(run: Run, files: Sequence[str], said: Decision, *, rules: Sequence[str] = ()) -> tuple[Decision, ...]:
    """Records a decision on every held and blocked finding of the pictures, and returns the decisions made.

    Args:
        run: whose pictures they are.
        files: the pictures, named as in the report.
        said: what is decided, by whom and why; it does not name a picture yet.
        rules: only findings under these; all if none is named.

    Raises:
        DecisionError: if one of the decisions is not allowed; then none is made.
        ScreeningError: if the run, its pipeline or its decisions cannot be read or written.
    """
    if not letters(said.by):
        raise DecisionError("a decision needs the name of the person who decides: give it with --by")
    if rules and said.action is not Action.WITHDRAW:  # a withdrawn one may concern a rule of an earlier policy
        check_rules(rules, run.policy)
    photos = [one.photo for one in find(files, run.outcomes())]
    current = run.decisions.current()
    wanted: list[Decision] = []
    for photo in photos:
        if said.action is Action.WITHDRAW:
            wanted += _withdrawn(photo, said, current, rules)
        else:
            wanted += _about_held(photo, said, rules)
    references.check(wanted, run.settings.batch, run.decisions.office)
    return run.decisions.decide(*wanted)


def about_picture(photo: PhotoReport, said: Decision) -> Decision:
    """The decision about a picture as a whole.

    Raises:
        DecisionError: if it may not be made, saying why.
    """
    _refuse(photo, _unread(photo) or _refusal_of_picture(photo, said))
    return dataclasses.replace(said, sha256=photo.sha256)


def about_finding(photo: PhotoReport, number: int, said: Decision) -> Decision:
    """The decision about one finding of a picture, by its number in the report.

    Raises:
        DecisionError: if it may not be made, saying why.
    """
    _refuse(photo, _unread(photo))
    if not 0 <= number < len(photo.judgements):
        _refuse(photo, "there is no such finding in this picture")
    if said.action is Action.REJECT:
        _refuse(photo, "reject applies to a picture, not to a finding")
    decision = about_each(photo, said)[number]
    _refuse(photo, refusal(decision, photo.judgements[number]))
    return decision


def _about_held(photo: PhotoReport, said: Decision, rules: Sequence[str]) -> list[Decision]:
    """The decisions about everything that holds or blocks a picture, or the one about the picture as a whole."""
    _refuse(photo, _unread(photo))
    each = zip(about_each(photo, said), photo.judgements, strict=True)
    held = [both for both in each if _meant(both[1], said) and (not rules or both[1].rule in rules)]
    if not held and (rules or said.action not in (Action.REJECT, Action.AGREE)):
        _refuse(photo, f"nothing holds it{_under(rules)}")
    if said.action is Action.REJECT or not held:
        return [about_picture(photo, said)]
    for decision, one in held:
        _refuse(photo, refusal(decision, one))
    return [decision for decision, _ in held]


def _meant(one: Judgement, said: Decision) -> bool:
    """Whether a decision about a picture is about this finding: what holds or blocks it, or every identifiable face."""
    if said.action is Action.INVOLVED:
        return one.finding.is_a("face.identifiable")
    return one.verdict > Verdict.CLEAR


def _withdrawn(photo: PhotoReport, said: Decision, current: Iterable[Decision], rules: Sequence[str]) -> list[Decision]:
    """The decisions that withdraw those in force for a picture."""
    _refuse(photo, _unread(photo))
    of_photo = [one for one in current if one.sha256 == photo.sha256 and (not rules or one.rule in rules)]
    # what a person saw is not forgotten along with what was decided; the review page removes it
    made = [one for one in of_photo if one.action is not Action.DRAW]
    if not made:
        _refuse(photo, f"nothing was decided about it{_under(rules)}")
    return [
        dataclasses.replace(said, sha256=one.sha256, rule=one.rule, kind=one.kind, box=one.box, mark=one.mark)
        for one in made
    ]


def _unread(photo: PhotoReport) -> str:
    return "" if photo.sha256 else "could not be read, so there is nothing to decide; repair it and scan again"


def _refusal_of_picture(photo: PhotoReport, said: Decision) -> str:
    if said.action is Action.REJECT:
        return ""
    if said.action is Action.WITHDRAW:
        return "" if said.after else "nothing was decided about it; its original was kept back: withdraw that instead"
    if said.action is Action.AGREE:
        return (
            "" if photo.verdict is Verdict.CLEAR else "agree is only for a picture in which nothing is held or blocked"
        )
    return f"{said.action} applies to a finding, not to a picture"


def _under(rules: Sequence[str]) -> str:
    return " under that rule" if rules else ""


def _refuse(photo: PhotoReport, why: str) -> None:
    if why:
        raise DecisionError(f"{photo.file}: {why}")
