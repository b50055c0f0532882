"""Tuning: the threshold does what was asked, on pictures that it was not chosen on, and the file says why."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening import config
from screening.evaluation.labels import Label, LabelError
from screening.evaluation.target import Target, TuneError
from screening.evaluation.tune import Tuned, tune
from screening.evaluation.tuned_file import changed, edited
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy, Rule, Thresholds, Verdict

POLICY = Policy(
    {
        "unscreened": Rule(says="-", lifted_by="-", kinds={"error": Thresholds(block=0), "*": Thresholds(hold=0)}),
        "number-plate": Rule(
            says="-",
            lifted_by="-",
            kinds={"vehicle.plate": Thresholds(block=0.5), "vehicle.plate_illegible": Thresholds()},
        ),
    }
)
RANDOM = np.random.default_rng(1)


def photo(name: str, *scores: float, kind: str = "vehicle.plate") -> PhotoReport:
    findings = [Finding(kind, score, "a plate") for score in scores]
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return PhotoReport(file=name, sha256=sha256, width=9, height=9, judgements=judged(findings, POLICY, scene=True))


def labelled(score: np.ndarray, shown: np.ndarray) -> tuple[list[Label], list[PhotoReport]]:
    names = [f"{number}.jpg" for number in range(len(score))]
    labels = [
        Label(file=name, about="number-plate", present=bool(truth)) for name, truth in zip(names, shown, strict=True)
    ]
    return labels, [photo(name, float(value)) for name, value in zip(names, score, strict=True)]


def plates(pictures: int = 1200) -> tuple[list[Label], list[PhotoReport]]:
    shown = RANDOM.random(pictures) < 0.5
    score = np.clip(RANDOM.normal(np.where(shown, 0.7, 0.3), 0.15), 0, 1).round(4)
    return labelled(score, shown)


def share(said: object) -> float:
    assert isinstance(said, list)
    return float(said[0] / said[1])


def test_a_recall_asked_for_on_one_half_is_about_reached_on_the_other() -> None:
    labels, photos = plates()
    tuned = tune(labels, photos, POLICY, "number-plate", Target(recall=0.95))
    assert share(tuned.chosen_on["recall"]) >= 0.95
    assert share(tuned.after["recall"]) > 0.92
    assert tuned.after["recall"][1] + tuned.chosen_on["recall"][1] == sum(label.present for label in labels)
    assert tuned.kinds == {"vehicle.plate": Thresholds(block=tuned.threshold)}
    # the next higher threshold would not do
    higher = tune(labels, photos, POLICY, "number-plate", Target(recall=0.97))
    assert higher.threshold < tuned.threshold


def test_a_flag_rate_and_costs_are_kept_to() -> None:
    labels, photos = plates()
    tuned = tune(labels, photos, POLICY, "number-plate", Target(flag_rate=0.05))
    assert share(tuned.chosen_on["flag_rate"]) <= 0.05
    lower = tune(labels, photos, POLICY, "number-plate", Target(costs=(20, 1))).threshold
    assert lower < tune(labels, photos, POLICY, "number-plate", Target(costs=(1, 20))).threshold


def test_a_split_is_by_bytes_so_that_nobody_chooses_it() -> None:
    labels, photos = plates()
    one = tune(labels, photos, POLICY, "number-plate", Target(recall=0.9))
    assert one == tune(labels[::-1], photos[::-1], POLICY, "number-plate", Target(recall=0.9))


@pytest.mark.parametrize(("recall", "needed"), [(0.9, 35), (0.95, 73), (0.98, 189)])
def test_too_few_pictures_are_refused_with_how_many_it_needs(recall: float, needed: int) -> None:
    assert Target(recall=recall).needed == (needed, 1)
    labels, photos = plates(60)
    with pytest.raises(
        TuneError, match=rf"each half needs {needed} that show it, and one has \d+; label about {2 * needed}"
    ):
        tune(labels, photos, POLICY, "number-plate", Target(recall=recall))


def test_what_no_threshold_can_do_is_said() -> None:
    shown = np.array([True] * 200 + [False] * 200)
    labels, photos = labelled(np.where(np.arange(400) % 2, 0.8, 0.1), shown)
    blind = [photo(one.file) if index % 4 == 0 else one for index, one in enumerate(photos)]
    with pytest.raises(TuneError, match=r"out of reach: at any threshold at most \d+ of \d+ are found"):
        tune(labels, blind, POLICY, "number-plate", Target(recall=0.95))
    # what was only noted can be held too, once somebody names it
    noted = "vehicle.plate_illegible"
    faint = [photo(one.file, 0.6, kind=noted) if number % 4 == 0 else one for number, one in enumerate(photos)]
    with pytest.raises(TuneError, match="out of reach"):
        tune(labels, faint, POLICY, "number-plate", Target(recall=0.95))
    tuned = tune(labels, faint, POLICY, "number-plate", Target(recall=0.95), kinds=("vehicle.plate", noted))
    assert tuned.kinds[noted] == Thresholds(hold=tuned.threshold)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({}, "name one target"),
        ({"recall": 0.9, "flag_rate": 0.1}, "name one target"),
        ({"recall": 1.0}, "between 0 and 1"),
        ({"costs": (0.0, 1.0)}, "greater than 0"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(target: dict[str, Any], message: str) -> None:
    with pytest.raises(TuneError, match=message):
        Target(**target)


def test_a_rule_or_kind_that_is_not_there_is_named() -> None:
    labels, photos = plates(20)
    with pytest.raises(TuneError, match="there is no rule 'plates'"):
        tune(labels, photos, POLICY, "plates", Target(recall=0.9))
    with pytest.raises(TuneError, match="has no kind 'face'"):
        tune(labels, photos, POLICY, "number-plate", Target(recall=0.9), kinds=("face",))
    with pytest.raises(TuneError, match="no picture of this run is labelled"):
        tune([], photos, POLICY, "number-plate", Target(recall=0.9))


def test_a_label_of_a_picture_that_was_not_screened_is_refused_as_evaluate_does() -> None:
    labels, photos = plates()
    unseen = [*labels, Label(file="elsewhere.jpg", about="number-plate", present=True)]
    with pytest.raises(LabelError, match=r"elsewhere\.jpg: is labelled, but was not screened in this run"):
        tune(unseen, photos, POLICY, "number-plate", Target(recall=0.9))


def test_before_and_after_count_alike_what_the_release_register_lifts() -> None:
    policy, box = config.load().policy, Box(0, 0, 50, 50)
    face, released = Finding("face.identifiable", 0.9, "a face", box), Finding("face.released", 0.9, "-", box)
    names = [f"{number}.jpg" for number in range(400)]
    labels = [Label(file=name, about="identifiable-person", present=n % 2 == 0) for n, name in enumerate(names)]

    def shown(name: str, *found: Finding) -> PhotoReport:
        judgements = judged(list(found), policy, scene=True)
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        return PhotoReport(file=name, sha256=sha256, width=99, height=99, judgements=judgements)

    signed = replace(released, stage="register")
    photos = [shown(name, *((face, signed) if n % 2 == 0 else ())) for n, name in enumerate(names)]
    assert photos[0].verdict is Verdict.CLEAR
    same = tune(labels, photos, policy, "identifiable-person", Target(recall=0.9), kinds=["face.identifiable"])
    assert same.before == same.after
    assert share(same.before["recall"]) == 1


def tuned(**kinds: Thresholds) -> Tuned:
    named = {name.replace("_", "."): limits for name, limits in kinds.items()}
    return Tuned(rule="number-plate", threshold=0.4, kinds=named, before={}, after={}, chosen_on={})


def test_only_the_numbers_change_in_a_pipeline_file_and_it_says_why(tmp_path: Path) -> None:
    before = Path(config.__file__).parent.parent / "pipelines" / "default.toml"
    text = before.read_text()
    was = config.load().policy.rules["number-plate"].kinds["vehicle.plate"].block
    found = tuned(vehicle_plate=Thresholds(block=0.37))
    after = edited(text, found, "Because.")
    (tmp_path / "own.toml").write_text(after)
    assert config.load(tmp_path / "own.toml").policy.rules == changed(config.load().policy, found).rules
    new = [line for line in after.splitlines() if line not in text.splitlines()]
    assert new == [f"# Because. Was {{ block = {was} }}.", '"vehicle.plate" = { block = 0.37 }']
    assert len(after.splitlines()) == len(text.splitlines()) + 1
    # a file that says only what differs from the default one
    (tmp_path / "small.toml").write_text(edited('extends = "default"\n', found, "Because."))
    assert config.load(tmp_path / "small.toml").policy.rules == changed(config.load().policy, found).rules
    again = edited((tmp_path / "small.toml").read_text(), found, "Once more.")
    assert again.count("[rules.number-plate.kinds]") == 1
    with pytest.raises(TuneError, match="a table of their own"):
        edited('[rules.number-plate]\nsays = "-"\nkinds = { "vehicle" = {} }\n', found, "Because.")


def test_a_policy_is_tuned_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from screening.cli import app
    from screening.report import Batch, PipelineInfo, Report
    from screening.run import files

    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    labels, photos = plates(600)
    default = config.load()
    report = Report(
        batch=Batch(name="x"),
        policy=default.policy,
        pipeline=PipelineInfo(name="default", sha256=default.sha256),
        models=(),
        photos=tuple(photos),
        started="2026-01-01T00:00:00+00:00",
    )
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "report.json").write_text(files.as_json(report.as_dict()))
    lines = [f"{one.file},number-plate,{'yes' if one.present else 'no'}" for one in labels]
    (tmp_path / "l.csv").write_text("file,about,present\n" + "\n".join(lines))
    arguments = ["tune", str(tmp_path / "l.csv"), "--run", str(folder), "--rule", "number-plate"]
    done = CliRunner().invoke(app, [*arguments, "--recall", "0.95", "--out", str(tmp_path / "own.toml"), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    held = {"hold": said["threshold"], "block": None}
    assert said["kinds"] == {
        "vehicle.plate": {"hold": None, "block": said["threshold"]},
        "vehicle.plate.doubtful": held,
        "vehicle.plate.police": held,
    }
    assert (
        config.load(tmp_path / "own.toml").policy.rules["number-plate"].kinds["vehicle.plate"].block
        == said["threshold"]
    )
    text = (tmp_path / "own.toml").read_text()
    assert text.startswith('extends = "default"\n')
    assert "by screening tune for recall 0.95: finds" in text
    low, high = sorted((said["threshold"], default.policy.rules["number-plate"].kinds["vehicle.plate"].block or 0))
    between = {one.file for one in photos if low <= one.judgements[0].finding.score < high}
    assert {one["file"] for one in said["changed"]} == between
    plain = CliRunner().invoke(app, [*arguments, "--recall", "0.95", "--out", str(tmp_path / "two.toml")])
    assert f"{len(between)} pictures get another verdict" in plain.stdout
    again = CliRunner().invoke(app, [*arguments, "--recall", "0.95", "--out", str(tmp_path / "two.toml")])
    assert isinstance(again.exception, TuneError)
