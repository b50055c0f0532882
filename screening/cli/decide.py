"""`screening decide`: a person says what becomes of a finding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line
from screening.run.decisions import Action


def decide(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    action: Annotated[Action, typer.Argument(help="What is decided.", show_default=False)],
    files: Annotated[list[str], typer.Argument(help="Pictures, named as in the report.", show_default=False)],
    by: Annotated[str, typer.Option(help="The name of who decides.")],
    rule: Annotated[list[str] | None, typer.Option(help="Only findings under this rule.")] = None,
    reason: Annotated[str, typer.Option(help="Why; an override needs more than a word.")] = "",
    reference: Annotated[str, typer.Option(help="Of the release form, permission or licence.")] = "",
    pipeline: Annotated[str, typer.Option(help="The pipeline file, where it did not come with the program.")] = "",
) -> None:
    """Records a decision on the held and blocked findings of pictures.

    accept: the condition of a hold is met. release: a signed form, by --reference. parental: a permission, by
    --reference. adult: known to us as one. override: all the same, for a written --reason. redact: it stays back, and
    screening redact --decided makes a copy without it. reject: the picture stays back, whatever else is decided. agree:
    nothing holds the picture, and a person found nothing either. withdraw: nothing is decided any more about the
    picture, or under that --rule.

    Reads the run. Writes RUN/decisions.jsonl, and names them in the office's audit log. Where one of the decisions may
    not be made nothing is written, and it exits 2.
    """
    from screening.office.office import Office
    from screening.policy import Verdict
    from screening.run import outcome
    from screening.run.decisions import Decision, DecisionError, Decisions, about_each, refusal
    from screening.run.run import read
    from screening.settings import check_rules

    if not by.strip():
        raise DecisionError("a decision needs the name of who decides: give it with --by")
    office = Office.here()
    if rule and action is not Action.WITHDRAW:  # what is withdrawn may be about a rule of an earlier policy
        check_rules(rule, outcome.judged_by(read(run), pipeline, run).policy)
    after = outcome.of_run(run, pipeline, office)
    decisions = Decisions(run, office)
    current = decisions.current()
    under = " under that rule" if rule else ""
    wanted: list[Decision] = []
    for found in outcome.find(files, after):
        photo = found.photo
        said = Decision(action=action, by=by, sha256=photo.sha256, reason=reason, reference=reference)
        if not photo.sha256:
            raise DecisionError(
                f"{photo.file}: could not be read, so there is nothing to decide; mend it and scan again"
            )
        if action is Action.WITHDRAW:
            made = [one for one in current if one.sha256 == photo.sha256 and (not rule or one.rule in rule)]
            if not made:
                raise DecisionError(f"{photo.file}: nothing was decided about it{under}")
            wanted += [replace(said, rule=one.rule, kind=one.kind, box=one.box, mark=one.mark) for one in made]
            continue
        each = zip(photo.judgements, about_each(photo, said), strict=True)
        held = [both for both in each if both[0].verdict > Verdict.CLEAR and (not rule or both[0].rule in rule)]
        if not held and (rule or action not in (Action.REJECT, Action.AGREE)):
            raise DecisionError(f"{photo.file}: nothing holds it{under}")
        if action is Action.REJECT or not held:
            wanted.append(said)
            continue
        for one, decision in held:
            if why := refusal(decision, one):
                raise DecisionError(f"{photo.file}: {why}")
            wanted.append(decision)
    decisions.decide(*wanted)
    print_line(f"{len(wanted)} {'decision' if len(wanted) == 1 else 'decisions'} recorded")
    for left in outcome.find(files, outcome.of_run(run, pipeline, office)):
        print_line(f"{left.photo.file}: {left.verdict}{f' ({left.rule})' if left.rule else ''}")
