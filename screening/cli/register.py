"""`screening register`: who signed a release form, and who must not be shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screening.cli.say import print_json, print_line, say

if TYPE_CHECKING:
    from screening.office.register_entry import Entry

register = typer.Typer(no_args_is_help=True, help="Keeps the release register and the restricted list.")
List = Annotated[str, typer.Option("--list", help="Which list: release or restricted.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(help="The start of the entry's number.", show_default=False)]


@register.command()
def add(
    name: Annotated[str, typer.Argument(help="The person.", show_default=False)],
    photo: Annotated[list[Path], typer.Option(help="A picture of the face; give several for a surer match.")],
    release: Annotated[str, typer.Option(help="The reference of the release form or the case.")],
    parental: Annotated[bool, typer.Option("--parental", help="A parent or guardian gave permission.")] = False,
    adult: Annotated[bool, typer.Option("--adult", help="Known to the office as an adult.")] = False,
    expires: Annotated[str, typer.Option(help="The last day on which it is valid, such as 2027-12-31.")] = "",
    scope: Annotated[str, typer.Option(help="What the release is for; the reviewer sees it.")] = "",
    face: Annotated[int, typer.Option(help="Which face in the photo, counting from the left.", min=0)] = 0,
    which: List = "release",
    json: Json = False,
) -> None:
    """Enrols a person by the face in the photos. Reads the photos; writes to the office's folder, sealed."""
    from screening.office import registers
    from screening.office.office import Office
    from screening.sandbox.untrusted import isolate

    isolate()
    form = registers.Form(name=name, reference=release, parental=parental, adult=adult, expires=expires, scope=scope)
    _print([registers.add(Office.here(), which, form, photo, face=face)], json)


@register.command("list")
def list_entries(which: List = "release", json: Json = False) -> None:
    """Lists everybody on a list. Reads the office's folder."""
    from screening.office import registers
    from screening.office.office import Office

    _print(registers.register(Office.here(), which).entries(), json)


@register.command()
def show(number: Which, which: List = "release", json: Json = False) -> None:
    """Shows one entry. Reads the office's folder."""
    from screening.office import registers
    from screening.office.office import Office

    _print([registers.find(registers.register(Office.here(), which), number)], json)


@register.command()
def remove(number: Which, which: List = "release", json: Json = False) -> None:
    """Removes a person and their embeddings permanently. Writes to the office's folder."""
    from screening.office import registers
    from screening.office.office import Office

    _print([registers.remove(Office.here(), which, number)], json)
    say("removed; it remains in copies of the office's folder elsewhere, and earlier reports stay as they are")


@register.command()
def purge(
    expired: Annotated[bool, typer.Option("--expired", help="Everybody whose last day has passed.")] = False,
    which: List = "release",
    json: Json = False,
) -> None:
    """Removes everybody whose last day has passed. Writes to the office's folder."""
    from screening.office import registers
    from screening.office.office import Office
    from screening.office.register_file import RegisterError

    if not expired:
        raise RegisterError("purge removes those whose last day has passed, and only with --expired")
    _print(registers.purge(Office.here(), which), json)


@register.command()
def export(which: List = "release") -> None:
    """Prints a list as JSON, without the embeddings: for the records officer, or a subject access request."""
    from screening.office import registers
    from screening.office.office import Office

    _print(registers.register(Office.here(), which).entries(), True)
    say("this holds personal data: names, and what each agreed to")


def _print(entries: list[Entry] | tuple[Entry, ...], json: bool) -> None:
    if json:
        print_json([_fields(entry) for entry in entries])
        return
    for entry in entries:
        noted = [
            "adult" if entry.adult else "parental permission" if entry.parental else "",
            f"until {entry.expires}" if entry.expires else "",
            f"for {entry.scope}" if entry.scope else "",
        ]
        said = ", ".join(part for part in (entry.reference, *noted) if part)
        print_line(f"{entry.id}  {entry.name}: {said}")


def _fields(entry: Entry) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(entry), "embeddings": len(entry.embeddings)}
