"""The checks that every stage has to pass see each mistake, and say whose and which it is."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from screening.config import load
from screening.photo.photo import Photo
from screening.stages import Stage
from tests import conformance, mistakes, planted

OTHERS = load().stages
MISTAKES = [
    (mistakes.Loud(), "prints 'looking"),
    (mistakes.LoudInC(), "prints .a library's warning"),
    (mistakes.OfAnotherKind(), "makes a staff.other, which it does not declare"),
    (mistakes.Outside(), "makes a box outside the photo"),
    (mistakes.TooSure(), "raises ValueError: a score is between 0 and 1"),
    (mistakes.Wordy(), "evidence is one short line"),
    (mistakes.Painter(), "changes the picture"),
    (mistakes.Delicate(), "raises ZeroDivisionError"),
    (mistakes.OutOfTurn(), "reads what text finds; name it in after"),
    (mistakes.NeedsNobody(), "reads nothing of text"),
    (mistakes.Melting(), "is not frozen"),
    (mistakes.Demanding(wanted="a thing"), "the option wanted has no default"),
    (mistakes.Secretive(), "the option minimum is not documented"),
    (mistakes.Badly(), "declares 'Staff Scratch', which is not dotted words"),
]
# Everything that some stage hands on to others.
SEEN = sorted({kind for stage in OTHERS for kind in stage.kinds if kind.startswith("seen.")})
LEAKS: list[Stage] = [
    *(mistakes.Leaky(reads=kind) for kind in SEEN),
    mistakes.Leaky(reads="seen.text", part=1),  # a name alone
    mistakes.Leaky(reads="vehicle.plate"),  # what another stage reports
    mistakes.Leaky(reads="face"),
    mistakes.LeaksMetadata(),
    mistakes.LeaksName(),
]


@pytest.fixture(scope="module")
def photos() -> list[Photo]:
    import skimage

    return list(planted.photos(Path(skimage.__file__).parent / "data" / "astronaut.png"))


def test_a_stage_without_mistakes_passes(photos: list[Photo]) -> None:
    conformance.check(mistakes.Sound(), OTHERS)
    assert conformance.check_leaks(mistakes.Sound(), OTHERS, photos), "it found something"


@pytest.mark.parametrize(("stage", "said"), MISTAKES, ids=[type(stage).__name__ for stage, _ in MISTAKES])
def test_each_mistake_is_named(stage: Stage, said: str) -> None:
    with pytest.raises(AssertionError, match=f"^scratch:? {said}"):
        conformance.check(stage, OTHERS)


@pytest.mark.parametrize("stage", LEAKS, ids=str)
def test_each_leak_is_named(stage: Stage, photos: list[Photo]) -> None:
    with pytest.raises(AssertionError, match=r"^scratch puts what it read into the evidence of staff\.scratch"):
        conformance.check_leaks(stage, OTHERS, photos)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import cv2", "imports cv2"),
        ("from onnxruntime import InferenceSession", "imports onnxruntime"),
        ("TABLE = {}\nfor number in range(9000):\n    TABLE[number] = number ** 2", "runs [0-9]+ lines"),
        ("def work():\n    for number in range(9000):\n        pass\n\nwork()", "runs [0-9]+ lines"),
        ("raise RuntimeError('not today')", "cannot be imported: [^$]*not today"),
    ],
)
def test_a_file_that_is_slow_to_import_is_named(
    code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "scratch_stage.py"
    own.write_text("from tests.mistakes import Sound\nclass Own(Sound):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    stage = importlib.import_module("scratch_stage").Own()
    monkeypatch.delitem(sys.modules, "scratch_stage")
    conformance.check_import(stage)
    own.write_text(f"{own.read_text()}{code}\n")
    with pytest.raises(AssertionError, match=f"^scratch {said}"):
        conformance.check_import(stage)
