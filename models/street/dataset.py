"""Makes a data set for `ultralytics`: vehicles by the teacher, plates by hand, and pictures of neither."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures import pictures_in, rgb
from models.street.conditions import taken
from models.street.drawn_plates import lay_over

VEHICLE, PLATE = 0, 1
NAMES = {VEHICLE: "vehicle", PLATE: "plate"}
# Folders of negatives, from which only pictures without a vehicle are taken, and the most to take from each.
EMPTY = {
    "everyday": 220,
    "scene_text": 50,
    "documents/forms": 20,
    "documents/receipts": 20,
    "documents/marked": 13,
    "faces": 60,
}
DAMAGED = {"damage/whole/damage": 80, "damage/whole/good": 80, "damage/parts": 80}
Find = Callable[[NDArray[np.uint8]], list[tuple[float, ...]]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture and what is in it: (class, left, top, right, bottom) in pixels."""

    path: Path
    boxes: list[tuple[float, ...]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.path.parent.name}_{self.path.stem}"


def held_out(name: str) -> bool:
    """Say whether a picture is held out: about 15%, by a hash of its name, so that it never changes."""
    return hashlib.sha256(name.encode()).digest()[0] < 38


def plates_by_hand(data: Path) -> Iterator[tuple[Path, list[list[float]]]]:
    """Yield the pictures whose plates were marked by hand, with the plates."""
    for entry in _entries(data, "plates"):
        yield data / "plates" / entry["file"], entry["plates"]
    for entry in _entries(data, "house_numbers"):
        yield data / "house_numbers" / entry["file"], [i["box"] for i in entry["items"] if i["kind"] == "plate"]


def _entries(data: Path, folder: str) -> list[dict[str, Any]]:
    """What the folder's labels.json says; a force's own pictures need not fill every folder."""
    file = data / folder / "labels.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return found


def street_samples(data: Path, find: Find, limit: int | None) -> Iterator[Sample]:
    """Yield the street pictures: plates by hand, vehicles by hand if they are marked ("vehicles"), else by the
    teacher."""
    marked = {data / "plates" / one["file"]: one["vehicles"] for one in _entries(data, "plates") if "vehicles" in one}
    for path, plates in list(plates_by_hand(data))[:limit]:
        picture = rgb(path)
        vehicles = [tuple(box[:4]) for box in (marked[path] if path in marked else find(picture))]
        if not vehicles and any(plate[2] - plate[0] > 0.15 * picture.shape[1] for plate in plates):
            vehicles = [(0.0, 0.0, float(picture.shape[1]), float(picture.shape[0]))]  # close-up: all vehicle
        yield Sample(path, [(VEHICLE, *box) for box in vehicles] + [(PLATE, *box) for box in plates])


def empty_samples(data: Path, find: Find, limit: int | None) -> Iterator[Sample]:
    """Yield pictures in which the teacher sees no vehicle, even when asked to guess."""
    for folder, most in EMPTY.items():
        for path in shuffled(data / folder)[: min(most, limit or most)]:
            if not find(rgb(path)):
                yield Sample(path)


def damaged_samples(data: Path, find: Find, find_plates: Find, limit: int | None) -> Iterator[Sample]:
    """Yield pictures of damaged and undamaged cars: vehicles by the teacher, plates by our own first network."""
    for folder, most in DAMAGED.items():
        for path in shuffled(data / folder)[: min(most, limit or most)]:
            picture = rgb(path)
            vehicles = [(VEHICLE, *box[:4]) for box in find(picture)]
            if vehicles:
                yield Sample(path, vehicles + [(PLATE, *box[:4]) for box in find_plates(picture)])


def shuffled(folder: Path) -> list[Path]:
    """A folder's pictures, in a fixed pseudo-random order."""
    return sorted(pictures_in(folder), key=lambda path: hashlib.md5(path.name.encode()).digest())


def write(samples: list[Sample], folder: Path, *, seed: int) -> None:
    """Write pictures and labels in the format of `ultralytics`.

    Training pictures with plates are also written with drawn plates, half of them as if taken at night or from a
    dashboard, and as close-ups.
    """
    for part in ("train", "val"):
        (folder / "images" / part).mkdir(parents=True, exist_ok=True)
        (folder / "labels" / part).mkdir(parents=True, exist_ok=True)
    for sample in samples:
        part = "val" if held_out(sample.path.name) else "train"
        picture = rgb(sample.path)
        _write(folder, part, sample.key, picture, sample.boxes)
        chance = random.Random(f"{seed} {sample.key}")
        plates = [list(box[1:]) for box in sample.boxes if box[0] == PLATE and box[3] - box[1] >= 16]
        if part == "train" and plates and chance.random() < 0.5:
            for box in plates:
                picture = lay_over(picture, box, chance)
            if chance.random() < 0.5:
                picture = taken(picture, plates, chance)
            _write(folder, part, f"{sample.key}_drawn", picture, sample.boxes)
        near = [box for box in sample.boxes if box[0] == PLATE and box[3] - box[1] >= 40]
        if part == "train" and near and chance.random() < 0.5:
            _write(folder, part, f"{sample.key}_near", *close_up(picture, sample.boxes, chance.choice(near), chance))
    lines = [f"path: {folder.resolve()}", "train: images/train", "val: images/val", "names:"]
    lines += [f"  {number}: {name}" for number, name in NAMES.items()]
    (folder / "data.yaml").write_text("\n".join(lines) + "\n")


def close_up(
    picture: NDArray[np.uint8], boxes: list[tuple[float, ...]], plate: tuple[float, ...], chance: random.Random
) -> tuple[NDArray[np.uint8], list[tuple[float, ...]]]:
    """Crop the picture so that one plate takes up a quarter to three quarters of it, with the labels in the crop."""
    _, left, top, right, bottom = plate
    wide = (right - left) / chance.uniform(0.25, 0.75)
    high = max(0.75 * wide, 1.3 * (bottom - top))
    x = max(0.0, left - chance.random() * (wide - right + left))
    y = max(0.0, top - chance.random() * (high - bottom + top))
    part = picture[int(y) : int(y + high), int(x) : int(x + wide)]
    rows, columns = part.shape[:2]
    inside: list[tuple[float, ...]] = []
    for kind, *sides in boxes:
        cut = (
            max(sides[0] - int(x), 0),
            max(sides[1] - int(y), 0),
            min(sides[2] - int(x), columns),
            min(sides[3] - int(y), rows),
        )
        if cut[0] < cut[2] and cut[1] < cut[3]:
            share = (cut[2] - cut[0]) * (cut[3] - cut[1])
            whole = (sides[2] - sides[0]) * (sides[3] - sides[1])
            if share > 0.4 * whole or share > 0.3 * rows * columns:
                inside.append((kind, *cut))
    return part, inside


def _write(folder: Path, part: str, key: str, picture: NDArray[np.uint8], boxes: list[tuple[float, ...]]) -> None:
    height, width = picture.shape[:2]
    cv2.imwrite(str(folder / "images" / part / f"{key}.jpg"), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    lines = []
    for kind, left, top, right, bottom in boxes:
        left, right = max(0.0, left), min(float(width), right)
        top, bottom = max(0.0, top), min(float(height), bottom)
        middle = ((left + right) / 2 / width, (top + bottom) / 2 / height)
        size = ((right - left) / width, (bottom - top) / height)
        lines.append(f"{int(kind)} " + " ".join(f"{value:.6f}" for value in (*middle, *size)))
    (folder / "labels" / part / f"{key}.txt").write_text("".join(line + "\n" for line in lines))
