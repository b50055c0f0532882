"""A part of an archive: the pictures of a run that lie in a folder, were changed in a month, or a rule keeps back."""

from __future__ import annotations

from pathlib import Path

from screening.run import tables
from screening.run.files import PARQUET
from screening.run.tables import TableError

ASKED = """
SELECT file FROM read_parquet($photos) AS photos
WHERE ($month = '' OR strftime(modified, '%Y-%m') = $month)
    AND ($folder = '' OR folder = $folder OR starts_with(folder, $folder || '/'))
    AND ($rule = '' OR file IN (SELECT file FROM read_parquet($findings) WHERE rule = $rule AND verdict != 'clear'))
"""


def part(run: Path, *, rule: str = "", month: str = "", folder: str = "") -> frozenset[str] | None:
    """The names of the files in a part of a run, as its tables have them (`tables.utf8`); None if all of it is meant.

    Args:
        run: a folder that `scan --parquet` wrote.
        rule: only what this rule held or blocked.
        month: only what was last changed in it, as 2024-03.
        folder: only what lies in it, or below it.

    Raises:
        AnalysisError: if duckdb is not installed.
        TableError: if the run has no tables, they cannot be read, or nothing is in this part.
    """
    if not (rule or month or folder):
        return None
    with tables.database(str(run / PARQUET)) as database:
        given = {"rule": rule, "month": month, "folder": folder.rstrip("/"), **tables.sources([run])}
        found = frozenset(str(file) for (file,) in database.execute(ASKED, given).fetchall())
    if not found:
        raise TableError(f"{run}: no picture is in this part; screening summary counts what is there")
    return found
