"""The labelled pictures: what each shows, how sure that is, and which are kept for measuring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Square = tuple[float, float, float, float]  # left, top, right, bottom
# How far damage of each severity, as the file's name has it, counts as damage by a collision, and how much to learn from it.
SEVERITY = {"major": (1.0, 1.0), "moderate": (1.0, 0.7), "minor": (0.2, 0.4), "damage": (0.7, 0.2), "": (0.85, 0.5)}
WINDSCREEN = "6"
# Street pictures that show a wreck, found by looking at what the first network flagged.
NOT_SOUND = {"2c1988667844d5db.jpg"}
OTHERS = ("everyday", "faces", "scene_text", "house_numbers")


@dataclass(frozen=True, slots=True)
class Example:
    """A picture with at most one vehicle of interest.

    Attributes:
        name: path below the data folder.
        source: which kind of material, e.g. "wreck" or "street".
        damaged: 0 to 1.
        weight: how much to learn from it.
        boxes: the vehicles in it, largest first; empty where none was recognised.
        held: kept for measuring, never learned from.
    """

    name: str
    source: str
    damaged: float
    weight: float
    boxes: tuple[Square, ...]
    held: bool


def read(path: Path) -> Picture:
    """The picture as RGB."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path} is not a picture that can be read")
    return np.ascontiguousarray(picture[..., ::-1])


def labelled(data: Path, limit: int | None = None) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, source, damaged and weight of every picture; `limit` takes the first few of each folder."""
    for folder, source, damaged in (("damage/whole/damage", "wreck", 1.0), ("damage/whole/good", "sound", 0.0)):
        for path in sorted((data / folder).glob("*.jpg"))[:limit]:
            yield f"{folder}/{path.name}", source, damaged, 1.0
    for entry in json.loads((data / "damage/parts/labels.json").read_text())[:limit]:
        severity = entry["file"].split("_")[0]
        damaged, weight = SEVERITY.get(severity, SEVERITY[""])
        glass = any(polygon[0] == WINDSCREEN for polygon in entry["yolo"])
        if glass and severity != "minor":
            damaged, weight = 1.0, 1.0
        if entry["yolo"]:
            yield f"damage/parts/{entry['file']}", "glass" if glass else severity if severity in SEVERITY else "part", damaged, weight
    for path in sorted((data / "plates").glob("*.jpg"))[:limit]:
        if path.name not in NOT_SOUND:
            yield f"plates/{path.name}", "street", 0.0, 1.0
    for folder in OTHERS:
        for path in sorted((data / folder).glob("*.jpg"))[:limit]:
            yield f"{folder}/{path.name}", "other", 0.0, 1.0


def families(data: Path, names: list[str]) -> dict[str, str]:
    """For every picture the first name among its near copies (also mirrored), so that copies are kept apart or together.

    A copy is a picture whose 24 x 24 grey thumbnails correlate above 0.95.
    """
    thumbnails = []
    for name in names:
        grey = cv2.cvtColor(read(data / name), cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (24, 24), interpolation=cv2.INTER_AREA).astype(np.float32)
        small -= small.mean()
        thumbnails.append(small / (np.linalg.norm(small) + 1e-6))
    flat = np.stack(thumbnails)
    straight, mirrored = flat.reshape(len(names), -1), flat[:, :, ::-1].reshape(len(names), -1)
    alike = np.maximum(straight @ straight.T, straight @ mirrored.T) > 0.95
    first = list(range(len(names)))

    def root(index: int) -> int:
        while first[index] != index:
            index = first[index]
        return index

    for one, other in np.argwhere(np.triu(alike, 1)):
        low, high = sorted((root(int(one)), root(int(other))))
        first[high] = low
    return {name: names[root(index)] for index, name in enumerate(names)}


def held_out(name: str) -> bool:
    """Say whether a picture is kept for measuring: a fifth, by a hash of its (or its first copy's) name, so that it never changes."""
    return hashlib.sha256(name.encode()).digest()[0] < 51


def examples(data: Path, find: Callable[[Picture], list[tuple[float, ...]]], work: Path, limit: int | None = None) -> list[Example]:
    """Every labelled picture with its vehicles, which are found once and kept in the folder `work`."""
    rows = list(labelled(data, limit))
    family = families(data, [row[0] for row in rows])
    store = work / "vehicles.json"
    known: dict[str, list[Square]] = json.loads(store.read_text()) if store.is_file() else {}
    for name, *_ in rows:
        if name not in known:
            known[name] = [(box[0], box[1], box[2], box[3]) for box in find(read(data / name))]
    store.write_text(json.dumps(known))
    found = []
    for name, source, damaged, weight in rows:
        boxes = sorted((tuple(box) for box in known[name]), key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
        found.append(Example(name, source, damaged, weight, tuple(boxes), held_out(family[name])))  # type: ignore[arg-type]
    return found
