"""Sidecars, which go where their picture went: `a.xmp` or `a.jpg.xmp` with `a.jpg`."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from screening.run.shoot import SIDECARS, Entry
from screening.watch import place


@dataclass(frozen=True, slots=True)
class _Went:
    """A picture that was moved.

    Attributes:
        name: what it was called in the folder.
        target: where it is.
        root: below which folder that is.
        at: when it was moved, in seconds of the clock.
        known: since when that is remembered.
    """

    name: str
    target: Path
    root: Path
    at: float
    known: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Companions:
    """The pictures that were moved lately, whose sidecars may still come.

    Attributes:
        lasting: for how many seconds a sidecar may come after its picture: cameras use their names again.
    """

    lasting: float
    _went: dict[str, list[_Went]] = field(default_factory=dict)

    def went(self, name: str, target: Path, root: Path, at: float | None = None) -> None:
        """Remembers where a picture went, just now or at a time of the clock."""
        one = _Went(name, target, root, time.time() if at is None else at)
        for key in keys(name):
            self._went[key] = [*(other for other in self._went.get(key, ()) if other.name != name), one]

    def forget_old(self) -> None:
        """Forgets the pictures that have been remembered for long."""
        since = time.monotonic() - self.lasting
        left = {key: [one for one in them if one.known >= since] for key, them in self._went.items()}
        self._went = {key: them for key, them in left.items() if them}

    def pictures(self, entry: Entry) -> list[_Went]:
        """The pictures of a sidecar: those of its name that were not moved long before it came.

        Raises:
            OSError: if the sidecar is gone.
        """
        came = entry.path.lstat().st_ctime  # what a copy keeps of its original's times says nothing
        return [one for one in self._went.get(belongs_to(entry), ()) if came <= one.at + self.lasting]

    def follow(self, entry: Entry) -> Iterator[Path]:
        """Moves a sidecar to its picture; where several share it, a copy to each. Yields where it went.

        Raises:
            OSError: if it cannot be moved.
        """
        key = belongs_to(entry)
        about = entry.path.lstat()
        for one in self.pictures(entry):
            ending = entry.path.suffix
            # beside a picture that was given another name it has that name, too
            whole = key == one.name.casefold()
            target = one.target.with_name(one.target.name + ending) if whole else one.target.with_suffix(ending)
            place.make_folder(target.parent, below=one.root)
            place.give_up_name(target, entry.path)
            if not (target.is_file() and target.read_bytes() == entry.path.read_bytes()):
                target = place.free(target)
                place.copy(entry.path, target)
            yield target
        place.remove(entry.path, about)


def is_sidecar(entry: Entry) -> bool:
    """Whether a file that was left aside is named as sidecars are."""
    return entry.aside and entry.path.suffix.lower() in SIDECARS and not entry.path.name.startswith(".")


def belongs_to(entry: Entry) -> str:
    """The key of the pictures that a sidecar belongs to."""
    return str(PurePosixPath(entry.name).with_suffix("")).casefold()


def keys(name: str) -> Collection[str]:
    """The names, less their ending, that a picture's sidecars may have."""
    return {name.casefold(), str(PurePosixPath(name).with_suffix("")).casefold()}


def awaited(pictures: Iterable[Entry]) -> set[str]:
    """The keys of pictures that are still there, whose sidecars wait with them."""
    return {key for entry in pictures for key in keys(entry.name)}
