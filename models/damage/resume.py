"""Makes a trained ONNX file of ours into a network that can be trained further."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import SIDE, Damage
from numpy.typing import NDArray


def load_exported(network: Damage, path: Path, crops: Sequence[NDArray[np.uint8]]) -> None:
    """Give a network the weights of an exported one, so that it answers the same.

    Args:
        network: the network.
        path: the ONNX file.
        crops: some dozen RGB crops of the kind it is trained on, from which each layer's normalisation is taken.

    Raises:
        ValueError: if the file is not the damage network's.
    """
    import onnx
    from onnx import numpy_helper
    from ultralytics.nn.modules import Conv

    graph = onnx.load(path).graph
    there = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    # the exporter drops the names of folded layers, so they are matched in the order in which they run
    nodes = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    folded = [[there[name] for name in node.input[1:]] for node in nodes if set(node.input[1:]) <= set(there)]
    order: list[Any] = []
    kinds = (Conv, torch.nn.Linear)
    watched = [layer for layer in network.modules() if isinstance(layer, kinds) or layer is network.place]
    hooks = [layer.register_forward_hook(lambda layer, *_: order.append(layer)) for layer in watched]
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, SIDE, SIDE))
    for hook in hooks:
        hook.remove()
    if len(folded) != len(order):
        raise ValueError(f"{path.name} has {len(folded)} layers with weights, not the damage network's {len(order)}")
    street: Any = import_module("folded")  # the street network is trained further the same way
    for layer, (weight, bias) in zip(order, folded, strict=True):
        if isinstance(layer, Conv):
            street.unfold(layer, weight, bias)
        else:
            layer.weight.data.copy_(weight)
            layer.bias.data.copy_(bias)
    layers = {str(number): layer for number, layer in enumerate(order) if isinstance(layer, Conv)}
    street.normalise(network, layers, crops)
