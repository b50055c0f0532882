"""One line of the audit log: its content, the hash that ties it to the line before, and its format."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.office.office import is_moment, now

# The first line's hash of the line before.
START = "0" * 64


class AuditError(ScreeningError):
    """The log cannot be read or written, or is not a log."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The log as it was at one moment: the first `size` bytes of it, which are only ever added to."""

    log: Path
    size: int

    def __str__(self) -> str:
        return str(self.log)


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a log at some moment; number 0 stands for an empty log."""

    number: int = 0
    sha256: str = START


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        number: 1 for the first.
        at: when, as ISO 8601 in UTC. It never runs backwards: if the clock was set back, this is the time of the line
            before, and the field `clock` is what the clock showed.
        event: one of `audit.EVENTS`.
        fields: the event's details.
        before: the sha256 of the line before.
        sha256: of all the other attributes, as canonical JSON.
    """

    number: int
    at: str
    event: str
    fields: Mapping[str, Any]
    before: str
    sha256: str

    @property
    def head(self) -> Head:
        """The reference to this line in a later one, or in a clearance."""
        return Head(self.number, self.sha256)

    @property
    def time(self) -> datetime.datetime:
        """When, as a time with a time zone."""
        return datetime.datetime.fromisoformat(self.at)


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Canonical JSON, for hashing and signing: sorted keys, no spaces, plain ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def following(before: Entry | None, event: str, fields: Mapping[str, Any]) -> Entry:
    """The line after `last`."""
    at = clock = now()
    if before and before.time > datetime.datetime.fromisoformat(clock):
        at, fields = before.at, {**fields, "clock": clock}
    number, link = (before.number + 1, before.sha256) if before else (1, START)
    entry = Entry(number=number, at=at, event=event, fields=fields, before=link, sha256="")
    return Entry(number=number, at=at, event=event, fields=fields, before=link, sha256=digest(entry))


def entry_fields(entry: Entry) -> dict[str, Any]:
    """A line's fields as they are in the file."""
    return {name: getattr(entry, name) for name in Entry.__slots__}


def digest(entry: Entry) -> str:
    """What the `sha256` of a line must be, if nobody edited it."""
    fields = entry_fields(entry)
    del fields["sha256"]
    return hashlib.sha256(canonical(fields)).hexdigest()


def parsed(line: bytes) -> Entry | None:
    """A line that was read, or None if it is not one of ours."""
    try:
        fields = json.loads(line)
        entry = Entry(**fields)
        as_written = line.rstrip(b"\n") == canonical(fields)  # refuses NaN and lists nested too deep
    except (ValueError, TypeError, RecursionError):
        return None
    texts = all(isinstance(one, str) for one in (entry.at, entry.event, entry.before, entry.sha256))
    right = texts and is_moment(entry.at) and type(entry.number) is int and isinstance(entry.fields, dict)
    return entry if right and as_written else None
