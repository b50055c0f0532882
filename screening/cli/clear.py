"""`screening clear`: a person signs for what may go out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from screening.cli.keys import ask_passphrase
from screening.cli.say import ask, print_line, say


def clear(
    run: Annotated[Path, typer.Argument(help="The folder that screening scan --out wrote.", show_default=False)],
    key: Annotated[str, typer.Option(help="The name or number of your key.  [default: the only one here]")] = "",
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
    purpose: Annotated[str, typer.Option(help="The policing purpose, if the scan did not record one.")] = "",
    answers: Annotated[
        Path | None, typer.Option(help="JSON file: question id -> answer. Missing ones are asked.")
    ] = None,
    second: Annotated[str, typer.Option(help="The second person, where one must sign too.")] = "",
    days: Annotated[int, typer.Option(min=1, max=90, help="How long the clearance is valid.")] = 7,
) -> None:
    """Checks a run again, asks the sign-off questions, and signs a clearance for what may go out.

    Reads the run, its pictures and your key. Writes RUN/clearance.json, and a line to the office's audit log. Exits 0
    if it covers every picture of the run, 1 if some are left out, 2 if nothing could be cleared.
    """
    from screening.office import key_list
    from screening.office.office import Office
    from screening.release import clear, examine
    from screening.run.files import CLEARANCE

    office = Office.here()
    examined = examine.examine(run, pipeline, office)
    for file in examined.changed:
        say(f"{file}: is missing or has changed since the scan, and is left out")
    if examined.needs_second:
        say(f"a second person must take responsibility for this run ({examined.needs_second})")
    given = _read(answers)
    clear.check_answers(examined, given, second)
    given = {**examined.answers, **given}
    said = clear.SignOff(
        purpose=_ask("Which policing purpose does the release serve?", purpose or examined.run.report.batch.purpose),
        answers={one.id: _ask(one.prompt, given.get(one.id, "")) for one in examined.run.settings.batch.question},
        second=_ask("Who is the second person?", second) if examined.needs_second else second,
        days=days,
    )
    signer = key_list.find(office, key) if key else key_list.own(office)
    clear.check(examined, said, signer)
    clearance = clear.issue(examined, said, office, signer, ask_passphrase())
    out = len(examined.left_out)
    print_line(f"{len(clearance.released)} may go out, {out} {'is' if out == 1 else 'are'} left out")
    print_line(f"{run / CLEARANCE}: signed by {clearance.by}, valid until {clearance.until[:16]} UTC")
    raise typer.Exit(1 if examined.left_out else 0)


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
