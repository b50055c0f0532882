"""A purge removes what shows people, leaves the log, and touches neither the shoot nor anything that is not a run's."""

from __future__ import annotations

from pathlib import Path

from screening.weights import sha256_of
from screening.workflow import audit
from tests.cleared import Cleared
from tests.test_scan import screening


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def purge(folder: Path, *options: str) -> str:
    done = screening("purge", folder, "--yes", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_pictures_go_and_records_stay(cleared: Cleared) -> None:
    scan = ("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline, "--annotate")
    assert screening(*scan).returncode == 1
    (cleared.run / "notes.txt").write_text("ours")
    before = {path: sha256_of(path) for path in cleared.shoot.iterdir()}
    said = purge(cleared.run)
    assert "removed annotated, journal.jsonl, previews, report.html, sources.json" in said
    assert names(cleared.run) == {"report.json", "report.csv", "clearance.json", "notes.txt"}
    assert {path: sha256_of(path) for path in cleared.shoot.iterdir()} == before
    assert audit.verify(cleared.office.audit_log) == []
    *_, last = audit.entries(cleared.office.audit_log)
    assert (last.event, last.fields["removed"]) == ("purge", said.split(" removed ")[1].strip().split(", "))
    assert str(cleared.run) not in cleared.office.audit_log.read_text()
    assert "nothing in it is left" in purge(cleared.run)
    for done in (
        screening("review", cleared.run, "--by", "Jo", "--no-open", "--pipeline", cleared.pipeline),
        screening("clear", cleared.run, "--pipeline", cleared.pipeline),
    ):
        assert (done.returncode, "scan the shoot again" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert "may go out" not in screening("explain", "good.jpg", "--run", cleared.run).stdout


def test_all_of_it_goes_but_for_what_is_not_the_runs(cleared: Cleared) -> None:
    arguments = ("--by", "D. Editor", "--pipeline", cleared.pipeline)
    assert screening("decide", cleared.run, "reject", "good.jpg", *arguments).returncode == 0
    (cleared.run / "notes.txt").write_text("ours")
    purge(cleared.run, "--all")
    assert names(cleared.run) == {"notes.txt"}
    again = screening("purge", cleared.run, "--yes")
    assert (again.returncode, "is no run" in again.stderr) == (2, True)


def test_an_empty_folder_is_not_left_behind(cleared: Cleared) -> None:
    purge(cleared.run, "--all")
    assert not cleared.run.exists()


def test_a_report_with_what_was_read_goes_with_the_pictures(cleared: Cleared) -> None:
    scan = ("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline, "--show-text")
    assert screening(*scan).returncode == 1
    purge(cleared.run)
    assert names(cleared.run) == {"clearance.json"}


def test_nothing_is_removed_without_a_yes_nor_from_a_folder_that_is_no_run(cleared: Cleared) -> None:
    before = names(cleared.run)
    asked = screening("purge", cleared.run)
    assert (asked.returncode, "nothing was removed" in asked.stderr) == (2, True)
    assert names(cleared.run) == before
    done = screening("purge", cleared.shoot, "--yes")
    assert (done.returncode, "is no run" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert names(cleared.shoot) == {"good.jpg", "fine.jpg", "with_a_place.jpg"}
