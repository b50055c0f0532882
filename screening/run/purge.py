"""Removes from a run what shows people, or all of it; the audit log still records the run and its purge.

The log first records what is to be removed, and a file in the run marks the purge: if the program is killed, the next
purge or scan removes the rest. Until then what is left does not count as a run.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

from screening.finding import ScreeningError
from screening.office import audit
from screening.office.audit_line import AuditError, Entry
from screening.office.office import Office, replace_file
from screening.run import copies
from screening.run.decisions import Decisions
from screening.run.files import (
    DECISIONS,
    FILES,
    LARGEST,
    PURGING,
    REPORT,
    SOURCES,
    Holds,
    halves,
    identity,
    scanned_into,
)
from screening.weights import read_bytes


class PurgeError(ScreeningError):
    """A folder is not a run, or cannot be purged."""


def parts(folder: Path, *, everything: bool) -> list[Path]:
    """What a purge would remove: the run's pictures, and with `everything` its records too.

    A report that contains what was read from the pictures (`scan --show-text`) goes with them, as do half-written files
    of a killed program.

    Raises:
        PurgeError: if the folder is not one of our runs.
    """
    if not is_run(folder):
        raise PurgeError(f"{folder}: is not a run; name the folder that scan --out wrote")
    goes = {Holds.PICTURES}
    if everything:
        goes |= {Holds.FINDINGS, Holds.RECORDS}
    elif _shows_text(folder / REPORT):
        goes |= {Holds.FINDINGS}
    named = [folder / name for name, holds in FILES.items() if holds in goes]
    return halves(folder) + [path for path in named if path.exists()]


def is_run(folder: Path) -> bool:
    """Whether anything that a scan wrote is still in the folder, even half-written."""
    named = (SOURCES, DECISIONS)
    return (
        any((folder / name).is_file() for name in named)
        or bool(halves(folder))
        or (folder.is_dir() and scanned_into(folder))
    )


def purge(folder: Path, office: Office, *, everything: bool) -> list[Path]:
    """Removes the files, logs it in the audit log, and returns what was removed; the shoot itself is never touched.

    Raises:
        PurgeError: if the folder is not a run, or something in it cannot be removed.
        AuditError: if the log cannot be written; then nothing is removed.
    """
    settle(folder, office)
    found = parts(folder, everything=everything)
    with copies.held(folder), Decisions(folder, office).held():
        removed = sorted(path.name for path in found)
        begun = audit.begin(office.audit_log, "purge", run=identity(folder), everything=everything, removed=removed)
        _remove(folder, office, begun)
    _leave(folder)
    return found


def settle(folder: Path, office: Office) -> list[str]:
    """Completes an interrupted purge of the run, and returns the names of what it was to remove.

    Raises:
        PurgeError: if something in it cannot be removed.
        AuditError: if the log cannot be read.
    """
    if not (folder / PURGING).exists() and not is_run(folder):
        return []
    with copies.held(folder), Decisions(folder, office).held():
        begun = _begun(folder, office)
        if begun is not None:
            _remove(folder, office, begun)
        else:  # it had removed nothing yet, or everything; or it was another office's, and all that is left goes
            audit.settle(office.audit_log, "purge", run=identity(folder), stands=lambda _: False)
            (folder / PURGING).unlink(missing_ok=True)
    _leave(folder)
    return [str(name) for name in begun.fields["removed"]] if begun else []


def _begun(folder: Path, office: Office) -> Entry | None:
    """The log line of the purge in progress."""
    try:
        said = json.loads(read_bytes(folder / PURGING).decode())
        name, line = str(said["run"]), str(said["line"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return next((one for one in audit.unfinished(office.audit_log, "purge", run=name) if one.sha256 == line), None)


def _remove(folder: Path, office: Office, begun: Entry) -> None:
    """Removes what a log line names, whether the purge is new or resumed."""
    try:
        replace_file(folder / PURGING, json.dumps({"run": begun.fields["run"], "line": begun.sha256}) + "\n")
    except OSError as error:
        with contextlib.suppress(AuditError):
            audit.end(office.audit_log, begun, done=False)
        raise PurgeError(f"{folder}: cannot be written ({error.strerror}), and nothing was removed") from error
    for name in begun.fields["removed"]:
        path = folder / Path(str(name)).name
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise PurgeError(
                f"{path}: cannot be removed ({error.strerror}); close the program that uses it and try again"
            ) from error
    with contextlib.suppress(
        AuditError, OSError
    ):  # it is removed; if the log cannot record that, the next program does
        audit.end(office.audit_log, begun)
        (folder / PURGING).unlink()


def _leave(folder: Path) -> None:
    """Removes the folder if only lock files are left in it."""
    if (folder / PURGING).exists():  # the log could not record it yet: the next purge needs this mark
        return
    left = list(folder.iterdir())
    if all(FILES.get(path.name) is Holds.NOTHING for path in left):
        for path in left:
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # somebody is scanning into it again
            folder.rmdir()


def _shows_text(report: Path) -> bool:
    """Whether a report contains what was read; one that cannot be parsed counts as containing it."""
    try:
        photos = json.loads(read_bytes(report, most=LARGEST).decode())["photos"]
        return any("text" in finding for photo in photos for finding in photo["findings"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return True
