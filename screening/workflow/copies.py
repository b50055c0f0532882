"""Redacted copies as pictures of the run: one JSON line a copy in RUN/copies.jsonl, named by its hash in the audit log.

A copy belongs to one report, by its hash: after another scan it is made again. It is reviewed, cleared and told
of like any other picture, and what was decided about the rest of its original counts for it too, as long as that counts
for the original.
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
from screening.workflow.decisions import LIFTS_NOTHING, Decision, about_each, covering, refusal
from screening.workflow.office import Office, now, replace_file, system_user

if TYPE_CHECKING:
    from screening.workflow.outcome import Outcome

FILE = "copies.jsonl"
LOCK = f".{FILE}.lock"
WANTED = {"file", "sha256", "width", "height", "findings", "seconds"}


class CopyError(ScreeningError):
    """Copies that cannot be noted or read, or that are not as they were noted."""


def note(
    folder: Path, copy: PhotoReport, path: Path, office: Office, *, original: str, pipeline: str, **said: Any
) -> None:
    """Makes a copy a picture of the run, and notes it in the audit log with what else is said of it.

    Args:
        folder: the run.
        copy: what is found in it.
        path: where it lies.
        office: whose audit log.
        original: the SHA-256 of the picture that it is a copy of.
        pipeline: the SHA-256 of the pipeline that it was screened with.
        said: what else the log says.

    Raises:
        CopyError: if the run cannot be written.
        AuditError: if the log cannot be written.
    """
    from filelock import FileLock, Timeout

    about = {"report": _report(folder), "original": original, "pipeline": pipeline}
    line = canonical({**about, "photo": photo_fields(copy)})
    try:
        with FileLock(folder / LOCK, timeout=PATIENCE, mode=0o600):
            replace_file(folder / FILE, b"".join(one + b"\n" for one in (*_lines(folder), line)).decode())
            run.add_source(folder, copy.file, path)
            audit.append(office.audit_log, "redaction", entry=_id(line), copy=copy.sha256, file=original, **said)
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


def originals(folder: Path) -> dict[str, str]:
    """The SHA-256 of the picture that each copy of the present report was made of, by the copy's name.

    Raises:
        CopyError: if they cannot be read.
    """
    return {str(entry["photo"]["file"]): str(entry.get("original", "")) for _, entry in _current(folder)}


def check(folder: Path, office: Office) -> None:
    """Whether every copy that counts is as it was noted, and was screened as its run was.

    Raises:
        CopyError: if the audit log does not know one as it stands there, or another pipeline screened it.
    """
    current = _current(folder)
    screened_by = run.read(folder)["policy"]["sha256"]
    lines = audit.entries(office.audit_log) if current else ()
    known = {str(line.fields.get("entry")) for line in lines if line.event == "redaction"}
    for line, entry in current:
        name = entry["photo"]["file"]
        if _id(line) not in known:
            raise CopyError(f"{folder / FILE}: {name} is not as screening redact left it; redact it again")
        if entry.get("pipeline") != screened_by:
            raise CopyError(f"{folder / FILE}: {name} was screened by another pipeline than its run; redact it again")


def carried(original: Outcome, copy: PhotoReport) -> Iterator[Decision]:
    """What was decided about findings of the original that its copy still shows, as decisions about the copy."""
    lifting = [decision for _, decision in original.decided if decision.action not in LIFTS_NOTHING]
    as_original = dataclasses.replace(copy, sha256=original.photo.sha256)
    for number, decision in enumerate(covering(as_original, lifting)):
        if decision is None:
            continue
        repeated = dataclasses.replace(decision, carried=decision.id, system_user=system_user(), at=now())
        again = about_each(copy, repeated)[number]
        if not refusal(again, copy.judgements[number]):
            yield again


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
