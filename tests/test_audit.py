"""The audit log: what it holds, what it finds, and that many may write to it at once."""

from __future__ import annotations

import csv
import datetime
import errno
import io
import json
import multiprocessing
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from screening.office import audit, audit_check, audit_line
from screening.office.audit_line import AuditError, Head
from screening.run import files
from screening.weights import sha256_of
from tests.command import QUICK, screening
from tests.failing import failing


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five lines."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "home"))
    log = tmp_path / "home" / "audit.jsonl"
    for number in range(5):
        audit.append(log, "scan", report=f"{number}" * 64, photos=number)
    return log


def swap(lines: list[str]) -> list[str]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def rehash(lines: list[str]) -> list[str]:
    """One line edited by somebody who also mends its hash."""
    fields = json.loads(lines[2])
    fields["fields"]["photos"] = 99
    entry = audit_line.Entry(**fields)
    fields["sha256"] = audit_line.digest(entry)
    return [*lines[:2], audit_line.canonical(fields).decode() + "\n", *lines[3:]]


def test_a_log_as_it_was_written_has_nothing_wrong(log: Path) -> None:
    assert audit_check.verify(log) == []
    assert [entry.number for entry in audit.entries(log)] == [1, 2, 3, 4, 5]
    assert audit.head(log) == list(audit.entries(log))[-1].head
    if os.name == "posix":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_log_that_is_added_to_is_read_as_it_was(log: Path) -> None:
    with log.open("ab") as file:
        file.write(b'{"half')
    before = audit.snapshot(log)
    audit.append(log, "scan", photos=6)
    assert [entry.number for entry in audit.entries(before)] == [1, 2, 3, 4, 5]
    assert [entry.number for entry in audit.entries(audit.snapshot(log))] == [1, 2, 3, 4, 5, 6]
    assert list(audit.entries(audit.snapshot(log.with_name("none")))) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [lines[0], *lines[2:]], "line 2 does not follow"),  # removed
        (lambda lines: lines[1:], "line 1 does not follow"),  # removed at the beginning
        (swap, "line 2 does not follow"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "line 3 does not follow"),  # doubled
        (lambda lines: [line.replace('"photos":2', '"photos":1') for line in lines], "line 3 was edited"),
        (lambda lines: [*lines[:3], "\n", *lines[3:]], "line 4 was edited"),
        (lambda lines: [*lines[:3], "null\n", *lines[4:]], "line 4 was edited"),
        (lambda lines: [line.replace('"number":2', '"number": 2') for line in lines], "line 2 was edited"),
        (rehash, "line 4 does not follow"),
    ],
)
def test_a_line_removed_moved_or_edited_is_found(
    log: Path, change: Callable[[list[str]], list[str]], says: str
) -> None:
    log.write_text("".join(change(log.read_text().splitlines(keepends=True))))
    assert audit_check.verify(log)[0].startswith(says)


@pytest.mark.parametrize(
    "line",
    [
        '{"at":"2026-01-01T00:00:00.000+00:00","before":"","event":"scan","fields":{"photos":NaN},"number":3,"sha256":""}',
        '{"at":"2026-01-01T00:00:00.000","before":"","event":"scan","fields":{},"number":3,"sha256":""}',  # no zone
        '{"at":"2026-01-01T00:00:00.000+00:00","before":"","event":"scan","fields":{},"number":3,"sha256":[]}',
        "[" * 200_000,
    ],
    ids=["no number", "no zone", "no hash", "too deep"],
)
def test_a_line_that_no_program_of_ours_wrote_is_named(log: Path, line: str) -> None:
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*lines[:2], line + "\n", *lines[3:]]))
    assert audit_check.verify(log)[0] == "line 3 was edited or damaged"
    with pytest.raises(AuditError, match="line 3 is not a line of this log"):
        list(audit.entries(log))
    log.write_text("".join([*lines, line + "\n"]))
    with pytest.raises(AuditError, match="its last line was edited or damaged"):
        audit.head(log)


def test_one_bit_anywhere_in_the_log_is_found(log: Path) -> None:
    whole, head = log.read_bytes(), audit.head(log)
    for position in range(0, len(whole), 6):
        log.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << position % 7]) + whole[position + 1 :])
        assert audit_check.verify(log, against=head), position


def test_a_cut_tail_and_a_rebuilt_log_show_against_a_head(log: Path) -> None:
    head = audit.head(log)
    audit.append(log, "scan", report="f" * 64)
    assert audit_check.verify(log, against=head) == []
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:3]))
    assert audit_check.verify(log) == [], "the chain alone cannot know"
    assert "its end was cut off" in audit_check.verify(log, against=head)[0]
    log.unlink()
    for _ in range(8):
        audit.append(log, "scan", report="0" * 64)
    assert audit_check.verify(log) == []
    assert "it was rewritten" in audit_check.verify(log, against=head)[0]
    assert audit_check.verify(log.with_name("none"), against=Head()) == []


def test_a_line_half_written_when_the_power_went_is_no_line(log: Path) -> None:
    whole = log.read_text()
    log.write_text(whole + '{"at":"2026-')
    assert audit.head(log).number == 5
    assert audit_check.verify(log) == []
    audit.append(log, "scan", report="f" * 64)
    assert audit_check.verify(log) == []
    assert log.read_text().startswith(whole)
    assert audit.head(log).number == 6


def test_nothing_is_added_to_a_log_whose_last_line_was_edited(log: Path) -> None:
    log.write_text(log.read_text().replace('"photos":4', '"photos":5'))
    before = log.read_bytes()
    with pytest.raises(AuditError, match="its last line was edited"):
        audit.append(log, "scan")
    assert log.read_bytes() == before


def test_time_never_runs_backwards_in_the_log(log: Path) -> None:
    last = audit.last(log)
    assert last
    fields = json.loads(log.read_text().splitlines()[-1]) | {"at": "2999-01-01T00:00:00.000+00:00"}
    fields["sha256"] = audit_line.digest(audit_line.Entry(**fields))
    log.write_text(
        "".join(log.read_text().splitlines(keepends=True)[:4]) + audit_line.canonical(fields).decode() + "\n"
    )
    entry = audit.append(log, "scan")
    assert entry.at == "2999-01-01T00:00:00.000+00:00"
    assert entry.fields["clock"] < entry.at
    assert audit_check.verify(log) == []


def test_a_long_line_is_read_back_whole(log: Path) -> None:
    hashes = ["f" * 64] * 2000
    audit.append(log, "gate", passed=hashes)
    audit.append(log, "gate", passed=[])
    assert [len(entry.fields["passed"]) for entry in list(audit.entries(log))[-2:]] == [2000, 0]
    assert audit_check.verify(log) == []


def write_many(log: Path, count: int) -> None:
    for number in range(count):
        audit.append(log, "gate", number=number)


def test_threads_and_processes_write_at_once_and_no_line_is_lost(log: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_many, args=(log, 40)) for _ in range(3)]
    for process in processes:
        process.start()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: audit.append(log, "gate"), range(80)))
    for process in processes:
        process.join()
    assert audit_check.verify(log) == []
    assert audit.head(log).number == 5 + 3 * 40 + 80


def test_a_writer_killed_at_any_moment_leaves_a_whole_log(log: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for _ in range(4):
        before = audit.head(log).number
        process = context.Process(target=write_many, args=(log, 100_000))
        process.start()
        while audit.head(log).number < before + 20:
            time.sleep(0.003)
        process.kill()
        process.join()
        audit.append(log, "gate")
        assert audit_check.verify(log) == []


def test_an_unknown_event_is_refused(log: Path) -> None:
    with pytest.raises(ValueError, match="not 'lunch'"):
        audit.append(log, "lunch")


def test_a_folder_that_cannot_be_made_is_answered_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditError, match="cannot be made"):
        audit.append(tmp_path / "file" / "home" / "audit.jsonl", "scan")


def test_a_scan_with_a_run_is_one_line_and_one_without_is_none(log: Path, bad_files: Path, tmp_path: Path) -> None:
    (tmp_path / "quick.toml").write_text(QUICK)
    scan = ("scan", bad_files / "odd" / "plain.jpg", "--pipeline", tmp_path / "quick.toml")
    assert screening(*scan).returncode == 0
    assert audit.head(log).number == 5
    assert screening(*scan, "--out", tmp_path / "run").returncode == 0
    entry = audit.last(log)
    assert entry and entry.number == 6
    assert entry.fields == {
        "report": sha256_of(tmp_path / "run" / "report.json"),
        "run": json.loads((tmp_path / "run" / "report.json").read_text())["run"],
        "policy": sha256_of(tmp_path / "quick.toml"),
        "photos": 1,
        "clear": 1,
        "hold": 0,
        "block": 0,
    }
    assert files.sources(tmp_path / "run") == {"plain.jpg": (bad_files / "odd" / "plain.jpg").resolve()}


@pytest.mark.parametrize("command", ["verify", "export", "due"])
def test_of_a_log_that_is_not_there_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "none"))
    done = screening("audit", command)
    assert done.returncode == 2
    assert "there is no audit log" in done.stderr
    assert not (tmp_path / "none").exists()


def test_export_gives_one_row_a_line(log: Path) -> None:
    done = screening("audit", "export")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["number"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert json.loads(rows[3]["fields"]) == {"report": "3" * 64, "photos": 3}


def test_a_release_is_due_until_somebody_has_looked_at_it_again(log: Path) -> None:
    audit.append(log, "clearance", clearance="a" * 64, batch="Open day", released=12, report="b" * 64)
    assert audit_check.due(log, days=30) == [], "not before its time"
    done = screening("audit", "due", "--after", "0")
    assert done.returncode == 1
    assert "12 released  Open day" in done.stdout
    assert json.loads(screening("audit", "due", "--after", "0", "--json").stdout)[0]["fields"]["batch"] == "Open day"
    assert screening("audit", "reviewed", "b").returncode == 2, "no release begins so"
    assert screening("audit", "reviewed", done.stdout.split()[0]).returncode == 0
    assert audit_check.due(log, days=0) == []
    assert audit_check.verify(log) == []


def test_weeks_without_a_release_are_remarked_on(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.append(log, "scan", run="a")
    assert "nothing was released yet" in screening("audit", "due").stderr
    past = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(weeks=5)).isoformat(timespec="milliseconds")
    log.unlink()
    monkeypatch.setattr(audit_line, "now", lambda: past)
    audit.append(log, "clearance", clearance="a" * 64, batch="Open day", released=12, report="b" * 64)
    assert f"the last release was on {past[:10]}" in screening("audit", "due").stderr
    assert screening("audit", "due", "--weeks", 6).stderr == ""


def test_what_was_begun_counts_unless_it_was_taken_back_and_is_told_of_once(log: Path) -> None:
    made, taken_back, broken = (audit.begin(log, "key", run=f"run-{name}", key=name) for name in "abc")
    audit.end(log, made)
    audit.end(log, taken_back, done=False)
    plain = audit.append(log, "key", key="d", run="run-c")
    assert audit.unfinished(log) == audit.unfinished(log, "key") == [broken]
    assert audit.unfinished(log, "purge") == audit.unfinished(log, run="run-a") == []
    assert audit.counting(log, "key") == [made, broken, plain]
    assert audit.counting(log, "key", run="run-c") == [broken, plain]
    assert len(audit.counting(log)) == 5 + 3
    assert audit_check.verify(log) == []


@pytest.mark.parametrize("stands", [True, False])
def test_settling_ends_each_broken_change_once_as_it_is_found(log: Path, stands: bool) -> None:
    begun = [audit.begin(log, "key", key=name, run="r") for name in "ab"]
    asked: list[audit_line.Entry] = []

    def found(entry: audit_line.Entry) -> bool:
        asked.append(entry)
        return stands

    audit.settle(log, "purge", stands=found)
    assert asked == []
    for _ in range(2):
        audit.settle(log, "key", run="r", stands=found)
    assert asked == begun
    assert audit.unfinished(log) == []
    assert audit.counting(log, "key") == (begun if stands else [])


def test_nothing_is_begun_where_the_log_cannot_be_written_and_what_is_done_stands(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = audit.begin(log, "key", key="a")
    there = log.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AuditError, match="No space left"):
        audit.begin(log, "key", key="b")
    log.write_bytes(there)
    audit.settle(log, "key", stands=lambda _: True)  # says nothing
    monkeypatch.undo()
    log.write_bytes(there)
    assert audit.unfinished(log) == [begun]
    assert audit.counting(log, "key") == [begun]


def test_a_line_that_could_not_be_kept_is_not_there(log: Path) -> None:
    audit.append(log, "key", key="a")
    there = log.read_bytes()
    with failing(1), pytest.raises(AuditError, match="No space left"):
        audit.append(log, "key", key="b")
    assert log.read_bytes() == there
    audit.append(log, "key", key="b")
    assert log.read_bytes().startswith(there)
    assert audit_check.verify(log) == []
