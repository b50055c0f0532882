"""dlib's face recognition network, read from the file in `face_recognition_models`, as an ONNX model.

dlib takes 75 to 125 ms per face because its wheels use neither AVX-512 nor a BLAS; the engine takes 3 to 6. The
file is only read: nothing converted is kept. Its layout is dlib's own serialisation (dlib/serialize.h and
dlib/dnn/layers.h): a whole number is a length byte and that many bytes, low byte first; a tensor is a version,
four sizes and float32 values. The shape of the network is that of dlib's example dnn_face_recognition_ex.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats

if TYPE_CHECKING:
    import onnx


# Layers with weights, as they are named in the file, each name preceded by its length.
_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")
# The means that dlib subtracts from red, green and blue before dividing by 256.
MEAN = (122.782, 117.001, 104.298)
# (channels, residual blocks, whether the first of them halves the size), from the picture to the embedding.
LEVELS = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))


def layers(data: bytes) -> Iterator[tuple[str, Floats]]:
    """The name and weights of each layer of a dlib network's file, from the picture to the result."""
    at = 0
    while match := _LAYER.search(data, at):
        name, at = match.group()[2:].decode(), match.end()
        for _ in range(2 if name == "fc_2" else 0):  # how many outputs and inputs
            _, at = _whole_number(data, at)
        header = []
        for _ in range(5):  # a version and four sizes
            number, at = _whole_number(data, at)
            header.append(number)
        count = int(np.prod(header[1:]))
        yield name, np.frombuffer(data, "<f4", count, at).astype(np.float32).reshape(header[1:])
        at += 4 * count


def _whole_number(data: bytes, at: int) -> tuple[int, int]:
    """The non-negative whole number at a place in the file, and the place after it."""
    end = at + 1 + (data[at] & 0x0F)
    return int.from_bytes(data[at + 1 : end], "little"), end


def onnx_model(data: bytes) -> onnx.ModelProto:
    """The network as ONNX: `image` (1, 3, 150, 150), RGB 0 to 255, in; `embedding` (1, 128) and `maps` out.

    `maps` (1, 128, 8, 8) are the feature maps two thirds of the way in, which still contain what differs between two
    pictures of one person, such as age.

    Raises:
        ValueError: if the file does not hold this network's layers in this order.
    """
    from onnx import TensorProto, helper

    graph = _Graph(iter(layers(data)))
    x = graph.node("Sub", "image", graph.constant(np.array(MEAN, np.float32).reshape(1, 3, 1, 1)))
    x = graph.node("Mul", x, graph.constant(np.array(1 / 256, np.float32)))
    x = graph.node("Relu", graph.convolution(x, 3, 32, size=7, stride=2))
    x = graph.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    channels, side, maps = 32, 35, ""
    for level, (wanted, blocks, halves) in enumerate(LEVELS):
        for block in range(blocks):
            if halves and block == 0:
                x, side = graph.halving_block(x, channels, wanted, side)
            else:
                x = graph.block(x, wanted)
            channels = wanted
        if level == 2:
            maps = x
    x = graph.node("Flatten", graph.node("GlobalAveragePool", x))
    graph.node("MatMul", x, graph.constant(graph.weights("fc_2").reshape(256, 128)), name="embedding")
    graph.node("Identity", maps, name="maps")
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 150, 150])
    outputs = [
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 128]),
        helper.make_tensor_value_info("maps", TensorProto.FLOAT, [1, 128, 8, 8]),
    ]
    made = helper.make_graph(graph.nodes, "dlib face recognition", [image], outputs, graph.tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class _Graph:
    """The nodes and weights of the ONNX graph under construction."""

    def __init__(self, read: Iterator[tuple[str, Floats]]) -> None:
        self._read = read
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def weights(self, name: str) -> Floats:
        """The next layer's weights, which must be of that kind."""
        found, weights = next(self._read, ("nothing", np.zeros(0, np.float32)))
        if found != name:
            raise ValueError(f"dlib's face network should continue with {name}, but the file has {found}")
        return weights.ravel()

    def constant(self, value: NDArray[Any]) -> str:
        """The name of a new constant."""
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), f"constant{len(self.tensors)}"))
        return str(self.tensors[-1].name)

    def node(self, operation: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """The name of a new node's result."""
        from onnx import helper

        name = name or f"{operation}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def convolution(self, x: str, channels: int, wanted: int, *, size: int = 3, stride: int = 1) -> str:
        """A convolution with the following affine layer folded in; dlib pads only those that keep the size."""
        weights, affine = self.weights("con_4"), self.weights("affine_")
        gain, shift = affine[:wanted], affine[wanted:]
        kernel = weights[:-wanted].reshape(wanted, channels, size, size) * gain[:, None, None, None]
        bias = weights[-wanted:] * gain + shift
        pad = size // 2 if stride == 1 else 0
        return self.node(
            "Conv",
            x,
            self.constant(kernel),
            self.constant(bias),
            kernel_shape=[size] * 2,
            strides=[stride] * 2,
            pads=[pad] * 4,
        )

    def block(self, x: str, channels: int) -> str:
        """A residual block that keeps its input's shape."""
        y = self.node("Relu", self.convolution(x, channels, channels))
        return self.node("Relu", self.node("Add", x, self.convolution(y, channels, channels)))

    def halving_block(self, x: str, channels: int, wanted: int, side: int) -> tuple[str, int]:
        """A residual block that halves the sides; its narrower branch is padded with zeros, as in dlib."""
        y = self.node("Relu", self.convolution(x, channels, wanted, stride=2))
        y = self.convolution(y, wanted, wanted)
        x = self.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        branch, side = (side - 3) // 2 + 1, (side - 2) // 2 + 1
        if side > branch:
            y = self.node("Pad", y, self.constant(np.array([0, 0, 0, 0, 0, 0, side - branch, side - branch])))
        if wanted > channels:
            x = self.node("Pad", x, self.constant(np.array([0, 0, 0, 0, 0, wanted - channels, 0, 0])))
        return self.node("Relu", self.node("Add", x, y)), side
