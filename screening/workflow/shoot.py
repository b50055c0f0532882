"""A shoot on disk: which files there are to screen, and which are left aside."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Files that accompany pictures and are never published themselves.
SIDECARS = frozenset(".aae .cos .cosettings .csv .dop .ini .json .log .lrv .md .on1 .pp3 .thm .txt .xml .xmp".split())
SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "$recycle.bin", "__macosx"})


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file of a shoot.

    Attributes:
        name: its path relative to the folder, with forward slashes.
        path: where it lies.
        refused: why it must not even be opened; "" for one to be screened.
        aside: whether it accompanies pictures and is left aside.
    """

    name: str
    path: Path
    refused: str = ""
    aside: bool = False


def walk(targets: Iterable[Path], *, leave_out: Path | None = None) -> list[Entry]:
    """Every file below the folders, and the single files, sorted by name; `leave_out` is a folder of our own reports.

    Symbolic links are followed to files within the folder only.

    Raises:
        FileNotFoundError: if a target does not exist.
    """
    entries: dict[str, Entry] = {}
    for target in targets:
        if not target.exists():
            raise FileNotFoundError(target)
        found = _below(target, leave_out) if target.is_dir() else [_entry(target, target.parent)]
        for entry in found:
            name = entry.name
            while name in entries:  # two folders of one scan may hold files of the same name: neither may hide another
                name = f"{target.as_posix()}/{name}"
            entries[name] = Entry(name, entry.path, entry.refused, entry.aside)
    return sorted(entries.values())


def _below(folder: Path, leave_out: Path | None) -> Iterator[Entry]:
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        here = Path(place)
        for name in sorted(folders):
            inner = here / name
            if leave_out and inner.resolve() == leave_out.resolve():
                folders.remove(name)
            elif inner.is_symlink():  # os.walk does not follow it
                yield _entry(inner, folder)
        for name in files:
            yield _entry(here / name, folder)
    for error in unreadable:
        path = Path(error.filename)
        yield Entry(
            path.relative_to(folder).as_posix(), path, refused="is a folder that cannot be read; check its permissions"
        )


def _entry(path: Path, folder: Path) -> Entry:
    name = path.relative_to(folder).as_posix()
    if path.is_symlink():
        real = path.resolve()
        if not real.is_relative_to(folder.resolve()):
            return Entry(name, path, refused="is a link that leaves the folder; copy the picture itself into it")
        if real.is_dir():  # what it points to is screened where it lies
            return Entry(name, path, aside=True)
    if path.suffix.lower() in SIDECARS or path.name.startswith(".") or path.name.lower() in SYSTEM:
        return Entry(name, path, aside=True)
    if path.exists() and not path.is_file():
        return Entry(name, path, refused="is no regular file; leave it out of the upload")
    return Entry(name, path)
