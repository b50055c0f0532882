"""`screening gate`: whether these very files may be uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_json, say


def gate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="The files to upload, or one exported folder.", show_default=False)
    ] = None,
    clearance: Annotated[
        Path | None, typer.Option(help="The clearance that screening clear wrote.  [default: the folder's own]")
    ] = None,
    pipeline: Annotated[str, typer.Option(envvar="SCREENING_PIPELINE", help="The policy in force.")] = "default",
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    run: Annotated[
        str,
        typer.Option("--then", help='A command to run for each file if all may go out: "upload --album 7 {file}".'),
    ] = "",
) -> None:
    """Says whether every file may be uploaded: exits 0 if all may, 1 if one must not, 2 if it cannot tell.

    Reads the files, and this computer's list of trusted keys. Of a folder that screening export wrote, everything in it
    must be cleared, and every cleared file must be there. Writes one line to the office's audit log. With --then it
    runs an uploader, without a shell, on a private copy of the very bytes that were cleared, one file after another;
    exits 2 where that fails, and leaves the rest.
    """
    from screening.release import then
    from screening.release.gate import gate

    command = then.words(run) if run else ()
    result = gate(files or [], clearance, pipeline=pipeline)
    if json:
        print_json(result.as_dict())
    for warning in result.warnings:
        say(warning)
    if not result.files:
        say(result.reason)
    for one in result.files:
        if one.reason:
            say(f"{one.path}: {one.reason}")
    if command:
        then.run(command, result)
    raise typer.Exit(result.exit_code)
