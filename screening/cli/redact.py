"""`screening redact`: copies of pictures in which what was found can no longer be seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screening.cli.say import print_json, print_line, say

if TYPE_CHECKING:
    from screening.release.redaction import Redacted
    from screening.run.outcome import Outcome


def redact(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    files: Annotated[list[str] | None, typer.Argument(help="Pictures, named as in the report.  [default: all]")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only findings under this rule.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Also findings of this kind that are noted but clear.")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="Only findings with the decision redact.")] = False,
    style: Annotated[str, typer.Option(help="fill, blur or pixelate; fill is the safest.")] = "fill",
    margin: Annotated[float, typer.Option(min=0, max=2, help="How far beyond a thing, as a share of its size.")] = 0.2,
    fill: Annotated[str, typer.Option(help="auto, a calm colour from around the place, or grey.")] = "auto",
    caption: Annotated[str, typer.Option(help="Caption of the copies, which are screened with it.")] = "",
    credit: Annotated[str, typer.Option(help="Credit line of the copies.")] = "",
    rights: Annotated[str, typer.Option(help="Copyright notice of the copies.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder for the copies.  [default: RUN/redacted]")] = None,
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Writes a copy of each picture without what holds or blocks it, and screens every copy again.

    With neither pictures, rules nor kinds, what the review marked for redaction is redacted; if it marked nothing, all
    that holds or blocks and that no decision lifted. Reads the run and its pictures, which stay as they are. Copies are
    screened by the pipeline that the run was scanned with, and by no other. A copy keeps creator, credit, copyright and
    rights, and no other metadata, and gets what --caption, --credit and --rights say. The copy of a JPEG picture keeps
    every block that no mask touches bit for bit; where that cannot be done it is re-encoded, and said to be. If what
    was redacted is no longer found, the copy becomes a picture of the run, to be reviewed and cleared with the others,
    and the decisions about the rest of its original count for it too. Writes the copies, RUN/copies.jsonl and
    decisions, and a line for each to the audit log. Exits 0 if nothing that was redacted is found again, 1 if some of
    it is, 2 if a picture could not be redacted.
    """
    from screening.office.office import Office
    from screening.release import redact as work
    from screening.release.words import Words
    from screening.run import copies, page
    from screening.run.run import Run
    from screening.sandbox.untrusted import isolate

    opened = Run.open(run, Office.here(), pipeline, as_scanned=True)
    isolate(opened.settings.limits)
    words = Words(caption=caption, credit=credit, rights=rights)
    redaction = work.of_run(opened, style=style, margin=margin, fill=fill, out=out, words=words)
    choice = work.Choice(files=files or (), rules=rule or (), kinds=kind or (), decided=decided)
    done = work.redact(opened, redaction, choice)
    for name in copies.stale(opened.folder):
        say(f"{name}: is a copy from an earlier scan and no longer counts; remove it, or redact its picture again")
    for why in done.failed:
        say(why)
    page.refresh(opened)
    if as_json:
        print_json([_described(*both) for both in done.made])
    for one, left in done.made:
        print_line(_told(one, left), err=as_json)
    raise typer.Exit(done.exit_code)


def _told(one: Redacted, left: Outcome) -> str:
    count = f"{one.count} {'finding' if one.count == 1 else 'findings'}"
    found = f"still found: {'; '.join(one.still)}" if one.still else f"{count} redacted, no longer found"
    open_now = left.open[0].finding.evidence if left.open else one.report.reason()
    rest = f"{left.verdict}, {open_now}" if left.verdict else str(left.verdict)
    encoded = "" if one.exact else "; re-encoded"
    return f"{one.copy}: {found}{encoded}; {rest}"


def _described(one: Redacted, after: Outcome) -> dict[str, object]:
    return {
        "file": one.file,
        "copy": str(one.copy),
        "sha256": one.sha256,
        "style": str(one.style),
        "margin": one.margin,
        "encoding": "kept" if one.exact else "new",
        "count": one.count,
        "still": list(one.still),
        "verdict": str(after.verdict),
    }
