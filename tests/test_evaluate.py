"""Labels, and what is counted by them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from screening.evaluation.evaluate import evaluate
from screening.evaluation.labels import Label, LabelError, Thing, read, table
from screening.finding import Box
from tests.command import QUICK, quickly
from tests.judged import PHOTOS, POLICY
from tests.picture_files import picture


@pytest.mark.parametrize("about", ["number-plate", "vehicle.plate", "vehicle"])
def test_only_labelled_pictures_count(about: str) -> None:
    labels = [Label(file=name, about=about, present=name in "ab") for name in "abcd"]
    (figures,) = evaluate(labels, PHOTOS, POLICY)
    assert (figures.positives, figures.negatives) == (2, 2)
    assert (figures.missed, figures.wrongly_held) == (("b",), ("c",))
    assert figures.as_dict()["precision"][:2] == [1, 2]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (Label(file="x", about="number-plate", present=True), "x: is labelled, but was not screened"),
        (Label(file="a", about="number-plates", present=True), "neither a rule nor a kind"),
    ],
)
def test_a_label_that_fits_nothing_is_an_error(label: Label, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        evaluate([label], PHOTOS, POLICY)


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_a_picture_with_nothing_else_is_a_negative_for_what_is_labelled(tmp_path: Path, name: str) -> None:
    rows = [("a", "plate", "yes"), ("a", "*", "no"), ("b", "face", "yes"), ("c", "*", "no")]
    keys = ("file", "about", "present")
    lines = [",".join(row) for row in (keys, *rows)]
    if name.endswith("l"):
        lines = [json.dumps(dict(zip(keys, row, strict=True))) for row in rows]
    (tmp_path / name).write_text("\n".join(lines))
    found = {(label.file, label.about): label.present for label in read(tmp_path / name)}
    assert found == {
        ("a", "plate"): True,
        ("a", "face"): False,
        ("b", "face"): True,
        ("c", "plate"): False,
        ("c", "face"): False,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,about,present\na,plate,maybe", 'csv:2: present must be "yes" or "no"'),
        ("file,about,present\na,plate", "csv:2: present must be"),
        ("file,about,present\n,plate,yes", "csv:2: a label needs a file"),
        ("file,about,present\na,*,yes", "csv:2: .* says that nothing else is there"),
        ("file,about,present\na,plate,yes\na,plate,no", "csv:3: a is said both"),
        ("file,rule,present\na,plate,yes", "csv:2: has 'rule'"),
        ("file,about,present", "csv: contains no labels"),
    ],
)
def test_a_wrong_label_is_named_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(LabelError, match=message):
        read(tmp_path / "labels.csv")


def test_a_run_is_evaluated_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / "a.jpg").write_bytes(picture())
    (tmp_path / "quick.toml").write_text(QUICK)
    (tmp_path / "labels.csv").write_text("file,about,present\na.jpg,scene-address,no\n")
    options = ("--pipeline", tmp_path / "quick.toml")
    assert quickly("scan", tmp_path / "shoot", "--out", tmp_path / "run", *options).returncode == 0
    done = quickly("evaluate", tmp_path / "labels.csv", "--run", tmp_path / "run", "--json", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["figures"][0]["flag_rate"][:2] == [0, 1]


@pytest.mark.parametrize(
    "name", ["=1+1;a.jpg", "a;=1+1;.png", "'=x.jpg", "two\nlines\u2028.jpg", "a\r\nb.jpg", '"-".png', "\x1b[2J.jpg"]
)
def test_labels_are_read_as_they_were_written_and_begin_no_formula(tmp_path: Path, name: str) -> None:
    label = Label(file=name, about="number-plate", present=True, things=(Thing(box=Box(0, 0, 2, 2), text="-1"),))
    (tmp_path / "labels.csv").write_bytes(table([label]).encode())
    assert read(tmp_path / "labels.csv") == (label,)
    assert not re.search(r'(^|[;,"])[=+-]', table([label]), re.MULTILINE)


def test_a_file_of_labels_that_is_missing_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"lost\.csv: there is no such file"):
        read(tmp_path / "lost.csv")
