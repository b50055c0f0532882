"""How much a scan says: nothing, the usual, or each picture as soon as it is known; and completion for the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import QUICK, quickly, screening
from tests.picture_files import picture
from tests.streets import PLACE


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clear picture and a blocked one, under a name that a terminal must not obey."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    (tmp_path / "p.toml").write_text(QUICK)
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / "fine.jpg").write_bytes(picture())
    (tmp_path / "shoot" / "red\x1b[31m.jpg").write_bytes(picture(gps=PLACE))
    return tmp_path / "shoot"


def test_a_quiet_scan_says_nothing_and_its_exit_code_tells(shoot: Path) -> None:
    done = quickly("scan", shoot, "--pipeline", shoot.parent / "p.toml", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    done = quickly("scan", shoot / "none", "--pipeline", shoot.parent / "p.toml", "--quiet")
    assert (done.returncode, "no such file" in done.stderr) == (2, True), "what went wrong is said all the same"


def test_a_verbose_scan_says_of_each_picture_what_was_found(shoot: Path) -> None:
    done = quickly("scan", shoot, "--pipeline", shoot.parent / "p.toml", "--verbose")
    lines = sorted(line.partition(", ")[2].partition(" (")[0] for line in done.stderr.splitlines())
    assert lines[0] == "fine.jpg: clear"
    assert lines[1].startswith(r"red\x1b[31m.jpg: block: ")
    assert "2 files in" in done.stdout
    both = quickly("scan", shoot, "--quiet", "--verbose")
    assert (both.returncode, "give one of them" in both.stderr) == (2, True)


def test_the_shell_can_complete_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SCREENING_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "screening sc")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert screening().stdout.split() == ["scan"]
