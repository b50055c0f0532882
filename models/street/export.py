"""Exports an `ultralytics` checkpoint to ONNX, with weights stored in 16 bits, and checks that its output is the
same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import screening  # noqa: F401  keeps `ultralytics` from calling out


def to_onnx(checkpoint: Path, out: Path, pictures: Sequence[Path]) -> None:
    """Write the network as ONNX with dynamic height and width; it still computes in the engine's preferred precision.

    Its output on the pictures is compared with that of `ultralytics`.
    """
    import onnx
    from ultralytics import YOLO

    from models.folded import halve

    written = Path(YOLO(checkpoint).export(format="onnx", dynamic=True, simplify=False, opset=17, device="cpu"))
    model = onnx.load(written)
    written.unlink()
    halve(model.graph)
    # the exporter's metadata contains the date and paths, which would make every file differ
    kept = {entry.key: entry.value for entry in model.metadata_props if entry.key in {"names", "stride", "task"}}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, kept)
    onnx.checker.check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, out)
    print(f"{out.name} differs from {checkpoint.name} by {compare(checkpoint, out, pictures)}")


def compare(checkpoint: Path, out: Path, pictures: Sequence[Path], *, pixels: float = 1.0, score: float = 0.05) -> str:
    """Say by how much our engine's output differs from that of `ultralytics`.

    Raises:
        ValueError: if a side of a box differs by more than `pixels` on average, or a score by more than `score`.
    """
    import cv2
    import torch
    from ultralytics import YOLO

    from models.pictures import rgb
    from screening.engine import load

    small = [cv2.resize(rgb(path), (512, 384), interpolation=cv2.INTER_AREA) for path in pictures]
    batch = np.stack(small).transpose(0, 3, 1, 2).astype(np.float32) / 255
    with torch.no_grad():
        theirs = YOLO(checkpoint).model.eval().float()(torch.from_numpy(batch))[0].numpy()
    ours = np.concatenate([load(out.resolve())(one[None])[0] for one in batch])
    boxes, scores = np.abs(ours - theirs)[:, :4].mean(), np.abs(ours - theirs)[:, 4:].max()
    said = f"{boxes:.2f} pixels on average and {scores:.3f} of scores up to {theirs[:, 4:].max():.3f}"
    if boxes > pixels or scores > score:
        raise ValueError(f"the exported network differs from the trained one by {said}")
    return said
