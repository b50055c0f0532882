"""A watched folder: what is taken, when, and where it goes."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.watch import measure
from screening.office.office import Office
from screening.release import examine
from screening.release.clear import issue
from screening.release.clearance import ClearanceError
from screening.release.countersign import countersign
from screening.release.gate import gate
from screening.release.gate_result import Answer
from screening.run import batch
from screening.run.crew import Local
from screening.run.run import Run
from screening.watch import place
from screening.watch.changes import changes
from screening.watch.folders import LOCK, WatchError
from screening.weights import sha256_of
from tests.broken_off import Moments
from tests.cleared import PASSPHRASE, SIGNED, Cleared
from tests.command import in_this_process, screening
from tests.watched import Watched, blocked, clear, make_watched

XMP = b"<x:xmpmeta/>"


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(Local, "__call__", in_this_process)
    return make_watched(tmp_path)


def test_pictures_go_where_they_belong_with_their_sidecars(watched: Watched) -> None:
    for name, data in {
        "good.jpg": clear(1),
        "good.xmp": XMP,
        "sub/good.jpg": clear(2),
        "sub/good.jpg.xmp": XMP,
        "sub/place.jpg": blocked(3),
        "sub/place.aae": XMP,
        "damaged.jpg": b"\xff\xd8" + bytes(100) + b"\xff\xd9",
        "raw.nef": clear(4),
        "shared.jpg": clear(5),
        "shared.cr2": clear(6),
        "shared.xmp": XMP,
    }.items():
        watched.drop(name, data)
    watched.until_done()
    assert watched.there() == [
        *("a/good.jpg", "a/good.xmp", "a/shared.jpg", "a/shared.xmp", "a/sub/good.jpg", "a/sub/good.jpg.xmp"),
        *("b/damaged.jpg", "b/raw.nef", "b/shared.cr2", "b/shared.xmp", "b/sub/place.aae", "b/sub/place.jpg"),
    ]
    assert sum("position in EXIF GPS" in line for line in watched.said) == 1


def test_the_run_knows_where_its_pictures_lie_now(watched: Watched) -> None:
    watched.drop("good.jpg", clear(1))
    watched.drop("sub/place.jpg", blocked(2))
    watched.until_done()
    (folder,) = watched.folders.runs.iterdir()
    run = Run.open(folder, Office.here(), str(watched.pipeline))
    where = {name: path.relative_to(os.path.realpath(watched.folder)) for name, path in run.sources.items()}
    assert where == {"good.jpg": Path("a/good.jpg"), "sub/place.jpg": Path("b/sub/place.jpg")}
    assert {one.file: sha256_of(run.sources[one.file]) for one in run.report.photos} == {
        one.file: one.sha256 for one in run.report.photos
    }


def test_what_is_no_picture_is_left_and_named_once(watched: Watched) -> None:
    watched.drop("notes.py", b"print()")
    watched.drop("lone.xmp", XMP)
    (watched.folders.inbox / "link.jpg").symlink_to(watched.pipeline)
    watcher = watched.watcher()
    watched.until_done(watcher)
    watched.until_done(watcher)
    assert watched.there() == ["in/link.jpg", "in/lone.xmp", "in/notes.py"]
    assert sorted(watched.said) == [
        "link.jpg: is a link that leaves the folder; copy the picture itself into it; it is left",
        "lone.xmp: is a sidecar whose picture is not here; it is left",
        "notes.py: is no picture; it is left",
    ]


def test_nothing_is_ever_moved_over_another_file(watched: Watched) -> None:
    (watched.folders.found_nothing / "good.jpg").write_bytes(b"somebody's")
    (watched.folders.held / "place.jpg").write_bytes(b"somebody's")
    watched.drop("good.jpg", clear(1))
    watched.drop("good.xmp", XMP)
    watched.drop("place.jpg", blocked(2))
    watched.until_done()
    assert watched.there() == ["a/good (2).jpg", "a/good (2).xmp", "a/good.jpg", "b/place (2).jpg", "b/place.jpg"]
    assert (watched.folders.found_nothing / "good.jpg").read_bytes() == b"somebody's"


def test_a_file_is_left_alone_until_its_end_is_there(watched: Watched) -> None:
    data = clear(1)
    half = watched.drop("slow.jpg", data[:-20])
    watcher = watched.watcher(wait=0.2)
    watcher.look()
    time.sleep(0.2)
    watcher.look()
    assert (watched.there(), watched.said) == (["in/slow.jpg"], []), "still, but without its end"
    half.write_bytes(data)
    assert 0 < watcher.look() <= 0.2, "it has just changed"
    assert watched.there() == ["in/slow.jpg"]
    time.sleep(0.2)
    watcher.look()
    assert watched.there() == ["a/slow.jpg"]


def test_a_file_that_never_gets_its_end_is_held(watched: Watched) -> None:
    watched.drop("cut.jpg", clear(1)[:-20])
    watched.drop("empty.jpg", b"")
    watched.until_done()
    assert watched.there() == ["b/cut.jpg", "b/empty.jpg"]
    assert any("cut short" in line for line in watched.said)


def test_a_sidecar_that_comes_later_goes_after_its_picture(watched: Watched) -> None:
    watcher = watched.watcher()
    watched.drop("good.jpg", clear(1))
    watched.until_done(watcher)
    watched.drop("good.xmp", XMP)
    watched.until_done(watcher)
    assert watched.there() == ["a/good.jpg", "a/good.xmp"]
    watcher._companions.lasting = 0
    watched.until_done(watcher)
    watched.drop("good.xmp", b"<another/>")
    watched.until_done(watcher)
    assert watched.there() == ["a/good.jpg", "a/good.xmp", "in/good.xmp"], "the camera may have used the name again"


def test_a_sidecar_that_was_left_behind_follows_after_later_runs_and_restarts(watched: Watched) -> None:
    for name, data in {"good.jpg": clear(1), "later.jpg": clear(2), "good.xmp": XMP}.items():
        watched.drop(name, data)
        watched.until_done()
    assert watched.there() == ["a/good.jpg", "a/good.xmp", "a/later.jpg"]
    assert len(list(watched.folders.runs.iterdir())) == 2


@pytest.mark.parametrize("verdict", [clear, blocked])
def test_a_picture_that_changes_after_it_was_screened_is_screened_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, verdict: Callable[[int], bytes]
) -> None:
    path, later, scan = watched.drop("one.jpg", verdict(1)), [blocked(2)], batch.screen

    def and_then(*arguments: object, **more: object) -> object:
        report = scan(*arguments, **more)  # type: ignore[arg-type]
        if later:
            path.write_bytes(later.pop())
        return report

    monkeypatch.setattr(batch, "screen", and_then)
    watched.until_done()
    assert watched.there() == ["b/one.jpg"]
    assert (watched.folders.held / "one.jpg").read_bytes() == blocked(2)
    assert len(list(watched.folders.runs.iterdir())) == 2


def test_a_scan_that_is_stopped_moves_nothing_and_goes_on_at_the_next_start(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*given: Any) -> Iterator[Any]:
        yield next(in_this_process(*given))
        raise KeyboardInterrupt

    watched.drop("good.jpg", clear(1))
    watched.drop("place.jpg", blocked(2))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Local, "__call__", stopped)
        watched.until_done()
    assert watched.there() == ["in/good.jpg", "in/place.jpg"]
    screened: list[str] = []

    def noted(*given: Any) -> Iterator[Any]:
        for entry, answer in in_this_process(*given):
            screened.append(entry.name)
            yield entry, answer

    monkeypatch.setattr(Local, "__call__", noted)
    watched.until_done()
    assert watched.there() == ["a/good.jpg", "b/place.jpg"]
    assert (screened, len(list(watched.folders.runs.iterdir()))) == (["place.jpg"], 1)


def test_whoever_still_has_a_picture_open_cannot_change_what_was_screened(watched: Watched) -> None:
    path = watched.drop("good.jpg", clear(1))
    with path.open("r+b") as writer:
        watched.until_done()
        writer.write(blocked(2))
    assert (watched.folders.found_nothing / "good.jpg").read_bytes() == clear(1)


@pytest.mark.skipif(os.name != "posix", reason="a folder's permissions")
def test_what_cannot_be_removed_is_not_screened_and_copied_again_and_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.drop("good.jpg", clear(1))

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.parent == watched.folders.inbox:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        unlink(path, missing_ok)

    unlink = Path.unlink
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        watched.until_done()
        watched.until_done()
        assert watched.there() == ["a/good.jpg", "in/good.jpg"]
        assert len(list(watched.folders.runs.iterdir())) == 1
        watched.drop("place.jpg", blocked(2))
        watched.until_done()
    # a restart knows nothing of the first run by now, so that the picture is judged again, and found to be there
    watched.until_done()
    assert watched.there() == ["a/good.jpg", "b/place.jpg"]


def test_a_disk_that_was_taken_away_is_waited_for(watched: Watched) -> None:
    watched.drop("good.jpg", clear(1))
    watcher = watched.watcher()
    watched.folders.found_nothing.rmdir()
    watched.until_done(watcher)
    assert watched.there() == ["in/good.jpg"]
    assert len(watched.said) == 2 and "is tried again" in watched.said[0]
    watched.folders.found_nothing.mkdir()
    watcher.look()
    assert watched.there() == ["a/good.jpg"]
    assert len(list(watched.folders.runs.iterdir())) == 1


@pytest.mark.parametrize("error", [errno.EXDEV, errno.EPERM])
def test_files_are_copied_where_they_cannot_be_renamed(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    watched.drop("good.jpg", clear(1))
    watched.drop("place.jpg", blocked(2))
    watched.until_done()
    assert watched.there() == ["a/good.jpg", "b/place.jpg"]
    with pytest.raises(FileExistsError):
        place.copy(watched.pipeline, watched.folders.held / "place.jpg")


def test_the_gate_refuses_what_nobody_cleared(watched: Watched, cleared: Cleared) -> None:
    watched.drop("good.jpg", clear(1))
    watched.until_done()
    found_nothing = watched.folders.found_nothing
    (checked,) = cleared.gate(found_nothing / "good.jpg").files
    assert (checked.answer, checked.reason) == (Answer.REFUSE, "is not in the clearance, or has changed since")
    with pytest.raises(ClearanceError, match="name the clearance"):
        gate([found_nothing / "good.jpg"])
    assert gate([found_nothing]).exit_code == 2, "and the folder is no exported one"


def test_a_run_of_the_watcher_is_cleared_where_its_pictures_lie_now(watched: Watched, cleared: Cleared) -> None:
    watched.drop("sub/good.jpg", clear(1))
    watched.drop("place.jpg", blocked(2))
    watched.pipeline.write_bytes(cleared.pipeline.read_bytes())
    watched.until_done()
    (run,) = watched.folders.runs.iterdir()
    examined = examine.examine(run, str(watched.pipeline), cleared.office)
    issue(examined, SIGNED, cleared.office, cleared.key, PASSPHRASE)
    countersign(examined, cleared.office, cleared.second, PASSPHRASE)

    def may_go_out(name: str) -> bool:
        return bool(gate([watched.folder / name], run / "clearance.json", pipeline=watched.pipeline))

    assert (may_go_out("a/sub/good.jpg"), may_go_out("b/place.jpg")) == (True, False)


def test_folders_lie_apart_and_are_there(watched: Watched, tmp_path: Path) -> None:
    (watched.folders.inbox / "sub").mkdir()

    def started(held: Path, *more: object) -> str:
        given = ("--found-nothing", watched.folders.found_nothing, "--held", held, "--pipeline", watched.pipeline)
        done = screening("watch", watched.folders.inbox, *given, *more)
        assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
        return done.stderr

    assert "lies in" in started(watched.folders.inbox / "sub")
    assert "lies in" in started(watched.folders.held, "--runs", watched.folders.held / "runs")
    assert "there is no such folder; make it first" in started(tmp_path / "nowhere")
    with watched.folders.locked(), pytest.raises(WatchError, match="is watched already"), watched.folders.locked():
        pass


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(WatchError, match=r'install "screening\[watch\]"'):
        changes(tmp_path)


def test_runs_sort_by_time_even_within_a_second(watched: Watched) -> None:
    names = []
    for _ in range(12):
        run = watched.folders.next_run()
        run.mkdir(parents=True)
        names.append(run.name)
    assert names == sorted(names) and watched.folders.newest == watched.folders.runs / names[-1]


def test_files_from_a_slow_copier_are_each_judged_once_through_restarts(tmp_path: Path) -> None:
    found = measure(tmp_path, files=12, kills=2, pause=0.05)
    assert (found.right, found.left, found.once + found.again) == (found.files, (), 12)


def killed(watched: Watched, at: int) -> bool:
    """Starts a watcher, kills it at a moment, and returns whether it lived that long."""
    child = os.fork()
    if not child:
        try:
            Moments(at=at, way="killed").watch()
            watched.until_done()
        finally:
            sys.setprofile(None)
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="needs a fork that is safe")
@pytest.mark.parametrize("linked", [True, False], ids=["one file system", "two"])
def test_a_watcher_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    monkeypatch.setattr(Local, "__call__", in_this_process)
    if not linked:

        def refused(*_: object) -> None:
            raise OSError(errno.EXDEV, "another file system")

        monkeypatch.setattr(Path, "hardlink_to", refused)
    bytes_of = {"good.jpg": clear(1), "good.xmp": XMP, "place.jpg": blocked(2), "place.jpg.xmp": XMP}
    step = 1 if os.environ.get("SCREENING_MOMENTS") else 23
    at, lived = 0, True
    while lived:
        watched = make_watched(tmp_path / str(at))
        for name, data in bytes_of.items():
            watched.drop(name, data)
        lived = killed(watched, at)
        for path in watched.folders.found_nothing.rglob("good.jpg"):
            assert path.read_bytes() in (clear(1), b""), "what is there is whole, or a name that is kept"
        assert not list(watched.folders.found_nothing.rglob("place.jpg"))
        watched.until_done()
        assert watched.there() == ["a/good.jpg", "a/good.xmp", "b/place.jpg", "b/place.jpg.xmp"], at
        digests = {hashlib.sha256(path.read_bytes()).digest() for path in watched.folder.glob("[ab]/*")}
        assert digests == {hashlib.sha256(data).digest() for data in bytes_of.values()}
        at += step
    assert at > 4 * step
    assert LOCK not in "".join(watched.there())
