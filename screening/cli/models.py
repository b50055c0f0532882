"""`screening models`: lists, checks and explains the networks that stages can run, and adds your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screening.cli.say import print_json, print_line, print_table, print_text

if TYPE_CHECKING:
    from screening.weights import Weights

models = typer.Typer(invoke_without_command=True, help="Lists, checks and explains the networks; adds your own.")
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Name = Annotated[str, typer.Argument(help="Its name in pipeline files.", show_default=False)]


@models.callback()
def listed(context: typer.Context, json: AsJson = False) -> None:
    """Lists every network that a stage can run, and checks that each file is the one we know (SHA-256)."""
    if context.invoked_subcommand:
        return
    from screening.weights import manifest

    rows = [_described(weights) for weights in manifest().values()]
    if json:
        print_json(rows)
    else:
        sized = [row | {"MB": f"{row['bytes'] / 1e6:.1f}", "for": row["about"]} for row in rows]
        columns = ("name", "state", "MB", "licence", "from", "for")
        print_table(columns, [[row[column] for column in columns] for row in sized], right=("MB",))
    raise typer.Exit(0 if all(row["state"] == "ok" for row in rows) else 2)


@models.command()
def show(name: Name, json: AsJson = False) -> None:
    """Explains one network: what it is for, its training data, figures and failures, and how to train it again."""
    from screening.pipeline_file import did_you_mean
    from screening.weights import WeightsError, card, manifest

    weights = manifest().get(name)
    if weights is None:
        raise WeightsError(f"no network is called {name!r}{did_you_mean(name, manifest())}")
    row, text = _described(weights), card(weights)
    if json:
        print_json(row | {"card": text})
    else:
        for key in ("name", "about", "state", "licence", "from", "sha256"):
            print_line(f"{key:8} {row[key]}")
        # printed unchanged: a table fitted to the terminal's width would lose figures
        print_text(f"\n{text.rstrip() or _without_card(weights)}\n")
    raise typer.Exit(0 if row["state"] == "ok" else 2)


@models.command()
def add(
    file: Annotated[Path, typer.Argument(help="A .pt file from ultralytics, or an .onnx that it exported.")],
    name: Annotated[str, typer.Option(help="Its name in pipeline files.  [default: the file's name]")] = "",
    trusted: Annotated[
        bool, typer.Option("--trusted", help="Confirm that you trust it: a .pt file can run any code.")
    ] = False,
    vehicle: Annotated[list[str] | None, typer.Option(help="One of its classes that is a vehicle.")] = None,
    plate: Annotated[list[str] | None, typer.Option(help="One of its classes that is a number plate.")] = None,
) -> None:
    """Adds a detector of your own. Writes it, as ONNX, to the office's folder; nothing else of the file is kept."""
    from screening.office import networks

    weights = networks.add(file, name=name, trusted=trusted, vehicle=vehicle or (), plate=plate or ())
    print_line(f"added {weights.name}: {weights.about}, SHA-256 {weights.sha256[:12]}")
    print_text(f"""Beside ours, in a pipeline file (without "street", in its place):
extends = "default"
[[stage]]
use = "vehicles"
street = ["{weights.name}", "street"]
""")


@models.command()
def remove(name: Name) -> None:
    """Removes a detector that you added. Pipelines that name it no longer load."""
    from screening.office import networks

    networks.remove(name)
    print_line(f"removed {name}")


def _without_card(weights: Weights) -> str:
    if weights.package:
        return "It ships in another package; see its authors' description."
    return "The office added it, and it has no card."


def _described(weights: Weights) -> dict[str, Any]:
    from screening.weights import WeightsError, locate

    try:
        size, state = locate(weights.name).stat().st_size, "ok"
    except WeightsError as error:
        size, state = 0, str(error)
    return {
        "name": weights.name,
        "state": state,
        "bytes": size,
        "sha256": weights.sha256,
        "licence": weights.licence,
        "from": weights.origin,
        "about": weights.about,
    }
