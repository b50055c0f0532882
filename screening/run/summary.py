"""How many pictures of archives each rule holds and blocks, by month and folder: counted by DuckDB."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from screening import config
from screening.analysis import wanted
from screening.policy import Policy
from screening.run import tables
from screening.run.files import PARQUET
from screening.run.tables import TableError

# What a summary can be divided by, and how each is computed from a picture's row and its rule.
BY = {"rule": "rule", "month": "coalesce(strftime(modified, '%Y-%m'), '')", "folder": "folder"}
# A picture counts once for each rule, with the strictest verdict under it.
COUNTED = """
WITH worst AS (
    SELECT run, file, rule, bool_or(verdict = 'block') AS block, bool_or(verdict = 'hold') AS hold
    FROM read_parquet($findings) GROUP BY run, file, rule
)
SELECT {columns}, count(*) FILTER (block), count(*) FILTER (hold AND NOT block)
FROM worst JOIN read_parquet($photos) AS photos USING (run, file)
WHERE block OR hold GROUP BY ALL ORDER BY ALL
"""


def summary(
    runs: Sequence[Path], by: Sequence[str] = tuple(BY), *, pipeline: str = ""
) -> list[tuple[tuple[str, ...], int, int]]:
    """How many pictures of runs are blocked and held, for each value of what they are divided by.

    Args:
        runs: folders that `scan --parquet` wrote.
        by: what to divide by, of `BY`.
        pipeline: judges the findings anew, by name or path; "" leaves them as they were judged.

    Raises:
        AnalysisError: if duckdb or pyarrow is not installed.
        TableError: if a run has no tables, or they cannot be read.
        ConfigError: if the pipeline cannot be read.
    """
    if not by or any(one not in BY for one in by):
        raise TableError(f"{', '.join(by) or 'nothing'}: a summary is divided by {', '.join(BY)}")
    policy = config.load(pipeline).policy if pipeline else None
    with tempfile.TemporaryDirectory(prefix="screening-") as made:
        there = [_judged(run, policy, Path(made) / str(number)) for number, run in enumerate(runs)]
        return _counted([part for run in there for part in tables.parts(run)], by, Path(made))


def _judged(run: Path, policy: Policy | None, made: Path) -> Path:
    """The run, or one with its findings judged anew."""
    if policy is None:
        return run
    found = list(tables.judged(run, policy))
    about = {name: found[0][1][name] for name in ("run", "batch", "policy", "scene")} if found else {"run": ""}
    modified = {row["file"]: row["modified"].timestamp() for _, row in found if row["modified"]}
    tables.write(made, [photo for photo, _ in found], about, modified, text=False)
    return made


def _counted(
    parts: Sequence[tuple[Path, Path]], by: Sequence[str], folder: Path
) -> list[tuple[tuple[str, ...], int, int]]:
    with wanted("cluster"):
        import duckdb
    # it fetches nothing, and writes only where it is told to
    settings = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(config={**settings, "temp_directory": str(folder)}) as database:
        columns = ", ".join(f"{BY[one]} AS {one}" for one in by)
        given = {name: [str(part[place]) for part in parts] for place, name in enumerate(tables.TABLES)}
        try:
            rows = database.execute(COUNTED.format(columns=columns), given).fetchall()
        except duckdb.Error as error:
            raise TableError(
                f"{PARQUET}: cannot be read ({type(error).__name__}); scan again with --parquet"
            ) from error
    return [(tuple(map(str, row[: len(by)])), int(row[-2]), int(row[-1])) for row in rows]
