"""`screening audit`: checks and exports the log of who did what, and lists what is due for review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_json, print_line, print_text, say

audit = typer.Typer(no_args_is_help=True, help="Checks and exports the office's audit log.")


def _log() -> Path:
    """The office's log; an error where there is none."""
    from screening.office.audit_line import AuditError
    from screening.office.office import Office

    log = Office.here().audit_log
    if not log.is_file():
        raise AuditError(f"{log}: there is no audit log; SCREENING_HOME names the office's folder")
    return log


@audit.command()
def verify(
    against: Annotated[Path | None, typer.Option(help="A clearance: the log must still contain its line.")] = None,
) -> None:
    """Looks for lines that were edited, removed or moved, and exits 1 if it finds one.

    If its end was cut off, or the whole log rewritten, only a comparison with a clearance shows it. Changes nothing.
    """
    from screening.office import audit, audit_check
    from screening.office.office import Office
    from screening.release.clearance import signed_head

    log = _log()
    wrong = audit_check.verify(log, against=signed_head(against, Office.here()) if against else None)
    for line in wrong or [f"{audit.head(log).number} lines, none of them changed"]:
        print_line(line)
    raise typer.Exit(1 if wrong else 0)


@audit.command()
def reviewed(
    release: Annotated[str, typer.Argument(help="The number that due shows, or the start of it.", show_default=False)],
) -> None:
    """Records in the log that a released batch was reviewed, so that it is no longer due."""
    from screening.office import audit, audit_check
    from screening.office.audit_line import AuditError

    log = _log()
    found = [entry for entry in audit_check.due(log, days=0) if entry.fields["clearance"].startswith(release)]
    if not release or len(found) != 1:
        raise AuditError(
            f"{release}: {len(found)} releases that are due start with that; screening audit due lists them"
        )
    audit.append(log, "review", clearance=found[0].fields["clearance"], report=found[0].fields["report"])


@audit.command()
def export() -> None:
    """Prints the log as CSV, for the records officer."""
    from screening.office import audit
    from screening.render.table import audit_table

    print_text(audit_table(audit.entries(_log())))


@audit.command()
def due(
    after: Annotated[int, typer.Option(min=0, help="How many days after its release a batch falls due.")] = 30,
    weeks: Annotated[int, typer.Option(min=1, help="After how many weeks without a release it reminds of one.")] = 4,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists the released batches that are due for review, and exits 1 if there are any.

    Pictures are to be published regularly: it says so, too, when nothing was released for --weeks.
    """
    import dataclasses
    import datetime

    from screening.office import audit_check

    waiting = audit_check.due(_log(), days=after)
    last = audit_check.last_release(_log())
    if last is None or datetime.datetime.now(datetime.UTC) - last > datetime.timedelta(weeks=weeks):
        said = f"the last release was on {last:%Y-%m-%d}" if last else "nothing was released yet"
        say(f"{said}; pictures are to be published regularly")
    if json:
        print_json([dataclasses.asdict(entry) for entry in waiting])
    for entry in [] if json else waiting:
        print_line(
            f"{entry.fields['clearance'][:12]}  {entry.at[:10]}  "
            f"{entry.fields['released']:5} released  {entry.fields['batch']}"
        )
    raise typer.Exit(1 if waiting else 0)
