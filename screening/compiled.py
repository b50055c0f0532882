"""Compiled networks, kept so that the next command need not compile them again.

Compiling a network takes half a second, reading back what was compiled a tenth. They lie in `libraries/openvino` in
the office's own folder, readable by their owner alone, or in the folder that SCREENING_COMPILED names; none are kept if
it is empty. A file that is not whole, or that someone else may write to, is not read: its network is compiled again.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from screening.home import home
from screening.weights import opened

VARIABLE = "SCREENING_COMPILED"
# How many files are kept, the last used: each takes some ten megabytes.
MOST = 32
# In bytes: a network that ships compiles to 25 million at most.
LARGEST = 200e6
DIGEST = hashlib.sha256().digest_size


class Kept:
    """The place of one compiled network.

    Args:
        made_from: all that it depends on: the network and how it is read, the engine's version and options, the
            processor.
    """

    def __init__(self, *made_from: str) -> None:
        named = os.environ.get(VARIABLE)
        self.folder = home() / "libraries" / "openvino" if named is None else Path(named) if named else None
        self.name = hashlib.sha256("\0".join(made_from).encode()).hexdigest()

    def read(self) -> bytes | None:
        """What was kept, or None where there is nothing to trust."""
        if self.folder is None:
            return None
        path = self.folder / self.name
        try:
            if not _own(self.folder) or not _own(path):
                return None
            with opened(path, most=LARGEST) as file:
                digest, data = file.read(DIGEST), file.read()
            if hashlib.sha256(data).digest() != digest:
                return None
            os.utime(path)
        except OSError:
            return None
        return data

    def write(self, data: bytes) -> None:
        """Keeps it for the next time; where that cannot be done, the next time compiles again."""
        if self.folder is None:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _own(self.folder):
                return
            descriptor, half = tempfile.mkstemp(dir=self.folder, prefix="half-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(hashlib.sha256(data).digest())
                    file.write(data)
                Path(half).replace(self.folder / self.name)
            except OSError:
                Path(half).unlink(missing_ok=True)
                raise
            _forget_older(self.folder)


def _forget_older(folder: Path) -> None:
    aged = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime, reverse=True)
    for path in aged[MOST:]:
        path.unlink()


def _own(path: Path) -> bool:
    """Whether nobody but whoever runs this may write to it; Windows keeps that in access lists, which a user's folder
    has."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
