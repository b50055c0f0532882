"""Redacted copies as pictures of the run: one JSON line per copy in RUN/copies.jsonl, whose hash is in the audit log.

The log is written first, then the copy takes its place, and last its line makes it a picture of the run. If the program
was killed before that, `redact` makes it again.

A copy belongs to one report, by its hash: after another scan it is made again. It is reviewed, cleared and reported
like any other picture, and decisions about the rest of its original count for it too, as long as they count for the
original.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.office import audit
from screening.office.audit_line import AuditError, canonical
from screening.office.office import Office, OfficeError, locked, put_in_place, replace_file
from screening.photo_report import PhotoReport, photo_fields
from screening.policy import Policy
from screening.run.files import COPIES, LARGEST, REDACTED, REPORT, add_source, identity, lock
from screening.run.restore import restored_photo
from screening.weights import read_bytes, sha256_of

WANTED = {"file", "sha256", "width", "height", "findings", "seconds"}


class CopyError(ScreeningError):
    """Copies cannot be recorded or read, or have changed since they were recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A redacted copy, as it was screened and judged.

    Attributes:
        photo: the copy.
        original: the SHA-256 of its original.
        encoding: "kept" if the rest of the picture is exactly as it was, "new" if it was encoded anew; "" in a run of
            an earlier version.
        without: the ids of the decisions that drew what was redacted in it.
    """

    photo: PhotoReport
    original: str
    encoding: str = ""
    without: tuple[str, ...] = ()


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Locks the run's copies against other programs.

    Raises:
        CopyError: if another program keeps the lock, or the run cannot be written.
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
    encoding: str,
    without: Sequence[str] = (),
    **said: Any,
) -> None:
    """Puts a copy in its place and makes it a picture of the run, recorded in the audit log.

    Args:
        folder: the run.
        copy: the report on the copy.
        part: the temporary file that it was written to, beside its place.
        path: its place; a copy that is already there is replaced.
        office: whose audit log.
        original: the SHA-256 of its original.
        pipeline: the SHA-256 of the pipeline that it was screened with.
        encoding, without: as in a `Copy`.
        said: further fields of the log line.

    Raises:
        CopyError: if the run cannot be written.
        AuditError: if the log cannot be written; then nothing is changed.
    """
    about = {"report": _report(folder), "original": original, "pipeline": pipeline, "encoding": encoding}
    line = canonical({**about, **({"without": list(without)} if without else {}), "photo": photo_fields(copy)})
    log = office.audit_log
    with held(folder):
        _settle(folder, office)
        told = {"entry": _id(line), "copy": copy.sha256, "file": original, "encoding": encoding, **said}
        begun = audit.begin(log, "redaction", run=identity(folder), **told)
        try:
            put_in_place(part, path)
            add_source(folder, copy.file, path)
            replace_file(folder / COPIES, b"".join(one + b"\n" for one in (*_lines(folder), line)).decode())
        except OSError as error:
            _settle(folder, office)
            raise CopyError(f"{path}: cannot be written ({error.strerror or 'input error'})") from error
        with contextlib.suppress(AuditError):  # it is made; the next program settles the log
            audit.end(log, begun)


def made(sha256: str, office: Office) -> bool:
    """Whether the audit log knows a copy of these bytes, even an unfinished one: it may be replaced."""
    return any(line.fields.get("copy") == sha256 for line in audit.entries(office.audit_log, naming=sha256))


def read(folder: Path, policy: Policy, *, scene: bool) -> tuple[Copy, ...]:
    """The copies of the current report's pictures, judged; the last of each name.

    Raises:
        CopyError: if they cannot be read.
    """
    return tuple(
        Copy(
            photo=restored_photo(entry["photo"], policy, scene=scene),
            original=str(entry.get("original", "")),
            encoding=str(entry.get("encoding", "")),
            without=tuple(map(str, entry.get("without", ()))),
        )
        for _, entry in _current(folder)
    )


def stale(folder: Path) -> list[str]:
    """The names of the copies in the run's folder that were made for an earlier report and do not count for this one.

    Raises:
        CopyError: if they cannot be read.
    """
    current = {entry["photo"]["file"] for _, entry in _current(folder)}
    earlier = {str(entry["photo"]["file"]) for _, entry in _entries(folder)} - current
    return sorted(name for name in earlier if (folder / REDACTED / name).is_file())


def check(folder: Path, office: Office, *, screened_by: str) -> None:
    """Checks that every copy that counts is unchanged, and was screened by the pipeline with this SHA-256.

    Raises:
        CopyError: if one differs from its record in the audit log, or another pipeline screened it.
    """
    current = _current(folder)
    if not current:
        return
    # a run that cannot be written is not settled, which is safe: a line is only written after one in the log
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
    """Settles every copy that was begun: whether it became a picture of the run."""
    there = {_id(line) for line in _lines(folder)}
    audit.settle(
        office.audit_log, "redaction", run=identity(folder), stands=lambda begun: begun.fields.get("entry") in there
    )


def _current(folder: Path) -> list[tuple[bytes, dict[str, Any]]]:
    """The copies that belong to the run's current report, the last of each name."""
    entries = _entries(folder)
    report = _report(folder) if entries else ""
    return list({one["photo"]["file"]: (line, one) for line, one in entries if one["report"] == report}.values())


def _report(folder: Path) -> str:
    return sha256_of(folder / REPORT, most=LARGEST)


def _lines(folder: Path) -> list[bytes]:
    try:
        # a line without its end is one whose writer was stopped before it was confirmed
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
