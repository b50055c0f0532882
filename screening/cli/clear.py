"""`screening clear`: a person signs for what may go out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screening.cli.keys import ask_passphrase
from screening.cli.say import ask, print_line, say

if TYPE_CHECKING:
    from screening.office.office import Office
    from screening.release.examine import Examined


def clear(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    key: Annotated[str, typer.Option(help="The name or number of your key.  [default: the only one here]")] = "",
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
    purpose: Annotated[str, typer.Option(help="The policing purpose, if the scan did not record one.")] = "",
    answers: Annotated[
        Path | None, typer.Option(help="JSON file: question id -> answer. Missing ones are asked.")
    ] = None,
    second: Annotated[str, typer.Option(help="The second person, who signs too.")] = "",
    days: Annotated[int, typer.Option(min=1, max=90, help="How long the clearance is valid.")] = 7,
    countersign: Annotated[
        bool, typer.Option("--countersign", help="Sign RUN/clearance.json as the second person.")
    ] = False,
) -> None:
    """Checks a run again, asks the sign-off questions, and signs a clearance for what may go out.

    Reads the run, its pictures and your key. Writes RUN/clearance.json, and a line to the office's audit log. Exits 0
    if it covers every picture of the run, 1 if some are left out, 2 if nothing could be cleared. Where a second person
    must answer for it, no gate accepts it until that person has said --countersign, which checks everything again,
    shows what was answered, and adds a signature by their own key.
    """
    from screening.office import key_list
    from screening.office.office import Office
    from screening.questions import PURPOSE
    from screening.release import clear, examine
    from screening.run.files import CLEARANCE

    office = Office.here()
    examined = examine.examine(run, pipeline, office)
    for file in examined.changed:
        say(f"{file}: is missing or has changed since the scan, and is left out")
    if countersign:
        _countersign(examined, office, key)
        raise typer.Exit(1 if examined.left_out else 0)
    if why := examined.departures.why:
        say(f"a second person must take responsibility for this run ({why})")
    given = _read(answers)
    clear.check_answers(examined, given, second)
    given = {**examined.answers, **given}
    purpose = purpose or given.get(PURPOSE, "") or examined.run.report.batch.purpose
    purpose = _ask("Which policing purpose does the release serve?", purpose)
    given.setdefault(PURPOSE, purpose)
    said = clear.SignOff(
        purpose=purpose,
        answers={one.id: _ask(one.prompt, given.get(one.id, "")) for one in examined.run.settings.batch.question},
        second=_ask("Who is the second person?", second) if why else second,
        days=days,
    )
    signer = key_list.find(office, key) if key else key_list.own(office, key_list.SIGNER)
    clear.check(examined, said, office, signer)
    clearance = clear.issue(examined, said, office, signer, ask_passphrase())
    out = len(examined.left_out)
    print_line(f"{len(clearance.files)} may go out, {out} {'is' if out == 1 else 'are'} left out")
    print_line(f"{run / CLEARANCE}: signed by {clearance.by}, valid until {clearance.until[:16]} UTC")
    if clearance.second:
        say(f"{clearance.second} is still to sign it: screening clear {run} --countersign")
    raise typer.Exit(1 if examined.left_out else 0)


def _countersign(examined: Examined, office: Office, key: str) -> None:
    """Shows the second person what was signed, and adds their signature."""
    from screening.office import key_list
    from screening.release import countersign

    clearance = countersign.waiting(examined, office)
    signer = key_list.find(office, key) if key else None
    if signer is None or signer.id == clearance.key:  # that of the office's usual signer
        signer = key_list.own(office, key_list.SECOND, beside=clearance.key)
    countersign.check(clearance, signer)
    print_line(f"{clearance.by} signed: {clearance.batch}; {clearance.purpose}")
    for question, answer in clearance.answers.items():
        print_line(f"{question} {answer}")
    out = len(examined.left_out)
    print_line(f"{len(clearance.files)} may go out, {out} {'is' if out == 1 else 'are'} left out")
    countersign.countersign(examined, office, signer, ask_passphrase())
    print_line(f"signed by {signer.name} too, valid until {clearance.until[:16]} UTC")


def _ask(question: str, given: str) -> str:
    """The answer that was given, or one typed on the terminal; "" where there is no terminal."""
    import sys

    if given or not sys.stdin.isatty():
        return given
    return ask(question)


def _read(answers: Path | None) -> Mapping[str, str]:
    import json

    from screening.release.clearance import ClearanceError
    from screening.weights import read_bytes

    if answers is None:
        return {}

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        given = dict(pairs)
        if twice := [name for name in given if [one for one, _ in pairs].count(name) > 1]:
            raise ClearanceError(f"{answers}: answers {twice[0]} more than once")
        return given

    try:
        given = json.loads(read_bytes(answers).decode(), object_pairs_hook=once)
        if not all(isinstance(answer, str) for answer in given.values()):
            raise ValueError
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ClearanceError(f"{answers}: is not a JSON file that maps question ids to answers") from error
    return dict(given)
