"""Which code screened: the SHA-256 over the program's own source files, whatever its version number says."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def version(foreign: Iterable[str] = ()) -> str:
    """The hash of every source file of the package as it is on disk now, in an editable installation or not.

    `foreign` names stages that are not ours, as `package.module:Class`: their modules' files count too, but not what
    those import.
    """
    own = [_source(stage.partition(":")[0]) for stage in sorted(foreign)]
    return hashlib.sha256("\n".join([_package(), *own]).encode()).hexdigest()


@functools.cache
def _package() -> str:
    """Read once per process, since code that has been imported does not change with its files either."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {_hash(path)}\n".encode())
    return digest.hexdigest()


def _source(module: str) -> str:
    """The hash of a module's file, or its name if it has no file."""
    found = importlib.util.find_spec(module)
    return _hash(Path(found.origin)) if found and found.has_location and found.origin else module


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
