"""Whatever lies in place of a file that is read: a command neither waits for it nor has a fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from screening import pipeline_file, settings
from screening.cli.clear import _read as answers
from screening.evaluation import labels, sources
from screening.finding import ScreeningError
from screening.office import audit, keys
from screening.office.office import Office
from screening.run import copies, files
from screening.run.decisions import Decisions

DEEP = b"[" * 20_000
# What reads each file, given its path.
READERS: dict[str, Callable[[Path], object]] = {
    "report.json": lambda path: files.report_fields(path.parent),
    "sources.json": lambda path: files.sources(path.parent),
    "decisions.jsonl": lambda path: Decisions(path.parent, Office(path.parent)).current(),
    "copies.jsonl": lambda path: copies.read(path.parent, settings.read().policy, scene=True),
    "audit.jsonl": audit.last,
    "answers.json": answers,
    "labels.jsonl": labels.read,
    "coco.json": lambda path: sources.of_coco(path, {}),
    "own.toml": pipeline_file.read,
}


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
@pytest.mark.parametrize("name", READERS)
def test_nothing_waits_for_a_pipe_in_place_of_a_file(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(ScreeningError, match=name):
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("name", READERS)
def test_brackets_within_brackets_are_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    data = b"a = " + DEEP if name.endswith(".toml") else DEEP + b"\n"
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ScreeningError):
        READERS[name](tmp_path / name)


def test_a_key_of_brackets_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(ScreeningError, match="is not one of our public keys"):
        keys.trust(Office(tmp_path), DEEP.decode())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"photos": 3},
        {"batch": {}, "policy": {}, "rules": {}, "models": [], "photos": [], "aside": [], "started": "", "tool": ""},
    ],
)
def test_a_report_without_what_is_read_from_it_is_damaged(tmp_path: Path, fields: dict[str, object]) -> None:
    (tmp_path / "report.json").write_text(files.as_json({"schema": "screening-report-1"} | fields))
    with pytest.raises(files.RunError, match=r"report\.json: is damaged"):
        files.report_fields(tmp_path)
