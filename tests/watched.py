"""A folder to watch, with the two that its pictures go to; screened in this process, by a pipeline without networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from screening.watch.folders import LOCK, Folders
from screening.watch.watch import Watch
from tests.command import QUICK
from tests.picture_files import picture, scenery
from tests.streets import PLACE


def clear(seed: int) -> bytes:
    """The bytes of a picture in which nothing is found."""
    return picture(rgb=scenery(60, 40, seed=seed))


def blocked(seed: int) -> bytes:
    """Those of one that is blocked for its position."""
    return picture(rgb=scenery(60, 40, seed=seed), gps=PLACE)


@dataclass(frozen=True, slots=True)
class Watched:
    """The folders, and what was said of the files in them."""

    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def folders(self) -> Folders:
        return Folders(
            inbox=self.folder / "in", found_nothing=self.folder / "a", held=self.folder / "b", kept=self.folder / "kept"
        )

    @property
    def pipeline(self) -> Path:
        return self.folder / "quick.toml"

    def watcher(self, wait: float = 0, lasting: float = 1e6) -> Watch:
        """One that was started just now; by default it waits for no file, and always remembers where pictures went."""
        made = Watch(folders=self.folders, pipeline=str(self.pipeline), wait=wait, tell=self.said.append)
        made._companions.lasting = lasting
        return made

    def until_done(self, watcher: Watch | None = None) -> None:
        """What a watcher does until nothing happens any more."""
        if watcher is None:
            watcher = self.watcher()
            watcher.resume()
            watcher.remember()
        before: tuple[list[str], int] | None = None
        while before != (now := (self.there(), len(self.said))):
            before = now
            watcher.look()

    def drop(self, name: str, data: bytes) -> Path:
        """Puts a file into the folder."""
        path = self.folders.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def there(self) -> list[str]:
        """Every file in the three folders, as in "a/sub/good.jpg"."""
        roots = (self.folders.inbox, self.folders.found_nothing, self.folders.held)
        found = (path for root in roots for path in root.rglob("*") if path.is_file() and path.name != LOCK)
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


def make_watched(folder: Path) -> Watched:
    """Empty folders."""
    made = Watched(folder)
    for one in (made.folders.inbox, made.folders.found_nothing, made.folders.held):
        one.mkdir(parents=True)
    made.pipeline.write_text(QUICK)
    return made
