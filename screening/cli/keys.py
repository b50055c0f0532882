"""`screening keys`: who can sign a clearance, and whose signature the gate trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.say import print_data, print_json, print_line, say

keys = typer.Typer(no_args_is_help=True, help="Makes, lists, replaces and revokes signing keys.")
Which = Annotated[str, typer.Argument(help="The start of its number, or the name.", show_default=False)]


def ask_passphrase(*, new: bool = False) -> str:
    """The passphrase: from SCREENING_PASSPHRASE, or typed on the terminal without being shown.

    Raises:
        KeysError: if there is no terminal, or a new passphrase was not typed the same way twice.
    """
    import getpass
    import os
    import sys

    from screening.office.key_list import KeysError

    if given := os.environ.get("SCREENING_PASSPHRASE"):
        return given
    if not sys.stdin.isatty():
        raise KeysError("there is no terminal to ask for the passphrase; a script passes it in SCREENING_PASSPHRASE")
    typed = getpass.getpass("Passphrase: ")
    if new and getpass.getpass("The same again: ") != typed:
        raise KeysError("the two passphrases differ; no key was made")
    return typed


@keys.command()
def make(
    name: Annotated[str, typer.Argument(help="The person who will sign with it.")],
    role: Annotated[
        str, typer.Option(help="signer: signs first. second: signs beside a signer.  [default: either]")
    ] = "",
) -> None:
    """Makes a key for one person. Writes to the office's folder; the private half is readable by you alone."""
    from screening.office import keys
    from screening.office.office import Office

    keys.check_role(role)
    key = keys.make(Office.here(), name, ask_passphrase(new=True), role)
    print_line(f"{key.id}  {key.name}")
    say(f"this computer's gate trusts it; for another, screening keys export {key.id[:8]} prints the public half")


@keys.command("list")
def list_keys(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Lists the keys that this computer's gate trusts, and those it no longer does."""
    import dataclasses

    from screening.office.key_list import private_file, trusted
    from screening.office.office import Office

    office = Office.here()
    known = list(trusted(office).values())
    if json:
        print_json([dataclasses.asdict(key) for key in known])
    for key in [] if json else known:
        state = f"revoked {key.revoked[:10]}" if key.revoked else f"replaced {key.retired[:10]}" if key.retired else ""
        state = state or ("signs here" if private_file(office, key).is_file() else "trusted")
        print_line(f"{key.id}  since {key.since[:10]}  {state:20} {key.name}{f' ({key.role})' if key.role else ''}")


@keys.command()
def export(key: Which) -> None:
    """Prints the public half of a key, for another computer's gate."""
    from screening.office import key_list
    from screening.office.office import Office

    print_data(key_list.export(key_list.find(Office.here(), key)))


@keys.command()
def trust(
    file: Annotated[Path, typer.Argument(help="The file that screening keys export printed.", show_default=False)],
) -> None:
    """Adds another computer's public key to the list that this computer's gate trusts."""
    from screening.office import keys
    from screening.office.key_list import KeysError
    from screening.office.office import Office
    from screening.weights import read_bytes

    try:
        key = keys.trust(Office.here(), read_bytes(file).decode())
    except (OSError, UnicodeDecodeError, KeysError) as error:
        raise KeysError(f"{file}: {error if isinstance(error, KeysError) else 'cannot be read'}") from error
    print_line(f"{key.id}  {key.name}")
    say("compare this number with the office's, for example by telephone, before uploading anything")


@keys.command()
def rotate(key: Which) -> None:
    """Replaces a key. What the old one signed so far stays valid; its private half is deleted."""
    from screening.office import key_list, keys
    from screening.office.office import Office

    office = Office.here()
    new = keys.rotate(office, key_list.find(office, key), ask_passphrase(new=True))
    print_line(f"{new.id}  {new.name}")
    say("on every other computer that trusts the old key, trust the exported new one and revoke the old one")


@keys.command()
def revoke(key: Which) -> None:
    """Takes a key out of use at once, and invalidates everything that it ever signed."""
    from screening.office import key_list, keys
    from screening.office.office import Office

    office = Office.here()
    gone = keys.revoke(office, key_list.find(office, key))
    print_line(f"{gone.id}  {gone.name}")
    say("revoke it on every upload host too: a gate consults only its own list")
