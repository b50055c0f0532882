"""`screening redact`: copies of pictures in which what was found can no longer be seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screening.cli.say import print_json, print_line, say
from screening.run.decisions import Action

if TYPE_CHECKING:
    from screening.policy import Judgement
    from screening.release.redact import Redacted
    from screening.run.outcome import Outcome


def redact(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    files: Annotated[list[str] | None, typer.Argument(help="Pictures, named as in the report.  [default: all]")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only findings under this rule.")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="Only findings that somebody decided to redact.")] = False,
    style: Annotated[str, typer.Option(help="fill, blur or pixelate; fill is the safest.")] = "fill",
    margin: Annotated[float, typer.Option(min=0, max=2, help="How far beyond a box, in shares of it.")] = 0.2,
    out: Annotated[Path | None, typer.Option(help="Folder for the copies.  [default: RUN/redacted]")] = None,
    pipeline: Annotated[str, typer.Option(help="The pipeline file, where it did not come with the program.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Writes a copy of each picture without what holds or blocks it, and screens every copy again.

    Reads the run and its pictures, which stay as they are. Copies are screened by the pipeline that the run was scanned
    with, and by no other. A copy keeps creator, credit, copyright and rights, and none of the other metadata. Where
    what was redacted is not found any more it becomes a picture of the run, to be reviewed and cleared with the others,
    and what was decided about the rest of its original counts for it too. Writes the copies, RUN/copies.jsonl and
    decisions, and a line each to the audit log. Exits 0 where what was redacted is not found any more, 1 where some of
    it is, 2 where a picture could not be redacted.
    """
    from screening.finding import ScreeningError
    from screening.office.office import Office
    from screening.pipeline_file import did_you_mean
    from screening.policy import Verdict
    from screening.release.redact import Redaction, RedactionError, Style, to_redact
    from screening.run import copies, outcome
    from screening.run import run as stored
    from screening.run.decisions import Decisions
    from screening.settings import check_rules

    if style not in tuple(Style):
        raise RedactionError(f"there is no style {style!r}{did_you_mean(style, Style)}")
    office, fields = Office.here(), stored.read(run)
    redaction = Redaction(
        run=run,
        pipeline=outcome.screened_by(fields, pipeline, run),
        folder=out or run / "redacted",
        office=office,
        style=Style(style),
        margin=margin,
        scene=fields["batch"]["scene"],
    )
    check_rules(rule or (), redaction.pipeline.policy)
    originals = outcome.of_run(run, pipeline, office, redacted=False)
    chosen = [
        (one, [held for held in to_redact(one.photo, rule or ()) if not decided or _wanted(one, held)])
        for one in (outcome.find(files, originals) if files else originals)
    ]
    sources = stored.sources(run)
    done: list[Redacted] = []
    failed = False
    for original, judgements in chosen:
        photo = original.photo
        if not judgements and not files:
            continue
        try:
            if original.rejected:
                raise RedactionError(f"{photo.file}: was kept back by {original.rejected.by}; withdraw that first")
            if photo.file not in sources:
                raise RedactionError(f"{photo.file}: {run} does not say where it lies; scan the shoot again")
            done.append(redaction(sources[photo.file], photo, judgements))
            if not done[-1].still:
                Decisions(run, office).decide(*copies.carried(original, done[-1].report))
        except ScreeningError as error:
            say(str(error))
            failed = True
    if not done and not failed:
        raise RedactionError(
            f"{run}: nothing in it is held or blocked"
            f"{' under that rule' if rule else ''}{' and was decided to be redacted' if decided else ''}"
        )
    after = outcome.outcomes([one.report for one in done], Decisions(run, office).current())
    if as_json:
        print_json([_described(*both) for both in zip(done, after, strict=True)])
    for one, left in zip(done, after, strict=True):
        count = f"{one.count} {'finding' if one.count == 1 else 'findings'}"
        found = f"still found: {'; '.join(one.still)}" if one.still else f"{count} redacted, not found any more"
        open_now = left.open[0].finding.evidence if left.open else one.report.reason()
        rest = "clear" if left.verdict is Verdict.CLEAR else f"{left.verdict}, {open_now}"
        print_line(f"{one.copy}: {found}; {rest}", err=as_json)
    raise typer.Exit(2 if failed else 1 if any(one.still for one in done) else 0)


def _wanted(one: Outcome, judgement: Judgement) -> bool:
    return any(judgement is about and decision.action is Action.REDACT for about, decision in one.decided)


def _described(one: Redacted, after: Outcome) -> dict[str, object]:
    return {
        "file": one.file,
        "copy": str(one.copy),
        "sha256": one.sha256,
        "style": str(one.style),
        "margin": one.margin,
        "count": one.count,
        "still": list(one.still),
        "verdict": str(after.verdict),
    }
