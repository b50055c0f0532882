"""`screening summary`: how many pictures of archives each rule keeps back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_json, print_table


def summary(
    runs: Annotated[list[Path], typer.Argument(help="Folders that scan --parquet wrote.", show_default=False)],
    by: Annotated[
        str, typer.Option(help="What to divide by, of rule, month (in which a file was last changed) and folder.")
    ] = "rule,month,folder",
    pipeline: Annotated[
        str, typer.Option(help="Judge the findings anew: default, strict, posters, or a file of your own.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Counts the pictures that each rule holds and blocks, by month and folder, over any number of runs.

    Reads the Parquet files of the runs; writes nothing. With --pipeline its thresholds apply to the stored findings,
    and no network runs. Decisions that people made are not included.
    """
    from screening.run.summary import summary as counted

    names = [one.strip() for one in by.split(",")]
    found = counted(runs, names, pipeline=pipeline)
    if json:
        rows = [dict(zip(names, of, strict=True)) | {"block": block, "hold": hold} for of, block, hold in found]
        print_json({"schema": "screening-summary-1", "rows": rows})
    else:
        cells = [[*of, str(block), str(hold)] for of, block, hold in found]
        print_table([*names, "block", "hold"], cells, right=("block", "hold"))
