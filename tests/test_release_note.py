"""The release note says what went out, what was held back and why; the announcement names only what goes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.workflow.release_note import title
from tests.cleared import Cleared
from tests.test_scan import screening

SAID = ("--link", "https://www.west-midlands.police.uk/open-day", "--watched-by", "The press desk")


def release_note(cleared: Cleared, *options: object) -> str:
    done = screening("release-note", cleared.run, "--pipeline", cleared.pipeline, *SAID, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("open-day/dog_and_handler.jpg", "Dog and handler"),
        ("Chief Constable.JPG", "Chief Constable"),
        ("DSC_0123.jpg", ""),
        ("a/IMG-20240501-WA0003.jpeg", ""),
        ("P1010020.jpg", ""),
        ("20240501.jpg", ""),
        ("x-\u202e-y.jpg", "X \u202e y"),
    ],
)
def test_a_title_is_made_of_a_name_that_says_something(file: str, said: str) -> None:
    assert title(file) == said


def test_the_record_says_what_went_out_what_was_held_back_and_why(cleared: Cleared) -> None:
    said = release_note(cleared)
    assert "What goes out: 2" in said
    assert "What was held back: 1" in said
    assert "**scene-address**: No address." in said
    assert "- `with_a_place.jpg`" in said
    assert "An open day" in said
    assert "A. Signer, and B. Second" in said
    assert "Could anything in it be libellous? *No.*" in said
    assert "Stages off, or with other options: faces" in said


def test_the_announcement_names_nothing_that_was_held_back(cleared: Cleared, tmp_path: Path) -> None:
    said = release_note(cleared, "--announcement")
    assert release_note(cleared).endswith(said)
    assert "West Midlands Police: 2 new photographs" in said
    assert "- Fine\n- Good\n" in said
    assert "https://www.west-midlands.police.uk/open-day" in said
    assert "The press desk reads the comments" in said
    assert "do not report crime here" in said
    assert "0345 113 5000" in said
    assert "place" not in said
    assert "Signer" not in said
    assert release_note(cleared, "--out", tmp_path / "note.md") == ""
    assert (tmp_path / "note.md").read_text().endswith(said)


def test_what_was_decided_is_counted_and_nobody_is_named(cleared: Cleared) -> None:
    arguments = ("--by", "D. Editor", "--reason", "the station's own address", "--pipeline", cleared.pipeline)
    done = screening("decide", cleared.run, "override", "with_a_place.jpg", *arguments)
    assert done.returncode == 0, done.stderr
    cleared.clear()
    said = release_note(cleared)
    assert "What goes out: 3" in said
    assert "scene-address: 1 × override" in said
    assert "Editor" not in said
    assert "own address" not in said


def test_nothing_is_said_about_what_was_not_cleared_as_it_stands(cleared: Cleared) -> None:
    arguments = ("release-note", cleared.run, "--pipeline", cleared.pipeline)
    again = screening("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert again.returncode == 1, again.stderr
    done = screening(*arguments)
    assert (done.returncode, "was scanned again since" in done.stderr) == (2, True)
    (cleared.run / "report.json").rename(cleared.run / "away")
    done = screening(*arguments)
    said = f"screening: {cleared.run}: holds no readable report.json; name the folder that scan --out wrote\n"
    assert (done.returncode, done.stderr) == (2, said)
    (cleared.run / "away").rename(cleared.run / "report.json")
    text = cleared.clearance.read_text()
    cleared.clearance.write_text(text.replace("An open day", "An open dag"))
    done = screening(*arguments)
    assert (done.returncode, "was edited" in done.stderr) == (2, True)
    cleared.clearance.unlink()
    done = screening(*arguments)
    assert (done.returncode, "was not cleared yet" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
