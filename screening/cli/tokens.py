"""`screening tokens`: who may use the service."""

from __future__ import annotations

from typing import Annotated

import typer

from screening.cli.say import print_json, print_line, say

tokens = typer.Typer(no_args_is_help=True, help="Makes, lists and revokes the tokens of screening serve.")
Name = Annotated[str, typer.Argument(help="The program that sends it.", show_default=False)]


@tokens.command()
def make(name: Name) -> None:
    """Makes a token and prints it, once. Writes its hash to the office's folder, and a line to the audit log."""
    from screening.office.office import Office
    from screening.service.tokens import Tokens

    print_line(Tokens(Office.here()).make(name))
    say("it is not shown again; keep it like a password")


@tokens.command("list")
def list_tokens(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Lists the tokens by name, with what the service's log calls them. Reads the office's folder."""
    from screening.office.office import Office
    from screening.service.tokens import Tokens

    known = Tokens(Office.here()).all()
    if json:
        print_json([{"id": one.id, "name": one.name, "made": one.made, "revoked": one.revoked} for one in known])
    for one in [] if json else known:
        state = f"revoked {one.revoked[:10]}" if one.revoked else "in use"
        print_line(f"{one.id}  since {one.made[:10]}  {state:18} {one.name}")


@tokens.command()
def revoke(name: Name) -> None:
    """Takes a token out of use at once, in a service that runs too. Writes to the office's folder and its log."""
    from screening.office.office import Office
    from screening.service.tokens import Tokens

    gone = Tokens(Office.here()).revoke(name)
    print_line(f"{gone.id}  {gone.name}")
