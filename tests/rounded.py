"""Networks as on a processor that calculates in 16 bits: after each layer what is known is rounded to bfloat16.

    python -m tests.rounded MODULE ARGUMENT...

runs a module so. Processors with AMX or AVX512-BF16 do this by themselves.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening import engine
from screening.arrays import Floats

# The layers after which is rounded: those that always give floats.
LAYERS = set("Conv ConvTranspose Gemm MatMul BatchNormalization Relu PRelu LeakyRelu Sigmoid HardSwish Softmax".split())
# (x * SPLIT) - (x * SPLIT - x) keeps the upper 8 of a float32's 24 digits (T. J. Dekker, 1971), as bfloat16 has them.
SPLIT = np.array(2**16 + 1, np.float32)


def bfloat16(array: NDArray[Any]) -> Floats:
    """The nearest numbers that bfloat16 has."""
    plain = np.asarray(array, np.float32)
    high: Floats = plain * SPLIT
    return high - (high - plain)


def round_all() -> None:
    """Has OpenVINO round from now on, in this process; ONNX Runtime calculates in 32 bits on every processor."""
    import onnx

    build = engine._openvino

    def built(data: Callable[[], bytes], sha256: str, by_shape: int) -> engine.Network:
        # without the hash of its file, nothing that was compiled is kept or read back
        return build(lambda: _rounding(onnx.load_from_string(data())), "", by_shape)

    engine._openvino = built


def _rounding(model: Any) -> bytes:
    """A network with its weights rounded, and with what rounds after its layers."""
    from onnx import numpy_helper

    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype in (np.float16, np.float32):
            tensor.CopyFrom(numpy_helper.from_array(bfloat16(array).astype(array.dtype), tensor.name))
    nodes = [part for node in model.graph.node for part in _with_rounding(node)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.append(numpy_helper.from_array(SPLIT, "split"))
    return bytes(model.SerializeToString())


def _with_rounding(node: Any) -> Iterator[Any]:
    """A layer, and what rounds its answers."""
    from onnx import helper

    yield node
    if node.op_type not in LAYERS:
        return
    for place, name in enumerate(list(node.output)):
        exact, high, low = (f"{name}_{word}" for word in ("exact", "high", "low"))
        node.output[place] = exact
        yield helper.make_node("Mul", [exact, "split"], [high])
        yield helper.make_node("Sub", [high, exact], [low])
        yield helper.make_node("Sub", [high, low], [name])


if __name__ == "__main__":
    round_all()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
