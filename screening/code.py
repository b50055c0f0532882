"""Which code screened: the SHA-256 over the program's own source files, whatever version number it calls itself by."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def version(foreign: Iterable[str] = ()) -> str:
    """The hash of every source file of the package, as they lie there now, editable installation or not.

    `foreign` names stages that are not ours, as `package.module:Class`: the files that they stand in count too. What
    those import in their turn does not.
    """
    own = [_source(stage.partition(":")[0]) for stage in sorted(foreign)]
    return hashlib.sha256("\n".join([_package(), *own]).encode()).hexdigest()


@functools.cache
def _package() -> str:
    """Read once a process: what is imported does not change with the files any more either."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {_hash(path)}\n".encode())
    return digest.hexdigest()


def _source(module: str) -> str:
    """The hash of a module's file; its name where it has none, which then stands for it."""
    found = importlib.util.find_spec(module)
    return _hash(Path(found.origin)) if found and found.has_location and found.origin else module


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
