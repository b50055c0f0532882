"""`screening tune`: chooses a threshold on labelled pictures, and writes a pipeline file with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screening.cli.say import print_json, print_line

if TYPE_CHECKING:
    from screening.evaluation.tune import Tuned


def tune(
    labels: Annotated[Path, typer.Argument(help="What each picture shows: a .csv or .jsonl file.", show_default=False)],
    run: Annotated[Path, typer.Option(help="The folder that screening scan --out wrote.", show_default=False)],
    rule: Annotated[str, typer.Option(help="The rule whose threshold is chosen.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new pipeline file.", show_default=False)],
    recall: Annotated[float | None, typer.Option(help="Find at least this share of what is there.")] = None,
    flag_rate: Annotated[float | None, typer.Option(help="Hold at most this share of the other pictures.")] = None,
    cost_miss: Annotated[float | None, typer.Option(help="What a miss costs; with --cost-hold.")] = None,
    cost_hold: Annotated[float | None, typer.Option(help="What a wrongly held picture costs.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only this kind of the rule, even if only noted so far; repeatable.")
    ] = None,
    pipeline: Annotated[str, typer.Option(help="The pipeline to start from.  [default: the run's]")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Chooses a threshold on one half of the labelled pictures, and measures it on the other half.

    Reads the labels and the run's findings; no network runs. Writes --out: the pipeline file with the new threshold and
    the reason for it, otherwise unchanged. Says which pictures get another verdict. Refuses if fewer pictures are
    labelled than the confidence interval requires, and says how many that is.
    """
    from screening.evaluation.target import Target, TuneError
    from screening.evaluation.tuned_file import tune_run

    if (cost_miss is None) != (cost_hold is None):
        raise TuneError("--cost-miss and --cost-hold must be given together")
    costs = (cost_miss, cost_hold) if cost_miss is not None and cost_hold is not None else None
    target = Target(recall=recall, flag_rate=flag_rate, costs=costs)
    tuned, differing = tune_run(run, labels, rule, target, out, kinds=kind or (), pipeline=pipeline)
    if json:
        print_json(_described(tuned, differing, out))
        return
    print_line(f"{rule}: from {tuned.threshold:g} on, written to {out}")
    for name, worth in {"before": tuned.before, "after": tuned.after}.items():
        print_line(f"  {name:6} {_shares(worth)}")
    print_line("  measured on the half of the pictures that it was not chosen on")
    print_line(f"{len(differing)} {'picture gets' if len(differing) == 1 else 'pictures get'} another verdict")
    for file, was, becomes in differing:
        print_line(f"  {file}: {was} -> {becomes}")


def _shares(worth: Any) -> str:
    said = []
    for name in ("recall", "flag_rate"):
        hits, of, low, high = worth[name]
        said.append(f"{name.replace('_', ' ')} {hits} of {of} ({low:.3f} to {high:.3f})")
    return ", ".join(said)


def _described(tuned: Tuned, differing: list[tuple[str, str, str]], out: Path) -> dict[str, Any]:
    return {
        "rule": tuned.rule,
        "threshold": tuned.threshold,
        "kinds": {name: {"hold": limits.hold, "block": limits.block} for name, limits in tuned.kinds.items()},
        "before": dict(tuned.before),
        "after": dict(tuned.after),
        "chosen_on": dict(tuned.chosen_on),
        "changed": [{"file": file, "before": was, "after": becomes} for file, was, becomes in differing],
        "pipeline": str(out),
    }
