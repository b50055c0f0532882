"""`screening decide`: a person decides on a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line
from screening.run.decision import Action


def decide(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    action: Annotated[Action, typer.Argument(help="The decision.", show_default=False)],
    files: Annotated[list[str], typer.Argument(help="Pictures, named as in the report.", show_default=False)],
    by: Annotated[str, typer.Option(envvar="SCREENING_BY", help="The name of the person who decides.")],
    rule: Annotated[list[str] | None, typer.Option(help="Only findings under this rule.")] = None,
    reason: Annotated[str, typer.Option(help="Why; in at least three different words where one is needed.")] = "",
    reference: Annotated[str, typer.Option(help="Reference of the form, permission or licence.")] = "",
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
) -> None:
    """Records a decision on the held and blocked findings of pictures.

    accept: the condition of a hold is met. release: a signed form, by --reference. parental: a permission, by
    --reference. adult: known to us as one. involved: whoever can be identified in it is a victim, suspect, witness or
    defendant, which no form lifts. override: let it pass, for a written --reason. redact: the picture stays back, and
    screening redact --decided makes a copy without it. reject: the picture stays back, whatever else is decided.
    agree: nothing holds the picture, and a person found nothing either. withdraw: decisions about the picture, or only
    those under --rule, no longer count.

    Reads the run. Writes RUN/decisions.jsonl, and a line for each to the office's audit log. If one of the
    decisions is not allowed, nothing is written and it exits 2.
    """
    from screening.office.office import Office
    from screening.release.decide import decide as make
    from screening.run.decision import Decision
    from screening.run.outcome import find
    from screening.run.run import Run

    opened = Run.open(run, Office.here(), pipeline)
    said = Decision(action=action, by=by, reason=reason, reference=reference)
    made = make(opened, files, said, rules=rule or ())
    print_line(f"{len(made)} {'decision' if len(made) == 1 else 'decisions'} recorded")
    for left in find(files, opened.outcomes()):
        print_line(f"{left.photo.file}: {left.verdict}{f' ({left.rule})' if left.rule else ''}")
