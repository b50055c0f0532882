"""Labels with places: how they are read, made and imported, and what is counted by them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from screening import settings
from screening.evaluation.evaluate import evaluate, review_minutes
from screening.evaluation.labels import Label, LabelError, Thing, read, table
from screening.evaluation.sources import of_coco, of_review, of_yolo
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Verdict
from screening.run.decision import Action, Decision
from screening.run.outcome import outcomes
from tests.command import quickly
from tests.judged import POLICY
from tests.picture_files import picture, scenery
from tests.streets import PLATES, street

RANDOM = np.random.default_rng(8)
NAMES = {"plate": "number-plate"}


def photo(name: str, *found: tuple[float, Box | None, str]) -> PhotoReport:
    findings = [Finding("vehicle.plate", score, "a plate", box, text) for score, box, text in found]
    judgements = judged(findings, POLICY, scene=True)
    return PhotoReport(file=name, sha256=name * 64, width=500, height=500, judgements=judgements)


def label(name: str, *things: Thing, present: bool = True) -> Label:
    return Label(file=name, about="number-plate", present=present, things=things)


def test_places_are_read_from_both_formats_and_written_back(tmp_path: Path) -> None:
    csv = "file,about,present,box,text\na,plate,yes,1 2 30 40,AB12 CDE\na,plate,yes,50 2 90 40,\nb,plate,no,,\n"
    (tmp_path / "l.csv").write_text(csv)
    rows = [
        {"file": "a", "about": "plate", "present": "yes", "box": [1.2, 2, 29.6, 40], "text": "AB12 CDE"},
        {"file": "a", "about": "plate", "present": "yes", "box": [50, 2, 90, 40]},
        {"file": "b", "about": "plate", "present": "no"},
    ]
    (tmp_path / "l.jsonl").write_text("\n".join(map(json.dumps, rows)))
    labels = read(tmp_path / "l.csv")
    assert labels == read(tmp_path / "l.jsonl")
    assert labels[0].things == (Thing(box=Box(1, 2, 30, 40), text="AB12 CDE"), Thing(box=Box(50, 2, 90, 40)))
    assert table(labels) == csv


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("a,plate,yes,1 2 3,", r"csv:2: a box is four numbers"),
        ("a,plate,yes,9 2 3 4,", r"csv:2: a box is four numbers"),
        ("a,plate,no,1 2 3 4,", r"csv:2: a box says where something is"),
        ("a,plate,yes,,AB12 CDE", r"csv:2: text is what is written in a box"),
        ("a,plate,yes,1 2 3 4,\na,plate,yes,,", r"csv:3: plate has a box in one line of a and none in another"),
        ("a,plate,yes,1 2 3 4,\na,plate,no,,", r"csv:3: a is said both"),
    ],
)
def test_a_place_that_makes_no_sense_is_named_by_its_line(tmp_path: Path, lines: str, message: str) -> None:
    (tmp_path / "l.csv").write_text(f"file,about,present,box,text\n{lines}\n")
    with pytest.raises(LabelError, match=message):
        read(tmp_path / "l.csv")


def test_the_surest_finding_takes_a_thing_and_a_second_one_on_it_is_wrong() -> None:
    place, near, far = Box(10, 10, 50, 20), Box(12, 10, 52, 20), Box(200, 200, 260, 220)
    photos = [
        photo("a", (0.9, near, "AB12 CDE"), (0.7, place, ""), (0.8, far, "")),
        photo("b", (0.5, far, "")),
        photo("c", (0.1, place, "")),  # too faint to be held
        photo("d", (0.9, None, "")),  # about the whole picture
    ]
    labels = [
        label("a", Thing(box=place, text="ab12cde"), Thing(box=Box(300, 300, 312, 309))),
        label("b", present=False),
        label("c", Thing(box=place)),
        label("d"),  # shown, though nobody said where
    ]
    (figures,) = evaluate(labels, photos, POLICY)
    boxes = figures.boxes
    assert boxes is not None
    assert (boxes.labelled, boxes.found, boxes.wrong, boxes.read) == (3, 1, 3, (1, 1))
    assert boxes.by_size == {"< 16 px": (0, 1), "32-64 px": (1, 2)}
    assert figures.verdicts == {
        "shown": {"clear": 1, "hold": 0, "block": 2},
        "not shown": {"clear": 0, "hold": 1, "block": 0},
    }
    assert evaluate([label("b", present=False)], photos, POLICY)[0].boxes is None


def test_figures_are_those_of_scikit_learn_on_the_same_arrays() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    score, shown = RANDOM.random(200).round(3), RANDOM.random(200) < 0.4
    photos = [photo(f"{n}", (value, None, "")) for n, value in enumerate(score)]
    labels = [label(f"{n}", present=bool(truth)) for n, truth in enumerate(shown)]
    figures = evaluate(labels, photos, POLICY)[0].as_dict()
    held = score >= 0.3
    (true_negative, false_positive), (_, _) = metrics.confusion_matrix(shown, held)
    recall, flag_rate, precision = (
        figures[name][0] / figures[name][1] for name in ("recall", "flag_rate", "precision")
    )
    assert recall == pytest.approx(metrics.recall_score(shown, held))
    assert precision == pytest.approx(metrics.precision_score(shown, held))
    assert flag_rate == pytest.approx(false_positive / (false_positive + true_negative))


def test_review_takes_as_long_as_what_is_held() -> None:
    photos = [photo("a", (0.9, None, "")), photo("b"), photo("c", (0.4, None, "")), photo("d")]
    assert review_minutes(photos, seconds=30) == 25
    assert review_minutes([], seconds=30) == 0


def test_coco_boxes_become_labels(tmp_path: Path) -> None:
    fields = {
        "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 8, "file_name": "b.jpg"}],
        "categories": [{"id": 1, "name": "plate"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"image_id": 7, "category_id": 1, "bbox": [10, 20, 30.4, 5]},
            {"image_id": 8, "category_id": 2, "bbox": [0, 0, 9, 9]},
        ],
    }
    file = tmp_path / "boxes.json"
    file.write_text(json.dumps(fields))
    assert of_coco(file, NAMES) == [
        Label(file="a.jpg", about="number-plate", present=True, things=(Thing(box=Box(10, 20, 40, 25)),)),
        Label(file="b.jpg", about="number-plate", present=False),
    ]
    with pytest.raises(LabelError, match=r"has no 'cat'; give --as NAME=RULE for some of: plate, dog"):
        of_coco(file, {"cat": "number-plate"})
    with pytest.raises(LabelError, match="names its own things"):
        of_coco(file, {})
    file.write_text('{"images": 3}')
    with pytest.raises(LabelError, match=r"boxes\.json: is not a COCO file"):
        of_coco(file, NAMES)


@pytest.mark.parametrize("split", [True, False])
def test_yolo_boxes_become_labels(tmp_path: Path, split: bool) -> None:
    images, texts = (tmp_path / "images", tmp_path / "labels") if split else (tmp_path, tmp_path)
    for folder in (images, texts):
        folder.mkdir(exist_ok=True)
    for name in ("a.png", "b.png"):
        Image.new("RGB", (200, 100)).save(images / name)
    (texts / "a.txt").write_text("1 0.5 0.5 0.2 0.1\n0 0.1 0.1 0.1 0.1\n")
    (tmp_path / ("data.yaml" if split else "classes.txt")).write_text(
        "names: {0: dog, 1: plate}\n" if split else "dog\nplate\n"
    )
    name = "images/a.png" if split else "a.png"
    labels = of_yolo(tmp_path, NAMES)
    assert labels[0] == Label(file=name, about="number-plate", present=True, things=(Thing(box=Box(80, 45, 120, 55)),))
    assert labels[1].present is False
    (texts / "a.txt").write_text("1 0.5 0.5 0.2\n")
    with pytest.raises(LabelError, match=r"a\.txt:1: is not a class"):
        of_yolo(tmp_path, NAMES)
    (texts / "a.txt").write_bytes(b"1 \xff")
    with pytest.raises(LabelError, match=r"a\.txt: cannot be read"):
        of_yolo(tmp_path, NAMES)
    with pytest.raises(LabelError, match="contains neither classes"):
        of_yolo(images if split else tmp_path.parent, NAMES)


def test_a_review_says_what_is_there_and_is_silent_about_what_it_let_pass() -> None:
    place = Box(1, 1, 9, 9)
    photos = [photo(name, (0.9, place, "")) for name in "abc"] + [photo("d")]

    def said(name: str, action: Action, rule: str = "number-plate") -> Decision:
        kind, box = ("vehicle.plate", place) if rule else ("", None)
        return Decision(
            by="A", action=action, sha256=name * 64, rule=rule, kind=kind, box=box, reason="three different words"
        )

    current = [
        said("a", Action.REDACT),
        said("b", Action.OVERRIDE),
        said("c", Action.REJECT, ""),
        said("d", Action.AGREE, ""),
    ]
    labels, silent = of_review(outcomes(photos, current), current)
    assert labels == [label("a", Thing(box=place)), Label(file="d", about="*", present=False)]
    assert silent == 2


def judged_anew(name: str, *found: Finding) -> PhotoReport:
    judgements = judged(list(found), settings.read().policy, scene=True)
    return PhotoReport(file=name, sha256=name * 64, width=500, height=500, judgements=judgements)


def decided(name: str, action: Action, finding: Finding | None, rule: str) -> Decision:
    kind, box = (finding.kind, finding.box) if finding else ("", None)
    said = Decision(by="A", action=action, reason="three different words", reference="FORM-1")
    return replace(said, sha256=name * 64, rule=rule, kind=kind, box=box)


LEFT, RIGHT = Box(0, 0, 50, 50), Box(100, 0, 150, 50)


@pytest.mark.parametrize(("other", "silent"), [(None, 0), (Action.OVERRIDE, 1), (Action.REJECT, 1), (Action.ADULT, 0)])
def test_one_adult_does_not_make_a_picture_with_a_likely_child_a_negative(other: Action | None, silent: int) -> None:
    adult, child = (Finding("juvenile.face", score, "a face", box) for score, box in ((0.2, LEFT), (0.9, RIGHT)))
    current = [decided("a", Action.ADULT, adult, "juvenile")]
    current += [decided("a", other, child, "juvenile")] if other else []
    labels, counted = of_review(outcomes([judged_anew("a", adult, child)], current), current)
    assert labels == ([Label(file="a", about="juvenile", present=False)] if other is Action.ADULT else [])
    assert counted == silent


def test_places_are_given_where_every_one_is_decided() -> None:
    plates = [Finding("vehicle.plate", score, "a plate", box) for score, box in ((0.9, LEFT), (0.8, RIGHT))]
    faint = Finding("vehicle.plate", 0.2, "a plate", Box(200, 0, 250, 50))  # that nobody is asked about
    after = [judged_anew("a", *plates, faint)]
    current = [decided("a", Action.REDACT, plates[0], "number-plate")]
    assert of_review(outcomes(after, current), current)[0] == [label("a")]
    (figures,) = evaluate([label("a")], after, settings.read().policy)
    assert (figures.missed, figures.boxes) == ((), None)  # and not: one of one found, the other wrong
    let_pass = [*current, decided("a", Action.OVERRIDE, plates[1], "number-plate")]
    assert of_review(outcomes(after, let_pass), let_pass)[0] == [label("a")]
    current.append(decided("a", Action.REDACT, plates[1], "number-plate"))
    assert of_review(outcomes(after, current), current)[0] == [label("a", Thing(box=LEFT), Thing(box=RIGHT))]


def test_what_the_release_register_lifts_is_there_all_the_same() -> None:
    adult, child = (Finding("juvenile.face", score, "a face", box) for score, box in ((0.2, LEFT), (0.9, RIGHT)))
    released = Finding("face.released.parental", 0.9, "released", RIGHT, stage="register")
    after = [judged_anew("a", adult, child, released), judged_anew("b", child, released), judged_anew("c")]
    assert after[1].verdict is Verdict.CLEAR
    current = [decided("a", Action.ADULT, adult, "juvenile")]
    current += [decided(name, Action.AGREE, None, "") for name in "bc"]
    labels, silent = of_review(outcomes(after, current), current)
    assert labels == [Label(file="c", about="*", present=False)]
    assert silent == 1


def test_what_could_not_be_screened_gets_no_label() -> None:
    plate = Finding("vehicle.plate", 0.9, "a plate", LEFT)
    after = [judged_anew("a", plate, Finding("error.text", 1.0, "-"))]
    current = [decided("a", Action.REDACT, plate, "number-plate")]
    assert of_review(outcomes(after, current), current) == ([], 0)


def test_from_a_review_to_figures_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    shoot, run, pipeline = tmp_path / "shoot", tmp_path / "run", tmp_path / "p.toml"
    shoot.mkdir()
    pipeline.write_text(PLATES)
    (shoot / "car.jpg").write_bytes(picture(rgb=street(), quality=95))
    (shoot / "wall.jpg").write_bytes(picture(rgb=street(seed=2), quality=95))
    (shoot / "fine.jpg").write_bytes(picture(rgb=scenery(seed=3) // 4 + 120))
    given = ("--pipeline", pipeline)
    assert quickly("scan", shoot, "--out", run, *given).returncode == 1
    assert quickly("decide", run, "redact", "car.jpg", "--by", "A", *given).returncode == 0
    assert quickly("decide", run, "agree", "fine.jpg", "--by", "A", *given).returncode == 0
    done = quickly("labels", run, "--out", tmp_path / "l.csv", *given)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "l.csv").read_text()
    assert re.search(r"car\.jpg,number-plate,yes,\d+ \d+ \d+ \d+,", text)
    assert "fine.jpg,*,no" in text
    (tmp_path / "l.csv").write_text(text + "wall.jpg,number-plate,no,,\n")

    page = tmp_path / "page.html"
    done = quickly("evaluate", tmp_path / "l.csv", "--run", run, "--html", page, "--seconds", 30, *given)
    assert done.returncode == 0, done.stderr
    assert "number-plate, places: 1 of 1 found" in done.stdout
    assert "2 of 3 labelled pictures are held or blocked: 33.33 minutes of review for every 100" in done.stdout
    html = page.read_text()
    assert html.count("data:image/jpeg") == 1
    assert "Wrongly held: 1" in html
    assert "Missed" not in html
    # without a run, the pictures are scanned, and only a run that is named is kept
    plain = quickly("evaluate", tmp_path / "l.csv", "--pictures", shoot, "--json", *given)
    assert plain.returncode == 0, plain.stderr
    assert "not kept" in plain.stderr
    kept = quickly("evaluate", tmp_path / "l.csv", "--pictures", shoot, "--run", tmp_path / "new", "--json", *given)
    assert json.loads(kept.stdout) == json.loads(plain.stdout)
    assert json.loads(kept.stdout)["figures"][0]["boxes"]["recall"][:2] == [1, 1]
    # another threshold, and no new scan
    pipeline.write_text(PLATES.replace('"vehicle" = { block = 0.5 }', '"vehicle" = { block = 0.95 }'))
    higher = json.loads(quickly("evaluate", tmp_path / "l.csv", "--run", run, "--json", *given).stdout)
    assert higher["figures"][0]["recall"][:2] == [0, 1]
    (run / "report.json").write_text((run / "report.json").read_text().replace('"kind"', '"kin"'))
    broken = quickly("evaluate", tmp_path / "l.csv", "--run", run, *given)
    assert (broken.returncode, "report.json: is damaged" in broken.stderr, broken.stderr.count("\n")) == (2, True, 1)
