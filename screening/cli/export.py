"""`screening export`: the cleared files of a run, in a folder of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line


def export(
    run: Annotated[Path, typer.Argument(help="A run that was cleared.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    pipeline: Annotated[str, typer.Option(envvar="SCREENING_PIPELINE", help="The policy in force.")] = "default",
) -> None:
    """Copies exactly the cleared files into a folder, with the clearance, for screening gate FOLDER and an upload.

    Reads the run, its pictures and its clearance. Writes originals and redacted copies by their names, no byte changed,
    and clearance.json; files of the same name are kept apart by their folders. Exits 2 and writes nothing if the
    clearance is not valid here and now, or a file is no longer the one that was cleared.
    """
    from screening.office.office import Office
    from screening.release.export import export
    from screening.run.files import CLEARANCE

    count = export(run, folder, pipeline=pipeline, office=Office.here())
    print_line(f"{folder}: {count} {'file' if count == 1 else 'files'} that may go out, and {CLEARANCE}")
