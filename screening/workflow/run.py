"""A run on disk: the folder that `scan --out` writes, readable by its owner alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.report import SCHEMA, Report

REPORT = "report.json"


class RunError(ScreeningError):
    """A run folder that cannot be written or read."""


def prepare(folder: Path) -> None:
    """Makes the folder, or takes an earlier run's; never one that holds anything else.

    Raises:
        RunError: if it holds other things, or cannot be made.
    """
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / REPORT).is_file():
            raise RunError(f"{folder}: holds other things than a run; name a new folder with --out")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # on Windows the folder inherits the access list of the one above it
        folder.chmod(0o700)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror}); name another folder with --out") from error


def write(report: Report, folder: Path, *, show_text: bool = False, for_sharing: bool = False) -> None:
    """Writes report.json, report.csv and report.html into the folder.

    Raises:
        RunError: if one cannot be written.
    """
    from screening.render.html import html_page
    from screening.render.table import csv_table

    fields = report.as_dict(show_text=show_text)
    previews = {photo.file: photo.preview for photo in report.photos if photo.preview}
    _write(folder / REPORT, as_json(fields))
    _write(folder / "report.csv", csv_table(fields))
    _write(folder / "report.html", html_page(fields, previews, for_sharing=for_sharing))


def read(folder: Path) -> dict[str, Any]:
    """The report of a run, as it stands in report.json.

    Raises:
        RunError: if there is none, or it is not one of ours.
    """
    try:
        fields = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder}: holds no readable {REPORT}; name the folder that scan --out wrote") from error
    if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
        raise RunError(f"{folder / REPORT}: is not a report of this version; scan again")
    return fields


def as_json(fields: dict[str, Any]) -> str:
    """A report as JSON text; plain ASCII, so that no name can do anything in a terminal."""
    return json.dumps(fields, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    """Replaces a file in one step, so that a reader never sees half of it; readable by its owner alone."""
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror})") from error
