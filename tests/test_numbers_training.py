"""The numbers network's training, on a few drawn pictures: it ends in a network that our engine runs as torch does."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.split import Part, Split
from screening.engine import load
from tests.training import train

# looked for, not imported: each process that runs tests would load it
pytestmark = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the `train` extra is not installed")

COUNT = 12


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """The folders that training reads: fronts with a number, one that is illegible, and pictures without."""
    dice = np.random.default_rng(5)
    data = tmp_path / "data"
    entries = []
    for folder in ("house_numbers", "everyday"):
        (data / folder).mkdir(parents=True)
        for number in range(COUNT):
            picture = dice.integers(60, 190, (6, 8, 3), dtype=np.uint8).repeat(40, 0).repeat(40, 1)
            items = []
            if folder == "house_numbers":
                cv2.rectangle(picture, (100, 80), (140, 98), (60, 20, 20), -1)
                cv2.putText(picture, "47", (108, 95), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (230, 230, 230), 1, cv2.LINE_AA)
                items = [
                    {"kind": "house_number", "text": "47", "box": [100, 80, 140, 98], "legible": True},
                    {"kind": "house_number", "text": "", "box": [200, 160, 240, 178], "legible": False},
                ]
            cv2.imwrite(str(data / folder / f"{number:03}.png"), picture)
            entries.append({"file": f"{number:03}.png", "items": items})
    (data / "house_numbers" / "labels.json").write_text(json.dumps(entries[:COUNT]))
    return data


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "numbers.onnx"
    few = (drawn, "--out", out, "--work", tmp_path / "work", "--views", 24, "--steps", 3, "--limit", 6)
    # train.py itself compares the engine's answers with torch's and fails where they differ
    done = train("models.numbers.train", *few, to=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "everyday: taken for one" in done.stdout and "wrote numbers.onnx" in done.stdout
    assert out.stat().st_size < 3_000_000
    answers = load(out)(np.random.default_rng(1).random((1, 3, 64, 96), np.float32))[0]
    assert answers.shape == (1, 3, 16, 24)
    assert np.isfinite(answers).all()
    # what was learnt is taken up: nothing is learnt again
    again = train("models.numbers.train", *few, to=tmp_path)
    assert again.returncode == 0 and "step" not in again.stdout


def test_signs_are_laid_into_pictures_of_one_part_and_their_places_are_known(drawn: Path) -> None:
    from models.numbers.material import NONE, PLACED, SIDE, SIZED, UNKNOWN, material, view

    split = Split.of(drawn)
    some = material(drawn, Part.TRAIN, seed=1, drawn=20)
    assert some.grounds and {split.part(ground.name) for ground in some.grounds} == {Part.TRAIN}
    views = [view(some, np.random.default_rng(number)) for number in range(60)]
    assert {float(kind) for one in views for kind in one.rows[:, 0]} == {NONE, SIZED, PLACED, UNKNOWN}
    for one in views:
        assert one.picture.shape == (SIDE, SIDE, 3)
        for _, left, top, right, bottom in one.rows[one.rows[:, 0] == SIZED]:
            assert 0 < (left + right) / 2 < SIDE and 0 < (top + bottom) / 2 < SIDE and right > left and bottom > top
    again = view(some, np.random.default_rng(59))
    assert np.array_equal(again.picture, views[59].picture), "the same number is the same view"


def test_the_network_is_asked_for_middles_and_sizes_and_nothing_where_nothing_is_known() -> None:
    from models.numbers.learn import answers
    from models.numbers.material import MOST, PLACED, SIZED, UNKNOWN

    rows = np.zeros((1, MOST, 5), np.float32)
    rows[0, 0] = (SIZED, 10, 20, 26, 28)
    rows[0, 1] = (PLACED, 60, 60, 80, 70)
    rows[0, 2] = (UNKNOWN, 100, 100, 120, 110)
    close, counts, sizes = answers(rows)
    assert (close[0, 6, 4], close[0, 16, 17]) == (1, 1)
    assert close[0, 26, 27] == 0 and counts[0, 26, 27] == 0
    assert counts.sum() < counts.size and counts[0, 6, 4] == 1
    assert np.allclose(np.exp(sizes[0, :, 6, 4]), (16, 8))
    assert np.isnan(sizes[0, :, 16, 17]).all(), "of a real front only the sign's size is known"
    assert np.isnan(sizes[0, :, 0, 0]).all()


def test_of_mistakes_none_is_at_a_number(drawn: Path) -> None:
    import torch

    from models.numbers.material import SIDE, material
    from models.numbers.mistaken import mistakes, shown
    from models.numbers.network import Numbers

    torch.manual_seed(1)
    some = material(drawn, Part.TRAIN, seed=1, drawn=4)
    found = mistakes(Numbers(), some)
    assert found and found == sorted(found, reverse=True)
    for _, number, x, y in found:
        places = (*some.grounds[number].numbers, *some.grounds[number].unknown)
        assert not any(left < x < right and top < y < bottom for left, top, right, bottom in places)
    (one,) = shown(some, found, 1, 3)
    assert one.picture.shape == (SIDE, SIDE, 3)
