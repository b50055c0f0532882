"""The office's own folder: audit log, keys and registers, readable by its owner alone."""

from __future__ import annotations

import contextlib
import datetime
import getpass
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError
from screening.home import home

# How long a change waits for another program to finish its own, in seconds.
PATIENCE = 120.0


class OfficeError(ScreeningError):
    """The office's folder cannot be made."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where an office keeps what outlives a run.

    Attributes:
        folder: the folder itself; nothing makes it before `prepare` does.
    """

    folder: Path

    @classmethod
    def here(cls) -> Office:
        """The folder that the environment variable SCREENING_HOME names, else the user's own data folder."""
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

    def prepare(self) -> None:
        """Makes the folder, for its owner alone.

        Raises:
            OfficeError: if it cannot be made.
        """
        make_private(self.folder)


def make_private(folder: Path) -> None:
    """Makes a folder that only its owner can enter; on Windows it inherits the access list of the one above it.

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
    """Nobody else holds the lock as long as this lasts.

    Raises:
        OfficeError: if its folder cannot be made.
        refused: if others go on holding it, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    make_private(path.parent)
    lock = FileLock(path, timeout=PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise refused(f"{path}: another program has held it for {PATIENCE:g} seconds; try again") from error
    except OSError as error:
        raise refused(f"{path}: cannot be written ({error.strerror or 'input error'})") from error
    try:
        yield
    finally:
        lock.release()


def replace_file(path: Path, text: str) -> None:
    """Writes a file in one step, so that a reader never sees half of it; readable by its owner alone.

    Raises:
        OSError: if it cannot be written.
    """
    # the temporary file is made for its owner alone, beside the other: a rename never crosses a disk
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(part).unlink()
        raise


def now() -> str:
    """The time in UTC as ISO 8601, as every record of an office tells it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def is_moment(text: str) -> bool:
    """Whether a text tells a time as `now` does, with its zone."""
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def system_user() -> str:
    """The name that the system knows the user by; "" where it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # what a user without a name raises, on one system or another
        return ""
