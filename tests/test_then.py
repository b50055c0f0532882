"""A command behind the gate: it runs for cleared bytes only, and gets them wherever it wants them."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from screening.release import then
from screening.release.export import export
from screening.release.then import ThenError
from screening.weights import sha256_of
from tests.cleared import Cleared
from tests.command import quickly

# Notes what it was called with; ends as it is told to.
UPLOADER = """
import hashlib, json, pathlib, sys
log, code, *given = sys.argv[1:]
paths = [pathlib.Path(one.removeprefix("--in=")) for one in given if one.startswith(("/", "--in=")) or ":" in one]
sha256 = hashlib.sha256(paths[0].read_bytes()).hexdigest()
line = {"given": given, "sha256": sha256, "mode": paths[0].parent.stat().st_mode}
with open(log, "a") as file:
    file.write(json.dumps(line) + chr(10))
sys.exit(int(code))
"""


def uploader(folder: Path) -> str:
    """The beginning of a command that notes what it is called with."""
    (folder / "upload er.py").write_text(UPLOADER)
    return f'"{sys.executable}" "{folder / "upload er.py"}" "{folder / "log"}"'


def calls(folder: Path) -> list[dict[str, object]]:
    log = folder / "log"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("up {file}", ("up", "{file}")),
        ("up --in={file} --album 'open day'", ("up", "--in={file}", "--album", "open day")),
        (
            '"my up" {file} {file}.bak; rm -rf ~ # $HOME',
            ("my up", "{file}", "{file}.bak;", *"rm -rf ~ # $HOME".split()),
        ),
    ],
)
def test_a_command_is_taken_apart_as_a_shell_does_and_no_more(line: str, words: tuple[str, ...]) -> None:
    assert then.words(line) == words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("up", "write {file} there"),
        ("{file}", "write {file} there"),  # a picture is no program
        ("up 'open {file}", "no closing quotation"),
        (" ", "write {file} there"),
    ],
)
def test_a_command_that_says_not_where_the_picture_goes_is_refused(line: str, said: str) -> None:
    with pytest.raises(ThenError, match=said):
        then.words(line)


def test_it_runs_for_each_cleared_file_in_order_and_not_at_all_beside_a_blocked_one(
    cleared: Cleared, tmp_path: Path
) -> None:
    up, fine = uploader(tmp_path), cleared.shoot / "fine.jpg"
    fine = fine.rename(cleared.shoot / "fine day; echo $HOME.jpg")
    asked = ("gate", "--clearance", cleared.clearance, "--then")
    done = quickly(*asked, f"{up} 0 {{file}}", cleared.good, cleared.blocked)
    assert (done.returncode, calls(tmp_path)) == (1, [])
    done = quickly(*asked, f"{up} 0 --album 7 --in={{file}} last", cleared.good, fine)
    assert done.returncode == 0, done.stderr
    first, second = calls(tmp_path)
    assert [first["sha256"], second["sha256"]] == [sha256_of(cleared.good), sha256_of(fine)]
    given = second["given"]
    assert isinstance(given, list) and [given[0], given[1], given[3]] == ["--album", "7", "last"]
    assert given[2].startswith("--in=") and Path(given[2]).name == fine.name and str(fine) not in given[2]
    assert os.name != "posix" or stat.S_IMODE(int(str(first["mode"]))) == 0o700


def test_of_an_exported_folder_it_runs_for_the_pictures_alone(cleared: Cleared, tmp_path: Path) -> None:
    public = tmp_path / "public"
    assert export(cleared.run, public, pipeline=cleared.pipeline, office=cleared.office) == 2
    (public / "more.jpg").write_bytes(b"-")
    asked = ("gate", public, "--then", f"{uploader(tmp_path)} 0 {{file}}")
    assert (quickly(*asked).returncode, calls(tmp_path)) == (1, [])
    (public / "more.jpg").unlink()
    assert quickly(*asked).returncode == 0
    assert len(calls(tmp_path)) == 2


def test_an_uploader_that_fails_ends_it_and_says_so(cleared: Cleared, tmp_path: Path) -> None:
    asked = ("gate", cleared.good, cleared.shoot / "fine.jpg", "--clearance", cleared.clearance, "--then")
    done = quickly(*asked, f"{uploader(tmp_path)} 7 {{file}}")
    assert (done.returncode, len(calls(tmp_path))) == (2, 1)
    assert "ended with 7" in done.stderr and done.stderr.count("\n") == 1
    done = quickly(*asked, "no-such-uploader {file}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no-such-uploader: cannot be run" in done.stderr


def test_what_changes_after_the_check_does_not_go_out(cleared: Cleared, tmp_path: Path) -> None:
    words = then.words(f"{uploader(tmp_path)} 0 {{file}}")
    result = cleared.gate(cleared.good, cleared.shoot / "fine.jpg")
    cleared.good.write_bytes(cleared.blocked.read_bytes())
    with pytest.raises(ThenError, match="has changed since it was checked"):
        then.run(words, result)
    assert calls(tmp_path) == []


def test_an_uploader_that_changes_the_picture_is_told_of(cleared: Cleared, tmp_path: Path) -> None:
    code = "import os, pathlib, sys; os.chmod(sys.argv[1], 0o600); pathlib.Path(sys.argv[1]).write_bytes(b'-')"
    good = sha256_of(cleared.good)
    with pytest.raises(ThenError, match="changed it"):
        then.run((sys.executable, "-c", code, "{file}"), cleared.gate(cleared.good))
    assert sha256_of(cleared.good) == good
