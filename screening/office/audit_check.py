"""Checks the audit log for lines that were edited, removed or moved; lists clearances that are due for review, and
pictures that are to be taken down."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

from screening.office.audit import SLACK, counting, entries, last, whole_lines
from screening.office.audit_line import START, Entry, Head, Snapshot, digest, parsed


def verify(log: Path, *, against: Head | None = None) -> list[str]:
    """What is wrong with the log, in words; empty if every line is unchanged and in its place.

    `against` is a head that was recorded or signed earlier: its line must still be there.

    Raises:
        AuditError: if the log cannot be read.
    """
    wrong: list[str] = []
    before, count, held = START, 0, against is None or against.number == 0
    for number, line in enumerate(whole_lines(log), 1):
        count = number
        entry = parsed(line)
        if entry is None or digest(entry) != entry.sha256:
            wrong.append(f"line {number} was edited or damaged")
        elif entry.number != number or entry.before != before:
            wrong.append(f"line {number} does not follow the line before it: lines were removed, added or moved")
        if entry and against and against.number == number:
            held = entry.sha256 == against.sha256
        before = entry.sha256 if entry else ""
    if against and not held:
        cut = count < against.number
        said = (
            f"ends at line {count}: its end was cut off"
            if cut
            else f"has a different line {against.number}: it was rewritten"
        )
        wrong.append(f"the clearance is line {against.number}, and the log {said}")
    return wrong


def holds(log: Path | Snapshot, head: Head) -> bool:
    """Whether the head's line is still in the log; quicker than `verify`, which checks every line.

    Raises:
        AuditError: if the log cannot be read.
    """
    line = next(itertools.islice(whole_lines(log), head.number - 1, None), b"") if head.number else b""
    entry = parsed(line)
    return head == Head() or (entry is not None and entry.head == head and digest(entry) == head.sha256)


def clock_behind(log: Path) -> str:
    """The time of the last line if the computer's clock is behind it, and so was set back; else "".

    Raises:
        AuditError: if the log cannot be read, or its last line is not one of ours.
    """
    entry = last(log)
    return entry.at if entry and datetime.datetime.now(datetime.UTC) < entry.time - SLACK else ""


def due(log: Path, *, days: int) -> list[Entry]:
    """The clearances that are older than that and were not reviewed since, according to the log.

    Raises:
        AuditError: if the log cannot be read, or a line is not one of ours.
    """
    limit = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    waiting: dict[str, Entry] = {}
    for entry in counting(log, "clearance", "review"):
        if entry.event == "clearance" and entry.time <= limit:
            waiting[entry.fields["clearance"]] = entry
        elif entry.event == "review":
            waiting.pop(entry.fields.get("clearance", ""), None)
    return list(waiting.values())


def last_release(log: Path) -> datetime.datetime | None:
    """When a batch was last cleared, or None.

    Raises:
        AuditError: if the log cannot be read, or a line is not one of ours.
    """
    return max((entry.time for entry in counting(log, "clearance")), default=None)


def taken_down(log: Path | Snapshot) -> dict[str, str]:
    """When each picture was last found to have to be taken down, as ISO 8601, by its hash.

    Raises:
        AuditError: if the log cannot be read.
    """
    lines = entries(log, naming='"event":"retract"')
    return {sha256: line.at for line in lines for sha256 in line.fields.get("pictures", ())}
