"""Removes from a run what shows people, or all of it; the audit log keeps that it was there, and that it was purged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from screening.finding import ScreeningError
from screening.workflow import audit, copies, run
from screening.workflow.clear import CLEARANCE
from screening.workflow.decisions import FILE as DECISIONS
from screening.workflow.office import Office

# What shows people or says where their pictures lie.
PICTURES = ("report.html", "annotated", "redacted", run.SOURCES, run.JOURNAL, run.PREVIEWS)
# What was found, decided and signed: it names nobody who is in the pictures, but who decided and why.
RECORDS = (run.REPORT, "report.csv", DECISIONS, f".{DECISIONS}.lock", copies.FILE, copies.LOCK, CLEARANCE)


class PurgeError(ScreeningError):
    """A folder that is no run, or that cannot be purged."""


def parts(folder: Path, *, everything: bool) -> list[Path]:
    """What a purge of the run would remove: its pictures, with `everything` its records too.

    A report that holds what was read from the pictures (`scan --show-text`) goes with the pictures. So does what was
    half written when a program was killed.

    Raises:
        PurgeError: if the folder is no run of ours.
    """
    there = [folder / name for name in (*PICTURES, *RECORDS) if (folder / name).exists()]
    # as office.replace_file names what it has not written to the end
    halves = [path for name in (*PICTURES, *RECORDS) for path in folder.glob(f".{name}.*.part")]
    if not halves and not any((folder / name).is_file() for name in (run.REPORT, run.SOURCES, run.JOURNAL, DECISIONS)):
        raise PurgeError(f"{folder}: is no run; name the folder that scan --out wrote")
    shows_text = _shows_text(folder / run.REPORT)
    return halves + [
        path
        for path in there
        if everything or path.name in PICTURES or (shows_text and path.name in (run.REPORT, "report.csv"))
    ]


def purge(folder: Path, office: Office, *, everything: bool) -> list[Path]:
    """Removes them, notes it in the audit log, and gives what was removed; the shoot itself is never touched.

    Raises:
        PurgeError: if the folder is no run, or something in it cannot be removed.
    """
    found = parts(folder, everything=everything)
    # noted first: what was removed without a line in the log would be missed without a reason
    audit.append(
        office.audit_log,
        "purge",
        run=run.identity(folder),
        everything=everything,
        removed=sorted(path.name for path in found),
    )
    for path in found:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise PurgeError(f"{path}: cannot be removed ({error.strerror}); close what uses it, try again") from error
    if not any(folder.iterdir()):
        folder.rmdir()
    return found


def _shows_text(report: Path) -> bool:
    """Whether a report holds what was read; one that cannot be read is taken to."""
    try:
        photos = json.loads(report.read_text(encoding="utf-8"))["photos"]
        return any("text" in finding for photo in photos for finding in photo["findings"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, TypeError, KeyError):
        return True
