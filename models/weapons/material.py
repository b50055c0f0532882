"""The pictures to learn from: guns with their boxes, the same guns laid into other pictures, and those without one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures import ENDINGS, rgb
from models.split import Part, Split
from screening.finding import Box

Picture = NDArray[np.uint8]
GUNS = "guns"
# Folders of pictures that show no firearm, and every how manieth picture of each is taken: of the large ones enough.
OTHERS = {
    "everyday": 1, "faces": 1, "plates": 2, "rtc": 3, "scene_text": 1, "lanyards": 1, "house_numbers": 1,
    "identities": 1, "damage_close": 4, "documents": 2,
}  # fmt: skip
# Pictures of these folders that do show one, or its holster.
SHOWS_ONE = {"everyday/n03527444_holster.jpg"}
# How often each gun is laid into another picture.
PASTED = {Part.TRAIN: 6, Part.TUNE: 2, Part.TEST: 2}


@dataclass(frozen=True, slots=True)
class Example:
    """A picture of the labelled folder.

    Attributes:
        name: path below the folder, with forward slashes.
        source: the folder directly below it.
        part: what it is for.
        guns: a box for each gun, as shares of the picture: the middle, width and height.
    """

    name: str
    source: str
    part: Part
    guns: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What the network is shown: pixels, and a box in them for each gun.

    Attributes:
        kind: "gun" as it is, "laid in", or the folder of a picture without one.
        part: that of the picture that it comes from.
    """

    kind: str
    part: Part
    picture: Picture
    guns: tuple[Box, ...] = ()


def examples(data: Path, limit: int | None = None) -> list[Example]:
    """Every labelled picture, or the first few of each folder."""
    split = Split.of(data)
    labels = json.loads((data / GUNS / "labels.json").read_text(encoding="utf-8"))
    found = []
    for file, rows in sorted(labels.items())[:limit]:
        name = f"{GUNS}/{file}"
        boxes = tuple((float(x), float(y), float(width), float(height)) for _, x, y, width, height in rows)
        found.append(Example(name, GUNS, split.part(name), boxes))
    for folder, step in OTHERS.items():
        paths = sorted(path for path in (data / folder).rglob("*") if path.suffix.lower() in ENDINGS)
        names = [path.relative_to(data).as_posix() for path in paths[::step][:limit]]
        found += [Example(name, folder, split.part(name)) for name in names if name not in SHOWS_ONE]
    return found


def views(known: Sequence[Example], data: Path, seed: int) -> Iterator[View]:
    """Each picture as it is, and each gun also laid into pictures of the same part."""
    for example in known:
        picture = rgb(data / example.name)
        boxes = tuple(_box(one, picture) for one in example.guns)
        yield View("gun" if boxes else example.source, example.part, picture, boxes)
        grounds = [one for one in known if one.part is example.part and not one.guns]
        for number in range(PASTED[example.part] if boxes and grounds else 0):
            dice = np.random.default_rng((seed, int(example.name[-7:-4]), number))
            ground = rgb(data / grounds[int(dice.integers(len(grounds)))].name)
            yield laid_into(ground, picture, boxes[int(dice.integers(len(boxes)))], example.part, dice)


def laid_into(ground: Picture, picture: Picture, gun: Box, part: Part, dice: np.random.Generator) -> View:
    """A gun, with a little of what is around it, laid somewhere into another picture: smaller, in other light, and with
    soft edges, for the edge of a pasted rectangle would be all that is learnt."""
    scale = 768 / max(ground.shape[:2])
    ground = np.asarray(cv2.resize(ground, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = ground.shape[:2]
    around = gun.grow(0.1).clip(picture.shape[1], picture.shape[0]) or gun
    cut = picture[around.top : around.bottom, around.left : around.right]
    smaller = min(dice.uniform(0.3, 0.7) * width / around.width, 0.9 * height / around.height, 1.5)
    size = max(8, round(around.width * smaller)), max(8, round(around.height * smaller))
    cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA)[:, :: int(dice.choice((1, -1)))], np.uint8)
    light = np.clip(cut * dice.uniform(0.6, 1.2), 0, 255)
    edge = max(2, min(size) // 12)
    soft = np.zeros(light.shape[:2], np.float32)
    soft[edge:-edge, edge:-edge] = 1
    soft = cv2.GaussianBlur(soft, (0, 0), edge * 0.6)[..., None]
    left, top = (int(dice.integers(max(1, most - side))) for most, side in zip((width, height), size, strict=True))
    made = ground.copy()
    there = made[top : top + size[1], left : left + size[0]]
    there[:] = there * (1 - soft) + light * soft
    return View("laid in", part, made, (Box(left, top, left + size[0], top + size[1]),))


def wanted(guns: Sequence[Box], picture: Picture, rows: int, columns: int) -> NDArray[np.float32]:
    """What the network should answer for each place: 1 where it lies mostly in a gun's box, NaN at the edges of one."""
    made = np.zeros((rows, columns), np.float32)
    across, down = columns / picture.shape[1], rows / picture.shape[0]
    places = np.arange(columns)[None], np.arange(rows)[:, None]
    for gun in guns:
        shared = [
            np.clip(np.minimum(place + 1, last * scale) - np.maximum(place, first * scale), 0, 1)
            for place, first, last, scale in zip(
                places, (gun.left, gun.top), (gun.right, gun.bottom), (across, down), strict=True
            )
        ]
        covered = shared[0] * shared[1]
        made[(covered > 0.1) & (made != 1)] = np.nan
        made[covered > 0.5] = 1
        made[min(rows - 1, int(gun.centre[1] * down)), min(columns - 1, int(gun.centre[0] * across))] = 1
    return made


def _box(shares: tuple[float, float, float, float], picture: Picture) -> Box:
    height, width = picture.shape[:2]
    x, y, across, down = shares
    box = Box(
        round((x - across / 2) * width), round((y - down / 2) * height),
        round((x + across / 2) * width), round((y + down / 2) * height),
    )  # fmt: skip
    return box.clip(width, height) or Box(0, 0, width, height)
