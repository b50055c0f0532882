"""`screening evaluate`: how well a policy does on pictures whose answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    labels: Annotated[Path, typer.Argument(help="What each picture shows: a .csv or .jsonl file.", show_default=False)],
    run: Annotated[Path, typer.Option(help="The folder that screening scan --out wrote.", show_default=False)],
    pipeline: Annotated[str, typer.Option(help="The policy to judge by; no network runs.  [default: the run's]")] = "",
    json: Annotated[bool, typer.Option("--json", help="JSON with the names of the pictures.")] = False,
) -> None:
    """Counts the labelled pictures of a run that a policy finds, misses and wrongly holds.

    Reads the labels and RUN/report.json, and judges its findings by the policy. Exits 0, or 2 where a label fits not.
    """
    from screening.evaluation import evaluate
    from screening.evaluation import labels as labelled
    from screening.report import restored
    from screening.workflow import outcome
    from screening.workflow.run import as_json, read

    fields = read(run)
    policy = outcome.judged_by(fields, pipeline, run).policy
    table = [one.as_dict() for one in evaluate.evaluate(labelled.read(labels), restored(fields, policy), policy)]
    if json:
        typer.echo(as_json({"figures": table}), nl=False)
        return
    for row in table:
        typer.echo(row["about"])
        for name in ("recall", "flag_rate", "precision"):
            hits, of, low, high = row[name]
            typer.echo(f"  {name.replace('_', ' '):10} {hits} of {of}, 95 % between {low:.3f} and {high:.3f}")
