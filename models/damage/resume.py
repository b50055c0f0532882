"""Makes a trained ONNX file of ours into a network that can be trained further."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.damage.network import SIDE, Damage


def load_exported(network: Damage, path: Path, crops: Sequence[NDArray[np.uint8]]) -> None:
    """Give a network the weights of an exported one, so that it answers the same.

    Args:
        network: the network.
        path: the ONNX file.
        crops: some dozen RGB crops of the kind it is trained on, from which the head's normalisation is taken.

    Raises:
        ValueError: if the file is not the damage network's.
    """
    import onnx

    from models.folded import exported_weights, normalise, unfold

    there = exported_weights(path)
    # the exporter drops the names of folded layers, so they are matched in the order in which they run
    nodes = [node for node in onnx.load(path).graph.node if node.op_type in ("Conv", "Gemm")]
    folded = [[there[name] for name in node.input[1:]] for node in nodes if set(node.input[1:]) <= set(there)]
    order: list[Any] = []
    watched = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.BatchNorm2d | nn.Linear)]
    hooks = [layer.register_forward_hook(lambda layer, *_: order.append(layer)) for layer in watched]
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, SIDE, SIDE))
    for hook in hooks:
        hook.remove()
    weighty = [pair for pair in pairwise([*order, None]) if not isinstance(pair[0], nn.BatchNorm2d)]
    if len(folded) != len(weighty):
        raise ValueError(f"{path.name} has {len(folded)} layers with weights, not the damage network's {len(weighty)}")
    for (layer, following), (weight, bias) in zip(weighty, folded, strict=True):
        if isinstance(following, nn.BatchNorm2d):
            unfold(SimpleNamespace(conv=layer, bn=following), weight, bias)
        else:
            layer.weight.data.copy_(weight)
            layer.bias.data.copy_(bias)
    normalise(network, {"mix": network.mix}, crops)
