"""`screening audit`: the log of who did what, checked, exported, and asked what is due."""

from __future__ import annotations

from typing import Annotated

import typer

audit = typer.Typer(no_args_is_help=True, help="Checks and exports the office's audit log.")


@audit.command()
def verify() -> None:
    """Looks for lines that were edited, removed or moved, and exits 1 where it finds one.

    Reads the log and changes nothing.
    """
    from screening.workflow import audit
    from screening.workflow.office import Office

    log = Office.here().audit_log
    wrong = audit.verify(log)
    for line in wrong or [f"{audit.head(log).number} lines, all of them as they were written"]:
        typer.echo(line)
    raise typer.Exit(1 if wrong else 0)


@audit.command()
def export() -> None:
    """Prints the log as CSV, for the records officer."""
    from screening.render.table import audit_table
    from screening.workflow import audit
    from screening.workflow.office import Office

    typer.echo(audit_table(audit.entries(Office.here().audit_log)), nl=False)


@audit.command()
def due(
    after: Annotated[int, typer.Option(min=0, help="How many days after its release a batch is due.")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists the released batches that nobody has looked at again, and exits 1 where there are any."""
    import dataclasses
    from json import dumps

    from screening.workflow import audit
    from screening.workflow.office import Office

    waiting = audit.due(Office.here().audit_log, days=after)
    if json:
        typer.echo(dumps([dataclasses.asdict(entry) for entry in waiting], indent=2))
    for entry in [] if json else waiting:
        typer.echo(f"{entry.at[:10]}  {entry.fields['released']:5} released  {entry.fields['batch']}")
    raise typer.Exit(1 if waiting else 0)
