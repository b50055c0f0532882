"""`screening office`: says once who "we" are, and who reviews and signs."""

from __future__ import annotations

from typing import Annotated

import typer

from screening.cli.say import ask, print_line

office = typer.Typer(no_args_is_help=True, help="Sets the office up: who we are, who reviews and who signs.")
Several = list[str] | None


@office.command()
def init(
    policy: Annotated[str, typer.Option(help="default, strict, or a TOML file of your own.")] = "",
    name: Annotated[str, typer.Option(help="The force's full name.")] = "",
    credit: Annotated[Several, typer.Option(help="A name in credit lines that is ours; repeat it.")] = None,
    domain: Annotated[Several, typer.Option(help="A web or mail domain of ours; repeat it.")] = None,
    phone: Annotated[Several, typer.Option(help="A published number of ours; repeat it.")] = None,
    vehicle: Annotated[Several, typer.Option(help="A registration of the marked fleet; repeat it.")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Who reviews.")] = None,
    signer: Annotated[str | None, typer.Option(help="Whose key signs.")] = None,
) -> None:
    """Asks what it is not told, and writes the office's set-up; every later command goes by it.

    Writes office.toml, and a pipeline file with the force's name, to the office's folder (SCREENING_HOME). What a
    command is told goes before SCREENING_PIPELINE and SCREENING_BY, and these before the set-up.
    """
    from dataclasses import replace

    from screening import pipeline_file, settings
    from screening.office import setup
    from screening.office.office import Office

    policy = policy or ask("Which policy: default, strict, or a TOML file of your own?", "default")
    there, force = settings.read(policy).force, None
    if policy in pipeline_file.names() and not there.name:
        name = name or ask("What is the force's full name?")
        force = replace(
            there,
            name=name,
            credits=_listed(credit, "Which names in credit lines are ours?", name),
            domains=_listed(domain, "Which web and mail domains are ours?"),
            phones=_listed(phone, "Which telephone numbers do we publish, besides 101 and 999?"),
            fleet=_listed(vehicle, "Which registrations has the marked fleet?"),
        )
    made = setup.write(
        Office.here(),
        policy=policy,
        force=force,
        reviewer=ask("Who reviews?", "") if reviewer is None else reviewer,
        signer=ask("Who signs?", "") if signer is None else signer,
    )
    print_line(f"{Office.here().folder / setup.FILE}: written; pictures are screened for {(force or there).name}")
    print_line(f"pipeline: {made.pipeline}")


@office.command()
def show() -> None:
    """Prints the set-up that commands go by."""
    from screening import settings
    from screening.office import setup
    from screening.office.office import Office

    found = setup.read(Office.here())
    print_line(f"force:    {settings.read(found.pipeline).force.name or 'none: screening office init'}")
    print_line(f"pipeline: {found.pipeline}")
    print_line(f"reviewer: {found.reviewer or 'asked'}")
    print_line(f"signer:   {found.signer or 'the only key here'}")


def _listed(given: list[str] | None, question: str, default: str = "") -> tuple[str, ...]:
    """What was given, or several answers in one line with commas between them."""
    said = given if given is not None else ask(f"{question} With commas between them", default).split(",")
    return tuple(one.strip() for one in said if one.strip())
