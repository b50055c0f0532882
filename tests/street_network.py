"""A small network with the street network's outputs, made for tests: 40 red pixels square are a vehicle, 8 green ones a
plate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

VEHICLE_SIDE, PLATE_SIDE = 48.0, 32.0


def colour_network(path: Path, *, names: Mapping[int, str] | None = None) -> Path:
    """Writes the network as ONNX, with the names of its classes as an export of `ultralytics` carries them."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: object, dtype: type = np.float32) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(value, dtype), name)

    # channels of the output: centre x, centre y, width, height, vehicle, plate
    weights = np.zeros((6, 8, 1, 1), np.float32)
    weights[0, 6], weights[1, 7] = 8, 8
    weights[4, 3:6, 0, 0] = (1, -1, -1)
    weights[5, :3, 0, 0] = (-1, 1, -1)
    sizes = np.array([0, 0, 1, 1, 0, 0], np.float32)
    bias = np.array([4, 4, VEHICLE_SIDE, VEHICLE_SIDE, 0, 0], np.float32)
    nodes = [
        helper.make_node("AveragePool", ["images"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node(
            "AveragePool",
            ["images"],
            ["around"],
            kernel_shape=[40, 40],
            strides=[8, 8],
            pads=[16] * 4,
            count_include_pad=1,
        ),
        helper.make_node("Slice", ["cells", "zero", "one", "channel"], ["first"]),
        helper.make_node("Mul", ["first", "nought"], ["blank"]),
        helper.make_node("Add", ["blank", "unit"], ["ones"]),
        helper.make_node("CumSum", ["ones", "across"], ["columns_"]),
        helper.make_node("Sub", ["columns_", "unit"], ["columns"]),
        helper.make_node("CumSum", ["ones", "down"], ["rows_"]),
        helper.make_node("Sub", ["rows_", "unit"], ["rows"]),
        helper.make_node("Concat", ["cells", "around", "columns", "rows"], ["all"], axis=1),
        helper.make_node("Conv", ["all", "weights", "bias"], ["map"]),
        helper.make_node("Slice", ["map", "five", "six", "channel"], ["plate"]),
        helper.make_node("Clip", ["plate", "nought", "unit"], ["sure"]),
        helper.make_node("Mul", ["sure", "shrink"], ["less"]),
        helper.make_node("Add", ["map", "less"], ["sized"]),
        helper.make_node("Reshape", ["sized", "flat"], ["output0"]),
    ]
    initial = [
        constant("zero", [0], np.int64), constant("one", [1], np.int64), constant("channel", [1], np.int64),
        constant("five", [5], np.int64), constant("six", [6], np.int64), constant("flat", [1, 6, -1], np.int64),
        constant("nought", 0.0), constant("unit", 1.0), constant("across", 3, np.int64), constant("down", 2, np.int64),
        numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias"),
        numpy_helper.from_array((PLATE_SIDE - VEHICLE_SIDE) * sizes.reshape(1, 6, 1, 1), "shrink"),
    ]  # fmt: skip
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, "height", "width"])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, "places"])
    graph = helper.make_graph(nodes, "colours", [images], [output], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if names is not None:
        helper.set_model_props(model, {"names": repr(dict(names))})
    onnx.save(model, path)
    return path
