"""The juvenile network's training, on a few copies of one portrait: it ends in a network that our engine can run."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.engine import load
from screening.photo import Photo
from screening.stages.embedding import describe

TRAIN = Path(__file__).parents[1] / "models" / "juvenile" / "train.py"


@pytest.fixture
def drawn(astronaut: Path, tmp_path: Path) -> Path:
    """The folders that training reads: one face in forty colours and as many ages, and backgrounds of noise."""
    dice = np.random.default_rng(3)
    face = Photo.open(astronaut).rgb[48:184, 156:292]
    (tmp_path / "ages").mkdir()
    (tmp_path / "everyday").mkdir()
    (tmp_path / "faces").mkdir()
    for name in ("a.png", "b.png", "c.png", "d.png"):  # at least one is held out, by its name
        cv2.imwrite(str(tmp_path / "faces" / name), Photo.open(astronaut).rgb)
    for number in range(48):
        picture = np.clip(face * dice.uniform(0.5, 1.2, 3) + dice.normal(0, 20, face.shape), 0, 255).astype(np.uint8)
        age = (5, 15, 20, 45)[number % 4]
        cv2.imwrite(str(tmp_path / "ages" / f"{age}_{number % 2}_{number % 5}_{number}.png"), picture)
    marked = [
        {"file": f"{name}.png", "yolo": [["12"[index % 2], "0.44", "0.23", "0.3", "0.4"]]}
        for index, name in enumerate("abcd")
    ]
    (tmp_path / "faces" / "labels.json").write_text(json.dumps(marked))
    for number in range(3):
        noise = dice.integers(0, 256, (6, 8, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
        cv2.imwrite(str(tmp_path / "everyday" / f"{number}.png"), noise)
    return tmp_path


def test_the_looker_begins_with_what_dlib_sees(astronaut: Path) -> None:
    torch = pytest.importorskip("torch")
    where = importlib.util.spec_from_file_location("juvenile_network", TRAIN.with_name("network.py"))
    assert where is not None and where.loader is not None
    network = importlib.util.module_from_spec(where)
    where.loader.exec_module(network)
    cut = np.ascontiguousarray(Photo.open(astronaut).rgb[40:190, 150:300])
    _, (maps,) = describe([cut])
    with torch.no_grad():
        seen = network.Looker().maps(torch.from_numpy(cut).permute(2, 0, 1)[None].float())[0].numpy()
    # the engine may calculate in 16 bits
    assert np.abs(seen - maps).max() < 0.02 * np.abs(maps).max()


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    out = tmp_path / "juvenile.onnx"
    # train.py itself compares the engine's scores with torch's and fails where they differ
    done = subprocess.run(
        [sys.executable, str(TRAIN), str(drawn), "--epochs", "1", "1", "--cache", str(tmp_path / "cache"),
         "--out", str(out)],
        capture_output=True, text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert out.stat().st_size < 10_000_000
    dice = np.random.default_rng(1)
    chip = dice.integers(0, 256, (1, 3, 150, 150))
    score, age = load(out)(dice.random((1, 128)), dice.random((1, 128, 8, 8)), chip)
    assert 0 <= score[0] <= 1
    assert 0 <= age[0] <= 80
    assert "| 13-15 |" in done.stdout
    assert "| pixels between the eyes |" in done.stdout
    assert "Crowds" in done.stdout


def test_a_force_with_nothing_but_faces_of_known_age_can_train_and_take_the_trained_parts_again(
    drawn: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    shutil.rmtree(drawn / "faces")
    shutil.rmtree(drawn / "everyday")
    out = tmp_path / "juvenile.onnx"
    command = [sys.executable, str(TRAIN), str(drawn), "--epochs", "1", "1", "--cache", str(tmp_path / "cache")]
    for more in ((), ("--again",)):
        done = subprocess.run(
            [*command, "--out", str(out), *more],
            capture_output=True, text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert ("readers trained" in done.stdout) is not bool(more)
        assert "Crowds" not in done.stdout
