"""The labelled pictures: what each shows, how sure that is, and what each is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pictures import each, pictures_in, rgb
from models.split import Part, Split

Picture = NDArray[np.uint8]
Outline = tuple[tuple[float, float], ...]  # (x, y)
Square = tuple[float, float, float, float]  # left, top, right, bottom
# How far each severity in a file's name counts as damage by a collision, and how much to learn from it.
SEVERITY = {"major": (1.0, 1.0), "moderate": (1.0, 0.7), "minor": (0.2, 0.4), "damage": (0.7, 0.2), "part": (0.85, 0.5)}
WINDSCREEN = "6"
# The same of the folders of pictures, each with the name of its source.
FOLDERS = {
    "damage/whole/damage": ("wreck", 1.0, 1.0),
    "damage/whole/good": ("sound", 0.0, 1.0),
    "rtc/accident": ("collision", 1.0, 1.0),
    "rtc/fire": ("fire", 1.0, 1.0),
    "rtc/dense_traffic": ("jam", 0.0, 1.0),
    "rtc/sparse_traffic": ("road", 0.0, 1.0),
    "plates": ("street", 0.0, 1.0),
    # what shows no vehicle of interest
    "everyday": ("other", 0.0, 1.0),
    "faces": ("other", 0.0, 1.0),
    "scene_text": ("other", 0.0, 1.0),
    "house_numbers": ("other", 0.0, 1.0),
    "documents/forms": ("other", 0.0, 1.0),
    "documents/receipts": ("other", 0.0, 1.0),
    "guns": ("other", 0.0, 1.0),
    "lanyards": ("other", 0.0, 1.0),
}
# And of the labels of damage_close.
CLOSE = {
    "wreck": ("crushed", 1.0, 1.0),
    "whole": ("intact", 0.0, 1.0),
    "glass_shatter": ("windscreen", 1.0, 1.0),
    "head_lamp": ("lamp", 0.7, 0.3),
    "tail_lamp": ("lamp", 0.7, 0.3),
    "bumper_dent": ("dent", 0.6, 0.3),
    "door_dent": ("dent", 0.6, 0.3),
    "bumper_scratch": ("scratch", 0.2, 0.3),
    "door_scratch": ("scratch", 0.2, 0.3),
}
# Sources of pictures of a scene, in which a vehicle may be sound though another one is not.
SCENES = ("collision", "fire", "jam", "road")
# Pictures of streets and jams that show a wreck or a fire, found by looking at what a network flagged, and at all jams.
NOT_SOUND = {"plates/2c1988667844d5db.jpg", "rtc/dense_traffic/012.jpg", "rtc/dense_traffic/066.jpg"}
# Pictures with a motorcycle, whose bare engine looks torn to a network that has seen few.
MOTORCYCLES = set(
    """
    plates/0049ed70c1b2d480.jpg plates/2c77e85396415e64.jpg plates/3b53976a94e33073.jpg plates/4e1fec2f44c809a8.jpg
    plates/539fc7b703aa5310.jpg plates/65e3cc54966f8ad1.jpg plates/9a73a05be22d1f46.jpg plates/ae9a656a4d1e51b5.jpg
    plates/d99ac9e31d6ba167.jpg plates/e250a210779a1ee6.jpg faces/0133.jpg faces/0251.jpg
    """.split()
)


@dataclass(frozen=True, slots=True)
class Example:
    """A picture with at most one vehicle of interest.

    Attributes:
        name: path below the data folder.
        source: which kind of material, e.g. "wreck" or "street".
        damaged: 0 to 1.
        weight: how much to learn from it.
        part: whether it is to learn from, to choose by or to judge by.
        boxes: the vehicles in it, as shares of width and height, largest first; empty where none was recognised.
        parts: outlines of the damaged parts, as shares of width and height; empty where nobody drew them.
    """

    name: str
    source: str
    damaged: float
    weight: float
    part: Part
    boxes: tuple[Square, ...] = ()
    parts: tuple[Outline, ...] = ()


def labelled(data: Path, limit: int | None = None) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, source, damaged and weight of every picture; `limit` takes the first few of each folder."""
    for folder, facts in FOLDERS.items():
        for path in pictures_in(data / folder)[:limit]:
            if (name := f"{folder}/{path.name}") not in NOT_SOUND:
                yield name, *facts
    for entry in outlined(data)[:limit]:
        severity = entry["file"].split("_")[0]
        source = severity if severity in SEVERITY else "part"
        damaged, weight = SEVERITY[source]
        if source != "minor" and any(polygon[0] == WINDSCREEN for polygon in entry["yolo"]):
            source, damaged, weight = "glass", 1.0, 1.0
        if entry["yolo"]:
            yield f"damage/parts/{entry['file']}", source, damaged, weight
    for name, label in sorted(_labels(data / "damage_close", {}).items())[:limit]:
        if label in CLOSE:
            yield f"damage_close/{name}", *CLOSE[label]


def _labels(folder: Path, default: Any) -> Any:
    """What the labels.json of a folder says, if there is one."""
    file = folder / "labels.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else default


def outlined(data: Path) -> list[dict[str, Any]]:
    """What is known of the pictures of damage/parts."""
    entries: list[dict[str, Any]] = _labels(data / "damage/parts", [])
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


def examples(data: Path, limit: int | None = None) -> list[Example]:
    """Every labelled picture, without its vehicles."""
    split, drawn = Split.of(data), outlines(data)
    return [
        Example(name, source, damaged, weight, split.part(name), (), drawn.get(name, ()))
        for name, source, damaged, weight in labelled(data, limit)
    ]


def with_vehicles(known: list[Example], data: Path, work: Path, *, workers: int = 0) -> list[Example]:
    """The examples with their vehicles, largest first, which are found once and kept in the folder `work`."""
    store = work / "vehicles.json"
    seen: dict[str, list[Square]] = json.loads(store.read_text()) if store.is_file() else {}
    names = [example.name for example in known if example.name not in seen]
    seen |= dict(zip(names, each(vehicles_in, [data / name for name in names], workers), strict=True))
    store.write_text(json.dumps(seen))
    found = []
    for example in known:
        boxes = sorted(seen[example.name], key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
        found.append(replace(example, boxes=tuple((box[0], box[1], box[2], box[3]) for box in boxes)))
    return found


def vehicles_in(path: Path) -> list[Square]:
    """The vehicles that one look of our street network finds in a picture, as shares of its width and height."""
    from screening.photo.photo import Photo
    from screening.street.looks import SURE, look
    from screening.street.network import load_detector

    photo = Photo.from_array(rgb(path))
    found, _ = look(photo, load_detector("street"), {"vehicle": SURE, "plate": 1.0}, ((448, 448),))
    size = np.array([photo.width, photo.height, photo.width, photo.height])
    vehicles = [one.box for one in found if one.kind == "vehicle"]
    shares = [np.round((box.left, box.top, box.right, box.bottom) / size, 4).tolist() for box in vehicles]
    return [(left, top, right, bottom) for left, top, right, bottom in shares]
