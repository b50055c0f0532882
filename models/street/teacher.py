"""The teacher: YOLOv5n trained on COCO, which marks the vehicles that no labelled folder marks."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

import screening  # noqa: F401  keeps `ultralytics` from calling out

# COCO's numbers of the classes that count as a vehicle: car, motorcycle, bus, truck.
VEHICLES = (2, 3, 5, 7)
# A pickle runs whatever it names, so it may name only these.
NEEDED = {
    "__builtin__": {"set"},
    "collections": {"OrderedDict"},
    "torch": {"DoubleStorage", "FloatStorage", "HalfStorage", "LongStorage"},
    "torch._utils": {"_rebuild_parameter", "_rebuild_tensor_v2"},
    "torch.nn.modules.activation": {"SiLU"},
    "torch.nn.modules.batchnorm": {"BatchNorm2d"},
    "torch.nn.modules.container": {"ModuleList", "Sequential"},
    "torch.nn.modules.conv": {"Conv2d"},
    "torch.nn.modules.pooling": {"MaxPool2d"},
    "torch.nn.modules.upsampling": {"Upsample"},
}


class _StandIn(torch.nn.Module):
    """Stands in for the classes of the original training code, which we do not need: only the weights are read."""


class Unpickler(pickle.Unpickler):
    """Reads YOLOv5n's checkpoint: it may only load the few containers and layers in NEEDED."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "models":
            return _StandIn
        if name in NEEDED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which a set of weights has no need of")


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of an original YOLOv5 checkpoint by name, as 32-bit floats."""
    reader = SimpleNamespace(Unpickler=Unpickler, load=pickle.load, __name__="pickle")
    saved = torch.load(path, map_location="cpu", pickle_module=reader, weights_only=False)
    return {name: value.float() for name, value in saved["model"].state_dict().items()}


def body(weights: dict[str, torch.Tensor]) -> torch.nn.Module:
    """Return `ultralytics`' YOLOv5n with the weights of the checkpoint in all layers but the last."""
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolov5n.yaml", nc=2, verbose=False)
    own = model.state_dict()
    model.load_state_dict(
        {name: weights[name] if name in weights and not name.startswith("model.24.") else own[name] for name in own}
    )
    return model.eval()


class Teacher:
    """Finds vehicles in a picture; its last layer is decoded here, because the newer library lacks that layer."""

    def __init__(self, path: Path) -> None:
        weights = read_weights(path)
        self.body = body(weights)
        self.heads = []
        for level, stride in enumerate((8, 16, 32)):
            weight = weights[f"model.24.m.{level}.weight"]
            head = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 1)
            head.load_state_dict({"weight": weight, "bias": weights[f"model.24.m.{level}.bias"]})
            self.heads.append((head.eval(), stride, weights["model.24.anchors"][level] * stride))

    def find(self, rgb: NDArray[np.uint8], *, least: float = 0.3) -> list[tuple[float, ...]]:
        """Return (left, top, right, bottom, score) of the vehicles: two sizes, and their mirror images."""
        from torchvision.ops import nms

        boxes = torch.cat([self._look(rgb, 704), self._look(rgb, 352)])  # the small one is for close-ups
        boxes = boxes[boxes[:, 4] >= least]
        boxes = boxes[nms(boxes[:, :4], boxes[:, 4], 0.5)]
        return [tuple(row.tolist()) for row in boxes]

    def _look(self, rgb: NDArray[np.uint8], side: int) -> torch.Tensor:
        height, width = rgb.shape[:2]
        scale = side / max(height, width)
        small = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        high, wide = (-(-length // 32) * 32 for length in small.shape[:2])
        canvas = np.full((high, wide, 3), 114, np.uint8)
        canvas[: small.shape[0], : small.shape[1]] = small
        straight, mirrored = self._boxes(canvas), self._boxes(np.ascontiguousarray(canvas[:, ::-1]))
        mirrored[:, [0, 2]] = wide - mirrored[:, [2, 0]]
        boxes = torch.cat([straight, mirrored])
        boxes[:, :4] /= scale
        boxes[:, [0, 2]] = boxes[:, [0, 2]].clamp(0, width)
        boxes[:, [1, 3]] = boxes[:, [1, 3]].clamp(0, height)
        return boxes

    @torch.no_grad()
    def _boxes(self, canvas: NDArray[np.uint8]) -> torch.Tensor:
        value: Any = torch.from_numpy(canvas).permute(2, 0, 1)[None].float() / 255
        kept: list[torch.Tensor] = []
        for layer in list(self.body.model)[:-1]:
            if layer.f != -1:
                value = kept[layer.f] if isinstance(layer.f, int) else [value if j == -1 else kept[j] for j in layer.f]
            value = layer(value)
            kept.append(value)
        found = []
        for (head, stride, anchors), level in zip(self.heads, (17, 20, 23), strict=True):
            out = head(kept[level])
            _, _, rows, columns = out.shape
            out = out.view(len(anchors), -1, rows, columns).permute(0, 2, 3, 1).sigmoid()
            y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
            centre = (out[..., :2] * 2 - 0.5 + torch.stack((x, y), -1)) * stride
            half = (out[..., 2:4] * 2) ** 2 * anchors[:, None, None] / 2
            score = out[..., 4] * out[..., [5 + number for number in VEHICLES]].amax(-1)
            found.append(torch.cat([centre - half, centre + half, score[..., None]], -1).view(-1, 5))
        return torch.cat(found)
