"""The juvenile network's training, on a few copies of one portrait: it ends in a network that our engine can run."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.split import Part, Split
from screening.arrays import Pixels
from screening.engine import load
from screening.faces.embedding import describe
from screening.photo.photo import Photo
from tests.training import train

# Pictures of crowds, by names that put one among those learnt from and one among those that judge.
CROWDS = "ab"


def faces(portrait: Pixels, count: int) -> Iterator[Pixels]:
    """One face seen from as many sides and in as many lights: unlike enough to be no twins, and all surely found."""
    dice = np.random.default_rng(3)
    around, side = portrait[30:220, 130:320], 160
    corners = np.array([[0, 0], [190, 0], [190, 190], [0, 190]], np.float32)
    square = corners * np.float32(side / 190)
    for number in range(count):
        moved = corners + dice.uniform(-38, 38, (4, 2)).astype(np.float32)
        turned = cv2.warpPerspective(
            around, cv2.getPerspectiveTransform(moved, square), (side, side), borderMode=cv2.BORDER_REPLICATE
        )
        light = cv2.resize(dice.uniform(0.4, 1.5, (3, 3, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
        noisy = turned[:, :: -1 if number % 2 else 1] * light + dice.normal(0, 10, turned.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.fixture
def drawn(astronaut: Path, tmp_path: Path) -> Path:
    """The folders that training reads: a face in forty lights, of which every fifth lies in ages2/, and backgrounds."""
    dice = np.random.default_rng(3)
    portrait = Photo.open(astronaut).rgb
    data = tmp_path / "data"
    for name in ("ages", "ages2", "everyday", "faces"):
        (data / name).mkdir(parents=True)
    assert {Split().part(f"faces/{name}.png") for name in CROWDS} >= {Part.TRAIN, Part.TEST}
    for name in CROWDS:
        cv2.imwrite(str(data / "faces" / f"{name}.png"), portrait)
    for number, picture in enumerate(faces(portrait, 40)):
        age = (5, 15, 20, 45)[number % 4]
        folder = "ages2" if number % 5 == 4 else "ages"
        cv2.imwrite(str(data / folder / f"{age}_{number % 2}_{number % 5}_{number}.png"), picture)
    marked = [
        {"file": f"{name}.png", "yolo": [["12"[index % 2], "0.44", "0.23", "0.3", "0.4"]]}
        for index, name in enumerate(CROWDS)
    ]
    (data / "faces" / "labels.json").write_text(json.dumps(marked))
    for number in range(3):
        noise = dice.integers(0, 256, (6, 8, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
        cv2.imwrite(str(data / "everyday" / f"{number}.png"), noise)
    return data


def trained(data: Path, out: Path, *more: str, rounded: bool = False) -> subprocess.CompletedProcess[str]:
    """A short training, at will with an engine that calculates in 16 bits."""
    few = ("--epochs", 1, 1, "--cache", out.parent / "cache", "--out", out)
    return train("models.juvenile.train", data, *few, *more, to=out.parent, rounded=rounded)


def judges(data: Path) -> int:
    """How many faces of known age judge, by the split."""
    names = [f"{folder}/{path.name}" for folder in ("ages", "ages2") for path in (data / folder).glob("*")]
    judging = [name for name in names if Split().part(name) is Part.TEST]
    assert 4 < len(judging) < 30
    assert any(name.startswith("ages2") for name in judging) or not (data / "ages2").is_dir()
    return len(judging)


def test_the_looker_begins_with_what_dlib_sees(astronaut: Path) -> None:
    torch = pytest.importorskip("torch")
    network = importlib.import_module("models.juvenile.network")
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
    done = trained(drawn, out)
    assert done.returncode == 0, done.stderr
    assert f"### {judges(drawn)} faces of `test`" in done.stdout
    assert out.stat().st_size < 10_000_000
    dice = np.random.default_rng(1)
    chip = dice.integers(0, 256, (1, 3, 150, 150))
    score, age = load(out)(dice.random((1, 128)), dice.random((1, 128, 8, 8)), chip)
    assert 0 <= score[0] <= 1
    assert 0 <= age[0] <= 80
    assert "| 13-15 |" in done.stdout
    assert "| pixels between the eyes |" in done.stdout
    assert "Crowds" in done.stdout


def test_a_force_with_nothing_but_faces_of_known_age_can_train_and_take_the_trained_parts_again_in_16_bits_too(
    drawn: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    shutil.rmtree(drawn / "faces")
    shutil.rmtree(drawn / "everyday")
    shutil.rmtree(drawn / "ages2")
    out = tmp_path / "juvenile.onnx"
    for more in ((), ("--again",)):
        done = trained(drawn, out, *more, rounded=True)
        assert done.returncode == 0, done.stderr
        assert f"### {judges(drawn)} faces of `test`" in done.stdout, "whatever the engine makes of the faces"
        assert ("readers trained" in done.stdout) is not bool(more)
        assert "Crowds" not in done.stdout


def test_a_looker_whose_training_was_broken_off_ends_as_one_trained_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    learn = importlib.import_module("models.juvenile.learn")
    checkpoint = importlib.import_module("models.learning").Checkpoint
    count, dice = 8, np.random.default_rng(3)
    many: dict[str, Any] = {name: np.zeros((count, 6)) for name in ("embedding", "maps", "eyes", "detail")}
    one: dict[str, Any] = {
        name: np.zeros(count, np.int64) for name in ("gender", "ethnicity", "name", "part", "masked")
    }
    chips = dice.integers(0, 256, (count, 6, 150, 150, 3), dtype=np.uint8)
    aged = {"age": np.arange(10, 10 + count), "picture": np.full(count, -1)}
    source = learn.material(learn.Faces(key="drawn", chips=chips, **many, **one, **aged))

    def taught(file: str, settings: str = "the same") -> dict[str, Any]:
        kept = checkpoint(tmp_path / file, settings)
        looker = learn.train_looker(source, np.arange(count), epochs=2, seed=1, kept=kept)
        weights: dict[str, Any] = looker.state_dict()
        return weights

    in_one_go = taught("in one go")
    drawn, changed = [0], learn.anew

    def broken_off(*arguments: Any) -> Any:
        drawn[0] += 1
        if drawn[0] > count:
            raise KeyboardInterrupt
        return changed(*arguments)

    monkeypatch.setattr(learn, "anew", broken_off)
    with pytest.raises(KeyboardInterrupt):
        taught("broken off")
    drawn[0] = 0
    again = taught("broken off")
    assert drawn[0] == count, "one epoch was left"
    assert all(torch.equal(in_one_go[name], again[name]) for name in in_one_go)
    assert checkpoint(tmp_path / "broken off", "others").restore() == 0
    (tmp_path / "torn").write_bytes((tmp_path / "broken off").read_bytes()[:-100])
    assert checkpoint(tmp_path / "torn", "the same").restore() == 0
    assert checkpoint(tmp_path / "none", "the same").restore() == 0


def test_a_training_without_a_child_to_judge_by_says_so(drawn: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    shutil.rmtree(drawn / "ages2")
    for path in (drawn / "ages").iterdir():
        if int(path.name.split("_")[0]) < 18 or int(path.stem.rsplit("_", 1)[1]) > 12:
            path.unlink()
    done = trained(drawn, tmp_path / "juvenile.onnx")
    assert done.returncode == 1
    assert "there are 0 faces under 18" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_table_of_unseen_faces_counts_each_band_from_each_mark() -> None:
    from models.juvenile.unseen import People, table

    age = np.array([15, 16, 20, 40, 40])
    scores = np.array([[0.9, 0.9], [0.05, 0.9], [0.05, 0.0], [0.0, 0.0], [0.0, 0.9]])
    lines = list(table(People(age, np.array([0, 1, 0, 1, 1]), np.zeros(5, np.int64)), scores))
    assert lines[0] == "5 faces, as they are: area under the curve 0.917."
    half = len(lines) // 2
    clean, spoilt = ([line for line in some if line.startswith("| 0.06")] for some in (lines[:half], lines[half:]))
    assert "| 0.50 (1 of 2" in clean[0] and "| 0.00 (0 of 1" in clean[0] and "not" not in clean[0]
    assert "| 1.00 (2 of 2" in spoilt[0] and "| 0.50 (1 of 2" in spoilt[0]
    women = [line for line in lines[:half] if line.startswith("| female")]
    assert "| 0.00 (0 of 1" in women[0], "of the two teenagers the one that is missed"


def test_the_looker_counts_as_much_as_it_knows_and_the_score_becomes_a_probability() -> None:
    pytest.importorskip("scipy")
    from models.juvenile.weigh import Weights, chosen, on_the_scale_of

    dice = np.random.default_rng(2)
    age = np.repeat(np.arange(10, 30), 40)
    told = (18 - age)[:, None] / 2 + dice.normal(0, 2, (len(age), 4))
    guess, no_mask = dice.normal(0, 3, told.shape), np.zeros_like(told)
    assert chosen(age, np.stack([told, guess, no_mask], -1)).looking == 0.0
    both = chosen(age, np.stack([guess, told, no_mask], -1))
    assert both.looking == 0.5, "as much as it may at most"
    score = both.score(np.stack([guess, told, no_mask], -1))
    assert abs(score.mean() - (age < 18).mean()) < 0.02
    covered = both.score(np.stack([guess, told, no_mask + 1], -1))
    assert (covered < score).all(), "of a covered face little can be told"
    # a score that was twice as sure, and lower, stays so whoever counts
    said = np.stack([told, told + dice.normal(0, 0.1, told.shape), no_mask], -1)
    fair = chosen(age, said)
    sure = Weights(0.0, 2 * chosen(age, said[..., [0, 0, 2]]).slope, -3.0)
    both = on_the_scale_of(sure, fair, age, said)
    assert both.looking == fair.looking
    assert np.abs(both.score(said) - sure.score(said)).mean() < 0.05
    assert np.abs(fair.score(said) - sure.score(said)).mean() > 0.1


def test_the_shipped_network_weighed_anew_scores_as_its_weights_say(astronaut: Path, tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    from models.juvenile.reweigh import SHIPPED, Tail, said_of
    from models.juvenile.weigh import Weights

    cut = np.ascontiguousarray(Photo.open(astronaut).rgb[40:190, 150:300])
    said = np.array(said_of(cut, Tail(SHIPPED).opened()))
    weights, out = Weights(0.2, 0.8, 0.5), tmp_path / "juvenile.onnx"
    out.write_bytes(Tail(SHIPPED).weighed(weights))
    (embedding,), (maps,) = describe([cut])
    score, _ = load(out)(embedding[None], maps[None], cut.transpose(2, 0, 1)[None])
    # the engine may calculate in 16 bits
    assert abs(float(score[0]) - float(weights.score(said))) < 0.05
