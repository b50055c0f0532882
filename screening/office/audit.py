"""The audit log: one JSON line per event, each with the hash of the line before, never rewritten.

Lines name files by hash, and runs by an id and the hash of their report. Names of people and their reasons stay in the
run. The chain reveals a line that was edited, removed or moved. A tail that was cut off, or a log that was rebuilt, is
found by comparison with a `Head` that was signed into a clearance.

Log first, then act: a change on disk writes a line before it (`begin`), is made, and writes a line after it (`end`). A
killed program or a full disk leaves a line without its end. Whoever next opens the store that it is about takes that
store's lock, so that a change in progress is not mistaken for an interrupted one, and calls `settle`: the change is
completed or undone, depending on what is on disk, and its end is written. If the first line cannot be written, nothing
is changed; if the last one cannot, the change stands. A change of a single step, such as replacing a report whole, only
needs `append` before it.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.office.audit_line import (
    AuditError,
    Entry,
    Head,
    Snapshot,
    canonical,
    digest,
    entry_fields,
    following,
    parsed,
)
from screening.office.office import BINARY, OfficeError, make_private
from screening.weights import opened

if TYPE_CHECKING:
    from typing import BinaryIO

EVENTS = tuple(
    (
        "scan decision override clearance countersignature export gate register redaction review purge key retract "
        "sidecars token"
    ).split()
)
# The field `step` of a line before a change, of one after it, and of one after it was undone.
BEGUN, DONE, UNDONE = "begun", "done", "undone"
# How long a line waits for other processes to write theirs, and how often it checks, in seconds.
PATIENCE, GLANCE = 120.0, 0.01
CHUNK = 8192
# How far a clock may have been corrected since the last line.
SLACK = datetime.timedelta(minutes=5)


def append(log: Path, event: str, **fields: Any) -> Entry:
    """Adds a line; it is on disk when this returns. Any number of processes and threads may do so at the same time.

    Raises:
        AuditError: if the log cannot be written, or its last line is not one of ours.
        ValueError: if the event is not one of EVENTS.
    """
    if event not in EVENTS:
        raise ValueError(f"the log takes {', '.join(EVENTS)}, not {event!r}")
    from filelock import FileLock, Timeout

    try:
        make_private(log.parent)
    except OfficeError as error:
        raise AuditError(str(error)) from error
    lock = FileLock(log.with_name(log.name + ".lock"), timeout=PATIENCE, poll_interval=GLANCE, mode=0o600)
    try:
        with lock, os.fdopen(os.open(log, os.O_RDWR | os.O_CREAT | BINARY, 0o600), "r+b", buffering=0) as file:
            last = _last(file, log)
            entry = following(last, event, fields)
            # A tail without a line end is a line whose writer lost power before it was confirmed.
            file.truncate()
            _write(file, canonical(entry_fields(entry)) + b"\n")
    except Timeout as error:
        raise AuditError(
            f"{log}: other programs have been writing to it for {PATIENCE:g} seconds; try again"
        ) from error
    except OSError as error:
        raise AuditError(f"{log}: cannot be written ({error.strerror or 'input error'})") from error
    return entry


def begin(log: Path, event: str, **fields: Any) -> Entry:
    """Logs what is going to be changed; it is on disk when this returns, and only then may anything be changed.

    `fields` tell whoever finds the line without its end what it was about; `run` is a run's id.

    Raises:
        AuditError: if the log cannot be written; then nothing may be changed.
        ValueError: if the event is not one of EVENTS.
    """
    return append(log, event, step=BEGUN, **fields)


def end(log: Path, begun: Entry, *, done: bool = True) -> Entry:
    """Logs that the change was made, or with `done=False` that nothing was changed after all.

    Raises:
        AuditError: if the log cannot be written. The change stands anyway, and `settle` logs it later.
    """
    about = {"run": begun.fields["run"]} if "run" in begun.fields else {}
    return append(log, begun.event, step=DONE if done else UNDONE, of=begun.sha256, **about)


def settle(log: Path, *events: str, run: str = "", stands: Callable[[Entry], bool]) -> None:
    """Ends every line that has no end; call it under the lock of the store that the events are about.

    Args:
        log: the log.
        events: which events; all if none is named.
        run: only lines about the run of this id.
        stands: completes or undoes the change of a line, and says whether it now stands.

    Raises:
        AuditError: if the log cannot be read. If it cannot be written, the end is written next time.
    """
    for begun in unfinished(log, *events, run=run):
        done = stands(begun)
        with contextlib.suppress(AuditError):
            end(log, begun, done=done)


def unfinished(log: Path, *events: str, run: str = "") -> list[Entry]:
    """The lines before a change that have no line after it.

    Raises:
        AuditError: if the log cannot be read, or a line is not one of ours.
    """
    ends, lines = _told(log, events, run)
    return [line for line in lines if line.fields.get("step") == BEGUN and line.sha256 not in ends]


def counting(log: Path, *events: str, run: str = "") -> list[Entry]:
    """The lines about changes that were made or are being made: each once, without those that were undone.

    Raises:
        AuditError: if the log cannot be read, or a line is not one of ours.
    """
    ends, lines = _told(log, events, run)
    return [line for line in lines if ends.get(line.sha256) != UNDONE]


def snapshot(log: Path) -> Snapshot:
    """The log as it is now.

    Raises:
        AuditError: if it cannot be read.
    """
    try:
        with opened(log) as file:
            return Snapshot(log, file.seek(0, os.SEEK_END))
    except FileNotFoundError:
        return Snapshot(log, 0)
    except OSError as error:
        raise AuditError(f"{log}: cannot be read ({error.strerror or 'input error'})") from error


def last(log: Path) -> Entry | None:
    """The last line, or None if there is no log yet; reads only the end of the file.

    Raises:
        AuditError: if it cannot be read, or its last line is not one of ours.
    """
    try:
        with opened(log) as file:
            return _last(file, log)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuditError(f"{log}: cannot be read ({error.strerror or 'input error'})") from error


def head(log: Path) -> Head:
    """The number and hash of the last line.

    Raises:
        AuditError: if it cannot be read, or its last line is not one of ours.
    """
    entry = last(log)
    return entry.head if entry else Head()


def entries(log: Path | Snapshot, *, naming: str = "") -> Iterator[Entry]:
    """Every line in order, or only those that contain an id; a log that does not exist has none.

    Raises:
        AuditError: if it cannot be read, or a line is not one of ours.
    """
    wanted = naming.encode()
    for number, line in enumerate(whole_lines(log), 1):
        if wanted not in line:  # saves parsing a long log for one run
            continue
        entry = parsed(line)
        if entry is None:
            raise AuditError(f"{log}: line {number} is not a line of this log; run audit verify")
        yield entry


def _told(log: Path, events: tuple[str, ...], run: str) -> tuple[dict[str, str], list[Entry]]:
    """How each change ended, by the hash of the line before it; and the lines that are not ends."""
    ends: dict[str, str] = {}
    lines = []
    for line in entries(log, naming=run):
        if (events and line.event not in events) or (run and line.fields.get("run") != run):
            continue
        if line.fields.get("step") in (DONE, UNDONE):
            ends[str(line.fields.get("of"))] = line.fields["step"]
        else:
            lines.append(line)
    return ends, lines


def whole_lines(log: Path | Snapshot) -> Iterator[bytes]:
    """Every complete line, without one that is being written or was cut short by a power failure."""
    log, left = (log.log, log.size) if isinstance(log, Snapshot) else (log, math.inf)
    try:
        with opened(log) as file:
            for line in file:
                left -= len(line)
                if left < 0:
                    return
                if line.endswith(b"\n"):
                    yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise AuditError(f"{log}: cannot be read ({error.strerror or 'input error'})") from error


def _last(file: BinaryIO, log: Path) -> Entry | None:
    """The last complete line; leaves the file position at its end."""
    start = file.seek(0, os.SEEK_END)
    tail = b""
    while start > 0 and tail.count(b"\n") < 2:
        start = max(0, start - max(CHUNK, len(tail)))  # doubles, so that a long line costs time linear in its length
        file.seek(start)
        tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    file.seek(start + len(whole))
    if not whole:
        return None
    entry = parsed(whole.splitlines()[-1])
    if entry is None or digest(entry) != entry.sha256:
        raise AuditError(f"{log}: its last line was edited or damaged; keep the file, and start a new one")
    return entry


def _write(file: BinaryIO, line: bytes) -> None:
    """Appends the whole line, flushed to disk, or nothing: a caller that is told of a failure does not act."""
    start, left = file.tell(), memoryview(line)
    try:
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            file.truncate(start)
        raise
