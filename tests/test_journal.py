"""The journal: a scan goes on from where an earlier one was stopped, and takes up nothing that somebody else wrote."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from screening import config
from screening.office import audit_check
from screening.office.office import Office
from screening.run import files
from screening.run.journal import subject
from tests import PATIENCE
from tests.command import QUICK, command, quickly
from tests.picture_files import picture, scenery
from tests.streets import PLACE

PICTURES = 12


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds a shoot, of which every fourth picture says where it was taken, a pipeline and an office."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    (tmp_path / "quick.toml").write_text(QUICK)
    (tmp_path / "shoot").mkdir()
    for number in range(PICTURES):
        rgb = scenery(600, 450, seed=number)
        data = picture(rgb=rgb, gps=PLACE) if number % 4 == 0 else picture(rgb=rgb)
        (tmp_path / "shoot" / f"{number:02}.jpg").write_bytes(data)
    return tmp_path


def scan(folder: Path, *options: object, out: str = "run") -> tuple[int, str]:
    """What a scan says about what it took up, and its exit code."""
    pipeline = folder / "quick.toml"
    done = quickly("scan", folder / "shoot", "--out", folder / out, "--pipeline", pipeline, *options)
    assert done.returncode in (1, 2), done.stderr
    said = [line for line in done.stdout.splitlines() if "unchanged since an earlier scan" in line]
    return int(said[0].split()[0]) if said else 0, done.stdout


def findings(run: Path) -> list[dict[str, Any]]:
    photos: list[dict[str, Any]] = json.loads((run / "report.json").read_text())["photos"]
    return [{name: value for name, value in photo.items() if name != "seconds"} for photo in photos]


def test_a_second_scan_takes_up_what_is_as_it_was_and_looks_at_the_rest(folder: Path) -> None:
    assert scan(folder)[0] == 0
    before, page = findings(folder / "run"), (folder / "run" / "report.html").read_text()
    assert scan(folder)[0] == PICTURES
    assert findings(folder / "run") == before
    pictures = "data:image/jpeg;base64,"
    assert (folder / "run" / "report.html").read_text().count(pictures) == page.count(pictures)
    shoot = folder / "shoot"
    (shoot / "00.jpg").write_bytes(picture(rgb=scenery(seed=99)))  # another picture under a known name
    (shoot / "01.jpg").rename(shoot / "renamed.jpg")  # a name is screened too
    (shoot / "02.jpg").unlink()
    assert scan(folder)[0] == PICTURES - 3
    assert findings(folder / "run")[0]["verdict"] == "clear"
    assert scan(folder, out="other")[0] == 0
    assert findings(folder / "other") == findings(folder / "run")
    assert {file.stem for file in (folder / "run" / "previews").iterdir()} == {
        photo["sha256"] for photo in findings(folder / "run")
    }


def test_nothing_is_taken_up_once_the_answer_may_be_another(folder: Path) -> None:
    scan(folder)
    assert scan(folder, "--not-a-scene")[0] == 0
    assert scan(folder)[0] == 0
    assert scan(folder, "--show-text")[0] == 0
    assert "text" in findings(folder / "run")[0]["findings"][0]
    assert scan(folder)[0] == 0
    assert '"text"' not in (folder / "run" / "journal.jsonl").read_text()
    (folder / "quick.toml").write_text(QUICK.replace("block = 0.5", "hold = 0.5"))
    assert scan(folder)[0] == 0
    (folder / "office" / "registers").mkdir()
    (folder / "office" / "registers" / "release.sqlite").write_bytes(b"somebody was added")
    assert scan(folder)[0] == 0
    assert scan(folder)[0] == PICTURES


def test_nothing_is_taken_up_once_a_register_in_a_folder_of_its_own_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    named = tmp_path / "elsewhere"
    named.mkdir()
    stage = f"[[stage]]\nuse = 'metadata'\n[[stage]]\nuse = 'faces'\n[[stage]]\nuse = 'register'\nfolder = '{named}'\n"
    (tmp_path / "named.toml").write_text(QUICK.replace('[[stage]]\nuse = "metadata"\n', stage))
    pipeline = config.load(tmp_path / "named.toml")
    office = Office.here()
    before = subject(pipeline, (), office)
    assert subject(pipeline, (), office) == before
    (named / "release.sqlite").write_bytes(b"consent was withdrawn")
    assert subject(pipeline, (), office) != before


def test_what_could_not_be_screened_is_looked_at_again(folder: Path) -> None:
    (folder / "shoot" / "00.jpg").write_bytes(b"no picture")
    scan(folder)
    assert scan(folder)[0] == PICTURES - 1
    assert findings(folder / "run")[0]["verdict"] == "block"


@pytest.mark.parametrize("how", ["edited", "of another office", "sealed by a guess", "torn", "preview"])
def test_what_somebody_else_wrote_is_passed_over(folder: Path, how: str) -> None:
    scan(folder)
    before = findings(folder / "run")
    journal = folder / "run" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if json.loads(line)["photo"]["verdict"] == "block")
    line = json.loads(lines[number])
    taken_up = PICTURES - 1
    if how in ("edited", "sealed by a guess"):
        line["photo"] |= {"findings": [], "verdict": "clear"}
        line["seal"] = "0" * 64 if how == "sealed by a guess" else line["seal"]
        lines[number] = json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n"
        journal.write_text("".join(lines))
    elif how == "of another office":
        (folder / "office" / "journal.key").write_bytes(b"?" * 32)
        taken_up = 0
    elif how == "torn":
        journal.write_text("".join(lines)[:-20])
    else:
        (folder / "run" / "previews" / f"{line['photo']['sha256']}.jpg").write_bytes(picture(rgb=scenery(seed=500)))
    assert scan(folder)[0] == taken_up
    assert findings(folder / "run") == before


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups to kill")
def test_killed_at_any_moment_a_scan_loses_nothing_and_the_next_goes_on(folder: Path) -> None:
    random.seed(11)
    log, there = Office(folder / "office").audit_log, folder / "run"
    arguments = command("scan", folder / "shoot", "--out", there, "--pipeline", folder / "quick.toml")
    journal = there / "journal.jsonl"
    most = 0

    def lines() -> int:
        return len(journal.read_bytes().splitlines()) if journal.is_file() else 0

    for turn in range(8):
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        # a few are killed as they start, the others once they have got further, however busy the machine is
        until = time.monotonic() + (random.uniform(0.5, 2.0) if turn < 3 else PATIENCE)
        while time.monotonic() < until and process.poll() is None and lines() <= most:
            time.sleep(0.02)
        time.sleep(random.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
        kept = lines()
        assert kept >= most - 1, "a line that was there is gone"  # the last may have been torn
        most = max(most, kept)
        # there is a whole report, or none
        if (there / "report.json").exists():
            assert len(files.report_fields(there)["photos"]) == PICTURES
    assert most > 0
    assert scan(folder)[0] > 0
    assert audit_check.verify(log) == []
    shutil.rmtree(folder / "fresh", ignore_errors=True)
    assert scan(folder, out="fresh")[0] == 0
    assert findings(there) == findings(folder / "fresh")
