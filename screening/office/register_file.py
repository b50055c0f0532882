"""A register of faces: a SQLite file whose every entry is sealed (AES-GCM) under a key that lies beside it.

Name, permissions and embeddings of an entry are one sealed piece, bound to its number and its list: without the key
nothing in the file can be read, and nobody can change a permission or move an entry. Who has both files has everything.
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
# How long a change waits for another process to finish its own, in seconds.
PATIENCE = 30.0
NONCE, KEY = 12, 32


class RegisterError(ScreeningError):
    """A register cannot be read or changed, or a photo cannot be enrolled."""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """One list: its database and the key beside it, both readable by their owner alone.

    Attributes:
        folder: where they lie.
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
        """Everybody on the list, in the order in which they were added; nobody where there is no file.

        Raises:
            RegisterError: if it cannot be read, or was changed by something else.
        """
        with self._open() as database:
            return self._read(database)

    def states(self) -> tuple[str, ...]:
        """What the list was after each of its entries was added, as hashes; the last is what it is now.

        Whoever noted the last one once finds it among them as long as nothing but new entries came since: a change or
        removal of an entry that was there, in whatever way, makes all that follow others, as does any removal at all.

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
        """The numbers of the entries, whether they can be opened or not.

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
            self._read(database)  # a list that cannot be read is not added to
            nonce = secrets.token_bytes(NONCE)
            plain = json.dumps(asdict(entry)).encode()
            sealed = nonce + self._cipher().encrypt(nonce, plain, self._bound(entry.id))
            database.execute("INSERT INTO entry VALUES (?, ?)", (entry.id, sealed))

    def remove(self, ids: list[str]) -> None:
        """Removes entries, and overwrites the bytes that they took with zeros.

        Raises:
            RegisterError: if the file cannot be written, or one of them is gone already.
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
        # a program that was stopped while it made the file leaves one without the table
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
        """What an entry is sealed together with, so that it opens nowhere else."""
        return f"screening register {self.which} {one}".encode()

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(read_bytes(self.key_path))
        except (OSError, ValueError) as error:
            raise RegisterError(f"{self.key_path}: the register's key is missing or damaged; restore it") from error

    def _new_key(self) -> None:
        """A list that is empty begins with a new key: what was sealed under the old one opens nowhere any more."""
        self.key_path.unlink(missing_ok=True)
        with os.fdopen(os.open(self.key_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY))
            file.flush()
            os.fsync(file.fileno())

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database within one transaction, which nobody else can begin meanwhile; an empty one where none is."""
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
    """What the lists in a folder are now, by list; "" for one that cannot be read, which is never what it was.

    To be noted before faces are compared with them.
    """

    def state(which: str) -> str:
        try:
            return RegisterFile(folder, which).states()[-1]
        except RegisterError:
            return ""

    return {which: state(which) for which in (RELEASE, RESTRICTED)}


def withdrawn(folder: Path, before: Mapping[str, str]) -> bool:
    """Whether the lists may hold back more than when they were noted: another person's release alone does not.

    Raises:
        RegisterError: if one of them cannot be read.
    """
    released, restricted = (RegisterFile(folder, which).states() for which in (RELEASE, RESTRICTED))
    return before.get(RELEASE) not in released or before.get(RESTRICTED) != restricted[-1]
