"""`screening scan`, as a press officer and a script would run it: what is written, what is said, how it exits."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import stat
import subprocess
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Any

import pytest

import screening as package
from screening import cli
from screening.containers.ending import ended
from screening.run.shoot import walk
from tests import PATIENCE
from tests.command import QUICK, command, screening


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


@pytest.fixture(scope="module")
def run_of_bad_files(bad_files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    folder = tmp_path_factory.mktemp("quick")
    (folder / "quick.toml").write_text(QUICK)
    done = screening(
        "scan", bad_files, "--out", folder / "run", "--pipeline", folder / "quick.toml", "--purpose", "A test"
    )
    return folder / "run", json.loads((folder / "run" / "report.json").read_text()), done


def test_every_broken_file_is_blocked_by_name_and_every_good_one_is_judged(
    run_of_bad_files: tuple[Path, Any, Any], bad_files: Path
) -> None:
    _, report, done = run_of_bad_files
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    photos = {photo["file"]: photo for photo in report["photos"]}
    on_disk = {path.relative_to(bad_files).as_posix() for path in bad_files.rglob("*") if path.is_file()}
    assert set(photos) == on_disk, "nothing is lost"
    for name, photo in photos.items():
        if name.startswith("broken/"):
            assert photo["verdict"] == "block", name
            assert photo["findings"][0]["kind"] in {"error.photo", "error.unsupported"}, name
            assert f"  {name}: " in done.stdout, "named in the summary, with the reason on the same line"
        else:
            assert photo["verdict"] == "clear", (name, photo["findings"])
            assert photo["width"] > 0
            assert photo["sha256"] == hashlib.sha256((bad_files / name).read_bytes()).hexdigest()


def test_a_raw_file_and_a_video_say_what_to_do(run_of_bad_files: tuple[Path, Any, Any]) -> None:
    _, report, _ = run_of_bad_files
    said = {photo["file"]: photo["findings"][0] for photo in report["photos"] if photo["findings"]}
    for name in ("broken/camera.nef", "broken/film.mp4"):
        assert said[name]["kind"] == "error.unsupported"
        assert said[name]["evidence"].endswith("convert it, or leave it out of the upload")


def test_the_run_is_for_its_owner_alone_and_holds_three_reports(run_of_bad_files: tuple[Path, Any, Any]) -> None:
    run, report, done = run_of_bad_files
    reports = ["report.csv", "report.html", "report.json"]
    assert sorted(path.name for path in run.iterdir()) == ["journal.jsonl", "previews", *reports, "sources.json"]
    assert report["batch"]["purpose"] == "A test"
    assert report["summary"]["photos"] == len(report["photos"])
    with (run / "report.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) > len(report["photos"])
    assert str(run / "report.html") in done.stdout
    if os.name == "posix":
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in run.rglob("*") if path.is_file()} == {0o600}
        assert stat.S_IMODE((run / "previews").stat().st_mode) == 0o700


def test_every_file_of_every_folder_has_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [Path(name) for name in ("other/b/x.jpg", "other/x.jpg", "b/x.jpg")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for targets in (["other", "b"], ["b", "other"], ["other", "b", "other/b"], ["b/x.jpg", "other/x.jpg", "other/b"]):
        entries = walk([Path(target) for target in targets])
        held = [file for target in targets for file in files if file.is_relative_to(target)]
        assert sorted(entry.path for entry in entries) == sorted(held)
        assert len({entry.name for entry in entries}) == len(held)


@pytest.mark.skipif(os.name != "posix", reason="Windows allows no path as long as this")
def test_a_copy_with_boxes_that_cannot_be_written_does_not_cost_the_report(
    tmp_path: Path, bad_files: Path, quick: Path
) -> None:
    folder, long = tmp_path / "shoot", f"{'x' * 245}.jpg"
    folder.mkdir()
    for name in ("a.jpg", long, "z.jpg"):
        (folder / name).write_bytes((bad_files / "odd" / "plain.jpg").read_bytes())
    done = screening("scan", folder, "--out", tmp_path / "run", "--pipeline", quick, "--annotate")
    assert done.returncode == 0, done.stderr
    photos = json.loads((tmp_path / "run" / "report.json").read_text())["photos"]
    assert {photo["file"]: photo["verdict"] for photo in photos} == dict.fromkeys(("a.jpg", long, "z.jpg"), "clear")
    (line,) = [line for line in done.stderr.splitlines() if long in line]
    assert "the copy with boxes cannot be written (File name too long)" in line
    copies = sorted(path.name for path in (tmp_path / "run" / "annotated").iterdir())
    assert copies == ["a.jpg.screened.jpg", "z.jpg.screened.jpg"]


def test_json_goes_to_stdout_alone(bad_files: Path, quick: Path) -> None:
    done = screening("scan", bad_files / "odd" / "plain.jpg", "--json", "--not-a-scene", "--pipeline", quick)
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["batch"]["scene"] is False
    assert [photo["file"] for photo in report["photos"]] == ["plain.jpg"]
    assert "1 clear" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["scan", "no-such-folder"], 2, "no-such-folder: there is no such file or folder"),
        (["scan", ".", "--pipeline", "strickt"], 2, "did you mean 'strict'"),
        (["scan", ".", "--annotate"], 2, "name it with --out"),
        (["scan"], 2, "Missing argument"),
        (["scna", "."], 2, "No such command"),
    ],
)
def test_a_wrong_call_is_answered_in_words(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    done = screening(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_went_is_named_whoever_missed_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "understood", lambda: lambda **_: Path("gone.json").read_text())
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert (end.value.code, capsys.readouterr().err) == (2, "screening: gone.json: there is no such file or folder\n")


def test_no_pictures_at_all_is_never_clear(tmp_path: Path, quick: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing to see")
    done = screening("scan", tmp_path / "empty", "--pipeline", quick)
    assert done.returncode == 2
    assert "No pictures were found" in done.stdout
    assert "Left aside, not for publishing: 1 file\n  notes.txt\n" in done.stdout


def test_an_out_folder_that_holds_something_else_is_left_alone(tmp_path: Path, bad_files: Path, quick: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    done = screening("scan", bad_files / "odd" / "plain.jpg", "--out", tmp_path / "precious", "--pipeline", quick)
    assert done.returncode == 2
    assert "contains something other than a run" in done.stderr
    assert [path.name for path in (tmp_path / "precious").iterdir()] == ["thesis.txt"]


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need a privilege on Windows")
def test_a_link_never_leaves_the_folder(tmp_path: Path, bad_files: Path, quick: Path) -> None:
    folder, outside = tmp_path / "shoot", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    picture = (bad_files / "odd" / "plain.jpg").read_bytes()
    (folder / "real.jpg").write_bytes(picture)
    (outside / "private.jpg").write_bytes(picture)
    (folder / "within.jpg").symlink_to(folder / "real.jpg")
    (folder / "leaves.jpg").symlink_to(outside / "private.jpg")
    (folder / "folder-leaves").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    report = json.loads(screening("scan", folder, "--json", "--pipeline", quick).stdout)
    verdicts = {photo["file"]: photo["verdict"] for photo in report["photos"]}
    assert verdicts == {"real.jpg": "clear", "within.jpg": "clear", "leaves.jpg": "block", "folder-leaves": "block"}
    assert report["aside"] == ["loop"]


@pytest.mark.skipif(os.name != "posix", reason="Windows forbids these names")
def test_hostile_names_are_inert(tmp_path: Path, bad_files: Path, quick: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    picture = (bad_files / "broken" / "truncated.jpg").read_bytes()
    names = [
        "\x1b[31mred.png",
        "line\nbreak.png",
        "\u202egnp.exe.png",
        "=cmd|x.png",
        "<img src=x onerror=alert(1)>.png",
    ]
    for name in names:
        (folder / name).write_bytes(picture)
    os.fsencode(folder)
    (folder / os.fsdecode(b"not-\xff-text.png")).write_bytes(picture)
    done = screening("scan", folder, "--out", tmp_path / "run", "--pipeline", quick)
    assert done.returncode == 2  # each is blocked, and so is named in the summary
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert len([line for line in done.stdout.splitlines() if "export it again" in line]) == len(names) + 1
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<img src=x onerror" not in page
    with (tmp_path / "run" / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_saves_what_is_done_and_blocks_the_rest(tmp_path: Path, bad_files: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    picture = (bad_files / "odd" / "plain.jpg").read_bytes()
    # each takes a twentieth of a second or more: long enough for a line of progress; the last ones never end
    for name in (*(f"{index:03}" for index in range(400)), "hangs-0", "hangs-1", "hangs-2"):
        (folder / f"{name}.jpg").write_bytes(picture)
    slow = tmp_path / "slow.toml"
    slow.write_text("[limits]\nseconds = 3600\n" + QUICK.replace('use = "metadata"', 'use = "tests.slow_stage:Slow"'))
    root = Path(__file__).parent.parent
    process = subprocess.Popen(
        command("scan", folder, "--out", tmp_path / "run", "--pipeline", slow, "--jobs", 2),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        # a shell that runs the tests in the background has its children ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr
    process.stderr.readline()  # the first line of progress: some are done
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "Stopped before the end" in out
    photos = json.loads((tmp_path / "run" / "report.json").read_text())["photos"]
    verdicts = [photo["verdict"] for photo in photos]
    assert len(verdicts) == 403
    assert verdicts.count("clear") > 0
    assert verdicts[-3:] == ["block"] * 3


def slow(
    tmp_path: Path,
    bad_files: Path,
    *names: str,
    seconds: int = 60,
    once: bool = False,
    stage: str = "tests.slow_stage:Slow",
) -> dict[str, str]:
    """Scans copies of a good picture with a stage that acts as their names say; gives "clear", or what blocks each."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((bad_files / "odd" / "plain.jpg").read_bytes())
    use = f'use = "{stage}"' + (f"\nonce = '{tmp_path}'" if once else "")
    pipeline = tmp_path / "slow.toml"
    pipeline.write_text(f"[limits]\nseconds = {seconds}\n" + QUICK.replace('use = "metadata"', use))
    photos = package.scan(folder, pipeline=pipeline, jobs=2).photos
    return {photo.file: photo.reason() or str(photo.verdict) for photo in photos}


def test_a_photo_that_takes_too_long_or_brings_the_program_down_is_blocked_and_the_others_are_judged(
    tmp_path: Path, bad_files: Path
) -> None:
    found = slow(tmp_path, bad_files, "a.jpg", "b-hangs.jpg", "c-crashes.jpg", "d.jpg", seconds=8)
    assert (found["a.jpg"], found["d.jpg"]) == ("clear", "clear")
    # it sleeps: whoever wants a processor and gets none looks like this
    busy = "with 0 of processor time: the machine was too busy; scan again"
    assert found["b-hangs.jpg"].endswith(busy if os.name == "posix" else "export a smaller copy")
    assert "crashed the program (code 3)" in found["c-crashes.jpg"]


def test_a_photo_whose_process_ended_through_no_fault_of_its_own_is_looked_at_again_alone(
    tmp_path: Path, bad_files: Path
) -> None:
    names = ("a.jpg", "b-crashes.jpg", "c-hangs.jpg", os.fsdecode(b"d-\xc3\xa9-crashes.jpg"))
    assert set(slow(tmp_path, bad_files, *names, seconds=8, once=True).values()) == {"clear"}


def test_a_file_whose_bytes_never_arrive_costs_one_picture(tmp_path: Path, bad_files: Path) -> None:
    names = ("a.jpg", "b-stalls.jpg", "c-stalls.jpg", "d.jpg")
    found = slow(tmp_path, bad_files, *names, seconds=16, stage="tests.stalling_stage:Quick")
    assert (found["a.jpg"], found["d.jpg"]) == ("clear", "clear")
    said = "cannot be read: its disk or share does not answer; check the connection and scan again"
    assert found["b-stalls.jpg"].endswith(said)
    assert found["c-stalls.jpg"].endswith(said)


class BrokenPool:
    """Takes one picture, which it never gives back, and no more."""

    active = False

    def __init__(self, **_: object) -> None:
        self.taken = 0

    def schedule(self, *_: object, **__: object) -> Future[object]:
        self.taken += 1
        if self.taken > 1:
            raise RuntimeError("The Pool is not active")
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor())
        return future

    def stop(self) -> None:
        """Nothing runs."""

    join = stop


def test_a_pool_that_breaks_costs_no_picture(tmp_path: Path, bad_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pebble.ProcessPool", BrokenPool)
    assert slow(tmp_path, bad_files, "a.jpg", "b.jpg", "c.jpg") == dict.fromkeys(("a.jpg", "b.jpg", "c.jpg"), "clear")


@pytest.mark.skipif(os.name != "posix", reason="Windows allows neither such names nor such links")
def test_what_cannot_be_read_is_blocked_by_name_and_what_is_left_aside_is_named(
    tmp_path: Path, bad_files: Path, quick: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    picture = (bad_files / "odd" / "plain.jpg").read_bytes()
    for name in ("a.jpg", ".hidden.jpg", "a.thm"):
        (folder / name).write_bytes(picture)
    for name in ("a.xmp", os.fsdecode(b"not-\xff-text.xmp"), "._a.jpg"):
        (folder / name).touch()
    for one, other in (("one.jpg", "other.jpg"), ("other.jpg", "one.jpg")):
        (folder / one).symlink_to(other)
    done = screening("scan", folder, folder / "one.jpg", "--out", tmp_path / "run", "--pipeline", quick)
    assert done.returncode == 2, done.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    verdicts = {photo["file"]: photo["verdict"] for photo in report["photos"]}
    assert [name for name, verdict in verdicts.items() if verdict == "clear"] == [".hidden.jpg", "a.jpg"]
    links = {"one.jpg", "other.jpg", f"{(folder / 'one.jpg').as_posix()}/one.jpg"}
    assert {name for name, verdict in verdicts.items() if verdict == "block"} == links
    assert verdicts["a.thm"] == "hold", "a picture under another name is screened as what it is"
    assert report["aside"] == ["._a.jpg", "a.xmp", "not-\udcff-text.xmp"]
    assert "Left aside, not for publishing: 3 files\n  ._a.jpg\n  a.xmp\n  not-\\udcff-text.xmp\n" in done.stdout
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "3 files left aside, not for publishing" in page
    assert set(package.sources(tmp_path / "run")) == set(verdicts)


def test_odd_files_that_are_good_all_go_on_to_their_end(bad_files: Path) -> None:
    odd = [path for path in sorted((bad_files / "odd").rglob("*")) if path.is_file()]
    assert odd and [path.name for path in odd if not ended(path.read_bytes())] == []
