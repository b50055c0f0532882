"""Redacted copies as pictures of the run: one JSON line a copy in RUN/copies.jsonl, named by its hash in the audit log.

A copy belongs to one report, by its hash: after another scan it is made again. It is reviewed, cleared and told
of like any other picture, and what was decided about the rest of its original counts for it too.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.finding import ScreeningError
from screening.report import PhotoReport, photo_fields
from screening.weights import sha256_of
from screening.workflow import audit, run
from screening.workflow.audit import PATIENCE, canonical
from screening.workflow.decisions import LIFTS_NOTHING, Decision, refusal
from screening.workflow.office import Office, now, replace_file, system_user

if TYPE_CHECKING:
    from screening.workflow.outcome import Outcome

FILE = "copies.jsonl"
LOCK = f".{FILE}.lock"
WANTED = {"file", "sha256", "width", "height", "findings", "seconds"}


class CopyError(ScreeningError):
    """Copies that cannot be noted or read, or that are not as they were noted."""


def note(folder: Path, copy: PhotoReport, path: Path, office: Office, **said: Any) -> None:
    """Makes a copy a picture of the run, and notes it in the audit log with what else is said of it.

    Raises:
        CopyError: if the run cannot be written.
        AuditError: if the log cannot be written.
    """
    from filelock import FileLock, Timeout

    line = canonical({"report": _report(folder), "photo": photo_fields(copy)})
    try:
        with FileLock(folder / LOCK, timeout=PATIENCE, mode=0o600):
            replace_file(folder / FILE, b"".join(one + b"\n" for one in (*_lines(folder), line)).decode())
            run.add_source(folder, copy.file, path)
            audit.append(office.audit_log, "redaction", entry=_id(line), copy=copy.sha256, **said)
    except Timeout as error:
        raise CopyError(f"{folder / FILE}: other programs are writing to it; try again") from error
    except OSError as error:
        raise CopyError(f"{folder / FILE}: cannot be written ({error.strerror or 'input error'})") from error


def noted(folder: Path) -> dict[str, str]:
    """The SHA-256 of every copy that was ever made of the run's pictures, by its name."""
    return {str(entry["photo"]["file"]): str(entry["photo"]["sha256"]) for _, entry in _entries(folder)}


def with_copies(folder: Path, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A run's report with the copies that were made since its scan among its photos, the last of each name.

    Raises:
        CopyError: if they cannot be read.
    """
    return {**fields, "photos": [*fields["photos"], *(entry["photo"] for _, entry in _current(folder))]}


def check(folder: Path, office: Office) -> None:
    """Whether every copy that counts is as it was noted.

    Raises:
        CopyError: if the audit log does not know one as it stands there.
    """
    current = _current(folder)
    lines = audit.entries(office.audit_log) if current else ()
    known = {str(line.fields.get("entry")) for line in lines if line.event == "redaction"}
    for line, entry in current:
        if _id(line) not in known:
            name = entry["photo"]["file"]
            raise CopyError(f"{folder / FILE}: {name} is not as screening redact left it; redact it again")


def carried(original: Outcome, copy: PhotoReport) -> Iterator[Decision]:
    """What was decided about findings of the original that its copy still shows, as decisions about the copy."""
    for left in copy.judgements:
        for _, decision in original.decided:
            if decision.action in LIFTS_NOTHING or not decision.covers(original.photo.sha256, left):
                continue
            again = dataclasses.replace(
                decision,
                sha256=copy.sha256,
                box=left.finding.box,
                carried=decision.id,
                system_user=system_user(),
                at=now(),
            )
            if not refusal(again, left):
                yield again
                break


def _current(folder: Path) -> list[tuple[bytes, dict[str, Any]]]:
    """The copies of the report that the run holds now, the last of each name."""
    entries = _entries(folder)
    report = _report(folder) if entries else ""
    return list({one["photo"]["file"]: (line, one) for line, one in entries if one["report"] == report}.values())


def _report(folder: Path) -> str:
    return sha256_of(folder / run.REPORT)


def _lines(folder: Path) -> list[bytes]:
    try:
        # a line without its end is one whose writer was stopped before anybody was told that it was written
        return (folder / FILE).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CopyError(f"{folder / FILE}: cannot be read ({error.strerror or 'input error'})") from error


def _entries(folder: Path) -> list[tuple[bytes, dict[str, Any]]]:
    found = []
    for line in _lines(folder):
        try:
            entry = json.loads(line)
            if canonical(entry) != line or "report" not in entry or not set(entry["photo"]) >= WANTED:
                raise ValueError
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            said = f"{folder / FILE}: holds a line that is no copy; remove the file and redact again"
            raise CopyError(said) from error
        found.append((line, entry))
    return found


def _id(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
