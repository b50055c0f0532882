"""The labelled pictures: what each shows, how sure that is, and which are kept for measuring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures import pictures_in, rgb

Picture = NDArray[np.uint8]
Outline = tuple[tuple[float, float], ...]  # (x, y)
Square = tuple[float, float, float, float]  # left, top, right, bottom
# How far each severity in a file's name counts as damage by a collision, and how much to learn from it.
SEVERITY = {"major": (1.0, 1.0), "moderate": (1.0, 0.7), "minor": (0.2, 0.4), "damage": (0.7, 0.2), "part": (0.85, 0.5)}
WINDSCREEN = "6"
# Street pictures that show a wreck, found by looking at what the first network flagged.
NOT_SOUND = {"2c1988667844d5db.jpg"}
# Pictures with a motorcycle, whose bare engine looks torn to a network that has seen few.
MOTORCYCLES = set(
    """
    plates/0049ed70c1b2d480.jpg plates/2c77e85396415e64.jpg plates/3b53976a94e33073.jpg plates/4e1fec2f44c809a8.jpg
    plates/539fc7b703aa5310.jpg plates/65e3cc54966f8ad1.jpg plates/9a73a05be22d1f46.jpg plates/ae9a656a4d1e51b5.jpg
    plates/d99ac9e31d6ba167.jpg plates/e250a210779a1ee6.jpg faces/0133.jpg faces/0251.jpg
    """.split()
)
OTHERS = ("everyday", "faces", "scene_text", "house_numbers")


@dataclass(frozen=True, slots=True)
class Example:
    """A picture with at most one vehicle of interest.

    Attributes:
        name: path below the data folder.
        source: which kind of material, e.g. "wreck" or "street".
        damaged: 0 to 1.
        weight: how much to learn from it.
        held: kept for measuring, never learned from.
        boxes: the vehicles in it, largest first; empty where none was recognised.
        parts: outlines of the damaged parts, as shares of width and height; empty where nobody drew them.
    """

    name: str
    source: str
    damaged: float
    weight: float
    held: bool
    boxes: tuple[Square, ...] = ()
    parts: tuple[Outline, ...] = ()


def labelled(data: Path, limit: int | None = None) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, source, damaged and weight of every picture; `limit` takes the first few of each folder."""
    for folder, source, damaged in (("damage/whole/damage", "wreck", 1.0), ("damage/whole/good", "sound", 0.0)):
        for path in pictures_in(data / folder)[:limit]:
            yield f"{folder}/{path.name}", source, damaged, 1.0
    for entry in outlined(data)[:limit]:
        severity = entry["file"].split("_")[0]
        source = severity if severity in SEVERITY else "part"
        damaged, weight = SEVERITY[source]
        if source != "minor" and any(polygon[0] == WINDSCREEN for polygon in entry["yolo"]):
            source, damaged, weight = "glass", 1.0, 1.0
        if entry["yolo"]:
            yield f"damage/parts/{entry['file']}", source, damaged, weight
    for path in pictures_in(data / "plates")[:limit]:
        if path.name not in NOT_SOUND:
            yield f"plates/{path.name}", "street", 0.0, 1.0
    for folder in OTHERS:
        for path in pictures_in(data / folder)[:limit]:
            yield f"{folder}/{path.name}", "other", 0.0, 1.0


def outlined(data: Path) -> list[dict[str, Any]]:
    """What labels.json says of damage/parts, if there is such a folder."""
    file = data / "damage/parts/labels.json"
    entries: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return entries


def outlines(data: Path) -> dict[str, tuple[Outline, ...]]:
    """The damaged parts of each picture in damage/parts: polygons, or boxes by their middle and size."""
    found = {}
    for entry in outlined(data):
        drawn: list[Outline] = []
        for _, *numbers in entry["yolo"]:
            values = [float(number) for number in numbers]
            if len(values) == 4:
                (x, y), (dx, dy) = values[:2], (values[2] / 2, values[3] / 2)
                drawn.append(((x - dx, y - dy), (x + dx, y - dy), (x + dx, y + dy), (x - dx, y + dy)))
            else:
                drawn.append(tuple(zip(values[::2], values[1::2], strict=True)))
        found[f"damage/parts/{entry['file']}"] = tuple(drawn)
    return found


def families(data: Path, names: list[str]) -> dict[str, str]:
    """For every picture the first name among its near copies (also mirrored), so that copies stay together.

    A copy is a picture whose 24 x 24 grey thumbnails correlate above 0.95.
    """
    thumbnails = []
    for name in names:
        grey = cv2.cvtColor(rgb(data / name), cv2.COLOR_RGB2GRAY)
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
    """Say whether a picture is kept for measuring: a fifth, by a hash of its first copy's name."""
    return hashlib.sha256(name.encode()).digest()[0] < 51


def examples(data: Path, limit: int | None = None) -> list[Example]:
    """Every labelled picture, without its vehicles."""
    rows, drawn = list(labelled(data, limit)), outlines(data)
    family = families(data, [row[0] for row in rows])
    return [
        Example(name, source, damaged, weight, held_out(family[name]), (), drawn.get(name, ()))
        for name, source, damaged, weight in rows
    ]


def with_vehicles(
    known: list[Example], data: Path, find: Callable[[Picture], list[tuple[float, ...]]], work: Path
) -> list[Example]:
    """The examples with their vehicles, largest first, which are found once and kept in the folder `work`."""
    store = work / "vehicles.json"
    seen: dict[str, list[Square]] = json.loads(store.read_text()) if store.is_file() else {}
    found = []
    for example in known:
        if example.name not in seen:
            seen[example.name] = [(box[0], box[1], box[2], box[3]) for box in find(rgb(data / example.name))]
        boxes = sorted(seen[example.name], key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
        found.append(replace(example, boxes=tuple(boxes)))
    store.write_text(json.dumps(seen))
    return found
