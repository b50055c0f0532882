"""Copies the cleared files of a run, and nothing else, into a folder of their own, with the clearance beside them."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from screening import pipeline_file
from screening.office import audit
from screening.office.office import Office, put_in_place, stage
from screening.release.clearance import load
from screening.release.folder import FolderError, places
from screening.release.gate import gate
from screening.release.standing import standing
from screening.run import files
from screening.run.shoot import is_link
from screening.weights import read_bytes


def export(run: Path, folder: Path, *, pipeline: Path | str, office: Office) -> int:
    """Writes the cleared files of a run to a folder, by their names and byte for byte, and returns how many.

    They are written beside it, checked there by the gate as whoever uploads them will, and moved as a whole.

    Args:
        run: a run that was cleared.
        folder: a new folder, or an empty one.
        pipeline: the policy in force.
        office: whose keys and audit log.

    Raises:
        FolderError: if the folder is not empty, a file has changed or is missing, or something cannot be written.
        ScreeningError: if the clearance is not valid here and now.
    """
    path, most = run / files.CLEARANCE, pipeline_file.read(pipeline).most_bytes
    signed, stale, _ = standing(path, pipeline_file.read(pipeline), pipeline, office, audit.snapshot(office.audit_log))
    if signed is None or stale:
        raise FolderError(f"{path}: {stale}" if signed else stale)
    _refuse(folder)
    sources, where = files.sources(run), places(signed.files)
    with _beside(folder) as part:
        for name, place in where.items():
            _copy(name, sources.get(name), part.joinpath(*place.parts), most)
        stage(part / files.CLEARANCE, load(path))
        result = gate([part], pipeline=pipeline, office=office)
        if not result:
            wrong = next((one for one in result.files if one.reason), None)
            said = f"{wrong.path.relative_to(part)}: {wrong.reason}" if wrong else result.reason
            raise FolderError(f"{said}; nothing was exported, clear the run again")
        audit.append(office.audit_log, "export", run=files.identity(run), clearance=signed.name, files=len(where))
        _refuse(folder)
        if folder.exists():
            folder.rmdir()
        put_in_place(part, folder)
    return len(where)


def _refuse(folder: Path) -> None:
    """Refuses a folder that contains anything, or is none."""
    try:
        if is_link(folder) or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise FolderError(f"{folder}: is not an empty folder; name a new one")
    except OSError as error:
        raise FolderError(f"{folder}: cannot be read ({error.strerror})") from error


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder beside the one to be written, readable by its owner alone; it is removed if it was not moved."""
    prefix, ending = f".{folder.name}.", ".part"
    part = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f"{prefix}????????{ending}"):  # what a killed program left
            if not is_link(left):
                shutil.rmtree(left)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix, suffix=ending))
        yield part
    except OSError as error:
        raise FolderError(
            f"{error.filename or folder}: cannot be written ({error.strerror or 'input error'})"
        ) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _copy(name: str, source: Path | None, target: Path, most: float) -> None:
    if source is None:
        raise FolderError(f"{name}: the run does not say where it is; scan the shoot again")
    try:
        data = read_bytes(source, most=most)
    except OSError as error:
        raise FolderError(f"{name}: cannot be read ({error.strerror or 'input error'}); clear the run again") from error
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    stage(target, data)
