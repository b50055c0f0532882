"""Exports a checkpoint of `ultralytics` to ONNX."""

from __future__ import annotations

from pathlib import Path


def to_onnx(checkpoint: Path, out: Path) -> None:
    """Write the network as ONNX with free height and width; every weight that is stored is a 32-bit float."""
    from ultralytics import YOLO

    written = YOLO(checkpoint).export(format="onnx", dynamic=True, simplify=False, opset=17, device="cpu")
    Path(written).replace(out)
