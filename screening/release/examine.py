"""A run, checked again before it is cleared: whether it is unchanged since the scan, and which pictures may go out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from screening import code, pipeline_file
from screening.finding import ScreeningError
from screening.office import audit, audit_check, registers
from screening.office.office import Office
from screening.office.register_file import withdrawn
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.release.clearance import ClearanceError
from screening.release.departures import Departures, departures
from screening.report import ModelInfo
from screening.run import copies, files
from screening.run.decision import Action, answers, digest
from screening.run.files import RunError
from screening.run.run import Run
from screening.weights import manifest, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A run, checked again: what could go out, and what a person must answer first.

    Attributes:
        run: the run as it was then, judged by the pipeline that it was screened with.
        report: the SHA-256 of its report.json.
        registers: the folder of the registers that faces were compared with.
        until: when the first entry of a release register that a picture relies on expires; None for never.
        files: the SHA-256 of every picture that nothing holds any more and that is unchanged, by its name.
        withheld: the SHA-256 of every other one, with the rule that holds or blocks it.
        left_out: files that do not go out, named as in the report.
        changed: those of them that have changed since the scan, or are gone.
        decisions: the SHA-256 of what was decided.
        answers: what was answered during the review, by the questions' ids.
        overrode: the names of those who overrode a finding.
        departures: where the pipeline asks less than the default one.
    """

    run: Run
    report: str
    registers: Path
    until: datetime.datetime | None
    files: Mapping[str, str]
    withheld: Mapping[str, str]
    left_out: tuple[str, ...]
    changed: tuple[str, ...]
    decisions: str
    answers: Mapping[str, str]
    overrode: frozenset[str]
    departures: Departures

    @property
    def released(self) -> frozenset[str]:
        """The SHA-256 of every picture that may go out."""
        return frozenset(self.files.values())


def examine(folder: Path, pipeline: str, office: Office) -> Examined:
    """Checks that the run is as `scan` left it, judges its findings anew, and hashes its pictures again.

    Raises:
        ClearanceError: if the log, the run, the policy or a network is not as it was when the run was scanned.
        ScreeningError: if one of them cannot be read.
    """
    if wrong := audit_check.verify(office.audit_log):
        raise ClearanceError(f"{office.audit_log}: {wrong[0]}; nothing is cleared until that is explained")
    if last := audit_check.clock_behind(office.audit_log):
        raise ClearanceError(f"the clock is behind the last line of the audit log ({last[:16]}); correct it")
    report = report_hash(folder)
    lines = audit.entries(office.audit_log, naming=report)
    if not any(line.event == "scan" and line.fields.get("report") == report for line in lines):
        raise ClearanceError(
            f"{folder / files.REPORT}: has changed since the scan, or was scanned elsewhere; scan again"
        )
    run = Run.open(folder, office, pipeline, as_scanned=True)
    if not run.report.run:
        raise ClearanceError(f"{folder}: was scanned by an earlier version; scan again, decisions are kept")
    check_models(run.report.models)
    if run.report.code != code.version(run.settings.foreign):
        raise ClearanceError(
            f"{folder}: was screened by another version of the program; scan again, decisions are kept"
        )
    registers_at = office.register_folder(pipeline_file.read(run.pipeline).register_folder)
    if withdrawn(registers_at, run.report.registers):
        raise ClearanceError(f"{folder}: the registers have changed since the scan, and may lift less now; scan again")
    copies.check(folder, office, screened_by=run.settings.sha256)
    after = run.outcomes()
    photos = [one.photo for one in after]
    scanned = datetime.datetime.fromisoformat(run.report.started).astimezone(datetime.UTC).date()
    relying = [photo.file for photo in photos if any(one.finding.is_a("face.released") for one in photo.judgements)]
    until = _end_of(registers.last_day(registers_at, scanned)) if relying else None
    if until and until < moment():
        raise ClearanceError(
            f"{relying[0]}: relies on the release register, where an entry has since expired; scan again"
        )
    current = run.decisions.current()
    changed = _changed(photos, run.sources, most=run.settings.limits.file_megabytes * 1e6)
    withheld = {one.photo.sha256: one.rule for one in after if one.photo.sha256 and one.verdict is not Verdict.CLEAR}
    # the same picture may be there twice, once under a telling name
    clear = [one.photo for one in after if one.verdict is Verdict.CLEAR and one.photo.file not in changed]
    released = {photo.file: photo.sha256 for photo in clear if photo.sha256 not in withheld}
    return Examined(
        run=run,
        report=report,
        registers=registers_at,
        until=until,
        files=released,
        withheld=withheld,
        left_out=tuple(photo.file for photo in photos if photo.file not in released),
        changed=changed,
        decisions=digest(current),
        answers=dict(answers(current)),
        overrode=frozenset(one.by for one in current if one.action is Action.OVERRIDE),
        departures=departures(run.pipeline),
    )


def report_hash(folder: Path) -> str:
    """The SHA-256 of a run's report.json.

    Raises:
        RunError: if it cannot be read.
    """
    try:
        return sha256_of(folder / files.REPORT, most=files.LARGEST)
    except OSError as error:
        raise RunError(
            f"{folder}: contains no readable {files.REPORT}; name the folder that scan --out wrote"
        ) from error


def _end_of(day: datetime.date | None) -> datetime.datetime | None:
    """The last moment of a day in UTC, to the millisecond in which a clearance is written."""
    if day is None:
        return None
    return datetime.datetime.combine(day, datetime.time(23, 59, 59, 999000), datetime.UTC)


def moment() -> datetime.datetime:
    """The current time in UTC."""
    return datetime.datetime.now(datetime.UTC)


def check_models(models: Iterable[ModelInfo]) -> None:
    """Checks that the networks, and their files, are still those that the run was scanned with."""
    known = manifest()
    for ran in models:
        weights = known.get(ran.name)
        if weights is None or weights.sha256 != ran.sha256:
            raise ClearanceError(f"{ran.name}: the run was scanned with another network of this name; scan again")
        try:
            changed = sha256_of(weights.path) != weights.sha256
        except (OSError, ScreeningError):  # not installed, it saw nothing; a stage without its network blocks
            changed = False
        if changed:
            raise ClearanceError(
                f"{weights.name}: its file is not the one we know; install the project again, and scan"
            )


def _changed(photos: Sequence[PhotoReport], sources: Mapping[str, Path], *, most: float) -> tuple[str, ...]:
    """The files that are gone, no longer have the hash that was screened, or are larger than the limit."""

    def same(photo: PhotoReport) -> bool:
        try:
            return sha256_of(sources[photo.file], most=most) == photo.sha256
        except (OSError, KeyError):
            return False

    seen = [photo for photo in photos if photo.sha256]
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        return tuple(photo.file for photo, still in zip(seen, pool.map(same, seen), strict=True) if not still)
