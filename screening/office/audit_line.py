"""One line of the audit log: what it says, the hash that ties it to the line before, and how it is written."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from screening.finding import ScreeningError
from screening.office.office import is_moment, now

# What the first line has in place of a line before it.
START = "0" * 64


class AuditError(ScreeningError):
    """The log cannot be read or written, or is not a log."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a log at some moment; number 0 is an empty log."""

    number: int = 0
    sha256: str = START


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        number: 1 for the first.
        at: when, as ISO 8601 in UTC. It never runs backwards: where the clock was set back, the time of the line
            before stands here, and `clock` among the fields says what the clock showed.
        event: one of EVENTS.
        fields: what there is to say about it.
        before: the sha256 of the line before.
        sha256: of all the others, as canonical JSON.
    """

    number: int
    at: str
    event: str
    fields: Mapping[str, Any]
    before: str
    sha256: str

    @property
    def head(self) -> Head:
        """What a later line, or a clearance, refers to."""
        return Head(self.number, self.sha256)

    @property
    def time(self) -> datetime.datetime:
        """When, as a time with its zone."""
        return datetime.datetime.fromisoformat(self.at)


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The one way in which we write JSON that is to be hashed or signed: sorted, without spaces, plain ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def following(before: Entry | None, event: str, fields: Mapping[str, Any]) -> Entry:
    """The line that follows."""
    at = clock = now()
    if before and before.time > datetime.datetime.fromisoformat(clock):
        at, fields = before.at, {**fields, "clock": clock}
    number, link = (before.number + 1, before.sha256) if before else (1, START)
    entry = Entry(number=number, at=at, event=event, fields=fields, before=link, sha256="")
    return Entry(number=number, at=at, event=event, fields=fields, before=link, sha256=digest(entry))


def entry_fields(entry: Entry) -> dict[str, Any]:
    """A line as its file holds it."""
    return {name: getattr(entry, name) for name in Entry.__slots__}


def digest(entry: Entry) -> str:
    """What the `sha256` of a line is, if nobody edited it."""
    fields = entry_fields(entry)
    del fields["sha256"]
    return hashlib.sha256(canonical(fields)).hexdigest()


def parsed(line: bytes) -> Entry | None:
    """A line as it was written, or None where it is not one of ours."""
    try:
        fields = json.loads(line)
        entry = Entry(**fields)
        as_written = line.rstrip(b"\n") == canonical(fields)  # refuses what is no number, and too deep a list
    except (ValueError, TypeError, RecursionError):
        return None
    texts = all(isinstance(one, str) for one in (entry.at, entry.event, entry.before, entry.sha256))
    right = texts and is_moment(entry.at) and type(entry.number) is int and isinstance(entry.fields, dict)
    return entry if right and as_written else None
