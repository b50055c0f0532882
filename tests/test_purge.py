"""A purge removes what shows people, leaves the log, and touches neither the shoot nor anything that is not a run's."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

import screening as screening_package
from screening.office import audit, audit_check
from screening.run.decisions import NEXT
from screening.run.files import FILES, PURGING, Holds
from screening.weights import sha256_of
from tests.cleared import Cleared
from tests.command import command, quickly


def names(folder: Path) -> set[str]:
    """What lies in a folder, but for what locked it."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def purge(folder: Path, *options: str) -> str:
    done = quickly("purge", folder, "--yes", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_pictures_go_and_records_stay(cleared: Cleared) -> None:
    scan = ("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline, "--annotate")
    assert quickly(*scan).returncode == 1
    (cleared.run / "notes.txt").write_text("ours")
    before = {path: sha256_of(path) for path in cleared.shoot.iterdir()}
    said = purge(cleared.run)
    assert "removed annotated, journal.jsonl, previews, report.html, sources.json" in said
    assert names(cleared.run) == {"report.json", "report.csv", "clearance.json", "notes.txt"}
    assert {path: sha256_of(path) for path in cleared.shoot.iterdir()} == before
    assert audit_check.verify(cleared.office.audit_log) == []
    *_, last = audit.counting(cleared.office.audit_log)
    assert (last.event, last.fields["removed"]) == ("purge", said.split(" removed ")[1].strip().split(", "))
    assert str(cleared.run) not in cleared.office.audit_log.read_text()
    assert "there is nothing left" in purge(cleared.run)
    for done in (
        quickly("review", cleared.run, "--by", "Jo", "--no-open", "--pipeline", cleared.pipeline),
        quickly("clear", cleared.run, "--pipeline", cleared.pipeline),
    ):
        assert (done.returncode, "scan the shoot again" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert "may go out" not in quickly("explain", "good.jpg", "--run", cleared.run).stdout


def test_whatever_a_run_can_have_is_in_its_table_and_goes(cleared: Cleared) -> None:
    pytest.importorskip("pyarrow", reason="the extra `cluster` is not installed")
    by = ("--pipeline", cleared.pipeline)
    more = ("--photographer", "C. Lens", "--annotate", "--parquet")
    scanned = quickly("scan", cleared.shoot, "--out", cleared.run, *by, *more)
    assert scanned.returncode == 1, scanned.stderr
    assert quickly("redact", cleared.run, *by).returncode == 0
    assert quickly("decide", cleared.run, "reject", "fine.jpg", "--by", "D. Editor", *by).returncode == 0
    cleared.clear()
    # a purge's own file is there only until it ends
    assert {path.name for path in cleared.run.iterdir()} == set(FILES) - {PURGING}
    for name in FILES:
        (cleared.run / f".{name}.abcdef.part").write_text("half written")
    (cleared.run / NEXT).write_text("half decided")
    purge(cleared.run)
    kept = {name for name, holds in FILES.items() if holds in (Holds.FINDINGS, Holds.RECORDS)}
    assert names(cleared.run) == kept
    purge(cleared.run, "--all")
    assert not cleared.run.exists()


def test_only_the_table_names_the_files_of_a_run() -> None:
    """A name that stands anywhere else in these rooms would be one that a purge may not know."""
    package = Path(screening_package.__file__).parent
    beside = [
        f"{path.name}: {node.right.value!r}"
        for room in ("run", "release", "web")
        for path in (package / room).rglob("*.py")
        if path.name != "files.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant)
        if isinstance(node.right.value, str)
    ]
    # what these two name lies in the program
    assert set(beside) == {"application.py: 'page'", "note_page.py: 'note'"}


def test_all_of_it_goes_but_for_what_is_not_the_runs(cleared: Cleared) -> None:
    arguments = ("--by", "D. Editor", "--pipeline", cleared.pipeline)
    assert quickly("decide", cleared.run, "reject", "good.jpg", *arguments).returncode == 0
    (cleared.run / "notes.txt").write_text("ours")
    purge(cleared.run, "--all")
    assert names(cleared.run) == {"notes.txt"}
    again = quickly("purge", cleared.run, "--yes")
    assert (again.returncode, "is not a run" in again.stderr) == (2, True)


def test_an_empty_folder_is_not_left_behind(cleared: Cleared) -> None:
    purge(cleared.run, "--all")
    assert not cleared.run.exists()


def test_what_a_killed_scan_left_half_written_goes_too(cleared: Cleared) -> None:
    for name in (".report.html.a1b2c3d4.part", ".sources.json.a_b2c3d4.part", ".report.json.11111111.part"):
        (cleared.run / name).write_text("a picture")
    (cleared.run / ".notes.txt.a1b2c3d4.part").write_text("ours")
    assert ".report.html.a1b2c3d4.part" in purge(cleared.run)
    assert not [name for name in names(cleared.run) if name.startswith((".report", ".sources"))]
    purge(cleared.run, "--all")
    assert names(cleared.run) == {".notes.txt.a1b2c3d4.part"}


def test_a_half_written_report_alone_can_still_be_purged(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".report.html.a1b2c3d4.part").write_text("a picture")
    purge(tmp_path / "run", "--all")
    assert not (tmp_path / "run").exists()


def test_a_report_with_what_was_read_goes_with_the_pictures(cleared: Cleared) -> None:
    scan = ("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline, "--show-text")
    assert quickly(*scan).returncode == 1
    purge(cleared.run)
    assert names(cleared.run) == {"clearance.json"}


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("key", "code"), [("ctrl-c", 130), ("ctrl-d", 2)])
@pytest.mark.parametrize("asks", ["purge", "clear", "review", "keys"])
def test_who_leaves_a_question_with_ctrl_c_or_ctrl_d_gets_the_code_of_that(
    cleared: Cleared, asks: str, key: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.delenv("SCREENING_PASSPHRASE")
    call, question = {
        "purge": (("purge", cleared.run), "[y/N]"),
        "clear": (("clear", cleared.run, "--pipeline", cleared.pipeline), "Which policing purpose"),
        "review": (("review", cleared.run, "--no-open"), "Who reviews?"),
        "keys": (("keys", "make", "B. Signer"), "Passphrase:"),
    }[asks]
    before = names(cleared.run)
    terminal, keyboard = pty.openpty()
    process = subprocess.Popen(
        command(*call),
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        start_new_session=True,
        text=True,
        # a shell that runs the tests in the background has its children ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(keyboard)
    shown = ""
    while question not in shown and process.poll() is None:
        shown += os.read(terminal, 4096).decode()
    if key == "ctrl-d":
        os.write(terminal, b"\x04")
    while process.poll() is None:
        if key == "ctrl-c":  # one that comes just before Python begins to read has no effect
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
    with contextlib.suppress(OSError):  # the end of a pseudo-terminal
        while more := os.read(terminal, 4096).decode():
            shown += more
    os.close(terminal)
    assert process.wait() == code, shown
    said = "stopped" if key == "ctrl-c" else "the question was not answered"
    assert f"\r\nscreening: {said}\r\n" in shown
    assert names(cleared.run) == before


def test_nothing_is_removed_without_a_yes_nor_from_a_folder_that_is_no_run(cleared: Cleared) -> None:
    before = names(cleared.run)
    asked = quickly("purge", cleared.run)
    assert (asked.returncode, "nothing was removed" in asked.stderr) == (2, True)
    assert names(cleared.run) == before
    done = quickly("purge", cleared.shoot, "--yes")
    assert (done.returncode, "is not a run" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert names(cleared.shoot) == {"good.jpg", "fine.jpg", "with_a_place.jpg"}
