"""The audit log: one JSON line an event, each holding the hash of the line before, never rewritten.

Lines name files by hash, and runs by an id and the hash of their report. Names of people and their reasons stay in the
run. What the chain shows is a line that was edited, removed or moved. A tail that was cut, or a log that was built
anew, is found by comparing with a `Head` that was signed into a clearance.

Log first, then act: what changes something on disk writes a line before it (`begin`), makes the change, and writes a
line after it (`end`). A program that was killed between them, or a disk that was full, leaves a line without its end.
Whoever next opens what it is about, to change it or to rely on it, takes the lock of that store, so that a change which
another program is just making is not taken for a broken one, and calls `settle`: the change is completed or taken back,
by what is there, and its end is written. Where the first line cannot be written, nothing is changed; where the last one
cannot, the change stands. What is one step, as a report that is replaced whole, needs no more than `append` before it.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.office.audit_line import AuditError, Entry, Head, canonical, digest, entry_fields, following, parsed
from screening.office.office import BINARY, OfficeError, make_private
from screening.weights import opened

if TYPE_CHECKING:
    from typing import BinaryIO

EVENTS = tuple("scan decision override clearance gate register redaction review purge key".split())
# What `step` is among the fields of a line before a change, of one after it, and of one after it was taken back.
BEGUN, DONE, UNDONE = "begun", "done", "undone"
# How long a line waits for other processes to write theirs, and how often it looks, in seconds.
PATIENCE, GLANCE = 120.0, 0.01
CHUNK = 8192
# How far a clock may have been put right since the last line.
SLACK = datetime.timedelta(minutes=5)


def append(log: Path, event: str, **fields: Any) -> Entry:
    """Adds a line; it is on disk when this returns. Any number of processes and threads may do so at once.

    Raises:
        AuditError: if the log cannot be written, or its last line is not one of ours.
        ValueError: if the event is none of EVENTS.
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
            # A tail without its line end is a line whose writer lost power before it was told that it was written.
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
    """Says what is going to be changed; it is on disk when this returns, and only then may anything be changed.

    `fields` tell whoever finds the line without its end what it was about; `run` is the id of a run.

    Raises:
        AuditError: if the log cannot be written; then nothing may be changed.
        ValueError: if the event is none of EVENTS.
    """
    return append(log, event, step=BEGUN, **fields)


def end(log: Path, begun: Entry, *, done: bool = True) -> Entry:
    """Says that the change was made, or with `done=False` that nothing is changed after all.

    Raises:
        AuditError: if the log cannot be written. The change stands all the same, and `settle` says so later.
    """
    about = {"run": begun.fields["run"]} if "run" in begun.fields else {}
    return append(log, begun.event, step=DONE if done else UNDONE, of=begun.sha256, **about)


def settle(log: Path, *events: str, run: str = "", stands: Callable[[Entry], bool]) -> None:
    """Ends every line that has no end; to be called under the lock of the store that the events are about.

    Args:
        log: the log.
        events: which ones; all where none is named.
        run: only lines about the run of this id.
        stands: completes the change of a line or takes it back, and says whether it stands now.

    Raises:
        AuditError: if the log cannot be read. Where it cannot be written, the end is written the next time.
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
    """The lines that tell of something that was done, or is being done: each once, without what was taken back.

    Raises:
        AuditError: if the log cannot be read, or a line is not one of ours.
    """
    ends, lines = _told(log, events, run)
    return [line for line in lines if ends.get(line.sha256) != UNDONE]


def last(log: Path) -> Entry | None:
    """The last line, or None where there is no log yet; reads no more than the end of the file.

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


def clock_behind(log: Path) -> str:
    """The time of the last line, where the computer's clock stands before it and so was set back; else "".

    Raises:
        AuditError: if the log cannot be read, or its last line is not one of ours.
    """
    entry = last(log)
    return entry.at if entry and datetime.datetime.now(datetime.UTC) < entry.time - SLACK else ""


def entries(log: Path, *, naming: str = "") -> Iterator[Entry]:
    """Every line, the first one first, or those that name something, by its id; a log that does not exist has none.

    Raises:
        AuditError: if it cannot be read, or a line is not one of ours.
    """
    wanted = naming.encode()
    for number, line in enumerate(whole_lines(log), 1):
        if wanted not in line:  # spares the reading of a long log for the sake of one run
            continue
        entry = parsed(line)
        if entry is None:
            raise AuditError(f"{log}: line {number} is not a line of this log; run audit verify")
        yield entry


def _told(log: Path, events: tuple[str, ...], run: str) -> tuple[dict[str, str], list[Entry]]:
    """How each change ended, by the hash of the line before it; and the lines that are no ends."""
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


def whole_lines(log: Path) -> Iterator[bytes]:
    """Every whole line; one that is being written, or was when the power went, is none yet."""
    try:
        with opened(log) as file:
            yield from (line for line in file if line.endswith(b"\n"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise AuditError(f"{log}: cannot be read ({error.strerror or 'input error'})") from error


def _last(file: BinaryIO, log: Path) -> Entry | None:
    """The last whole line; leaves the file at its end."""
    start = file.seek(0, os.SEEK_END)
    tail = b""
    while start > 0 and tail.count(b"\n") < 2:
        start = max(0, start - max(CHUNK, len(tail)))  # doubles, so that a long line costs no more than its length
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
    """Adds a line at the end, whole and on disk, or none: who is told that it failed does not act on it."""
    start, left = file.tell(), memoryview(line)
    try:
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            file.truncate(start)
        raise
