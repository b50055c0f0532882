"""Settles what signing left unfinished, because the program was killed or the log could not be written."""

from __future__ import annotations

import contextlib
from pathlib import Path

from screening.office import audit
from screening.office.audit_line import AuditError, Entry
from screening.release.clearance import Clearance, ClearanceError, read


def settle(log: Path, run_id: str, file: Path) -> None:
    """Withdraws clearances of a run that were begun but never finished, and ends unfinished second signatures.

    A clearance that was begun was given to nobody. One that cannot be removed passes no gate here, and its log line
    stays without an end. A second signature stands if it is in the clearance's file. Call it only while nobody else is
    clearing the run.

    Raises:
        AuditError: if the log cannot be read.
    """
    for begun in audit.unfinished(log, "clearance", run=run_id):
        with contextlib.suppress(OSError, AuditError):
            there = _there(file)
            if there and there.name == begun.fields["clearance"]:
                file.unlink()
            audit.end(log, begun, done=False)

    def stands(begun: Entry) -> bool:
        there = _there(file)
        return there is not None and there.name == begun.fields["clearance"] and begun.fields["key"] in there.signatures

    audit.settle(log, "countersignature", run=run_id, stands=stands)


def _there(file: Path) -> Clearance | None:
    try:
        return read(file)
    except ClearanceError:
        return None
