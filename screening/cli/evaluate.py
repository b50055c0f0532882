"""`screening evaluate`: how well a policy does on pictures whose answer is known."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from screening.cli.say import print_json, print_line, print_table, say


def evaluate(
    labels: Annotated[Path, typer.Argument(help="What each picture shows: a .csv or .jsonl file.", show_default=False)],
    run: Annotated[
        Path | None, typer.Option(help="A folder that screening scan --out wrote, or is to be written.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="What to scan where there is no run.  [default: the labels' folder]")
    ] = None,
    pipeline: Annotated[str, typer.Option(help="The policy to judge by; no network runs.  [default: the run's]")] = "",
    html: Annotated[Path | None, typer.Option(help="Page with the figures and the pictures that went wrong.")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="How long a person takes over a held picture.")] = 15.0,
    json: Annotated[bool, typer.Option("--json", help="JSON with the names of the pictures.")] = False,
) -> None:
    """Counts the labelled pictures, and the things in them, that a policy finds, misses and wrongly holds.

    Reads the labels and the run's findings, and judges them by the policy: another threshold needs no new scan. Without
    a run it scans the pictures first, and keeps that only where --run names a folder. Exits 0, or 2 where a label does
    not fit. The page shows pictures of people: it is readable by you alone.
    """
    from screening.evaluation import evaluate as work
    from screening.evaluation import labels as labelled
    from screening.office.office import replace_file
    from screening.report import restored
    from screening.run import outcome
    from screening.run.run import REPORT, RunError, read, sources

    known = labelled.read(labels)
    with tempfile.TemporaryDirectory(prefix="screening-") as passing:
        folder = run or Path(passing) / "run"
        if not (folder / REPORT).is_file():
            _scan(pictures or labels.resolve().parent, folder, pipeline, kept=run is not None)
        fields = read(folder)
        chosen = outcome.judged_by(fields, pipeline, folder)
        try:
            photos = restored(fields, chosen.policy)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(f"{folder / REPORT}: is damaged; scan again") from error
        figures = work.evaluate(known, photos, chosen.policy)
        about = {label.file for label in known}
        looked_at = [photo for photo in photos if photo.file in about]
        held = sum(photo.verdict > 0 for photo in looked_at)
        review = {
            "held": held,
            "of": len(looked_at),
            "seconds_each": seconds,
            "minutes_per_100": round(work.review_minutes(looked_at, seconds=seconds), 2),
        }
        said: dict[str, Any] = {"figures": [one.as_dict() for one in figures], "review": review}
        if html:
            from screening.evaluation.gallery import gallery

            try:
                replace_file(html, gallery(said, known, photos, sources(folder), limits=chosen.limits))
            except OSError as error:
                raise RunError(f"{html}: cannot be written ({error.strerror})") from error
    if json:
        print_json(said)
        return
    shares = ("recall", "95 %", "flag rate", "95 %", "precision", "95 %")
    print_table(("about", *shares), [_shares(row) for row in said["figures"]], right=shares)
    for row in said["figures"]:
        for line in _details(row):
            print_line(line)
    print_line(
        f"{held} of {len(looked_at)} labelled pictures are held or blocked: {review['minutes_per_100']:g} minutes of "
        f"review for every 100, at {seconds:g} seconds each"
    )


def _scan(pictures: Path, folder: Path, pipeline: str, *, kept: bool) -> None:
    from screening.render import terminal
    from screening.run import batch

    if not kept:
        say("no --run: the pictures are scanned now, and what is found is not kept")
    batch.scan(pictures, folder, pipeline=pipeline or "default", progress=terminal.progress)


def _shares(row: dict[str, Any]) -> list[str]:
    cells = [row["about"]]
    for name in ("recall", "flag_rate", "precision"):
        hits, of, low, high = row[name]
        cells += [f"{hits}/{of}", f"{low:.3f}-{high:.3f}" if of else ""]
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
        lines += [f"{row['about']}, texts: {right} of {read} read right"] if read else []
    return lines
