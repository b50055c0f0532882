"""Finds and reads a pipeline file without importing stages: the gate needs only its hash."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.finding import ScreeningError
from screening.weights import data_folder, read_bytes

# The largest file that is read unless a pipeline file says otherwise.
FILE_MEGABYTES = 300.0
# The most words that are listed on one line.
LISTED = 24


class ConfigError(ScreeningError):
    """A pipeline file cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineTables:
    """A pipeline file, merged into the one that it extends.

    Attributes:
        path: where it is.
        tables: its merged contents.
        sha256: of the bytes of the file that it extends, followed by its own.
    """

    path: Path
    tables: dict[str, Any]
    sha256: str

    @property
    def stages(self) -> dict[str, dict[str, Any]]:
        """The options of each stage, by what it uses."""
        stages = self.tables.get("stage", [])
        return {str(table.get("use")): {k: v for k, v in table.items() if k != "use"} for table in stages}

    @property
    def register_folder(self) -> str:
        """Where the registers lie that faces are compared with; "" for the office's own."""
        return str(self.stages.get("register", {}).get("folder", ""))

    @property
    def most_bytes(self) -> float:
        """The largest file that could have been screened.

        Raises:
            ConfigError: if the limit is not a number.
        """
        limits = self.tables.get("limits", {})
        megabytes = limits.get("file_megabytes", FILE_MEGABYTES) if isinstance(limits, dict) else ""
        if not isinstance(megabytes, int | float):
            raise ConfigError(f"{self.path}: limits.file_megabytes: must be a number, not {megabytes!r}")
        return megabytes * 1e6

    @property
    def review_by(self) -> str:
        """The date from which the policy itself is due for review, as ISO 8601, or ""."""
        return str(self.tables.get("batch", {}).get("review_by", ""))


def read(pipeline: str | Path = "default") -> PipelineTables:
    """A pipeline by the name of one that ships with the project, or by the path of a TOML file.

    Raises:
        ConfigError: if it cannot be read.
    """
    path = _find(pipeline)
    tables, data = _tables(path)
    return PipelineTables(path=path, tables=tables, sha256=hashlib.sha256(data).hexdigest())


def names() -> list[str]:
    """The pipelines that ship with the project."""
    return sorted(path.stem for path in data_folder("pipelines").glob("*.toml"))


def _find(pipeline: str | Path) -> Path:
    if isinstance(pipeline, str) and pipeline in names():
        return data_folder("pipelines") / f"{pipeline}.toml"
    path = Path(pipeline)
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such pipeline file{did_you_mean(str(pipeline), names())}")
    return path


def _tables(path: Path) -> tuple[dict[str, Any], bytes]:
    """The tables of a pipeline file merged into those of the one that it extends, and the bytes of both."""
    try:
        data = read_bytes(path)
        tables = tomllib.loads(data.decode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is not valid TOML: too many brackets within each other") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    base, without = tables.pop("extends", None), tables.pop("without", [])
    if base is None and without:
        raise ConfigError(f'{path}: without: leaves out stages of the file that this one extends; add extends = "..."')
    if base is None:
        return tables, data
    if base not in names() or base == path.stem:
        raise ConfigError(f"{path}: extends: must be one of {', '.join(names())}, not {base!r}")
    under, base_data = _tables(_find(base))
    stages = _merged(under["stage"], tables.pop("stage", []), without, where=f"{path}: ", table="stage", key="use")
    batch = dict(tables["batch"]) if isinstance(tables.get("batch"), dict) else {}
    if batch:
        before = under.get("batch", {}).get("question", [])
        again, left_out = batch.get("question", []), batch.pop("without", [])
        where = f"{path}: batch."
        batch["question"] = _merged(before, again, left_out, where=where, table="batch.question", key="id")
        tables["batch"] = batch
    return _over(under, tables) | {"stage": stages}, base_data + data


def _merged(
    under: list[dict[str, Any]], over: Any, without: Any, *, where: str, table: str, key: str
) -> list[dict[str, Any]]:
    """The stages, or questions, of a file that extends another. What it does not name stays, so that nothing is
    silently left out: one named again has its keys merged, a new one comes last, and `without` names those left out
    ("*": all).

    Raises:
        ConfigError: if `without` names one that is not there, or an entry is not a table.
    """
    known, what = [one[key] for one in under], table.rpartition(".")[2]
    if not isinstance(without, list) or not isinstance(over, list) or not all(isinstance(one, dict) for one in over):
        raise ConfigError(f"{where}without is a list of names, and every {what} begins with [[{table}]]")
    for name in without:
        if name not in (*known, "*"):
            raise ConfigError(f"{where}without: no {what} is called {name!r}{did_you_mean(str(name), known)}")
    kept = [] if "*" in without else [one for one in under if one[key] not in without]
    merged: list[dict[str, Any]] = []
    for one in kept:
        again = next((other for other in over if other.get(key) == one[key]), None)
        merged.append(one | (again or {}))
        over = [other for other in over if other is not again]
    return [*merged, *over]


def _over(under: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Tables merged into others, key by key. A kind's thresholds are replaced whole."""
    merged = dict(under)
    for key, value in tables.items():
        deeper = (
            isinstance(value, dict)
            and isinstance(under.get(key), dict)
            and not {"hold", "block"} & {*value, *under[key]}
        )
        merged[key] = _over(under[key], value) if deeper else value
    return merged


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the known word that may have been meant, or all of them if there are not too many."""
    known = list(known)
    if close := difflib.get_close_matches(word, known, n=1):
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= LISTED else ""
