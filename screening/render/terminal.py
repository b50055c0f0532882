"""What the command line shows: progress while a shoot is screened, and a summary."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from screening.inert import inert
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.report import Report

# Without a terminal, seconds between lines.
LINE_EVERY = 5.0


@contextmanager
def progress(total: int) -> Iterator[Callable[[PhotoReport], None]]:
    """Shows the progress of a scan on standard error: a bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        with _bar(total) as advance:
            yield advance
    else:
        yield _Lines(total)


@contextmanager
def silent(_: int) -> Iterator[Callable[[PhotoReport], None]]:
    """Shows nothing of the progress."""
    yield lambda _: None


@contextmanager
def each(total: int) -> Iterator[Callable[[PhotoReport], None]]:
    """Says of each picture what was found, on standard error, as soon as it is known."""
    done = itertools.count(1)

    def say(photo: PhotoReport) -> None:
        reason = f": {photo.reason()}" if photo.verdict else ""
        said = f"{next(done)} of {total}, {photo.file}: {photo.verdict}{reason} ({photo.seconds:.1f} s)"
        print(inert(said), file=sys.stderr, flush=True)  # noqa: T201

    yield say


@contextmanager
def _bar(total: int) -> Iterator[Callable[[PhotoReport], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = ("Screening", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    began = time.perf_counter()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, rate="starting")

        def advance(_: PhotoReport) -> None:
            done = bar.tasks[0].completed + 1
            bar.update(task, advance=1, rate=f"{done / (time.perf_counter() - began):.1f} pictures/s")

        yield advance


class _Lines:
    """Counts photos and prints the count now and then."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.began = self.said = time.perf_counter()

    def __call__(self, _: PhotoReport) -> None:
        self.done += 1
        now = time.perf_counter()
        if now - self.said >= LINE_EVERY or self.done == self.total:
            rate = self.done / (now - self.began)
            left = (self.total - self.done) / rate
            print(  # noqa: T201
                f"screened {self.done} of {self.total}, {rate:.1f} pictures/s, {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            self.said = now


def summary(report: Report, out: Path | None) -> Iterator[str]:
    """The scan in a few lines: counts per verdict and rule, and every blocked file with its reason."""
    counts = report.verdicts
    where = "" if report.batch.scene else ", declared not a scene"
    yield f"{inert(report.batch.name)}: {_many(len(report.photos), 'file')} in {report.seconds:.0f} s{where}"
    yield "  " + ", ".join(f"{count} {verdict.name.lower()}" for verdict, count in counts.items())
    if report.taken_up:
        yield f"  {report.taken_up} of them unchanged since an earlier scan into the same folder"
    if report.rules:
        width = max(len(rule) for rule in report.rules)
        yield f"  {'rule':{width}}  block  hold"
        for rule, of in report.rules.items():
            yield f"  {rule:{width}}  {of[Verdict.BLOCK]:5}  {of[Verdict.HOLD]:4}"
    if report.aside:
        yield f"Left aside, not for publishing: {_many(len(report.aside), 'file')}"
        yield from (f"  {inert(name)}" for name in report.aside)
    blocked = [photo for photo in report.photos if photo.verdict is Verdict.BLOCK]
    if blocked:
        yield "Blocked:"
        for photo in blocked:
            more = sum(one.verdict is Verdict.BLOCK for one in photo.judgements) - 1
            others = f" (and {more} more)" if more > 0 else ""
            yield f"  {inert(photo.file)}: {inert(photo.reason())}{others}"
    if not report.photos:
        yield "No pictures were found: nothing was screened, so nothing may go out."
    if report.stopped:
        yield "Stopped before the end: what was not screened is blocked."
    looser = report.pipeline.looser
    if looser or report.pipeline.off:
        yield f"Note: stages off: {_listed(report.pipeline.off)}; looser than the default: {_listed(looser)}"
    if not report.pipeline.force:
        yield "Note: it is not known who we are, so every credit holds; screening office init asks once."
    if unseen := report.policy.not_looked_for:
        yield f"Not looked for, whatever the verdict: {'; '.join(unseen)}."
    if not report.isolated:
        yield "Note: files were not decoded in a sandbox: bubblewrap is not here, or not allowed (docs/security.md)."
    if out:
        yield f"Report: {inert(str(out / 'report.html'))}"
    else:
        yield "Nothing was written; --out RUN keeps a report with pictures."


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _listed(things: Sequence[str]) -> str:
    return ", ".join(things) or "none"
