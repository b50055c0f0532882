"""`screening review`: a page on which a person decides on each finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_line


def review(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    by: Annotated[
        str, typer.Option(envvar="SCREENING_BY", help="The name of the person who decides.", prompt="Who reviews?")
    ],
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
    rule: Annotated[str, typer.Option(help="Only pictures that it held or blocked; needs scan --parquet.")] = "",
    month: Annotated[str, typer.Option(help="Only files last changed in it, as 2024-03; needs scan --parquet.")] = "",
    folder: Annotated[str, typer.Option(help="Only files in or below it; needs scan --parquet.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 0,
    idle: Annotated[float, typer.Option(min=0.02, help="Minutes of inactivity before it stops.")] = 30,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Serves the review page to this computer alone, and prints its address.

    Reads the run and its pictures. Every decision is on disk, in RUN/decisions.jsonl and the office's audit log, before
    the page shows it: stop the program whenever you like, and start it again to carry on. Stops with Ctrl-C, or when
    nobody has used the page for a while, and writes RUN/report.html anew, with what was drawn and decided. Exits 0
    where every picture of the run may go out or was kept back by a person, else 1.
    """
    import webbrowser

    from screening.office.office import Office
    from screening.policy import Verdict
    from screening.run import page
    from screening.run.part import part
    from screening.run.run import Run
    from screening.sandbox.untrusted import isolate
    from screening.web.review import Review
    from screening.web.server import serve

    office = Office.here()

    def ready(address: str) -> None:
        print_line(address)
        if open_browser:
            webbrowser.open(address)

    only = part(run, rule=rule, month=month, folder=folder)
    review = Review(run, by=by, pipeline=pipeline, office=office, only=only)
    isolate(review.run.settings.limits)
    serve(review, port=port, idle=60 * idle, ready=ready)
    opened = Run.open(run, office, pipeline)
    page.refresh(opened)
    after = opened.outcomes()
    left = [one for one in after if one.verdict > Verdict.CLEAR and not one.rejected]
    print_line(f"{len(left)} {'picture is' if len(left) == 1 else 'pictures are'} still held or blocked", err=True)
    raise typer.Exit(1 if left else 0)
