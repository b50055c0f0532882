"""`screening evaluate`: how well a policy does on labelled pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from screening.cli.say import print_json, print_line, print_table, say


def evaluate(
    labels: Annotated[Path, typer.Argument(help="What each picture shows: a .csv or .jsonl file.", show_default=False)],
    run: Annotated[Path | None, typer.Option(help="A folder that screening scan --out wrote, or a new one.")] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="What to scan if there is no run.  [default: the labels' folder]")
    ] = None,
    pipeline: Annotated[str, typer.Option(help="The policy to judge by; no network runs.  [default: the run's]")] = "",
    html: Annotated[Path | None, typer.Option(help="Page with the figures and the misjudged pictures.")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="Seconds that a person needs for a held picture.")] = 15.0,
    rule: Annotated[str, typer.Option(help="Only what is labelled for this rule or its kinds.")] = "",
    month: Annotated[str, typer.Option(help="Only files last changed in it, as 2024-03; needs scan --parquet.")] = "",
    folder: Annotated[str, typer.Option(help="Only files in or below it; needs scan --parquet.")] = "",
    json: Annotated[bool, typer.Option("--json", help="JSON with the names of the pictures.")] = False,
) -> None:
    """Counts the labelled pictures, and the objects in them, that a policy finds, misses and wrongly holds.

    Reads the labels and the run's findings, and judges them by the policy: another threshold needs no new scan. Without
    a run it scans the pictures first, and keeps the result only where --run names a folder. Exits 0, or 2 where a label
    does not match. The page shows pictures of people: it is readable by you alone.
    """
    from screening.evaluation import labels as labelled
    from screening.evaluation.run_figures import evaluate_run
    from screening.run.files import REPORT
    from screening.run.part import part
    from screening.sandbox.untrusted import isolate

    known = labelled.read(labels)
    with tempfile.TemporaryDirectory(prefix="screening-") as passing:
        there = run or Path(passing) / "run"
        if not (there / REPORT).is_file():
            _scan(pictures or labels.resolve().parent, there, pipeline, kept=run is not None)
        isolate()
        only = part(there, month=month, folder=folder)
        said = evaluate_run(known, there, pipeline, seconds=seconds, html=html, rule=rule, only=only)
    if json:
        print_json(said)
    else:
        _print(said)


def _print(said: dict[str, Any]) -> None:
    shares = ("recall", "95%", "flag rate", "95%", "precision", "95%")
    print_table(("about", *shares), [_shares(row) for row in said["figures"]], right=shares)
    for row in said["figures"]:
        for line in _details(row):
            print_line(line)
    review = said["review"]
    print_line(
        f"{review['held']} of {review['of']} labelled pictures are held or blocked: {review['minutes_per_100']:g} "
        f"minutes of review for every 100, at {review['seconds_each']:g} seconds each"
    )


def _scan(pictures: Path, folder: Path, pipeline: str, *, kept: bool) -> None:
    from screening.render import terminal
    from screening.run import batch

    if not kept:
        say("no --run: scanning the pictures now; the findings are not kept")
    batch.scan(pictures, folder, pipeline=pipeline or "default", progress=terminal.progress)


def _shares(row: dict[str, Any]) -> list[str]:
    cells = [row["about"]]
    for name in ("recall", "flag_rate", "precision"):
        hits, of, low, high = row[name]
        cells += [f"{hits / of:.3f} ({hits}/{of})", f"{low:.3f}-{high:.3f}"] if of else ["0/0", ""]
    return cells


def _details(row: dict[str, Any]) -> list[str]:
    lines = [
        f"{row['about']}, {truth}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        for truth, counts in row["verdicts"].items()
        if any(counts.values())
    ]
    if boxes := row["boxes"]:
        (found, labelled, low, high), (_, claimed, *_) = boxes["recall"], boxes["precision"]
        lines.append(
            f"{row['about']}, places: {found} of {labelled} found ({low:.3f} to {high:.3f}), {claimed - found} wrong; "
            + ", ".join(f"{size}: {hits} of {of}" for size, (hits, of, *_) in boxes["by_size"].items())
        )
        right, read, *_ = boxes["read"]
        lines += [f"{row['about']}, texts: {right} of {read} read correctly"] if read else []
    return lines
