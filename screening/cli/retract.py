"""`screening retract`: which released pictures have to be taken down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screening.cli.say import print_json, print_line, say

if TYPE_CHECKING:
    from screening.release.retract import Hit

Several = list[Path] | None
Words = Annotated[list[str] | None, typer.Option("--sha256", help="The SHA-256 of a picture; repeat it.")]


def retract(
    pictures: Annotated[Several, typer.Argument(help="The very files to take down.", show_default=False)] = None,
    sha256: Words = None,
    name: Annotated[str, typer.Option(help="A person's name, in print, captions or file names.")] = "",
    registration: Annotated[str, typer.Option(help="A vehicle's registration.")] = "",
    face: Annotated[Several, typer.Option(help="A photo of the person; repeat it for a surer match.")] = None,
    authorised_by: Annotated[str, typer.Option(help="Who decided that faces are compared: name and post.")] = "",
    run: Annotated[Several, typer.Option(help="A run that was kept, to look through; repeat it.")] = None,
    released: Annotated[Several, typer.Option(help="A folder of published pictures; repeat it.")] = None,
    reason: Annotated[str, typer.Option(help="Why; stands in the note.")] = "",
    out: Annotated[Path | None, typer.Option(help="File for a note with the list, as Markdown.")] = None,
    pipeline: Annotated[
        str, typer.Option(envvar="SCREENING_PIPELINE", help="default, strict, or a file of your own.")
    ] = "default",
    json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """Lists the released pictures that have to be taken down, after an arrest, a complaint or a court order.

    The audit log finds a picture by its bytes; people and vehicles are looked for in the pictures of --run and
    --released. Writes --out, and a line with hashes to the log: this computer's gate refuses these pictures until they
    are cleared again. Exits 0 if there is nothing to take down, 1 if there is, 2 if a release could not be searched.
    """
    from screening.office.office import Office, replace_file
    from screening.release import retract as work
    from screening.release.note_page import take_down

    wanted = work.Wanted(
        pictures=pictures or (),
        hashes=sha256 or (),
        person=name,
        registration=registration,
        faces=face or (),
        authorised_by=authorised_by,
    )
    found = work.retract(wanted, Office.here(), runs=run or (), folders=released or (), pipeline=pipeline)
    if out:
        try:
            replace_file(out, take_down(found, reason=reason))
        except OSError as error:
            raise work.RetractError(f"{out}: cannot be written ({error.strerror})") from error
    if json:
        print_json([_fields(hit) for hit in found.hits])
    for hit in [] if json else found.hits:
        print_line(f"{hit.file or hit.sha256}: {hit.why}; {_released(hit)}")
    for why in found.failed:
        say(f"{why}: was not searched")
    for one in found.unsearched:
        say(
            f"{one.fields['batch']}, released {one.at[:10]}: was not searched; name its run or folder, or look yourself"
        )
    raise typer.Exit(found.exit_code)


def _released(hit: Hit) -> str:
    batches = ", ".join(f"{one.fields['batch']} on {one.at[:10]}" for one in hit.released)
    return f"released with {batches}" if batches else "in no release that the log knows"


def _fields(hit: Hit) -> dict[str, object]:
    batches = [
        {"batch": one.fields["batch"], "clearance": one.fields["clearance"], "at": one.at} for one in hit.released
    ]
    return {"file": hit.file, "sha256": hit.sha256, "why": hit.why, "released": batches}
