"""Watches a folder: whatever is whole is screened as `scan` does, and moved by its verdict.

Nothing is kept in memory that a restart needs. A picture that was not moved yet lies where it was dropped; a run that
was broken off before its report is gone on with; and a run with a report says where its pictures go (`moves`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from screening import config
from screening.finding import ScreeningError
from screening.office.office import Office, make_private
from screening.photo.files import PICTURES, RAW, VIDEO
from screening.photo.signatures import HEAD, read_regular, shows
from screening.report import Batch
from screening.run import batch, files
from screening.run.crew import Local
from screening.run.run import Run
from screening.run.shoot import Entry, walk
from screening.watch import moves
from screening.watch.changes import changes, sleep
from screening.watch.companions import Companions, awaited, belongs_to, is_sidecar
from screening.watch.folders import LOCK, Folders
from screening.watch.moves import Move
from screening.watch.still import LONGER, Stillness

# After so many seconds the folder is looked through without being told of a change: not every share tells.
IDLE = 60.0
# So many pictures are one run at most.
MOST = 500
# So many runs are looked through at the start for pictures whose sidecars are still to come.
RUNS = 50


@dataclass(slots=True, kw_only=True)
class Watch:
    """A watcher.

    Attributes:
        folders: from where to where.
        pipeline: the name of one that ships with the project, or the path of a file.
        wait: for how many seconds a file must not have changed before it is whole.
        purpose: the policing purpose that the pictures serve.
        scene: whether they may show scenes.
        jobs: how many photos are screened in parallel; 0 is one per core.
        tell: takes a line on each picture that was moved, and on each file that is left.
    """

    folders: Folders
    pipeline: str = "default"
    wait: float = 5.0
    purpose: str = ""
    scene: bool = True
    jobs: int = 0
    tell: Callable[[str], None] = lambda _: None
    _still: Stillness = field(init=False)
    _companions: Companions = field(init=False)
    _stuck: dict[str, Move] = field(default_factory=dict)
    _said: set[tuple[str, str]] = field(default_factory=set)
    _unfinished: Path | None = None

    def __post_init__(self) -> None:
        self._still = Stillness(self.wait)
        self._companions = Companions(self.wait * LONGER)

    def __call__(self) -> None:
        """Watches until KeyboardInterrupt; whatever had begun by then, the next start completes.

        Raises:
            ScreeningError: if the folders cannot be watched, or a run cannot be written.
            FileNotFoundError: if the folder that is watched is gone.
        """
        self.folders.check()
        config.load(self.pipeline)  # its errors are told now, not when the first picture comes
        told = changes(self.folders.inbox)
        with self.folders.locked():
            self.resume()
            self.remember()
            self.tell(f"{self.folders.inbox}: is watched; Ctrl-C stops")
            while True:
                sleep(self.look(), self.wait, told)

    def resume(self) -> None:
        """Completes what was broken off: moves of the newest run, or that run itself.

        Raises:
            ScreeningError: if a run cannot be written.
        """
        newest = self.folders.newest
        if newest is None:
            return
        if files.scanned_into(newest) and not (newest / files.REPORT).exists():
            self._unfinished = newest
            return
        with contextlib.suppress(ScreeningError):  # purged, or judged by other rules: what is still there is new
            run = Run.open(newest, Office.here(), self.pipeline, as_scanned=True)
            if run.report.stopped:
                self._unfinished = newest
                return
            left = moves.plan(newest, run.report.photos, self.folders)
            moves.sweep(left)
            for move in left:
                if move.source.exists():
                    self._make(move)

    def remember(self) -> None:
        """Remembers where the pictures of the latest runs went, for the sidecars that were left behind."""
        for run in reversed(self.folders.latest(RUNS)):
            with contextlib.suppress(ScreeningError, OSError):  # purged, or not yet whole
                at = (run / files.SOURCES).stat().st_mtime
                for name, target in files.sources(run).items():
                    if (root := self.folders.root(target)) and target.exists():
                        self._companions.went(name, target, root, at)

    def look(self) -> float:
        """Screens and moves what is whole by now, and returns after how many seconds to look again.

        Raises:
            ScreeningError: if a run cannot be written.
            FileNotFoundError: if the folder is gone.
        """
        for move in list(self._stuck.values()):
            self._make(move)
        there = [one for one in walk([self.folders.inbox], is_run=files.scanned_into) if one.name != LOCK]
        self._still.keep_only({entry.path for entry in there})
        pictures = [entry for entry in there if self._is_picture(entry)]
        ready, pause = self._ready([entry for entry in pictures if entry.name not in self._stuck])
        if ready:
            self._screen(ready)
        waiting = awaited(entry for entry in pictures if entry.path.exists())
        named = {entry.name for entry in pictures}
        pause = min([pause, *(self._leave(entry, waiting) for entry in there if entry.name not in named)])
        self._companions.forget_old()
        return 0.0 if len(ready) == MOST else max(pause, 0.0)

    def _ready(self, pictures: Sequence[Entry]) -> tuple[list[Entry], float]:
        """The pictures that are whole, and after how many seconds another may be."""
        ready, pause = [], IDLE
        for entry in pictures:
            with contextlib.suppress(FileNotFoundError):
                left = self._still.left(entry.path)
                if left > 0:
                    pause = min(pause, left)
                else:
                    ready.append(entry)
            if len(ready) == MOST:
                break
        return ready, pause

    def _screen(self, entries: Sequence[Entry]) -> None:
        """One run."""
        make_private(self.folders.runs)
        run, self._unfinished = self._unfinished or self.folders.next_run(), None
        report = batch.screen(
            entries,
            run,
            pipeline=self.pipeline,
            batch=Batch(name=_named(self.folders.inbox), purpose=self.purpose, scene=self.scene),
            crew=Local(self.jobs),
        )
        if report.stopped:
            raise KeyboardInterrupt
        for move in moves.plan(run, report.photos, self.folders):
            self._make(move)
        self.tell(f"{run}: the run of {len(report.photos)} of them")

    def _make(self, move: Move) -> None:
        """Moves a picture, or says why it cannot be and keeps it for later."""
        name = move.photo.file
        try:
            made = move.make()
        except OSError as error:
            self._stuck[name] = move
            self._once(name, f"cannot be moved to {move.root} ({error.strerror or 'input error'}); it is tried again")
            return
        self._stuck.pop(name, None)
        if made is None:
            return
        self._companions.went(name, made.target, made.root)
        reason = f" ({move.photo.reason()})" if move.photo.verdict else ""
        self.tell(f"{name}: {move.photo.verdict}{reason}, now {made.target}")

    def _is_picture(self, entry: Entry) -> bool:
        """Whether a file is to be screened: a picture, a film or a document by its bytes or its name."""
        if entry.refused or entry.aside:
            return False
        if entry.path.suffix.lower() in PICTURES | RAW | VIDEO:
            return True
        try:
            return shows(read_regular(entry.path, HEAD))
        except FileNotFoundError:
            return False
        except OSError:  # it is screened, and the report says why it cannot be read
            return True

    def _leave(self, entry: Entry, awaited: set[str]) -> float:
        """Moves a sidecar after its picture, names once what is left, and returns when to look at it again."""
        try:
            left = 0.0 if entry.refused else self._still.left(entry.path, to_its_end=False)
            sidecar = is_sidecar(entry)
            if left > 0 or (sidecar and belongs_to(entry) in awaited):
                return left if left > 0 else IDLE
            if sidecar and self._companions.pictures(entry):
                for target in self._companions.follow(entry):
                    self.tell(f"{entry.name}: with its picture, now {target}")
            elif sidecar:
                self._once(entry.name, "is a sidecar whose picture is not here; it is left")
            else:
                self._once(entry.name, f"{entry.refused or 'is no picture'}; it is left")
        except FileNotFoundError as error:
            if error.filename and Path(str(error.filename)) != entry.path:
                self._once(entry.name, f"cannot be moved ({error.strerror}); it is tried again")
        except OSError as error:
            self._once(entry.name, f"cannot be moved ({error.strerror or 'input error'}); it is tried again")
        return IDLE

    def _once(self, name: str, said: str) -> None:
        if (name, said) not in self._said:
            self._said.add((name, said))
            self.tell(f"{name}: {said}")


def _named(inbox: Path) -> str:
    return f"{inbox.resolve().name}, {datetime.now().astimezone():%d %B %Y %H:%M}"
