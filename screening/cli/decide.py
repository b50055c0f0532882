"""`screening decide`: a person says what becomes of a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.workflow.decisions import Action


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
    screening redact --decided makes a copy without it. reject: it stays back. agree: nothing holds the picture, and a
    person found nothing either. withdraw: nothing is decided any more.

    Reads the run. Writes RUN/decisions.jsonl, and a line each to the office's audit log. Where one of the decisions may
    not be made nothing is written, and it exits 2.
    """
    from screening.policy import Verdict
    from screening.workflow import outcome
    from screening.workflow.decisions import Decision, DecisionError, Decisions, refusal
    from screening.workflow.office import Office

    office = Office.here()
    wanted: list[Decision] = []
    for found in outcome.find(files, outcome.of_run(run, pipeline, office)):
        photo = found.photo
        held = [one for one in photo.judgements if one.verdict > Verdict.CLEAR and (not rule or one.rule in rule)]
        if not held and not (action in (Action.REJECT, Action.AGREE, Action.WITHDRAW) and not rule):
            raise DecisionError(f"{photo.file}: nothing holds it{' under that rule' if rule else ''}")
        if not photo.sha256:
            raise DecisionError(
                f"{photo.file}: could not be read, so there is nothing to decide; mend it and scan again"
            )
        for one in held:
            decision = Decision(
                action=action,
                by=by,
                sha256=photo.sha256,
                rule=one.rule,
                kind=one.finding.kind,
                box=one.finding.box,
                reason=reason,
                reference=reference,
            )
            if why := refusal(decision, one):
                raise DecisionError(f"{photo.file}: {why}")
            wanted.append(decision)
        if not held:
            wanted.append(Decision(action=action, by=by, sha256=photo.sha256, reason=reason))
    Decisions(run, office).decide(*wanted)
    typer.echo(f"{len(wanted)} {'decision' if len(wanted) == 1 else 'decisions'} recorded")
    for after in outcome.find(files, outcome.of_run(run, pipeline, office)):
        typer.echo(f"{after.photo.file}: {after.verdict}{f' ({after.rule})' if after.rule else ''}")
