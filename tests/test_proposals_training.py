"""The proposals network's training, on a few made-up lessons: it ends in a network that our engine runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from screening.engine import load
from tests.training import train

# looked for, not imported: each process that runs tests would load it
pytestmark = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the `train` extra is not installed")

ROWS, COLUMNS = 28, 30


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """What the teacher said of a copy or two of each part, so that it need not be asked."""
    dice = np.random.default_rng(2)
    for part, count in (("train", 2), ("tune", 1), ("test", 1)):
        (tmp_path / "work" / part).mkdir(parents=True)
        for number in range(count):
            look = dice.integers(0, 256, (ROWS * 16, COLUMNS * 16, 3), dtype=np.uint8)
            np.savez(
                tmp_path / "work" / part / f"{number:05}.npz",
                look=look, faces=np.array([(100, 200, 120, 230, 0.9)], np.float32),
            )  # fmt: skip
    return tmp_path / "work"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of labelled pictures, with hardly any."""
    (tmp_path / "data" / "everyday").mkdir(parents=True)
    dice = np.random.default_rng(3)
    for number in range(12):
        picture = dice.integers(60, 190, (6, 8, 3), dtype=np.uint8).repeat(30, 0).repeat(30, 1)
        cv2.imwrite(str(tmp_path / "data" / "everyday" / f"{number:03}.png"), picture)
    return tmp_path / "data"


def test_a_short_training_ends_in_a_network_that_the_engine_runs(data: Path, work: Path, tmp_path: Path) -> None:
    out = tmp_path / "proposals.onnx"
    few = (data, "--out", out, "--work", work, "--lessons", 2, "--steps", 2)
    # train.py itself compares the engine's answers with torch's and fails where they differ
    done = train("models.proposals.train", *few, to=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| -2.5 |" in done.stdout and "wrote proposals.onnx" in done.stdout
    assert out.stat().st_size < 1_000_000
    answers = load(out)(np.random.default_rng(1).random((1, 3, 64, 96), np.float32))[0]
    assert answers.shape == (1, 1, 4, 6)
    assert np.isfinite(answers).all()
    # what was learnt is taken up: nothing is learnt again
    again = train("models.proposals.train", *few, to=tmp_path)
    assert again.returncode == 0 and "step" not in again.stdout


def test_the_teacher_says_where_small_faces_are_and_is_asked_once(tmp_path: Path) -> None:
    from fixtures import draw
    from models.proposals.learn import answers
    from models.proposals.teach import Lesson, lesson, lessons

    picture = np.full((600, 800, 3), (150, 160, 150), np.uint8)
    portrait = cv2.resize(draw.sample("astronaut")[:300, 60:420], (180, 150), interpolation=cv2.INTER_AREA)
    picture[40:190, 60:240] = portrait
    made = lesson(picture)
    (face,) = made.faces
    assert face[:4] == pytest.approx((121, 70, 165, 129), abs=14)
    wanted, counts = answers(made)
    row, column = int((face[1] + face[3]) / 32), int((face[0] + face[2]) / 32)
    assert wanted[row, column] == 1 and counts[row, column] > 1
    assert wanted[20, 20] == 0 and counts[20, 20] == 1
    wanted, counts = answers(Lesson(made.look, np.array([(160, 160, 300, 310, 0.9)], np.float32)))
    assert wanted.sum() == 0 and counts[14, 14] == 0, "so large a face is found without"
    # a lesson that is there is not made again
    (tmp_path / "lessons").mkdir()
    np.savez(tmp_path / "lessons" / "00000.npz", look=made.look, faces=made.faces)
    (kept,) = lessons(tmp_path / "lessons", [lambda: pytest.fail("it was asked again")])
    assert np.array_equal(kept.look, made.look) and np.array_equal(kept.faces, made.faces)


def test_it_begins_as_yunet_where_that_is_at_hand(tmp_path: Path) -> None:
    import onnx
    import torch
    from onnx import helper, numpy_helper

    from models.proposals.network import Proposals, Unit

    dice = np.random.default_rng(4)

    def written(extra: int) -> Path:
        """A file with as many layers, in that order, of random weights; they need not fit each other."""
        place = Proposals()
        shapes = [
            tuple(layer.weight.shape)
            for name, part in place.named_children()
            if name not in ("small", "larger")
            for layer in part.modules()
            if isinstance(layer, torch.nn.Conv2d)
        ]
        shapes += [(64, 64, 1, 1), (64, 1, 3, 3)]
        for wide in (1, 4, 1, 10):
            shapes += [(wide, 64, 1, 1), (wide, 1, 3, 3)] * 3
        shapes += [(1, 1, 1, 1)] * extra
        arrays, nodes = [], []
        for number, shape in enumerate(shapes):
            names = [f"w{number}", f"b{number}"]
            values = (dice.random(shape, np.float32), dice.random(shape[0], np.float32))
            arrays += [numpy_helper.from_array(value, name) for value, name in zip(values, names, strict=True)]
            nodes.append(helper.make_node("Conv", ["x", *names], [f"y{number}"]))
        file = tmp_path / f"yunet-{extra}.onnx"
        onnx.save(helper.make_model(helper.make_graph(nodes, "yunet", [], [], arrays)), file)
        return file

    file = written(0)
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(file).graph.initializer}
    network = Proposals()
    network.begin_with(file)
    assert np.allclose(network.stem.weight.detach().numpy(), kept["w0"][:, ::-1] * 255)
    small, larger = network.small, network.larger
    assert isinstance(small, Unit) and isinstance(larger, Unit)
    # after 35 layers come the classes at three sizes, then the boxes, then whether it is a thing at all
    assert np.allclose(small.mix.weight.detach().numpy(), np.concatenate((kept["w35"], kept["w47"])))
    assert np.allclose(larger.around.bias.detach().numpy(), np.concatenate((kept["b38"], kept["b50"])))
    with pytest.raises(ValueError, match="is not YuNet: it has 60 convolutions"):
        Proposals().begin_with(written(1))
