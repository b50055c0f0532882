"""`screening sidecars`: what was decided about each picture, for the archive's own program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line


def sidecars(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="Where they go; never what is published.", show_default=False)],
    whole_names: Annotated[
        bool, typer.Option("--whole-names", help="a.jpg.xmp, as digiKam and darktable name them, instead of a.xmp.")
    ] = False,
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
) -> None:
    """Writes an XMP sidecar for each picture and redacted copy of a run: a coloured label and keywords.

    Red, yellow and green for blocked, held and may go out, after the decisions; keywords that say so, and which rules
    keep it back. Lightroom, Bridge, Photo Mechanic and digiKam show them. Reads the run. Writes the sidecars in the
    same subfolders as the pictures, and a line to the audit log; replaces those that it wrote before, and nobody
    else's. Exits 2 and writes none if the folder is one that screening export wrote, or one of the names is taken.
    """
    from screening.office.office import Office
    from screening.release import sidecars as work
    from screening.run.run import Run

    office = Office.here()
    count = work.write(Run.open(run, office, pipeline), folder, office, whole_names=whole_names)
    print_line(f"{folder}: {count} {'sidecar' if count == 1 else 'sidecars'}")
