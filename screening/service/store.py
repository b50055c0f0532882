"""What was accepted, in SQLite: a batch is in it, durably, before its sender is told so. One process writes."""

from __future__ import annotations

import contextlib
import enum
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError

VERSION = 2
SHAPE = """
CREATE TABLE batches (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, name TEXT NOT NULL,
    purpose TEXT NOT NULL, scene INTEGER NOT NULL, redact INTEGER NOT NULL, accepted TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, finished TEXT NOT NULL, clear INTEGER NOT NULL, held INTEGER NOT NULL,
    blocked INTEGER NOT NULL, key TEXT NOT NULL DEFAULT '', content TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE pictures (
    batch TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE, number INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (batch, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX by_state ON batches (state, finished);
CREATE UNIQUE INDEX by_key ON batches (owner, key) WHERE key != '';
"""
# What makes a file of version 1 one of this.
SINCE_1 = """
ALTER TABLE batches ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE batches ADD COLUMN content TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX by_key ON batches (owner, key) WHERE key != '';
"""


class State(enum.StrEnum):
    """What became of a batch."""

    ACCEPTED = "accepted"
    SCREENING = "screening"
    DONE = "done"
    FAILED = "failed"
    PURGING = "purging"


# Batches in these states wait for the screening, or for its end.
WAITING = (State.ACCEPTED, State.SCREENING)


class StoreError(ScreeningError):
    """The service's state cannot be read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A batch that was accepted.

    Attributes:
        id: 32 hexadecimal digits, by chance.
        owner: the name of the token that sent it.
        name, purpose, scene: as in a report's batch.
        redact: whether redacted copies are made of what is held or blocked.
        accepted: when, as ISO 8601.
        pictures: the names that they are reported under; on disk they are called by their number, from 1.
        state: what became of it.
        reason: why it failed; else "".
        finished: when it was done or had failed, as ISO 8601; else "".
        clear, held, blocked: how many pictures the screening found to be so.
        key: the hash of the Idempotency-Key that it was sent with; "" if it had none.
        content: the hash of what was sent, pictures and fields; "" without a key.
    """

    id: str
    owner: str
    name: str
    purpose: str = ""
    scene: bool = True
    redact: bool = False
    accepted: str
    pictures: tuple[str, ...]
    state: State = State.ACCEPTED
    reason: str = ""
    finished: str = ""
    clear: int = 0
    held: int = 0
    blocked: int = 0
    key: str = ""
    content: str = ""


class Store:
    """The state of the service, in a file; its threads take turns."""

    def __init__(self, path: Path) -> None:
        """Opens the file or makes it; what was being screened when its last writer ended is accepted again.

        Raises:
            StoreError: if it cannot be read or written, or is of another version.
        """
        self.path = path
        self._lock = threading.Lock()
        try:
            # opened in autocommit mode: each statement, or each BEGIN to COMMIT, is on disk when it returns
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{path}: cannot be opened ({error}); name another folder with --folder") from error
        with self._changing() as base:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                base.execute(f"PRAGMA {pragma}")
            (version,) = base.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                change = SHAPE if version == 0 else SINCE_1
                base.executescript(f"BEGIN; {change} PRAGMA user_version = {VERSION}; COMMIT;")
            elif version != VERSION:
                raise StoreError(f"{path}: is of another version of this program; name another folder with --folder")
            base.execute("UPDATE batches SET state = ? WHERE state = ?", (State.ACCEPTED, State.SCREENING))

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._base.close()

    def accept(self, sent: Sent) -> None:
        """Keeps a batch; it is on disk when this returns.

        Raises:
            StoreError: if it cannot be written; then nothing was accepted.
        """
        fields = {name: getattr(sent, name) for name in COLUMNS} | {
            "scene": int(sent.scene),
            "redact": int(sent.redact),
        }
        with self._changing() as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute(
                f"INSERT INTO batches ({', '.join(fields)}) VALUES ({', '.join('?' * len(fields))})",
                [str(value) if isinstance(value, State) else value for value in fields.values()],
            )
            rows = [(sent.id, number, name) for number, name in enumerate(sent.pictures, 1)]
            base.executemany("INSERT INTO pictures VALUES (?, ?, ?)", rows)
            base.execute("COMMIT")

    def become(self, sent: Sent, state: State, **said: Any) -> Sent:
        """Changes a batch's state, and what else is said of it; one that is to be removed stays so."""
        fields = {"state": str(state), **said}
        with self._changing() as base:
            base.execute(
                f"UPDATE batches SET {', '.join(f'{name} = ?' for name in fields)} WHERE id = ? AND state != ?",
                [*fields.values(), sent.id, State.PURGING],
            )
        return replace(sent, state=state, **said)

    def forget(self, sent: Sent) -> None:
        """Removes a batch, and the names of its pictures from the file's free pages and its log too."""
        with self._changing() as base:
            base.execute("DELETE FROM batches WHERE id = ?", (sent.id,))
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def batches(self, *states: State, id: str = "", owner: str = "", key: str = "", before: str = "") -> list[Sent]:
        """The batches, the first accepted first; only those in these states, of this id, owner or key, finished before
        this time, if any is named."""
        wanted: dict[str, Sequence[str]] = {
            "state": states,
            "id": [id] if id else [],
            "owner": [owner] if owner else [],
            "key": [key] if key else [],
        }
        asked = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in wanted.items() if values]
        values = [str(value) for values in wanted.values() for value in values]
        if before:  # all times are in UTC, and as long
            asked, values = [*asked, "finished < ?"], [*values, before]
        with self._changing() as base:
            found = base.execute(
                f"SELECT {', '.join(COLUMNS)} FROM batches WHERE {' AND '.join(asked or ['1'])} ORDER BY number", values
            ).fetchall()
            names = {
                row[0]: base.execute("SELECT name FROM pictures WHERE batch = ? ORDER BY number", row[:1]).fetchall()
                for row in found
            }
        return [_sent(dict(zip(COLUMNS, row, strict=True)), tuple(name for (name,) in names[row[0]])) for row in found]

    def waiting(self) -> int:
        """How many pictures were accepted and not yet reported on."""
        with self._changing() as base:
            ((count,),) = base.execute(
                "SELECT count(*) FROM pictures JOIN batches ON batch = id WHERE state IN (?, ?)", WAITING
            ).fetchall()
        return int(count)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._base
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    self._base.execute("ROLLBACK")
                raise StoreError(f"{self.path}: cannot be read or written ({error})") from error


COLUMNS = tuple(
    "id owner name purpose scene redact accepted state reason finished clear held blocked key content".split()
)


def _sent(fields: dict[str, Any], pictures: tuple[str, ...]) -> Sent:
    state, scene, redact = State(str(fields["state"])), bool(fields["scene"]), bool(fields["redact"])
    return Sent(**{**fields, "state": state, "scene": scene, "redact": redact, "pictures": pictures})
