"""`screening release-note`: what went out, what was held back and why, and the announcement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_text


def release_note(
    run: Annotated[Path, typer.Argument(help="A run that was cleared.", show_default=False)],
    link: Annotated[
        str, typer.Option(help="Link to more about it on the force's site.  [default: as answered to clear]")
    ] = "",
    watched_by: Annotated[str, typer.Option(help="Who watches the comments.  [default: as answered to clear]")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write it to.  [default: print it]")] = None,
    announcement: Annotated[
        bool, typer.Option("--announcement", help="Print only what goes out with the pictures.")
    ] = False,
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
) -> None:
    """Writes what goes out, what was held back and why, and an announcement in plain language, as Markdown.

    Reads the run, its clearance, and the titles in the pictures that go out, which the announcement lists; a picture
    without one is only counted. The record names the files that were held back and is for the office; the
    announcement names only what goes out. Exits 2 if the run was not cleared, or has been scanned again since.
    """
    from screening.office.office import Office, replace_file
    from screening.release import note_page as render
    from screening.release import release_note as work
    from screening.sandbox.untrusted import isolate

    isolate()
    said = work.note(run, pipeline=pipeline, link=link, watched_by=watched_by, office=Office.here())
    text = render.announcement(said) if announcement else render.record(said)
    if out is None:
        print_text(text)
        return
    try:
        replace_file(out, text)
    except OSError as error:
        raise work.NoteError(f"{out}: cannot be written ({error.strerror})") from error
