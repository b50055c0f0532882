"""Exports a checkpoint of `ultralytics` to ONNX, its weights stored in 16 bits, and checks that it answers the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def to_onnx(checkpoint: Path, out: Path) -> None:
    """Write the network as ONNX with free height and width; it still computes in what the engine prefers."""
    import onnx
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


def halve(graph: GraphProto) -> None:
    """Store the large weights of an ONNX graph as 16-bit floats, each followed by a cast back to 32 bits."""
    from onnx import helper, numpy_helper

    casts = []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size >= 256:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_16"))
            casts.append(helper.make_node("Cast", [f"{name}_16"], [name], to=1, name=f"{name}_cast"))
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)


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
