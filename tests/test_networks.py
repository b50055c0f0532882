"""Networks: what a report names, and detectors that an office adds to those that ship with the project."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from screening import config, weights
from screening.finding import Box
from screening.office.networks import NetworkError, add, remove
from screening.photo.photo import Photo
from screening.pipeline import run
from screening.stages import networks
from screening.street import looks
from screening.street.network import CLASSES, load_detector
from screening.weights import WeightsError, manifest
from tests.street_network import colour_network

ONE_LINE = """
extends = "default"
[[stage]]
use = "vehicles"
street = ["colours"]
"""
RED = Box(200, 200, 320, 300)
# Builds a small detector of `ultralytics` with a fixed seed, its scores spread out, and prints what it predicts.
PREDICT = """
import json, sys
import cv2, torch
from ultralytics import YOLO
torch.manual_seed(3)
model = YOLO(sys.argv[1])
model.model.names = {0: "Car", 1: "licence-plate", 2: "dog"}
with torch.no_grad():
    for branch in model.model.model[-1].cv3:
        branch[-1].weight *= 1500
        branch[-1].bias.zero_()
model.save(sys.argv[2])
(found,) = YOLO(sys.argv[2]).predict(cv2.imread(sys.argv[3]), imgsz=320, conf=0.6, iou=0.5, device="cpu", verbose=False)
print(json.dumps([[int(kind), score, *box] for kind, score, box in zip(
    found.boxes.cls.tolist(), found.boxes.conf.tolist(), found.boxes.xyxy.tolist())]))
"""
SMALL = """
nc: 3
scales: {n: [0.33, 0.25, 1024]}
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, Conv, [128, 3, 2]]
  - [-1, 1, Conv, [128, 3, 2]]
head:
  - [[2, 3], 1, Detect, [nc]]
"""


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    return tmp_path / "office"


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """A network that sees red vehicles and green plates, with the names that an export carries."""
    return colour_network(tmp_path / "Colours.onnx", names={0: "car", 1: "License_Plate"})


def picture() -> Photo:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[RED.top : RED.bottom, RED.left : RED.right] = (255, 0, 0)
    return Photo.from_array(pixels, name="red.png")


def test_every_network_that_a_stage_names_is_known_and_all_known_ones_are_named() -> None:
    assert set(networks(config.load().stages)) == set(manifest())


def test_stages_load_no_network_that_they_do_not_name(monkeypatch: pytest.MonkeyPatch, astronaut: Path) -> None:
    asked: set[str] = set()
    locate = weights.locate

    def noted(name: str) -> Path:
        asked.add(name)
        return locate(name)

    for module in ("screening.engine", "screening.faces.embedding", "screening.faces.identifiability"):
        monkeypatch.setattr(f"{module}.locate", noted, raising=False)
    stages = [stage for stage in config.load().stages if stage.name in ("faces", "vehicles", "juveniles")]
    assert not [one for one in run(stages, Photo.open(astronaut)) if one.is_a("error")]
    assert {"centerface", "street"} <= asked <= set(networks(stages))


def test_a_detector_of_ones_own_takes_the_stages_place_by_one_line(colours: Path, tmp_path: Path) -> None:
    added = add(colours)
    assert (added.name, added.classes) == ("colours", ("vehicle", "plate"))
    file = tmp_path / "own.toml"
    file.write_text(ONE_LINE)
    pipeline = config.load(file)
    assert set(networks(pipeline.stages)) == set(manifest()) - {"street"}, "every other stage still runs"
    stage = next(stage for stage in pipeline.stages if stage.name == "vehicles")
    seen = [one.box for one in stage(picture(), ()) if one.kind == "seen.vehicle" and one.box is not None]
    assert seen and all(box.overlap(RED) for box in seen)


def test_a_network_that_was_changed_after_it_was_added_is_not_run(colours: Path, office: Path) -> None:
    add(colours)
    with (office / "networks" / "colours.onnx").open("ab") as file:
        file.write(b"more")
    with pytest.raises(WeightsError, match=r"colours: the file colours\.onnx is not the one we know; add it again"):
        looks.find(picture(), networks=["colours"])


def test_a_removed_network_is_gone(colours: Path, office: Path, tmp_path: Path) -> None:
    add(colours)
    remove("colours")
    assert list((office / "networks").iterdir()) == []
    (tmp_path / "own.toml").write_text(ONE_LINE)
    with pytest.raises(config.ConfigError, match="none of these networks finds a vehicle"):
        config.load(tmp_path / "own.toml")
    with pytest.raises(NetworkError, match="no network with that name"):
        remove("colours")


def test_a_network_that_finds_only_plates_needs_another_beside_it(tmp_path: Path) -> None:
    add(colour_network(tmp_path / "plates.onnx", names={0: "dog", 1: "my sign"}), plate=["My-Sign"])
    file = tmp_path / "own.toml"
    file.write_text(ONE_LINE.replace("colours", "plates"))
    with pytest.raises(config.ConfigError, match='none of these networks finds a vehicle; add "street" to'):
        config.load(file)
    file.write_text(ONE_LINE.replace('"colours"', '"plates", "street"'))
    assert {"damage", "plates", "street"} <= set(networks(config.load(file).stages))


def test_what_is_no_detector_of_ours_is_refused_in_one_line(colours: Path, tmp_path: Path) -> None:
    pickle = tmp_path / "new.pt"
    pickle.write_bytes(b"not even a pickle")
    huge = tmp_path / "huge.onnx"
    with huge.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: it takes no room
    nothing = tmp_path / "nothing.onnx"
    nothing.write_bytes(b"no network")
    cases = [
        (pickle, {}, "can run any code"),  # a pickle that nobody trusts is not read
        (tmp_path / "gone.pt", {}, "there is no such file"),
        (huge, {}, "is larger than 1000 MB"),
        (nothing, {}, "its classes have no names"),
        (colour_network(tmp_path / "bare.onnx", names=None), {}, "its classes have no names"),
        (colour_network(tmp_path / "dogs.onnx", names={0: "dog", 1: "cat"}), {}, r"\(dog, cat\) is a vehicle"),
        (colour_network(tmp_path / "three.onnx", names={0: "car", 1: "cat", 2: "dog"}), {}, "is not a detector"),
        (colours, {"name": "street"}, "ships with the project"),
        (colours, {"name": "../street"}, "cannot be the name"),
    ]
    for path, options, said in cases:
        with pytest.raises(NetworkError, match=said) as raised:
            add(path, **options)  # type: ignore[arg-type]  # a table of options
        assert "\n" not in str(raised.value)
    assert not list((tmp_path / "office" / "networks").glob("*.onnx"))


def test_converted_weights_of_ultralytics_predict_the_same_in_our_engine(tmp_path: Path) -> None:
    # looked for, not imported: it would replace Pillow's way of opening files for every test that follows
    if importlib.util.find_spec("ultralytics") is None:
        pytest.skip("the `train` extra is not installed")
    import cv2

    pixels = np.random.default_rng(5).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    drawn = np.asarray(cv2.resize(pixels, (320, 320), interpolation=cv2.INTER_NEAREST), np.uint8)
    cv2.imwrite(str(tmp_path / "drawn.png"), drawn)
    (tmp_path / "small.yaml").write_text(SMALL)
    names = ("small.yaml", "My Net.pt", "drawn.png")
    told = subprocess.run(
        [sys.executable, "-c", PREDICT, *(str(tmp_path / name) for name in names)],
        env=os.environ | {"YOLO_OFFLINE": "true", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    theirs = [one for one in json.loads(told.stdout.splitlines()[-1]) if one[0] < 2]
    added = add(tmp_path / "My Net.pt", trusted=True)
    assert (added.name, added.classes) == ("my-net", ("vehicle", "plate", ""))
    least = dict.fromkeys(CLASSES, 0.5)
    ours, _ = looks.look(Photo.from_array(drawn[:, :, ::-1].copy()), load_detector("my-net"), least, looks.FAR)
    assert len(theirs) > 10
    # of fainter ones, nearly equal, rounding decides which of two that overlap is kept
    for kind, score, *sides in theirs[:10]:
        box = Box.around(((sides[0], sides[1]), (sides[2], sides[3])))
        same = [one for one in ours if one.kind == CLASSES[kind] and one.box.iou(box) > 0.85]
        assert any(abs(one.score - score) < 0.03 for one in same), (kind, score, sides)


def told(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from screening.cli import main; main()", "models", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_command_line_lists_checks_and_explains_networks(colours: Path, office: Path) -> None:
    assert told("add", str(colours)).returncode == 0
    listed = told("--json")
    assert listed.returncode == 0
    assert {row["name"]: row["state"] for row in json.loads(listed.stdout)} == dict.fromkeys(manifest(), "ok")
    shown = told("show", "damage", "--json")
    assert "## " in json.loads(shown.stdout)["card"]
    card = manifest()["identifiability"].path.with_name("card.md").read_text(encoding="utf-8")
    assert card.rstrip() in told("show", "identifiability").stdout, "whole, as wide as its tables are"
    assert "The office added it, and it has no card." in told("show", "colours").stdout
    theirs = next(name for name, one in manifest().items() if one.package)
    assert "It ships in another package; see its authors' description." in told("show", theirs).stdout
    (office / "networks" / "colours.onnx").unlink()
    missing = told("show", "colours")
    assert missing.returncode == 2
    assert "the file colours.onnx is missing" in " ".join(missing.stdout.split())
    assert told().returncode == 2
    unknown = told("show", "colour")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("screening: no network is called 'colour'; did you mean 'colours'?")


@pytest.mark.parametrize("name", sorted(one.name for one in manifest().values() if not one.package))
def test_every_card_answers_the_same_questions_in_the_same_order(name: str) -> None:
    card = manifest()[name].path.with_name("card.md").read_text(encoding="utf-8")
    questions = [f"# {name}", "## Material", "## Figures", "## Known failures", "## How to retrain"]
    assert [line for line in card.splitlines() if line.startswith(("# ", "## "))] == questions
    assert "not for" in card.lower()
