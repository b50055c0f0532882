"""Where the pictures of a run go. The run's own list of where its pictures lie is the plan: it is written whole before
the first one is moved, so that a watcher that was killed knows what is left to do."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.run import files
from screening.run.shoot import Entry
from screening.watch import place
from screening.watch.folders import Folders
from screening.watch.still import has_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is to be done with one picture.

    Attributes:
        run: the folder of its run.
        photo: what was found in it.
        source: where it lies.
        target: where it goes.
        root: below which folder that is.
        by_copy: whether what lies there afterwards must be the very bytes that were screened.
    """

    run: Path
    photo: PhotoReport
    source: Path
    target: Path
    root: Path
    by_copy: bool

    def make(self) -> Move | None:
        """Moves the picture and returns where it went; None if it is gone, or has changed since it was screened.

        Raises:
            OSError: if it cannot be moved; it can be tried again.
            RunError: if the run cannot be written.
        """
        move = self
        while True:
            place.make_folder(move.target.parent, below=move.root)
            try:
                return move if place.move(move.source, move.target, move.photo.sha256, by_copy=move.by_copy) else None
            except FileExistsError:  # somebody else's, since the plan was made
                move = replace(move, target=place.free(move.target))
                files.add_source(move.run, move.photo.file, move.target)


def plan(run: Path, photos: Iterable[PhotoReport], folders: Folders) -> list[Move]:
    """The moves of a run's pictures; those that were planned before the program was killed are planned still.

    Raises:
        RunError: if the run cannot be read or written.
    """
    known = list(photos)
    there = {photo.file: folders.inbox / photo.file for photo in known} | files.sources(run)
    kept = {photo.file: root for photo in known if (root := _root(there[photo.file], photo, folders))}
    taken = {there[name] for name in kept}
    moves = []
    for photo in known:
        source = folders.inbox / photo.file
        root, target = kept.get(photo.file), there[photo.file]
        if root is None:
            # what decodes without its end is no picture that anybody exported
            clear = photo.verdict is Verdict.CLEAR and has_end(source)
            root = folders.found_nothing if clear else folders.held
            target = place.free(Path(os.path.realpath(root), photo.file), taken, photo.sha256)
            taken.add(target)
        by_copy = root == folders.found_nothing
        moves.append(Move(run=run, photo=photo, source=source, target=target, root=root, by_copy=by_copy))
    if len(kept) < len(moves):
        files.write_sources([Entry(move.photo.file, move.target) for move in moves], run)
    return moves


def sweep(moves: Iterable[Move]) -> None:
    """Removes what a killed program left half-written beside the targets."""
    for folder in {move.target.parent for move in moves}:
        place.sweep(folder)


def _root(target: Path, photo: PhotoReport, folders: Folders) -> Path | None:
    """The folder below which a picture was planned to go, if it may go there."""
    root = folders.root(target)
    return root if root == folders.held or photo.verdict is Verdict.CLEAR else None
