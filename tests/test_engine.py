"""The engine: what a network answers does not depend on how it was compiled, and what follows not on the processor."""

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

from screening.engine import AVX, EngineError, load, preferred
from screening.photo.photo import Photo
from screening.text.ppocr import SHAPES
from tests import PATIENCE
from tests.rounded import bfloat16

ROOT = Path(__file__).parent.parent
# Of the sample shoot, each beside another: at least one for each network.
PICTURES = (("open-day/portrait.jpg", "street/parked-car.jpg"), ("open-day/school-gate.jpg", "desk/letter.jpg"))
AVX512 = 13  # OpenCV's number


@pytest.fixture(scope="module")
def pictures(shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Few, because a network that is masked or rounded takes its time for each."""
    folder = tmp_path_factory.mktemp("pairs")
    made = []
    for number, names in enumerate(PICTURES):
        pair = [Photo.open(shoot / name).rgb for name in names]
        low = min(one.shape[0] for one in pair)
        made.append(folder / f"{number}.png")
        cv2.imwrite(str(made[-1]), np.hstack([one[:low] for one in pair])[..., ::-1])
    return made


def verdicts(pictures: list[Path], precision: str, **environment: str) -> dict[str, Any]:
    """What follows for the pictures in a process of its own (see tests/verdicts.py)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.verdicts", precision, *map(str, pictures)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=ROOT,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def as_it_is(pictures: list[Path]) -> dict[str, Any]:
    """What follows here, with whatever the processor has."""
    said = verdicts(pictures, "default")
    assert len(said) == len(PICTURES)
    assert not any("unscreened" in rules for rules in said.values())
    return said


def capabilities() -> list[str]:
    openvino = pytest.importorskip("openvino", reason="openvino is not installed")
    return list(openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


@pytest.mark.parametrize(
    "precision",
    [
        "f32",  # as most processors calculate by themselves
        "bf16",  # as those with AMX or AVX512-BF16 do
        "rounded",  # the same, on any processor
    ],
)
def test_the_same_follows_in_whatever_precision_networks_are_run(
    precision: str, pictures: list[Path], as_it_is: dict[str, Any]
) -> None:
    if precision != "rounded" and "BF16" not in capabilities():
        pytest.skip("this processor has neither AMX nor AVX512-BF16: it calculates in f32 alone")
    assert verdicts(pictures, precision) == as_it_is


@pytest.mark.parametrize(
    ("instructions", "more"),
    [
        ("AVX2", AVX512),  # AVX-512, and AMX with it, masked
        ("SSE41", AVX),  # run by ONNX Runtime
    ],
)
def test_the_same_follows_with_wide_instructions_masked(
    instructions: str, more: int, pictures: list[Path], as_it_is: dict[str, Any]
) -> None:
    if not cv2.checkHardwareSupport(more):
        pytest.skip(f"this processor has no more than {instructions}")
    assert verdicts(pictures, "default", ONEDNN_MAX_CPU_ISA=instructions) == as_it_is


def test_where_the_processor_lacks_avx_another_engine_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    for machine, has, wanted in (
        ("x86_64", True, "openvino"),
        ("AMD64", False, "onnxruntime"),  # as Windows calls it
        ("arm64", False, "openvino"),  # has no such instructions
    ):
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        monkeypatch.setattr(cv2, "checkHardwareSupport", lambda feature, has=has: has)
        assert preferred() == wanted


def test_rounding_keeps_the_digits_that_bfloat16_has() -> None:
    values = np.array([1 / 3, -7.123, 1e-30, 300.7, 0], np.float32)
    rounded = bfloat16(values)
    assert (rounded.view(np.uint32) & 0xFFFF == 0).all()
    assert (np.abs(rounded - values) <= 2**-8 * np.abs(values)).all()


def test_a_network_compiled_by_shape_answers_as_the_one_that_takes_any() -> None:
    anything, by_shape = load("text-detection"), load("text-detection", by_shape=SHAPES)
    random = np.random.default_rng(7)
    for side in [*range(64, 64 + 32 * (SHAPES + 2), 32), 64]:  # more shapes than are kept, and one that was dropped
        picture = random.uniform(-1, 1, (1, 3, 64, side)).astype(np.float32)
        assert np.allclose(anything(picture)[0], by_shape(picture)[0], atol=0.02)  # bfloat16 keeps eight bits


def test_a_network_wants_as_many_inputs_as_it_has() -> None:
    for network in (
        load("text-detection"),
        load("text-detection", by_shape=1),
        load("text-detection", engine="onnxruntime"),
    ):
        with pytest.raises(EngineError, match="takes 1 inputs, not 2"):
            network(np.zeros((1, 3, 32, 32)), np.zeros((1, 3, 32, 32)))
