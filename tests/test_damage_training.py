"""The damage network's training, on a few drawn pictures: it ends in a network that our engine runs as torch does."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.engine import load
from tests import PATIENCE
from tests.conftest import ROOT


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """The folders that training reads, with a few pictures each: boxes for cars, scribbles over them for damage."""
    dice = np.random.default_rng(5)
    data = tmp_path / "data"

    def draw(folder: str, count: int, *, damaged: bool) -> list[str]:
        (data / folder).mkdir(parents=True)
        names = [f"{'major_' if folder.endswith('parts') else 'picture'}{number}.jpg" for number in range(count)]
        for name in names:
            picture = dice.integers(0, 256, (6, 8, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
            cv2.rectangle(picture, (30, 40), (130, 100), dice.integers(0, 256, 3).tolist(), -1)
            for _ in range(12 if damaged else 0):
                start, end = (tuple(int(value) for value in dice.integers(40, 100, 2)) for _ in range(2))
                cv2.line(picture, start, end, (0, 0, 0), 2)
            cv2.imwrite(str(data / folder / name), picture)
        return names

    draw("damage/whole/damage", 12, damaged=True)
    draw("damage/whole/good", 12, damaged=False)
    parts = draw("damage/parts", 6, damaged=True)
    for folder in ("plates", "everyday", "faces", "scene_text", "house_numbers"):
        draw(folder, 6, damaged=False)
    outline = [["1", "0.2", "0.3", "0.8", "0.3", "0.8", "0.8", "0.2", "0.8"]]
    labels = [{"file": name, "size": [120, 160], "yolo": outline} for name in parts]
    (data / "damage" / "parts" / "labels.json").write_text(json.dumps(labels))
    return data


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    # looked for, not imported: it would replace Pillow's way of opening files for every test that follows
    if importlib.util.find_spec("ultralytics") is None:
        pytest.skip("the `train` extra is not installed")
    out = tmp_path / "damage.onnx"
    # train.py itself compares the engine's scores with torch's and fails where they differ
    done = subprocess.run(
        [sys.executable, "-m", "models.damage.train", str(drawn), "--steps", "2", "--limit", "12", "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "wrote damage.onnx" in done.stdout
    assert out.stat().st_size < 10_000_000
    logits = load(out)(np.random.default_rng(1).random((3, 3, 256, 256), np.float32))[0]
    assert logits.shape == (3,)
    assert np.isfinite(logits).all()


def test_the_training_says_what_it_needs(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCREENING_DATA"}
    command = [sys.executable, "-m", "models.damage.train"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "SCREENING_DATA" in done.stderr
