"""Redacted copies as pictures of the run: one JSON line a copy in RUN/copies.jsonl, named by its hash in the audit log.

The log says first what is made; then the copy takes its place, and last its line is written, from which on it is a
picture of the run. Where a program was killed before, `redact` makes it again.

A copy belongs to one report, by its hash: after another scan it is made again. It is reviewed, cleared and told
of like any other picture, and what was decided about the rest of its original counts for it too, as long as that counts
for the original.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.office import audit
from screening.office.audit_line import AuditError, canonical
from screening.office.office import Office, OfficeError, locked, put_in_place, replace_file
from screening.photo_report import PhotoReport, photo_fields
from screening.policy import Policy
from screening.run.files import COPIES, LARGEST, REPORT, add_source, identity, lock
from screening.run.restore import restored_photo
from screening.weights import read_bytes, sha256_of

WANTED = {"file", "sha256", "width", "height", "findings", "seconds"}


class CopyError(ScreeningError):
    """Copies that cannot be noted or read, or that are not as they were noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A redacted copy, as it was screened and judged, and the SHA-256 of the picture that it was made of."""

    photo: PhotoReport
    original: str


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else makes a copy a picture of the run as long as this lasts.

    Raises:
        CopyError: if others go on doing so, or the run cannot be written.
    """
    with locked(lock(folder, COPIES), CopyError):
        yield


def note(
    folder: Path,
    copy: PhotoReport,
    part: Path,
    path: Path,
    office: Office,
    *,
    original: str,
    pipeline: str,
    **said: Any,
) -> None:
    """Puts a copy in its place and makes it a picture of the run, noted in the audit log with what else is said of it.

    Args:
        folder: the run.
        copy: what is found in it.
        part: where it was written, beside its place.
        path: its place; a copy that lies there is replaced.
        office: whose audit log.
        original: the SHA-256 of the picture that it is a copy of.
        pipeline: the SHA-256 of the pipeline that it was screened with.
        said: what else the log says.

    Raises:
        CopyError: if the run cannot be written.
        AuditError: if the log cannot be written; then nothing is changed.
    """
    about = {"report": _report(folder), "original": original, "pipeline": pipeline}
    line = canonical({**about, "photo": photo_fields(copy)})
    log = office.audit_log
    with held(folder):
        _settle(folder, office)
        told = {"entry": _id(line), "copy": copy.sha256, "file": original, **said}
        begun = audit.begin(log, "redaction", run=identity(folder), **told)
        try:
            put_in_place(part, path)
            add_source(folder, copy.file, path)
            replace_file(folder / COPIES, b"".join(one + b"\n" for one in (*_lines(folder), line)).decode())
        except OSError as error:
            _settle(folder, office)
            raise CopyError(f"{path}: cannot be written ({error.strerror or 'input error'})") from error
        with contextlib.suppress(AuditError):  # it is made; whoever comes next says so
            audit.end(log, begun)


def made(sha256: str, office: Office) -> bool:
    """Whether the audit log knows a copy of these bytes, be it one that was not finished: it may be replaced."""
    return any(line.fields.get("copy") == sha256 for line in audit.entries(office.audit_log, naming=sha256))


def read(folder: Path, policy: Policy, *, scene: bool) -> tuple[Copy, ...]:
    """The copies that were made of the present report's pictures since its scan, judged; the last of each name.

    Raises:
        CopyError: if they cannot be read.
    """
    return tuple(
        Copy(photo=restored_photo(entry["photo"], policy, scene=scene), original=str(entry.get("original", "")))
        for _, entry in _current(folder)
    )


def check(folder: Path, office: Office, *, screened_by: str) -> None:
    """Whether every copy that counts is as it was noted, and was screened by the pipeline of this SHA-256.

    Raises:
        CopyError: if the audit log does not know one as it stands there, or another pipeline screened it.
    """
    current = _current(folder)
    if not current:
        return
    # what cannot be written is not settled, and is as it would be: a line stands there only after one in the log
    with contextlib.suppress(CopyError, OfficeError), held(folder):
        _settle(folder, office)
    known = {str(line.fields.get("entry")) for line in audit.counting(office.audit_log, "redaction")}
    for line, entry in current:
        name = entry["photo"]["file"]
        if _id(line) not in known:
            raise CopyError(f"{folder / COPIES}: {name} has changed since screening redact made it; redact it again")
        if entry.get("pipeline") != screened_by:
            raise CopyError(
                f"{folder / COPIES}: {name} was screened by a different pipeline from its run; redact it again"
            )


def _settle(folder: Path, office: Office) -> None:
    """Says of every copy that was begun whether it came to be one."""
    there = {_id(line) for line in _lines(folder)}
    audit.settle(
        office.audit_log, "redaction", run=identity(folder), stands=lambda begun: begun.fields.get("entry") in there
    )


def _current(folder: Path) -> list[tuple[bytes, dict[str, Any]]]:
    """The copies of the report that the run holds now, the last of each name."""
    entries = _entries(folder)
    report = _report(folder) if entries else ""
    return list({one["photo"]["file"]: (line, one) for line, one in entries if one["report"] == report}.values())


def _report(folder: Path) -> str:
    return sha256_of(folder / REPORT, most=LARGEST)


def _lines(folder: Path) -> list[bytes]:
    try:
        # a line without its end is one whose writer was stopped before anybody was told that it was written
        return read_bytes(folder / COPIES).split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CopyError(f"{folder / COPIES}: cannot be read ({error.strerror or 'input error'})") from error


def _entries(folder: Path) -> list[tuple[bytes, dict[str, Any]]]:
    found = []
    for line in _lines(folder):
        try:
            entry = json.loads(line)
            if canonical(entry) != line or "report" not in entry or not set(entry["photo"]) >= WANTED:
                raise ValueError
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            said = f"{folder / COPIES}: contains a line that is not a copy; remove the file and redact again"
            raise CopyError(said) from error
        found.append((line, entry))
    return found


def _id(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
