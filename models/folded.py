"""The weights of our trained ONNX files: stored in 16 bits, and made trainable again.

An exported network has its batch normalisation folded into its weights. For further training each layer needs it back,
with the mean and variance of real pictures: starting from other statistics would undo what was learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

import screening  # noqa: F401  keeps `ultralytics` from calling out

if TYPE_CHECKING:
    from onnx import GraphProto


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


def exported_weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights of an exported network by name, as 32-bit floats."""
    import onnx
    from onnx import numpy_helper

    found = {}
    for tensor in onnx.load(path).graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype.kind == "f":
            found[tensor.name.removesuffix("_16")] = torch.from_numpy(array.astype(np.float32))
    return found


def trainable(path: Path, pictures: Sequence[NDArray[np.uint8]]) -> torch.nn.Module:
    """`ultralytics`' network with the weights of an exported one, with the same output on pictures like those given.

    Args:
        path: the ONNX file.
        pictures: about a dozen RGB pictures of the kind it is trained on, with sides that are multiples of 32.

    Raises:
        KeyError, RuntimeError: if the file is not the street network's.
    """
    from ultralytics.nn.modules import Conv
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolov5n.yaml", nc=2, verbose=False)
    exported = exported_weights(path)
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, Conv)}
    for name, layer in layers.items():
        unfold(layer, exported.pop(f"{name}.conv.weight"), exported.pop(f"{name}.conv.bias"))
    model.load_state_dict(model.state_dict() | exported)
    normalise(model.eval(), layers, pictures)
    return model


def unfold(layer: Any, weight: torch.Tensor, bias: torch.Tensor) -> None:
    """Give a layer its folded weights, with an identity normalisation that only adds the bias."""
    layer.conv.weight.data.copy_(weight)
    layer.bn.weight.data.fill_((1 + layer.bn.eps) ** 0.5)
    layer.bn.bias.data.copy_(bias)
    layer.bn.running_mean.zero_()
    layer.bn.running_var.fill_(1)


@torch.no_grad()
def normalise(model: torch.nn.Module, layers: dict[str, Any], pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Give each layer the mean and variance of its convolution over the pictures, without changing its output."""
    sums: dict[str, list[torch.Tensor]] = {name: [] for name in layers}

    def watch(name: str) -> Any:
        def note(_: torch.nn.Module, __: Any, out: torch.Tensor) -> None:
            sums[name].append(torch.stack([out.mean((0, 2, 3)), (out**2).mean((0, 2, 3))]))

        return note

    hooks = [layer.conv.register_forward_hook(watch(name)) for name, layer in layers.items()]
    for picture in pictures:
        model(torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255)
    for hook in hooks:
        hook.remove()
    for name, layer in layers.items():
        mean, square = torch.stack(sums[name]).mean(0)
        spread = (square - mean**2).clamp(min=1e-6)
        layer.bn.running_mean.copy_(mean)
        layer.bn.running_var.copy_(spread)
        layer.bn.weight.copy_((spread + layer.bn.eps) ** 0.5)
        layer.bn.bias.add_(mean)
