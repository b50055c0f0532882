"""Screens a batch and keeps it as a run, and takes a kept one up again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from screening import config, settings
from screening.office import audit
from screening.office.office import Office
from screening.pipeline import Pipeline
from screening.report import Batch, PhotoReport, Report, restored
from screening.run import purge, run
from screening.run.journal import Journal, subject
from screening.run.outcome import judged_by
from screening.run.scan import Scan, used
from screening.run.shoot import walk

# Given how many files there are, what is told of each as soon as it is done.
Progress = Callable[[int], AbstractContextManager[Callable[[PhotoReport], None]]]


def _silent(_: int) -> AbstractContextManager[Callable[[PhotoReport], None]]:
    return nullcontext(lambda _: None)


def scan(
    paths: str | Path | Iterable[str | Path],
    out: str | Path | None = None,
    *,
    pipeline: str | Path = "default",
    batch: Batch | None = None,
    jobs: int = 0,
    annotate: bool = False,
    show_text: bool = False,
    for_sharing: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Screens a folder, several, or single pictures, as `screening scan` does.

    It starts a process a core. So in a script call it below `if __name__ == "__main__":`, or these read the script
    again, fall over it, and every picture is blocked; and a stage of your own lies in a module that they can import.

    With `out` the run is kept in that folder, readable by you alone, and the audit log gets a line; without, nothing is
    written, and nothing can be cleared.

    Args:
        paths: what to screen.
        out: the folder of the run.
        pipeline: the name of one that ships with the project, or the path of a file.
        batch: what the photographs are for; by default a batch of the first folder's name, from a scene.
        jobs: how many photos are looked at side by side; 0 is one a core.
        annotate: whether copies with labelled boxes are written to the run.
        show_text: whether the run holds what was read, which is personal data.
        for_sharing: whether what was found is blurred in the run's report.html.
        progress: told of each photo as soon as it is done.

    Raises:
        ScreeningError: if the pipeline cannot be read or the run cannot be written.
        FileNotFoundError: if there is no such file or folder.
    """
    targets = [Path(one) for one in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
    folder = Path(out) if out else None
    chosen = config.load(pipeline)
    entries = walk(targets, leave_out=folder)
    batch = batch or Batch(name=Path(os.path.realpath(targets[0])).name if targets else "")
    if folder:
        run.refuse_shoot(folder, targets)
        purge.settle(folder, Office.here())
        run.prepare(folder)
    screen = Scan(
        pipeline=chosen,
        standard=settings.read().policy,
        jobs=jobs,
        annotate=folder / run.ANNOTATED if folder and annotate else None,
        # copies with boxes are drawn from the pictures, so each is looked at again
        journal=_journal(folder, chosen, batch.scene, show_text) if folder and not annotate else None,
    )
    with progress(sum(not entry.aside for entry in entries)) as done:
        report = screen(entries, batch=batch, progress=done)
    if folder:
        report = replace(report, run=run.begun(folder))
        texts = run.rendered(report, show_text=show_text, for_sharing=for_sharing)
        # first, because a report without its line is not to be cleared: a line without its report is no harm
        counts = {str(verdict): count for verdict, count in report.verdicts.items()}
        sha256 = hashlib.sha256(texts[run.REPORT].encode()).hexdigest()
        about = {"report": sha256, "run": report.run, "policy": chosen.sha256, "photos": len(report.photos)}
        audit.append(Office.here().audit_log, "scan", **about, **counts)
        run.write_sources(entries, folder)
        run.write(texts, folder)
    return report


def load_report(folder: str | Path, pipeline: str | Path = "") -> Report:
    """The report of a run, its findings judged by a pipeline, by default the one that it was scanned with.

    No network runs: another pipeline's thresholds count, its stages do not. Decisions that people made are not in it.

    Raises:
        ScreeningError: if the run or the pipeline cannot be read.
    """
    fields = run.read(Path(folder))
    chosen = judged_by(fields, str(pipeline), Path(folder))
    described = dict(fields["policy"])
    if pipeline:
        looser = chosen.policy.looser_than(settings.read().policy)
        described |= {
            "name": chosen.name,
            "sha256": chosen.sha256,
            "looser": looser,
            "review_by": str(chosen.batch.review_by or ""),
        }
    return Report(
        batch=Batch(**fields["batch"] | {"questions": tuple(fields["batch"]["questions"])}),
        policy=chosen.policy,
        pipeline=described,
        models=tuple(fields["models"]),
        photos=restored(fields, chosen.policy),
        aside=tuple(fields["aside"]),
        started=fields["started"],
        seconds=fields["seconds"],
        tool=fields["tool"],
        stopped=fields["stopped"],
        run=fields.get("run", ""),
        code=fields.get("code", ""),
        registers=fields.get("registers", {}),
    )


def _journal(folder: Path, pipeline: Pipeline, scene: bool, show_text: bool) -> Journal | None:
    office = Office.here()
    about = subject(pipeline, used(pipeline), office)
    if not about:
        return None
    most = pipeline.limits.file_megabytes * 1e6
    return Journal(folder, office, about=about, policy=pipeline.policy, scene=scene, show_text=show_text, most=most)
