"""What a gate remembers of the audit logs in which clearances were signed: an earlier state of one is refused.

Its memory is its own audit log: an answer for a clearance with a later head than any before it says so. A clearance
lists those that were given before it, and which of them still stand. So two batches may go out in either order, and one
that was cleared again, or that comes from a log that was cut back, may not.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from screening.office import audit
from screening.office.audit_line import Snapshot
from screening.office.checkpoint import LONGEST
from screening.release.clearance import Clearance

TRUST = "if the office began a new log, trust its key again with screening keys trust"


def wrong(clearance: Clearance, log: Snapshot) -> str:
    """Why the log that this clearance was signed in is not as this gate saw it; "" if it is, or was never seen.

    `log` is the gate's own.

    Raises:
        AuditError: if a line of it is not one of ours.
    """
    there, origin = _all(log), clearance.checkpoint.origin
    head, latest = clearance.checkpoint.head, _latest(there, origin)
    if not latest:
        others = [number for number, seen in there if seen["key"] == clearance.key]
        if others and max(others) > _trusted(clearance.key, log):
            return f"the clearance was signed in another audit log than this key's earlier ones; {TRUST}"
        return ""
    if head.number < latest["number"] and clearance.name not in latest["stands"]:
        return "a later clearance no longer lets this one stand: it was cleared again, or the log was cut; clear again"
    if head.number == latest["number"] and head.sha256 != latest["sha256"]:
        return "the audit log that the clearance was signed in was cut or rewritten"
    if head.number > latest["number"] and not _lists(clearance, latest):
        return "the audit log that the clearance was signed in was cut or rewritten"
    return ""


def newly(clearance: Clearance, log: Snapshot) -> dict[str, Any]:
    """What the gate's line in its own log says of a clearance with a later head than any before it, else nothing."""
    head, latest = clearance.checkpoint.head, _latest(_all(log), clearance.checkpoint.origin)
    if latest and latest["number"] >= head.number:
        return {}
    seen = {
        "log": clearance.checkpoint.origin,
        "number": head.number,
        "sha256": head.sha256,
        "clearance": clearance.name,
        "at": clearance.at,
        "key": clearance.key,
        "stands": [one.clearance for one in clearance.earlier if one.stands],
    }
    return {"seen": seen}


def _latest(there: Iterable[tuple[int, Mapping[str, Any]]], origin: str) -> Mapping[str, Any]:
    """What was last seen of the log of this name; empty if nothing was."""
    same = [seen for _, seen in there if seen["log"] == origin]
    return max(same, key=lambda seen: int(seen["number"]), default={})


def _all(log: Snapshot) -> list[tuple[int, Mapping[str, Any]]]:
    """Everything that this gate has seen, with the numbers of its own lines."""
    lines = audit.entries(log, naming='"seen":{')
    return [(line.number, line.fields["seen"]) for line in lines if line.event == "gate" and "seen" in line.fields]


def _trusted(key: str, log: Snapshot) -> int:
    """The number of the line in which somebody last trusted this key, or 0."""
    lines = [one for one in audit.entries(log, naming=key) if one.event == "key" and one.fields.get("key") == key]
    return max((one.number for one in lines if one.fields.get("action") == "trusted"), default=0)


def _lists(clearance: Clearance, latest: Mapping[str, Any]) -> bool:
    """Whether a clearance knows of the latest that was seen of its log, unless that is too long ago."""
    at, then = (datetime.datetime.fromisoformat(moment) for moment in (clearance.at, latest["at"]))
    known = {(one.clearance, one.number, one.sha256) for one in clearance.earlier}
    there = (latest["clearance"], latest["number"], latest["sha256"]) in known
    return there or at - then > datetime.timedelta(days=LONGEST)
