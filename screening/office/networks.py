"""An office's own detectors: weights of `ultralytics`, converted once and kept in the office's folder.

A checkpoint (.pt) is a pickle, which can run any code when it is read: it is read only if somebody says that it is
trusted, once, in a process of its own. What is kept and run is ONNX, identified by its SHA-256.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from screening.finding import ScreeningError
from screening.home import home
from screening.weights import Weights, manifest, own_networks, read_bytes, sha256_of

NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
# Class names for vehicles and plates in `ultralytics`' own and in published detectors.
VEHICLE = "vehicle car van bus truck lorry motorcycle motorbike pickup suv minibus ambulance".split()
PLATE = (
    "plate",
    "license plate",
    "licence plate",
    "number plate",
    "numberplate",
    "registration plate",
    "license",
    "licence",
    "lp",
)
# Two shapes (height, width) that the street detector needs: a network with a fixed input size cannot be used.
SHAPES = ((320, 320), (704, 960))
# A separate process, because importing `ultralytics` changes how other libraries open files.
CONVERT = """
import shutil, sys
from ultralytics import YOLO
shutil.move(YOLO(sys.argv[1]).export(format="onnx", dynamic=True, simplify=False, opset=17, device="cpu"), sys.argv[2])
"""


class NetworkError(ScreeningError):
    """Weights cannot be added."""


def add(
    path: Path, *, name: str = "", trusted: bool = False, vehicle: Sequence[str] = (), plate: Sequence[str] = ()
) -> Weights:
    """Adds a detector, so that pipelines can name it.

    Args:
        path: weights of `ultralytics` (.pt), or its ONNX export with dynamic=True.
        name: what pipelines call it; the file's name unless given.
        trusted: whether a .pt file comes from somebody whose code you would run.
        vehicle: further names of classes that are vehicles.
        plate: further names of classes that are number plates.

    Raises:
        NetworkError: if it cannot be read, is not trusted, or does not detect vehicles or plates.
    """
    name = name or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    if not NAME.fullmatch(name):
        raise NetworkError(
            f"{name!r} cannot be the name of a network: use lower-case letters, digits, hyphens; give one with --name"
        )
    if name in manifest() and name not in own_networks():
        raise NetworkError(f"{name} is the name of a network that ships with the project; choose another with --name")
    if not path.is_file():
        raise NetworkError(f"{path}: there is no such file")
    folder = home() / "networks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        converted = Path(work) / "network.onnx"
        if path.suffix == ".onnx":
            converted.write_bytes(_bytes(path))
        else:
            _convert(path, converted, trusted=trusted)
        classes = _classes(converted, path, vehicle=vehicle, plate=plate)
        _try(converted, path, classes=len(classes))
        entry: dict[str, Any] = {
            "sha256": sha256_of(converted),
            "classes": classes,
            "about": f"{' and '.join(sorted({f'{kind}s' for kind in classes if kind}))} (from {path.name})",
            "licence": "not stated",
            "source": path.name,
            "source_sha256": sha256_of(path),
        }
        converted.replace(folder / f"{name}.onnx")
    (folder / f"{name}.json").write_text(json.dumps(entry, indent=2) + "\n", encoding="utf-8")
    return manifest()[name]


def remove(name: str) -> None:
    """Removes a network that the office added.

    Raises:
        NetworkError: if there is none of that name.
    """
    weights = own_networks().get(name)
    if weights is None:
        raise NetworkError(f"{name}: no network with that name was added")
    weights.path.unlink(missing_ok=True)
    weights.path.with_suffix(".json").unlink()


def _bytes(path: Path) -> bytes:
    try:
        return read_bytes(path)
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read ({error.strerror})") from error


def _convert(path: Path, out: Path, *, trusted: bool) -> None:
    """Converts a checkpoint to ONNX."""
    if path.suffix != ".pt":
        raise NetworkError(f"{path}: is neither .pt nor .onnx")
    if not trusted:
        raise NetworkError(
            f"{path}: a .pt file can run any code when it is read; add --trusted if you know where it comes from"
        )
    if importlib.util.find_spec("ultralytics") is None:
        raise NetworkError("converting a .pt file needs the extra `train`: uv sync --extra train")
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "network.pt"  # the export is written beside it
        copy.write_bytes(_bytes(path))
        quiet = os.environ | {"YOLO_VERBOSE": "false", "YOLO_CONFIG_DIR": work}  # and what `keep_quiet` switched off
        done = subprocess.run(
            [sys.executable, "-c", CONVERT, str(copy), str(out)], env=quiet, cwd=work, capture_output=True, check=False
        )
    if done.returncode or not out.is_file():
        raise NetworkError(f"{path}: `ultralytics` cannot convert it to ONNX")


def _classes(network: Path, path: Path, *, vehicle: Sequence[str], plate: Sequence[str]) -> list[str]:
    """What each output of the network is: "vehicle", "plate" or ""."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        properties = onnx.load(str(network)).metadata_props
        said = {entry.key: entry.value for entry in properties}.get("names", "")
        names = ast.literal_eval(said)
        spelled = [_plain(names[number]) for number in range(len(names))]
    except (OSError, DecodeError, ValueError, SyntaxError, KeyError, TypeError) as error:
        raise NetworkError(
            f"{path}: is not a detector that `ultralytics` exported; its classes have no names"
        ) from error
    kinds = {_plain(one): "vehicle" for one in (*VEHICLE, *vehicle)} | {
        _plain(one): "plate" for one in (*PLATE, *plate)
    }
    classes = [kinds.get(one, "") for one in spelled]
    if not any(classes):
        listed = ", ".join(spelled[:6])
        raise NetworkError(f"{path}: none of its classes ({listed}) is a vehicle or a plate; name one with --plate")
    return classes


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", str(name).strip().lower()))


def _try(network: Path, path: Path, *, classes: int) -> None:
    """Tries the network on grey pictures of two shapes."""
    from screening.engine import EngineError, load

    for high, wide in SHAPES:
        try:
            outputs = load(network)(np.full((1, 3, high, wide), 0.5, np.float32))
        except (EngineError, RuntimeError) as error:
            raise NetworkError(
                f"{path}: cannot be run at {wide} x {high} pixels; export it with dynamic=True"
            ) from error
        if len(outputs) != 1 or outputs[0].ndim != 3 or outputs[0].shape[:2] != (1, 4 + classes):
            raise NetworkError(f"{path}: its output is not a detector's; export it without nms and without end2end")
