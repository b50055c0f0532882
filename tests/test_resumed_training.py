"""A shipped network, made trainable again, still answers as it did: that is where further training starts from."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import PATIENCE

MODELS = Path(__file__).resolve().parents[1] / "models"
# in a process of its own: the training library replaces Pillow's way of opening files
COMPARE = """
import json, sys
from pathlib import Path
import screening
import numpy as np, onnxruntime, torch
models = Path(sys.argv[1])
from models.damage.network import SIDE, Damage
from models.damage.resume import load_exported
from models.folded import trainable

def differs(model, file, batch):
    session = onnxruntime.InferenceSession(str(file))
    there = session.run(None, {session.get_inputs()[0].name: batch})[0]
    with torch.no_grad():
        here = model.eval()(torch.from_numpy(batch))
    here = (here[0] if isinstance(here, tuple) else here).numpy()
    return float(np.abs(here - there).max() / np.abs(there).max())

dice = np.random.default_rng(3)
crops = [dice.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(SIDE // 8, 0).repeat(SIDE // 8, 1) for _ in range(6)]
batch = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / 255
damage, street = models / "damage" / "damage.onnx", models / "street" / "street.onnx"
network = Damage()
load_exported(network, damage, crops)
found = trainable(street, crops)
# as it learns, a layer normalises by the batch itself: with the means and spreads of pictures it sees much the same
spread = [float(layer.bn.running_var.mean()) for layer in found.modules() if hasattr(layer, "bn")]
try:
    load_exported(Damage(), street, crops)
    refused = ""
except ValueError as error:
    refused = str(error)
print(json.dumps([differs(network, damage, batch), differs(found, street, batch), min(spread), max(spread), refused]))
"""


def test_a_shipped_network_can_be_trained_further_from_where_it_stands() -> None:
    if importlib.util.find_spec("ultralytics") is None:
        pytest.skip("the `train` extra is not installed")
    ran = subprocess.run(
        [sys.executable, "-c", COMPARE, MODELS],
        cwd=MODELS.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    damage, street, least, most, refused = json.loads(ran.stdout.splitlines()[-1])
    assert damage < 1e-3
    assert street < 1e-2, "its weights are stored in 16 bits"
    assert (least, most) != (1.0, 1.0)
    assert "street.onnx has" in refused
