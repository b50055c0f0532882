"""Exports a checkpoint of `ultralytics` to ONNX, its weights stored in 16 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def to_onnx(checkpoint: Path, out: Path) -> None:
    """Write the network as ONNX with free height and width; it still computes in what the engine prefers."""
    import onnx
    from ultralytics import YOLO

    written = YOLO(checkpoint).export(format="onnx", dynamic=True, simplify=False, opset=17, device="cpu")
    model = onnx.load(written)
    Path(written).unlink()
    halve(model.graph)
    # what the exporter says of itself holds the date and paths, which would make every file differ
    kept = {entry.key: entry.value for entry in model.metadata_props if entry.key in {"names", "stride", "task"}}
    onnx.helper.set_model_props(model, kept)
    model.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, out)


def halve(graph: object) -> None:
    """Store the large weights of an ONNX graph as 16-bit floats, each followed by a cast back to 32 bits."""
    from onnx import GraphProto, helper, numpy_helper

    assert isinstance(graph, GraphProto)
    casts = []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size >= 256:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_16"))
            casts.append(helper.make_node("Cast", [f"{name}_16"], [name], to=1, name=f"{name}_cast"))
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)
