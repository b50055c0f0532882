"""The folder of a run: what a scan may write to and remove, and what is somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import screening
from screening.office.office import Office
from screening.render import html
from screening.run import files as run_files
from screening.run import purge
from screening.run.files import RunError
from screening.run.journal import Journal
from screening.weights import sha256_of
from tests.command import QUICK
from tests.picture_files import picture


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds a picture, and files that are called like those of a run and are none."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    (tmp_path / "quick.toml").write_text(QUICK)
    folder = tmp_path / "shoot"
    (folder / "previews").mkdir(parents=True)
    (folder / "good.jpg").write_bytes(picture())
    (folder / "report.json").write_text('{"lighthouse": 1}')
    (folder / "journal.jsonl").write_text('{"day": 1}\n')
    (folder / "previews" / "precious.jpg").write_bytes(picture())
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("target", "out"),
    [
        ("shoot", "shoot"),
        ("shoot/previews", "shoot"),
        ("shoot/good.jpg", "shoot"),
        # lies beside what is screened: what stands in report.json says that it is no run
        ("quick.toml", "shoot"),
    ],
)
def test_a_scan_leaves_a_shoot_alone_that_holds_files_called_like_those_of_a_run(
    shoot: Path, target: str, out: str
) -> None:
    before, folder = files(shoot), shoot.parent
    with pytest.raises(RunError, match="--out"):
        screening.scan(folder / target, folder / out, pipeline=folder / "quick.toml")
    assert files(shoot) == before


def test_such_a_shoot_is_no_run_to_purge_either(shoot: Path) -> None:
    with pytest.raises(purge.PurgeError, match="is not a run"):
        purge.parts(shoot, everything=True)


def test_a_run_that_was_stopped_before_its_first_picture_is_a_run_still(tmp_path: Path) -> None:
    (tmp_path / "previews").mkdir()
    (tmp_path / "journal.jsonl").touch()
    run_files.prepare(tmp_path)
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(RunError, match="something other than a run"):
        run_files.prepare(tmp_path)


def test_only_previews_of_ours_are_removed(shoot: Path) -> None:
    from screening import config

    ours = shoot / "previews" / f"{'0' * 64}.jpg"
    ours.touch()
    policy = config.load(shoot.parent / "quick.toml").policy
    Journal(shoot, Office.here(), about="it", policy=policy, scene=False, show_text=False, most=1e6).known([])
    assert not ours.exists()
    assert (shoot / "previews" / "precious.jpg").exists()


def test_the_small_pictures_of_a_large_report_lie_in_the_run_and_are_purged_with_it(
    shoot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "MANY", 0)
    run, pipeline = shoot.parent / "run", shoot.parent / "quick.toml"
    # with annotated copies there is no journal, which would have kept them
    screening.scan(shoot / "good.jpg", run, pipeline=pipeline, annotate=True)
    (small,) = html.pictures_of((run / "report.html").read_text(encoding="utf-8")).values()
    assert (run / str(small)).read_bytes().startswith(b"\xff\xd8")
    assert run / "previews" in purge.parts(run, everything=False)


def test_of_a_file_larger_than_what_is_asked_for_nothing_is_hashed(tmp_path: Path) -> None:
    huge = tmp_path / "good.jpg"
    with huge.open("wb") as file:
        file.truncate(1_000_001)
    with pytest.raises(OSError, match="is larger than 1 MB"):
        sha256_of(huge, most=1e6)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need a privilege on Windows")
@pytest.mark.parametrize("name", ["previews", "annotated", "redacted"])
def test_a_link_in_place_of_a_folder_of_the_run_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "keep").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "report.json").write_text(run_files.as_json({"schema": "screening-report-1"}))
    run_files.prepare(tmp_path / "run")
    (tmp_path / "run" / name).symlink_to(tmp_path / "keep")
    with pytest.raises(RunError, match=f"{name}: is a link"):
        run_files.prepare(tmp_path / "run")
