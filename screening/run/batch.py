"""Screens a batch and stores it as a run; judges a stored run again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from screening import config, settings
from screening.finding import ScreeningError
from screening.office import audit
from screening.office.office import Office
from screening.photo_report import PhotoReport
from screening.pipeline import Pipeline
from screening.report import Batch, Report
from screening.run import files, page, purge, storage, tables
from screening.run.cluster import Cluster
from screening.run.connection import ClusterError
from screening.run.crew import Crew, Local
from screening.run.journal import Journal, subject
from screening.run.run import Run
from screening.run.scan import Scan, used
from screening.run.shoot import Entry, walk

# Who may screen the pictures.
ENGINES = ("local", "ray")
# Given the number of files, returns what is called with each photo as soon as it is done.
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
    engine: str = "local",
    address: str = "",
    annotate: bool = False,
    show_text: bool = False,
    for_sharing: bool = False,
    parquet: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Screens a folder, several, or single pictures, as `screening scan` does.

    It starts one process per core. In a script, call it below `if __name__ == "__main__":`, because each process
    imports the script again and every picture is blocked if that fails; put a stage of your own in a module that they
    can import.

    With `out` the run is stored in that folder, readable by you alone, and the audit log gets a line; without it
    nothing is written, and nothing can be cleared.

    Args:
        paths: what to screen; `s3://bucket/prefix` for pictures in object storage.
        out: the folder of the run.
        pipeline: the name of one that ships with the project, or the path of a file.
        batch: what the photographs are for; by default a batch of the first folder's name, from a scene.
        jobs: how many photos are screened in parallel; 0 is one per core.
        engine: "local" for processes of this computer, "ray" for those of a Ray cluster.
        address: of a running Ray cluster; "" starts one for this scan on this computer alone.
        annotate: whether copies with labelled boxes are written to the run.
        show_text: whether the run includes what was read, which is personal data.
        for_sharing: whether what was found is blurred in the run's report.html.
        parquet: whether the run includes the report as Parquet files.
        progress: called with each photo as soon as it is done.

    Raises:
        ScreeningError: if the pipeline cannot be read or the run cannot be written.
        FileNotFoundError: if there is no such file or folder.
    """
    named = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    targets = [Path(one) for one in named if not storage.is_url(one)]
    folder = Path(out) if out else None
    crew = _crew(engine, address, jobs)
    entries = walk(targets, leave_out=folder, is_run=files.scanned_into)
    entries = sorted([*entries, *_stored([one for one in named if storage.is_url(one)], {one.name for one in entries})])
    if folder:
        files.refuse_shoot(folder, targets)
    return screen(
        entries,
        folder,
        pipeline=pipeline,
        batch=batch or Batch(name=named_after(named[0]) if named else ""),
        crew=crew,
        annotate=annotate,
        show_text=show_text,
        for_sharing=for_sharing,
        parquet=parquet,
        progress=progress,
    )


def screen(
    entries: Sequence[Entry],
    folder: Path | None,
    *,
    pipeline: str | Path,
    batch: Batch,
    crew: Crew,
    annotate: bool = False,
    show_text: bool = False,
    for_sharing: bool = False,
    parquet: bool = False,
    one_file: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Screens files that are already known, under the names that they go by, as `scan` does.

    Args:
        entries: what to screen.
        folder: the folder of the run, or None to keep nothing; it contains none of the files.
        crew: who screens them.
        one_file: whether report.html contains its small pictures however many they are.
        pipeline, batch, annotate, show_text, for_sharing, parquet, progress: as for `scan`.

    Raises:
        ScreeningError: if the pipeline cannot be read or the run cannot be written.
    """
    chosen = config.load(pipeline)
    if parquet:
        tables.ready()
    if folder:
        purge.settle(folder, Office.here())
        files.prepare(folder)
    work = Scan(
        pipeline=chosen,
        standard=settings.read().policy,
        crew=crew,
        annotate=folder / files.ANNOTATED if folder and annotate else None,
        # copies with boxes are drawn from the pictures, so each is screened again
        journal=_journal(folder, chosen, batch.scene, show_text) if folder and not annotate else None,
    )
    with progress(sum(not entry.aside for entry in entries)) as done:
        report = work(entries, batch=batch, progress=done)
    if not folder:
        return report
    report = replace(report, run=files.begun(folder))
    if parquet:
        info = {"run": report.run, "batch": batch.name, "policy": report.pipeline.sha256, "scene": batch.scene}
        tables.write(folder, report.photos, info, _modified(entries), text=show_text)
    else:
        tables.remove(folder)
    _keep(report, folder, entries, show_text=show_text, for_sharing=for_sharing, one_file=one_file)
    if (folder / files.DECISIONS).is_file():  # an earlier scan's pictures were decided about
        with suppress(ScreeningError):  # then it shows no decisions, and whoever needs them says why
            page.refresh(Run.open(folder, Office.here(), str(pipeline)))
    return report


def _crew(engine: str, address: str, jobs: int) -> Crew:
    if engine not in ENGINES:
        raise ClusterError(f"{engine}: is not an engine; choose one of {', '.join(ENGINES)}")
    if address and engine != "ray":
        raise ClusterError(f"{address}: is the address of a Ray cluster; add --engine ray")
    return Cluster(address=address, jobs=jobs) if engine == "ray" else Local(jobs)


def load_report(folder: str | Path, pipeline: str | Path = "") -> Report:
    """The report of a run, its findings judged by a pipeline; by default the one that it was scanned with.

    No network runs: another pipeline's thresholds apply, its stages do not run. Decisions that people made are not
    included.

    Raises:
        ScreeningError: if the run or the pipeline cannot be read.
    """
    return Run.open(Path(folder), Office.here(), str(pipeline)).report


def _keep(
    report: Report, folder: Path, entries: Iterable[Entry], *, show_text: bool, for_sharing: bool, one_file: bool
) -> None:
    """Writes a report and its files into the run, and a line to the audit log."""
    from screening.render.html import MANY

    beside = len(report.photos) > MANY and not for_sharing and not one_file
    texts = files.rendered(report, show_text=show_text, for_sharing=for_sharing, beside=beside)
    # first, because a report without its line cannot be cleared, and a line without its report does no harm
    counts = {str(verdict): count for verdict, count in report.verdicts.items()}
    sha256 = hashlib.sha256(texts[files.REPORT].encode()).hexdigest()
    about = {"report": sha256, "run": report.run, "policy": report.pipeline.sha256, "photos": len(report.photos)}
    audit.append(Office.here().audit_log, "scan", **about, **counts)
    files.write_sources(entries, folder)
    if beside:
        files.write_previews(report.photos, folder)
    files.write(texts, folder)


def named_after(target: str | os.PathLike[str]) -> str:
    """The name that a batch has unless it is given one: that of its first source."""
    return Path(target).name if storage.is_url(target) else Path(os.path.realpath(target)).name


def _stored(urls: Iterable[str | os.PathLike[str]], taken: set[str]) -> Iterator[Entry]:
    """The files in object storage, each under a name of its own."""
    for url in urls:
        for entry in storage.listed(url):
            name = entry.stored.url if entry.name in taken and entry.stored else entry.name
            taken.add(name)
            yield replace(entry, name=name)


def _modified(entries: Iterable[Entry]) -> dict[str, float]:
    """When each file was last changed, in seconds since 1970, where that can be known."""
    known = {}
    for entry in entries:
        with suppress(OSError):
            known[entry.name] = entry.stored.modified if entry.stored else entry.path.stat().st_mtime
    return known


def _journal(folder: Path, pipeline: Pipeline, scene: bool, show_text: bool) -> Journal | None:
    office = Office.here()
    about = subject(pipeline, used(pipeline), office)
    if not about:
        return None
    most = pipeline.limits.file_megabytes * 1e6
    return Journal(folder, office, about=about, policy=pipeline.policy, scene=scene, show_text=show_text, most=most)
