"""Moves a file to where nothing lies yet: whoever looks finds it whole, here or there, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import secrets
import shutil
from collections.abc import Container
from io import BufferedReader
from pathlib import Path

from screening.office.office import BINARY, flush
from screening.weights import UNFOLLOWED, opened, sha256_of

# Half-written files, until they get their name.
HALF = ".screening-{}.part"
CHUNK = 1 << 20


def free(path: Path, taken: Container[Path] = (), sha256: str = "") -> Path:
    """The path, or where something else lies there the first one with a number behind its name where nothing does.

    The very file, by its hash, may lie there: one that could be copied and not be removed comes again.
    """
    with contextlib.suppress(OSError):
        if sha256 and path not in taken and path.is_file() and _is(path, sha256):
            return path
    numbered = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if one not in taken and not os.path.lexists(one))


def make_folder(folder: Path, *, below: Path) -> None:
    """Makes a folder below one that must be there: that of a disk that was taken away is not made anew elsewhere.

    Raises:
        OSError: if it cannot be made.
    """
    if not below.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder is not there", str(below))
    folder.mkdir(parents=True, exist_ok=True)


def move(source: Path, target: Path, sha256: str, *, by_copy: bool) -> bool:
    """Moves a file and returns whether it did: not if it is gone, or its bytes are no longer those of the hash.

    A move that was broken off is completed. With `by_copy` the target is a new file whose bytes are the very ones that
    were hashed, whoever still has the source open; else the file is renamed where that can be, and copied elsewhere.

    Args:
        source: a regular file.
        target: where to, in a folder that is there.
        sha256: of its bytes; "" for a file that could not be read.
        by_copy: whether to copy it even within one file system.

    Raises:
        FileExistsError: if another file lies at the target.
        OSError: if it cannot be read or written; then it is where it was.
    """
    try:
        about = source.lstat()
    except FileNotFoundError:
        return False
    give_up_name(target, source)
    if os.path.lexists(target):
        if os.path.samestat(target.lstat(), about) or (sha256 and _is(target, sha256)):
            if not _is(source, sha256):
                return False
            remove(source, about)
            return True
        raise FileExistsError(target)
    if not by_copy and _is(source, sha256) and _renamed(source, target, about):
        return True
    copied = copy(source, target, sha256)
    if copied is None:
        return False
    remove(source, copied)
    return True


def copy(source: Path, target: Path, sha256: str = "") -> os.stat_result | None:
    """Copies a file with its times and permissions, and returns what was known of it when it was read; None, and no
    copy, if its bytes are not those of the hash.

    Raises:
        FileExistsError: if something lies at the target.
        OSError: if it cannot be read or written.
    """
    part = target.with_name(HALF.format(secrets.token_hex(8)))
    try:
        about = source.lstat()
        with opened(source) as file:
            if _written(file, part) != sha256 and sha256:
                return None
        shutil.copystat(source, part)
        _named(part, target)
    finally:
        part.unlink(missing_ok=True)
    flush(target.parent)
    return about


def give_up_name(target: Path, source: Path) -> None:
    """Removes the empty file that keeps a name where a program was killed before its own file got it."""
    with contextlib.suppress(FileNotFoundError):
        if not target.lstat().st_size and source.lstat().st_size and target.is_file() and not target.is_symlink():
            target.unlink()


def remove(source: Path, about: os.stat_result) -> None:
    """Removes a file that lies elsewhere by now; one that was put in its place meanwhile stays."""
    now = source.lstat()
    # not by its number: some shares give a file a new one each time that they are asked
    if (now.st_size, now.st_mtime_ns) == (about.st_size, about.st_mtime_ns):
        source.unlink()


def sweep(folder: Path) -> None:
    """Removes half-written files that a killed program left in a folder."""
    with contextlib.suppress(OSError):
        for part in folder.glob(HALF.format("*")):
            part.unlink(missing_ok=True)


def _is(path: Path, sha256: str) -> bool:
    """Whether a file has these bytes; any has, where none could be read."""
    return not sha256 or sha256_of(path) == sha256


def _written(file: BufferedReader, part: Path) -> str:
    """Writes a file to the disk, and returns the SHA-256 of what was written."""
    sha256 = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | UNFOLLOWED | BINARY
    with os.fdopen(os.open(part, flags, 0o600), "wb") as out:
        while piece := file.read(CHUNK):
            sha256.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return sha256.hexdigest()


def _renamed(source: Path, target: Path, about: os.stat_result) -> bool:
    """Renames a file, over none; False where the file systems do not allow that."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:  # another file system, or one without a second name for a file
        return False
    flush(target.parent)
    remove(source, about)
    return True


def _named(part: Path, target: Path) -> None:
    """Gives a file its name, over none."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        if os.name == "nt":  # renaming is refused there where something lies
            part.rename(target)
        else:  # the name is kept first: only our own empty file is replaced
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            part.replace(target)
