"""A run's report as Parquet files, for archives too large for a page: a row a picture, and a row a finding.

Parts are written whole and say how many they are (`photos-00001-of-00003.parquet`), so that one that is missing is
noticed. Evidence is masked, as in the report. docs/scale.md describes the columns.
"""

from __future__ import annotations

import contextlib
import datetime
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.analysis import wanted
from screening.finding import ScreeningError
from screening.office.office import make_private, put_in_place, stage
from screening.photo_report import PhotoReport, photo_fields
from screening.policy import Policy
from screening.report import SIDES
from screening.run.files import PARQUET
from screening.run.restore import restored_photo

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

SCHEMA = "screening-table-1"
# Pictures in a part.
PART = 50_000
TABLES = ("photos", "findings")
# A database works in less memory than a laptop has, fetches nothing, and writes only where it is told to.
SETTINGS = {
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
PHOTOS = {
    **dict.fromkeys(("run", "batch", "policy", "file", "folder", "sha256", "verdict", "look"), "string"),
    "scene": "bool",
    "modified": "timestamp",
    **dict.fromkeys(("width", "height"), "int32"),
    "seconds": "float64",
}
FINDINGS = {
    **dict.fromkeys(("run", "file", "rule", "kind", "verdict", "evidence", "stage", "frame", "text"), "string"),
    "position": "int32",
    **dict.fromkeys(("score", "hold", "block"), "float64"),
    **dict.fromkeys(SIDES, "int32"),
    "corners": "corners",
}


class TableError(ScreeningError):
    """The Parquet files of a run cannot be written or read."""


def write(
    run: Path, photos: Sequence[PhotoReport], about: Mapping[str, Any], modified: Mapping[str, float], *, text: bool
) -> None:
    """Writes a run's Parquet files in place of earlier ones.

    Args:
        run: the folder of the run.
        photos: what was found.
        about: the columns that are the same for all pictures: run, batch, policy and scene.
        modified: when each file was last changed, in seconds since 1970, where that is known.
        text: whether what was read is included, which is personal data.

    Raises:
        AnalysisError: if pyarrow is not installed.
        TableError: if they cannot be written.
    """
    folder = run / PARQUET
    remove(run)
    try:
        make_private(folder)
        count = max(1, -(-len(photos) // PART))
        for number in range(count):
            part = photos[number * PART : (number + 1) * PART]
            fields = [photo_fields(photo, show_text=text) for photo in part]
            rows = _photo_rows(fields, about, modified), _finding_rows(fields, about)
            for name, columns, found in zip(TABLES, (PHOTOS, FINDINGS), rows, strict=True):
                data = _parquet(columns, found)
                place = folder / f"{name}-{number + 1:05}-of-{count:05}.parquet"
                stage(place.with_name(f".{place.name}.part"), data)
                put_in_place(place.with_name(f".{place.name}.part"), place)
    except OSError as error:
        raise TableError(f"{folder}: cannot be written ({error.strerror or 'input error'})") from error


def ready() -> None:
    """Asks before a scan for what writing needs after it.

    Raises:
        AnalysisError: if pyarrow is not installed.
    """
    with wanted("cluster"):
        import pyarrow  # noqa: F401


def remove(run: Path) -> None:
    """Removes a run's Parquet files, which are those of an earlier report."""
    with contextlib.suppress(FileNotFoundError):
        try:
            shutil.rmtree(run / PARQUET)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise TableError(f"{run / PARQUET}: cannot be removed ({error.strerror or 'input error'})") from error


def parts(run: Path) -> list[tuple[Path, Path]]:
    """The files of a run, by part: photos and findings.

    Raises:
        TableError: if there are none, or one is missing.
    """
    folder = run / PARQUET
    there = [sorted(folder.glob(f"{name}-*-of-*.parquet")) for name in TABLES]
    count = int(there[0][0].stem[-5:]) if there[0] and there[0][0].stem[-5:].isdecimal() else 0
    for name, found in zip(TABLES, there, strict=True):
        if not count or [path.name for path in found] != [
            f"{name}-{number + 1:05}-of-{count:05}.parquet" for number in range(count)
        ]:
            raise TableError(f"{folder}: holds no whole tables; scan again with --parquet")
    return list(zip(*there, strict=True))


def sources(runs: Iterable[Path]) -> dict[str, list[str]]:
    """The files of runs by table, as a database is asked about them; raises as `parts` does."""
    there = [part for run in runs for part in parts(run)]
    return {name: [str(part[place]) for part in there] for place, name in enumerate(TABLES)}


@contextlib.contextmanager
def database(about: str) -> Iterator[DuckDBPyConnection]:
    """A database that is asked about tables.

    Args:
        about: what is said to be unreadable where it cannot read them.

    Raises:
        AnalysisError: if duckdb is not installed.
        TableError: if it cannot read them.
    """
    with wanted("cluster"):
        import duckdb
    with (
        tempfile.TemporaryDirectory(prefix="screening-") as made,
        duckdb.connect(config={**SETTINGS, "temp_directory": made}) as base,
    ):
        try:
            yield base
        except duckdb.Error as error:
            said = f"{about}: cannot be read ({type(error).__name__}); scan again with --parquet"
            raise TableError(said) from error


def judged(
    run: Path, policy: Policy, *, only: Collection[str] | None = None
) -> Iterator[tuple[PhotoReport, Mapping[str, Any]]]:
    """Every picture of a run, or those `only` of these files, with its findings judged by a policy, and its row; no
    network runs.

    One part of the files is in memory at a time.

    Raises:
        AnalysisError: if pyarrow is not installed.
        TableError: if the files cannot be read, or are damaged or of another version.
    """
    for photos, findings in parts(run):
        by_file: dict[str, list[dict[str, Any]]] = {}
        for row in sorted(_rows(findings, only), key=lambda row: (row["file"], row["position"])):
            sides = [row[side] for side in SIDES]
            found = row | {"box": sides if None not in sides else None, "text": row["text"] or ""}
            by_file.setdefault(row["file"], []).append(found)
        for row in _rows(photos, only):
            try:
                yield restored_photo(row | {"findings": by_file.get(row["file"], [])}, policy, scene=row["scene"]), row
            except (KeyError, TypeError, ValueError) as error:
                raise TableError(f"{photos}: is damaged; scan again with --parquet") from error


def _rows(path: Path, only: Collection[str] | None) -> list[dict[str, Any]]:
    with wanted("cluster"):
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
    try:
        wanted_rows = None if only is None else pc.field("file").isin(pa.array(list(only), pa.string()))
        table = pq.read_table(path, partitioning=None, filters=wanted_rows)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"{path}: cannot be read; scan again with --parquet") from error
    if (table.schema.metadata or {}).get(b"schema") != SCHEMA.encode():
        raise TableError(f"{path}: is not of this version; scan again with --parquet")
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _photo_rows(
    photos: Iterable[Mapping[str, Any]], about: Mapping[str, Any], modified: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    for photo in photos:
        file = str(photo["file"])
        changed = modified.get(file)
        when = None if changed is None else datetime.datetime.fromtimestamp(changed, datetime.UTC)
        yield {**photo, **about, "file": utf8(file), "folder": utf8(file.rpartition("/")[0]), "modified": when}


def _finding_rows(photos: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for photo in photos:
        for position, finding in enumerate(photo["findings"]):
            sides = dict(zip(SIDES, finding["box"] or (), strict=False))
            where = {"run": about["run"], "file": utf8(photo["file"]), "position": position}
            yield {"corners": [], **finding, **sides, **where, "evidence": utf8(finding["evidence"])}


def utf8(said: str) -> str:
    """Text that UTF-8 can hold: names of files may contain bytes that are none."""
    return said.encode("utf-8", "backslashreplace").decode()


def _parquet(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    with wanted("cluster"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    types: dict[str, pa.DataType] = {
        "string": pa.string(),
        "bool": pa.bool_(),
        "int32": pa.int32(),
        "float64": pa.float64(),
        "timestamp": pa.timestamp("s", "UTC"),
        "corners": pa.list_(pa.list_(pa.float64())),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()], {"schema": SCHEMA})
    there = [{name: row.get(name) for name in columns} for row in rows]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(there, schema), sink, compression="zstd")
    return bytes(sink.getvalue())
