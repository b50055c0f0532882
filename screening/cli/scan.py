"""`screening scan`: looks at a shoot and reports."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screening.cli.say import print_json, print_line, say

if TYPE_CHECKING:
    from screening.report import Report

Targets = Annotated[
    list[Path],
    typer.Argument(help="The folder of the shoot; single pictures; or s3://bucket/prefix.", show_default=False),
]
PipelineFile = Annotated[
    str,
    typer.Option("--pipeline", envvar="SCREENING_PIPELINE", help="default, strict, posters, or a file of your own."),
]


class Engine(enum.Enum):
    """Who screens the pictures."""

    LOCAL = "local"
    RAY = "ray"


def scan(
    targets: Targets,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write report.json, report.csv and report.html to.")
    ] = None,
    pipeline: PipelineFile = "default",
    name: Annotated[str, typer.Option(help="Name of the batch.  [default: the folder's name]")] = "",
    purpose: Annotated[str, typer.Option(help="The policing purpose that the batch serves.")] = "",
    shoot: Annotated[str, typer.Option(help="The job that the pictures were taken on.")] = "",
    photographer: Annotated[str, typer.Option(help="Who took them.")] = "",
    not_a_scene: Annotated[bool, typer.Option("--not-a-scene", help="Declare that the batch shows no scene.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Write copies with labelled boxes to RUN/annotated.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    for_sharing: Annotated[bool, typer.Option("--for-sharing", help="Blur in report.html what was found.")] = False,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Add what was read; the report then contains personal data.")
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Write the report to RUN/parquet too, for archives (docs/scale.md).")
    ] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Photos screened in parallel; 0 is one per core.")] = 0,
    engine: Annotated[
        Engine, typer.Option(help="local: this computer's processes; ray: a Ray cluster's (docs/scale.md).")
    ] = Engine.LOCAL,
    address: Annotated[
        str, typer.Option(help="A running Ray cluster, such as auto or 10.0.0.5:6379.  [default: one of its own]")
    ] = "",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say nothing but what went wrong; the exit code tells.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say of each picture what was found, once it is known.")
    ] = False,
) -> None:
    """Looks at every picture in a folder and says which must not be published, and why.

    Reads the pictures and changes nothing. Writes to --out only, readable by you alone, with a line to the office's
    audit log. A scan without --out leaves no trace and cannot be cleared.
    """
    from screening.render import terminal
    from screening.report import Batch
    from screening.run import batch

    if annotate and not out:
        raise typer.BadParameter("--annotate writes to the run's folder: name it with --out")
    if parquet and not out:
        raise typer.BadParameter("--parquet writes to the run's folder: name it with --out")
    if annotate and address:
        raise typer.BadParameter("--annotate draws on the computers of the cluster: leave one of them out")
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose say the opposite; give one of them")
    if show_text:
        say("--show-text: the report contains personal data; keep it as safe as the pictures")
    about = Batch(
        name=name or batch.named_after(targets[0]),
        purpose=purpose,
        shoot=shoot,
        photographer=photographer,
        scene=not not_a_scene,
    )
    report = batch.scan(
        targets,
        out,
        pipeline=pipeline,
        batch=about,
        jobs=jobs,
        engine=engine.value,
        address=address,
        annotate=annotate,
        show_text=show_text,
        for_sharing=for_sharing,
        parquet=parquet,
        progress=terminal.silent if quiet else terminal.each if verbose else terminal.progress,
    )
    if json:
        print_json(report.as_dict(show_text=show_text))
    if not quiet:
        _print_summary(report, out, to_stderr=json)
    raise typer.Exit(report.exit_code)


def _print_summary(report: Report, out: Path | None, *, to_stderr: bool) -> None:
    from screening.render import terminal

    for line in terminal.summary(report, out):
        print_line(line, err=to_stderr)
