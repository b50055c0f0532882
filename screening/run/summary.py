"""How many pictures of archives each rule holds and blocks, by month and folder: counted by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screening import config
from screening.lifting import RELEASED
from screening.policy import Policy, Verdict
from screening.run import tables
from screening.run.files import PARQUET
from screening.run.tables import TableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What a summary can be divided by, and how each is computed from a picture's row and its rule.
BY = {"rule": "rule", "month": "coalesce(strftime(modified, '%Y-%m'), '')", "folder": "folder"}
# The verdict of each finding under its rule, as a number: as it was judged when it was stored,
STORED = """
SELECT run, file, rule, CASE verdict WHEN 'block' THEN 2 WHEN 'hold' THEN 1 ELSE 0 END AS verdict
FROM read_parquet($findings)
"""
# or by a policy, whose `terms` for each kind are a table. Pictures that take more than that were judged `apart`.
ANEW = """
SELECT run, file, terms.rule, least(
    CASE WHEN score >= terms.block THEN 2 WHEN score >= terms.hold THEN 1 ELSE 0 END,
    CASE WHEN scene THEN 2 ELSE terms.outside END
) AS verdict
FROM read_parquet($findings) AS findings JOIN read_parquet($photos) AS photos USING (run, file) JOIN terms USING (kind)
ANTI JOIN apart USING (run, file)
UNION ALL SELECT run, file, rule, verdict FROM apart
"""
# A picture counts once for each rule, with the strictest verdict under it.
COUNTED = """
WITH judged AS ({judged}),
worst AS (SELECT run, file, rule, max(verdict) AS verdict FROM judged GROUP BY run, file, rule HAVING max(verdict) > 0)
SELECT {columns}, count(*) FILTER (worst.verdict = 2), count(*) FILTER (worst.verdict = 1)
FROM worst JOIN read_parquet($photos) AS photos USING (run, file)
GROUP BY ALL ORDER BY ALL
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
    columns = ", ".join(f"{BY[one]} AS {one}" for one in by)
    with tables.database(PARQUET) as database:
        given = tables.sources(runs)
        if policy:
            _judge(database, runs, policy, given["findings"])
        asked = COUNTED.format(judged=ANEW if policy else STORED, columns=columns)
        rows = database.execute(asked, given).fetchall()
    return [(tuple(map(str, row[: len(by)])), int(row[-2]), int(row[-1])) for row in rows]


def _judge(database: DuckDBPyConnection, runs: Sequence[Path], policy: Policy, findings: list[str]) -> None:
    """Makes the tables by which findings are judged anew: `terms`, and the pictures that are judged `apart`."""
    database.execute("CREATE TABLE terms (kind VARCHAR, rule VARCHAR, hold DOUBLE, block DOUBLE, outside INTEGER)")
    for (kind,) in database.execute("SELECT DISTINCT kind FROM read_parquet(?)", [findings]).fetchall():
        rule, scores = policy.lookup(kind)
        outside = int(Verdict[policy.rules[rule].outside_a_scene.upper()])
        database.execute("INSERT INTO terms VALUES (?, ?, ?, ?, ?)", [kind, rule, scores.hold, scores.block, outside])
    database.execute("CREATE TABLE apart (run VARCHAR, file VARCHAR, rule VARCHAR, verdict INTEGER)")
    for run in runs:
        rows = [
            (row["run"], row["file"], one.rule, int(one.verdict))
            for photo, row in tables.judged(run, policy, only=_apart(database, run, policy))
            for one in photo.judgements
        ]
        if rows:
            database.executemany("INSERT INTO apart VALUES (?, ?, ?, ?)", rows)


def _apart(database: DuckDBPyConnection, run: Path, policy: Policy) -> set[str]:
    """The files whose findings are not judged each by itself: the register lifts some, or they are posters."""
    given = tables.sources([run])
    asked = "SELECT DISTINCT file FROM read_parquet(?) WHERE kind = ? OR starts_with(kind, ? || '.')"
    found = {str(file) for (file,) in database.execute(asked, [given["findings"], RELEASED, RELEASED]).fetchall()}
    if policy.posters:
        named = database.execute("SELECT file FROM read_parquet(?)", [given["photos"]]).fetchall()
        found |= {file for (file,) in named if policy.for_file(file) is not policy}
    return found
