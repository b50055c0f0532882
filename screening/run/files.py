"""The files of a run: the folder that `scan --out` writes, readable by its owner alone, and what purging removes."""

from __future__ import annotations

import enum
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.inert import ascii_json
from screening.office.office import make_private, replace_file
from screening.photo_report import PhotoReport
from screening.report import SCHEMA, Report
from screening.run.shape import whole
from screening.run.shoot import Entry, is_link
from screening.weights import opened, read_bytes

REPORT, TABLE, PAGE = "report.json", "report.csv", "report.html"
# The report as Parquet files, where they were asked for.
PARQUET = "parquet"
# In bytes: a report on many thousand pictures is far smaller.
LARGEST = 1e9
# Where the pictures are on this computer: the report does not say, because it may be passed on.
SOURCES = "sources.json"
# The findings so far and small copies of the pictures, from which the next scan carries on.
JOURNAL, PREVIEWS = "journal.jsonl", "previews"
# Copies with labelled boxes; redacted copies, and the file that makes them pictures of the run.
ANNOTATED, REDACTED, COPIES = "annotated", "redacted", "copies.jsonl"
DECISIONS = "decisions.jsonl"
# The signed clearance.
CLEARANCE = "clearance.json"
# Exists while the run is being purged.
PURGING = "purging.json"


class Holds(enum.Enum):
    """What a file of a run contains, and so when a purge removes it."""

    PICTURES = "what shows people, or says where their pictures lie: always"
    FINDINGS = "what was found: always where that holds what was read, else with everything"
    RECORDS = "what was decided and signed, which names who decided but nobody in the pictures: with everything"
    NOTHING = "nothing of a picture: with the folder, once nothing else is in it"


# Every file and folder that a run can have; half-written files are named after one of them (`halves`).
FILES = {
    PAGE: Holds.PICTURES,
    ANNOTATED: Holds.PICTURES,
    REDACTED: Holds.PICTURES,
    SOURCES: Holds.PICTURES,
    JOURNAL: Holds.PICTURES,
    PREVIEWS: Holds.PICTURES,
    REPORT: Holds.FINDINGS,
    TABLE: Holds.FINDINGS,
    PARQUET: Holds.FINDINGS,
    DECISIONS: Holds.RECORDS,
    COPIES: Holds.RECORDS,
    CLEARANCE: Holds.RECORDS,
    PURGING: Holds.NOTHING,
    f".{DECISIONS}.lock": Holds.NOTHING,
    f".{COPIES}.lock": Holds.NOTHING,
}


class RunError(ScreeningError):
    """A run folder that cannot be written or read."""


def lock(folder: Path, name: str) -> Path:
    """The path of the lock for a file of the run."""
    return folder / f".{name}.lock"


def halves(folder: Path) -> list[Path]:
    """Files that a killed program left half-written, as `office.replace_file` names them."""
    return [path for name in FILES for path in folder.glob(f".{name}.*.part")]


def prepare(folder: Path) -> None:
    """Makes the folder, or reuses an earlier run's; never one that contains anything else.

    Raises:
        RunError: if it contains anything else, or links in place of its folders, or cannot be made.
    """
    refuse_links(folder)
    try:
        # the lock files of a run that was emptied since may still be there
        if folder.exists() and any(path.suffix != ".lock" for path in folder.iterdir()) and not scanned_into(folder):
            raise RunError(f"{folder}: contains something other than a run; name a new folder with --out")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # on Windows the folder inherits the access list of the one above it
        folder.chmod(0o700)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror}); name another folder with --out") from error


def refuse_links(folder: Path) -> None:
    """Refuses a run with a link in place of one of its folders, through which it would write elsewhere.

    Raises:
        RunError: naming the link.
    """
    for name in (PREVIEWS, ANNOTATED, REDACTED, PARQUET):
        if is_link(folder / name):
            raise RunError(f"{folder / name}: is a link, not a folder of the run; remove it")


def refuse_shoot(folder: Path, targets: Iterable[Path]) -> None:
    """Refuses a run folder that is the shoot to be screened, or contains it.

    Raises:
        RunError: if it is.
    """
    there = os.path.realpath(folder)
    if any(Path(os.path.realpath(target)).is_relative_to(there) for target in targets):
        raise RunError(f"{folder}: is or contains what is to be screened; name a new folder with --out")


def scanned_into(folder: Path) -> bool:
    """Whether a scan wrote to the folder, even one that was stopped before its report; judged by the files' content."""
    if b'"schema": "screening-report-' in _head(folder / REPORT):
        return True
    if _head(folder / JOURNAL).startswith(b'{"about":"'):
        return True
    try:
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    except OSError:
        return False
    # a journal was begun, and nothing else is in the folder
    return JOURNAL in names and names <= {JOURNAL, PREVIEWS} and not _head(folder / JOURNAL)


def _head(path: Path) -> bytes:
    """The beginning of a file; empty if it cannot be read."""
    try:
        with opened(path) as file:
            return file.read(100)
    except OSError:
        return b""


def begun(folder: Path) -> str:
    """The id of the run that a scan into this folder gets: that of the run already there, else a new one."""
    try:
        return _identity(report_fields(folder), folder)
    except RunError:
        return secrets.token_hex(16)


def identity(folder: Path) -> str:
    """The run's id in the audit log, given by its first scan.

    For a run of an earlier version, which has none, the hash of its path.
    """
    try:
        return _identity(report_fields(folder), folder)
    except RunError:
        return _identity({}, folder)


def _identity(fields: dict[str, Any], folder: Path) -> str:
    return str(fields.get("run") or hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16])


def rendered(
    report: Report, *, show_text: bool = False, for_sharing: bool = False, beside: bool = False
) -> dict[str, str]:
    """The text of report.csv, report.html and report.json by name, in the order in which to write them.

    The page contains its small pictures, or shows those that lie `beside` it (`write_previews`).
    """
    from screening.render.html import html_page
    from screening.render.table import csv_table

    fields = report.as_dict(show_text=show_text)
    pictures = {
        photo.file: f"{PREVIEWS}/{photo.sha256}.jpg" if beside else photo.preview
        for photo in report.photos
        if photo.preview
    }
    return {
        TABLE: csv_table(fields),
        PAGE: html_page(fields, pictures, for_sharing=for_sharing),
        REPORT: as_json(fields),  # last, because it makes the others count
    }


def write_previews(photos: Iterable[PhotoReport], folder: Path) -> None:
    """Writes the small pictures that lie beside a page, as far as the journal has not done so.

    Raises:
        ScreeningError: if one cannot be written.
    """
    make_private(folder / PREVIEWS)
    for photo in photos:
        path = folder / PREVIEWS / f"{photo.sha256}.jpg"
        if photo.preview and not _is_there(path, photo.preview):
            _write(path, photo.preview)


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Writes what `rendered` returned into the folder, in order.

    Raises:
        RunError: if one cannot be written.
    """
    for name, text in texts.items():
        _write(folder / name, text)


def write_sources(entries: Iterable[Entry], folder: Path) -> None:
    """Writes sources.json: the path of each file in the report.

    Raises:
        RunError: if it cannot be written.
    """
    # not Path.resolve, which raises for a link to itself
    there = {
        entry.name: entry.stored.url if entry.stored else os.path.realpath(entry.path)
        for entry in entries
        if not entry.aside
    }
    _write(folder / SOURCES, as_json(there))


def add_source(folder: Path, name: str, path: Path) -> None:
    """Adds the path of a redacted copy, by its name in the run.

    Raises:
        RunError: if the run does not record where its pictures are, or cannot be written.
    """
    there = {file: str(known) for file, known in sources(folder).items()}
    _write(folder / SOURCES, as_json(there | {name: str(path.resolve())}))


def sources(folder: str | Path) -> dict[str, Path]:
    """The path of each file when it was scanned, by its name in the report.

    Raises:
        RunError: if the run does not say.
    """
    try:
        fields = json.loads(read_bytes(Path(folder) / SOURCES).decode())
        return {str(name): Path(path) for name, path in fields.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{folder}: contains no readable {SOURCES}; scan the shoot again") from error


def report_fields(folder: Path) -> dict[str, Any]:
    """The contents of a run's report.json.

    Raises:
        RunError: if there is none, it is not one of ours, or the run is being purged.
    """
    if (folder / PURGING).exists():
        raise RunError(f"{folder}: a purge of it was interrupted; run screening purge to finish it")
    try:
        fields = json.loads(read_bytes(folder / REPORT, most=LARGEST).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{folder}: contains no readable {REPORT}; name the folder that scan --out wrote") from error
    if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
        raise RunError(f"{folder / REPORT}: is not a report of this version; scan again")
    if not whole(fields):
        raise RunError(f"{folder / REPORT}: is damaged; scan again")
    return fields


def as_json(fields: dict[str, Any]) -> str:
    """A report as JSON text; plain ASCII, so that no name can affect a terminal."""
    return ascii_json(fields)


def _is_there(path: Path, data: bytes) -> bool:
    try:
        return read_bytes(path, most=len(data)) == data
    except OSError:
        return False


def _write(path: Path, content: str | bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror})") from error
