"""A register of faces: a SQLite file in which every entry is sealed (AES-GCM) under a key stored beside it.

An entry's name, permissions and embeddings are sealed together, bound to its number and list: without the key nothing
in the file can be read, and nobody can change a permission or move an entry. Whoever has both files has everything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.finding import ScreeningError
from screening.office.register_entry import Entry
from screening.weights import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM


RELEASE, RESTRICTED = "release", "restricted"
# How long a change waits for another process to finish, in seconds.
PATIENCE = 30.0
NONCE, KEY = 12, 32


class RegisterError(ScreeningError):
    """A register cannot be read or changed, or a photo cannot be enrolled."""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """One list: its database and the key beside it, both readable by their owner alone.

    Attributes:
        folder: where both files are.
        which: `RELEASE` or `RESTRICTED`.
    """

    folder: Path
    which: str = RELEASE

    @property
    def path(self) -> Path:
        """The database."""
        return self.folder / f"{self.which}.sqlite"

    @property
    def key_path(self) -> Path:
        """The key."""
        return self.folder / f"{self.which}.key"

    def entries(self) -> tuple[Entry, ...]:
        """Everybody on the list, in the order in which they were added; nobody if there is no file.

        Raises:
            RegisterError: if it cannot be read, or was changed by something else.
        """
        with self._open() as database:
            return self._read(database)

    def states(self) -> tuple[str, ...]:
        """The state of the list after each of its entries was added, as hashes; the last is the current state.

        A state that was once the last is still among them if only new entries were added since: changing or removing an
        entry, in whatever way, changes all that follow.

        Raises:
            RegisterError: if it cannot be read.
        """
        with self._open() as database:
            removed, rows = database.execute("PRAGMA user_version").fetchone()[0], self._rows(database)
        found = [hashlib.sha256(f"{self.which} {removed}".encode()).hexdigest()]
        for one, sealed in rows:
            found.append(hashlib.sha256(f"{found[-1]} {one} ".encode() + sealed).hexdigest())
        return tuple(found)

    def numbers(self) -> tuple[str, ...]:
        """The numbers of the entries, including those that cannot be opened.

        Raises:
            RegisterError: if it cannot be read.
        """
        with self._open() as database:
            return tuple(one for one, _ in self._rows(database))

    def add(self, entry: Entry) -> None:
        """Adds an entry; the folder must exist.

        Raises:
            RegisterError: if the file cannot be written, or was changed by something else.
        """
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with self._open() as database:
            database.execute("CREATE TABLE IF NOT EXISTS entry (id TEXT PRIMARY KEY, sealed BLOB NOT NULL)")
            if not database.execute("SELECT count(*) FROM entry").fetchone()[0]:
                self._new_key()
            self._read(database)  # nothing is added to a list that cannot be read
            nonce = secrets.token_bytes(NONCE)
            plain = json.dumps(asdict(entry)).encode()
            sealed = nonce + self._cipher().encrypt(nonce, plain, self._bound(entry.id))
            database.execute("INSERT INTO entry VALUES (?, ?)", (entry.id, sealed))

    def remove(self, ids: list[str]) -> None:
        """Removes entries, and overwrites their bytes with zeros.

        Raises:
            RegisterError: if the file cannot be written, or one of them is already gone.
        """
        with self._open() as database:
            for one in ids:
                if not database.execute("DELETE FROM entry WHERE id = ?", (one,)).rowcount:
                    raise RegisterError(f"{self.path}: entry {one} no longer exists; nothing was removed")
            (removed,) = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {int(removed) + len(ids)}")

    def _read(self, database: sqlite3.Connection) -> tuple[Entry, ...]:
        return tuple(self._opened(one, sealed) for one, sealed in self._rows(database))

    def _rows(self, database: sqlite3.Connection) -> list[tuple[str, bytes]]:
        # a program that was stopped while making the file leaves one without the table
        if not database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'entry'").fetchone()[0]:
            return []
        rows = database.execute("SELECT id, sealed FROM entry ORDER BY rowid").fetchall()
        return [(str(one), bytes(sealed)) for one, sealed in rows]

    def _opened(self, one: str, sealed: bytes) -> Entry:
        from cryptography.exceptions import InvalidTag

        try:
            plain = self._cipher().decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(one))
        except (InvalidTag, ValueError) as error:
            said = (
                f"{self.path}: entry {one} was changed, or the key is a different one; restore both files from a copy"
            )
            raise RegisterError(said) from error
        fields: dict[str, Any] = json.loads(plain)
        return Entry(**{**fields, "embeddings": tuple(fields["embeddings"])})

    def _bound(self, one: str) -> bytes:
        """The associated data that an entry is sealed with, so that it opens nowhere else."""
        return f"screening register {self.which} {one}".encode()

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(read_bytes(self.key_path))
        except (OSError, ValueError) as error:
            raise RegisterError(f"{self.key_path}: the register's key is missing or damaged; restore it") from error

    def _new_key(self) -> None:
        """Starts an empty list with a new key: what was sealed under the old one can no longer be opened."""
        self.key_path.unlink(missing_ok=True)
        with os.fdopen(os.open(self.key_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY))
            file.flush()
            os.fsync(file.fileno())

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database in an exclusive transaction; an empty one if there is no file."""
        try:
            there = self.path.exists()
            if not there and self.key_path.exists():
                raise RegisterError(f"{self.path}: is missing although its key exists; restore it or remove the key")
            name = f"{self.path.absolute().as_uri()}?mode=rw" if there else ":memory:"
            with contextlib.closing(
                sqlite3.connect(name, uri=there, timeout=PATIENCE, isolation_level=None)
            ) as database:
                # what is deleted is overwritten with zeros; the journal is gone when a change is done
                database.execute("PRAGMA secure_delete = ON")
                database.execute("PRAGMA journal_mode = DELETE")
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise RegisterError(f"{self.path}: cannot be used as a register ({type(error).__name__})") from error


def noted(folder: Path) -> dict[str, str]:
    """The current state of the lists in a folder, by list; "" for one that cannot be read, which matches no state.

    Record it before faces are compared with them.
    """

    def state(which: str) -> str:
        try:
            return RegisterFile(folder, which).states()[-1]
        except RegisterError:
            return ""

    return {which: state(which) for which in (RELEASE, RESTRICTED)}


def withdrawn(folder: Path, before: Mapping[str, str]) -> bool:
    """Whether the lists may hold back more than when their states were recorded; adding a release does not count.

    Raises:
        RegisterError: if one of them cannot be read.
    """
    released, restricted = (RegisterFile(folder, which).states() for which in (RELEASE, RESTRICTED))
    return before.get(RELEASE) not in released or before.get(RESTRICTED) != restricted[-1]
