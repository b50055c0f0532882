"""`screening purge`: removes a run's pictures once they are no longer needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import confirm, print_line


def purge(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    everything: Annotated[bool, typer.Option("--all", help="Its report, decisions and clearance too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Removes the pictures of a run: report.html, annotated and redacted copies, and the record of where the shoot is.

    The report goes too if it contains what was read (scan --show-text). What was found, decided and signed stays,
    unless --all is given; the audit log always stays, with a line about the purge. The shoot itself is not touched. A
    purged run cannot be reviewed or cleared any more.
    """
    import sys

    from screening.office.office import Office
    from screening.run import purge as work

    office = Office.here()
    if finished := work.settle(run, office):
        print_line(f"{run}: removed {', '.join(finished)}, left over from an interrupted purge")
        if not work.is_run(run):
            return
    found = work.parts(run, everything=everything)
    if not found:
        print_line(f"{run}: there is nothing left to remove in it")
        return
    names = ", ".join(sorted(path.name for path in found))
    if not yes and not (sys.stdin.isatty() and confirm(f"Remove {names} from {run}?")):
        raise work.PurgeError(f"{run}: nothing was removed; --yes removes {names} without asking")
    work.purge(run, office, everything=everything)
    print_line(f"{run}: removed {names}")
