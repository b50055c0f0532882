"""The office's folder: audit log, keys and registers, readable by its owner alone."""

from __future__ import annotations

import contextlib
import datetime
import getpass
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screening.finding import ScreeningError
from screening.home import home

if TYPE_CHECKING:
    from typing import BinaryIO

# Windows writes two characters at the end of a line unless told otherwise.
BINARY = getattr(os, "O_BINARY", 0)
# How long a change waits for another program to finish, in seconds.
PATIENCE = 120.0


class OfficeError(ScreeningError):
    """The office's folder cannot be made."""


@dataclass(frozen=True, slots=True)
class Office:
    """The folder of what outlives a run.

    Attributes:
        folder: the folder itself; it does not exist before `prepare`.
    """

    folder: Path

    @classmethod
    def here(cls) -> Office:
        """The folder named by the environment variable SCREENING_HOME, else the user's data folder."""
        return cls(home())

    @property
    def audit_log(self) -> Path:
        """The append-only log."""
        return self.folder / "audit.jsonl"

    @property
    def keys(self) -> Path:
        """The folder of keys and of the list of keys that the gate trusts."""
        return self.folder / "keys"

    @property
    def registers(self) -> Path:
        """The folder of the release register and the restricted list."""
        return self.folder / "registers"

    def register_folder(self, named: str) -> Path:
        """The folder of the registers that a pipeline compares faces with: the one it names, or the office's for ""."""
        return Path(named) if named else self.registers

    def prepare(self) -> None:
        """Makes the folder, accessible to its owner alone.

        Raises:
            OfficeError: if it cannot be made.
        """
        make_private(self.folder)


def make_private(folder: Path) -> None:
    """Makes a folder that only its owner can open; on Windows it inherits the parent's access list.

    Raises:
        OfficeError: if it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        said = f"{folder}: cannot be made ({error.strerror}); name another folder with SCREENING_HOME"
        raise OfficeError(said) from error


@contextlib.contextmanager
def locked(path: Path, refused: type[ScreeningError]) -> Iterator[None]:
    """Holds the lock of a file or store.

    Raises:
        OfficeError: if its folder cannot be made.
        refused: if another program keeps holding it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    make_private(path.parent)
    lock = FileLock(path, timeout=PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise refused(f"{path}: another program has had it locked for {PATIENCE:g} seconds; try again") from error
    except OSError as error:
        raise refused(f"{path}: cannot be written ({error.strerror or 'input error'})") from error
    try:
        yield
    finally:
        lock.release()


def replace_file(path: Path, content: str | bytes) -> None:
    """Writes a file atomically, so that a reader never sees half of it; readable by its owner alone.

    Raises:
        OSError: if it cannot be written.
    """
    # the temporary file is readable by its owner alone, and in the same folder, so that the rename is atomic
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            _keep(file, content.encode() if isinstance(content, str) else content)
        put_in_place(Path(part), path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(part).unlink()
        raise


def stage(part: Path, data: bytes) -> None:
    """Writes a file that is to replace another, under a name of its own; it is on disk when this returns.

    Raises:
        OSError: if it cannot be written.
    """
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | BINARY, 0o600), "wb") as file:
        _keep(file, data)


def put_in_place(part: Path, path: Path) -> None:
    """Replaces a file by another in the same folder, atomically and durably.

    Raises:
        OSError: if that fails; then the file is unchanged.
    """
    part.replace(path)
    flush(path.parent)


def flush(folder: Path) -> None:
    """What was renamed in a folder stays so if the power fails now, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows cannot open folders, and some file systems cannot flush them
        there = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(there)
        finally:
            os.close(there)


def _keep(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def now() -> str:
    """The time in UTC as ISO 8601, the format of all the office's records."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def is_moment(text: str) -> bool:
    """Whether a text is a time in the format of `now`, with its time zone."""
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def system_user() -> str:
    """The user's login name; "" if the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # raised on one system or another for a user without a name
        return ""
