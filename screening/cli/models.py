"""`screening models`: the networks that a stage can run."""

from __future__ import annotations

import typer


def models() -> None:
    """Lists every network that a stage can run, and checks that each file is the one we know."""
    from screening.weights import WeightsError, locate, manifest

    broken = False
    for weights in manifest().values():
        try:
            locate(weights.name)
            state = "ok"
        except WeightsError as error:
            state, broken = str(error), True
        origin = weights.package or "our own"
        typer.echo(
            f"{weights.name:18} {weights.sha256[:12]}  {weights.licence:18} {origin:24} {weights.about}: {state}"
        )
    raise typer.Exit(2 if broken else 0)
