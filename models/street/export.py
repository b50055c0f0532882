"""Exports a checkpoint of `ultralytics` to ONNX, its weights stored in 16 bits, and checks that it answers the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def to_onnx(checkpoint: Path, out: Path) -> None:
    """Write the network as ONNX with free height and width; it still computes in what the engine prefers."""
    import onnx
    from folded import halve
    from ultralytics import YOLO

    written = Path(YOLO(checkpoint).export(format="onnx", dynamic=True, simplify=False, opset=17, device="cpu"))
    model = onnx.load(written)
    written.unlink()
    halve(model.graph)
    # what the exporter says of itself holds the date and paths, which would make every file differ
    kept = {entry.key: entry.value for entry in model.metadata_props if entry.key in {"names", "stride", "task"}}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, kept)
    onnx.checker.check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB; differs from {checkpoint.name} by {compare(checkpoint, out)}")


def compare(checkpoint: Path, out: Path, *, pixels: float = 1.0, score: float = 0.02) -> str:
    """Say by how much our engine's answer differs from `ultralytics`' own on a picture of noise.

    Raises:
        ValueError: if a side of a box differs by more than `pixels` on average, or a score by more than `score`.
    """
    import torch
    from ultralytics import YOLO

    from screening.engine import load

    picture = np.random.default_rng(0).random((1, 3, 192, 256), dtype=np.float32)
    with torch.no_grad():
        theirs = YOLO(checkpoint).model.eval().float()(torch.from_numpy(picture))[0].numpy()
    ours = load(out.resolve())(picture)[0]
    boxes, scores = np.abs(ours - theirs)[0, :4].mean(), np.abs(ours - theirs)[0, 4:].max()
    said = f"{boxes:.2f} pixels on average and {scores:.4f} of score at most"
    if boxes > pixels or scores > score:
        raise ValueError(f"the exported network differs from the trained one by {said}")
    return said
