"""A shoot on disk: which files are screened, and which are left aside.

Nothing in a folder ends the walk: what cannot be read is an entry that says so, and is blocked.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Protocol

from screening.patient import PATIENCE, SILENT, awaited
from screening.photo.signatures import HEAD, read_regular, shows

# Files that accompany pictures and are never published themselves.
SIDECARS = frozenset(".aae .cos .cosettings .csv .dop .ini .json .log .lrv .md .on1 .pp3 .thm .txt .xml .xmp".split())
SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "$recycle.bin", "__macosx"})
# How Windows marks a folder that stands for another one (reparse point); other systems have no such mark.
JUNCTION = 0xA0000003


class Remote(Protocol):
    """A file that does not lie on disk.

    Attributes:
        url: where it lies.
        modified: when it was last changed, in seconds since 1970.
    """

    @property
    def url(self) -> str: ...

    @property
    def modified(self) -> float: ...

    def fetch(self, into: Path, most: int) -> None:
        """Writes its first bytes into a file; OSError if it cannot be fetched."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file of a shoot.

    Attributes:
        name: its path relative to the folder, with forward slashes.
        path: its path on disk.
        refused: why it must not be opened; "" for one to be screened.
        aside: whether it is left aside: it goes with pictures and is none by its bytes, or is an earlier run's folder.
        stored: where it is fetched from, if it does not lie on disk; `path` is then for people alone.
    """

    name: str
    path: Path
    refused: str = ""
    aside: bool = False
    stored: Remote | None = field(default=None, compare=False)

    @contextmanager
    def at_hand(self, most: float, folder: Path | None = None) -> Iterator[Path]:
        """Its path on disk; one from elsewhere is fetched for as long as the block lasts.

        Args:
            most: how many bytes of a file are screened.
            folder: where it is fetched to, into a folder for its owner alone; by default among the temporary files.

        Raises:
            OSError: if it cannot be fetched.
        """
        if self.stored is None:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="screening-", dir=folder) as made:
            path = Path(made, "fetched")
            self.stored.fetch(path, int(most) + 1)  # one more, by which it is seen to be too large
            yield path


def walk(
    targets: Iterable[Path], *, leave_out: Path | None = None, is_run: Callable[[Path], bool] = lambda _: False
) -> list[Entry]:
    """Every file below the folders, and the single files, sorted by name.

    `leave_out` is the folder of this run, which is passed over; one of an earlier run (`is_run`) is left aside whole.
    Symbolic links are followed to files within the folder only. What cannot be read is refused, by name.

    Raises:
        FileNotFoundError: if a target does not exist.
    """
    entries: dict[str, Entry] = {}
    for target in targets:
        for entry in _listed(target, os.path.realpath(leave_out) if leave_out else "", is_run):
            name = entry.name
            while name in entries:  # two folders may contain files of the same name: neither may hide the other
                name = f"{target.as_posix()}/{name}"
            entries[name] = replace(entry, name=name)
    return sorted(entries.values())


def _listed(target: Path, leave_out: str, is_run: Callable[[Path], bool]) -> Iterator[Entry]:
    """What is found in a target; the target itself is refused beside it where its disk stops answering."""
    try:
        # more patience than for the beginning of one sidecar, which is read on the way
        yield from awaited(_target(target, leave_out, is_run), 2 * PATIENCE)
    except TimeoutError:
        said = f"was not looked through to its end: {SILENT}; check the connection and scan again"
        yield Entry(_name(target, target), target, refused=said)


def _target(target: Path, leave_out: str, is_run: Callable[[Path], bool]) -> Iterator[Entry]:
    try:
        target.lstat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise FileNotFoundError(target) from error
    yield from _below(target, leave_out, is_run) if _is_folder(target) else [_entry(target, target.parent)]


def _below(folder: Path, leave_out: str, is_run: Callable[[Path], bool]) -> Iterator[Entry]:
    walked: set[tuple[int, int]] = set()
    links: list[Path] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            about = here.stat()
            with os.scandir(here) as found:
                inside = [here / one.name for one in found]
        except OSError as error:
            said = f"is a folder that cannot be read ({_why(error)}); check its permissions"
            yield Entry(_name(here, folder), here, refused=said)
            continue
        walked.add((about.st_dev, about.st_ino))
        for path in inside:
            if not _is_folder(path):
                yield _entry(path, folder)
            elif is_link(path):
                links.append(path)
            elif os.path.realpath(path) == leave_out:
                continue
            elif is_run(path):
                yield Entry(_name(path, folder), path, aside=True)
            else:
                waiting.append(path)
    # last, because the target of a link to a folder is screened under its own path, if it is in the shoot
    for path in links:
        yield _entry(path, folder, walked)


def _entry(path: Path, folder: Path, walked: Container[tuple[int, int]] = ()) -> Entry:
    """One file, or a link to a folder; `walked` are the folders already walked, by device and inode."""
    name = _name(path, folder)
    try:
        refused = _refusal(path, folder, walked)
        aside = not refused and (_is_folder(path) or _accompanies(path))
    except TimeoutError:
        refused, aside = f"cannot be read: {SILENT}; check the connection and scan again", False
    except OSError as error:
        refused, aside = f"cannot be read ({_why(error)}); check the file and its permissions", False
    return Entry(name, path, refused, aside)


def _refusal(path: Path, folder: Path, walked: Container[tuple[int, int]]) -> str:
    if is_link(path):
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
            return "is a link that leaves the folder; copy the picture itself into it"
        try:
            path.stat()
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return "is a link that leads nowhere; copy the picture itself into the folder"
            raise
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        screened = (about.st_dev, about.st_ino) in walked
        return "" if screened else "is a link to a folder that is not screened; copy its pictures into the shoot"
    return "" if stat.S_ISREG(about.st_mode) else "is not a regular file; leave it out of the upload"


def _accompanies(path: Path) -> bool:
    """Whether its name is that of a file that is never published, and by its bytes it is not a picture either."""
    return goes_with_pictures(path) and not shows(read_regular(path, HEAD))


def goes_with_pictures(path: PurePath) -> bool:
    """Whether its name is that of a file that is never published."""
    return path.suffix.lower() in SIDECARS or path.name.startswith(".") or path.name.lower() in SYSTEM


def _is_folder(path: Path) -> bool:
    """Whether it is one, or a link to one; False if that cannot be known."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Whether it is a link, or a Windows folder that stands for another one; False if that cannot be known."""
    try:
        about = path.lstat()
    except OSError:  # whatever opens it next reports the error
        return False
    return stat.S_ISLNK(about.st_mode) or getattr(about, "st_reparse_tag", 0) == JUNCTION


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path != folder else folder.name or folder.as_posix()


def _why(error: OSError) -> str:
    return error.strerror or "input error"
