"""What the numbers network learns from: pieces of photographs, with signs and decoys laid in, and real fronts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fixtures.draw import Picture
from models.numbers.decoys import DECOYS
from models.numbers.laid import Place, lay, taken
from models.numbers.lettering import TALL, Dice, house
from models.numbers.signs import SIGNS, Cut
from models.pictures import pictures_in, rgb
from models.split import Part, Split

# The side of a view, in pixels; the most numbers in one; how high digits are in it, at least and most.
SIDE = 128
MOST = 6
LOWEST, HIGHEST = 4.5, 32.0
# The folders whose photographs signs are laid into; every so many pictures.
GROUNDS = {"house_numbers": 1, "plates": 1, "everyday": 1, "faces": 2, "scene_text": 1, "rtc": 6, "identities": 2}
# Of a real sign the outer size is labelled, not that of its digits.
DIGITS = 0.62
# The longer side of a photograph as it is kept.
LONGEST = 1280
# The shares of views that show a real number, and of others in which one is laid.
REAL, LAID = 0.12, 0.6


@dataclass(frozen=True, slots=True)
class Ground:
    """A photograph: its pixels, the numbers of houses in it, and places of which nothing is known."""

    name: str
    picture: Picture
    numbers: tuple[Place, ...] = ()
    unknown: tuple[Place, ...] = ()


# What a number's row begins with, before its box: its size is known, it is not, nothing is known of the place.
SIZED, PLACED, UNKNOWN, NONE = 1.0, 2.0, 3.0, 0.0


def grounds(data: Path, part: Part) -> list[Ground]:
    """The photographs of one part of the split, none longer than LONGEST."""
    split = Split.of(data)
    found = []
    for folder, step in GROUNDS.items():
        labels = _labels(data / folder) if folder == "house_numbers" else {}
        paths = pictures_in(data / folder) or sorted(
            path for path in (data / folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
        )
        for path in paths[::step]:
            name = path.relative_to(data).as_posix()
            if split.part(name) is part:
                numbers, unknown = labels.get(path.name, ((), ()))
                found.append(_reduced(Ground(name, rgb(path), numbers, unknown)))
    return found


def _labels(folder: Path) -> dict[str, tuple[tuple[Place, ...], tuple[Place, ...]]]:
    """For each labelled front its legible numbers, and places that may show one."""
    entries = json.loads((folder / "labels.json").read_text(encoding="utf-8")) if folder.is_dir() else ()
    known = {}
    for entry in entries:
        boxes = [
            (item["kind"] == "house_number" and item["legible"], tuple(item["box"]))
            for item in entry["items"]
            if item["kind"] == "house_number" or "neighbour" in item.get("note", "")
        ]
        known[entry["file"]] = (
            tuple(box for sure, box in boxes if sure),
            tuple(box for sure, box in boxes if not sure),
        )
    return known


def _reduced(ground: Ground) -> Ground:
    scale = LONGEST / max(ground.picture.shape[:2])
    if scale >= 1:
        return ground
    small = np.asarray(cv2.resize(ground.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return Ground(ground.name, small, _scaled(ground.numbers, scale), _scaled(ground.unknown, scale))


def _scaled(places: Sequence[Place], scale: float, left: float = 0.0, top: float = 0.0) -> tuple[Place, ...]:
    return tuple(
        ((one[0] - left) * scale, (one[1] - top) * scale, (one[2] - left) * scale, (one[3] - top) * scale)
        for one in places
    )


@dataclass(frozen=True, slots=True)
class View:
    """A piece of a photograph, SIDE pixels square, and its rows: what is known, left, top, right, bottom."""

    picture: Picture
    rows: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Material:
    """What views are made of: photographs, and cut-outs of signs and of decoys."""

    grounds: Sequence[Ground]
    signs: Sequence[Cut]
    decoys: Sequence[Cut]


def material(data: Path, part: Part, *, seed: int, drawn: int = 2500) -> Material:
    """The photographs of one part of the split, and so many signs, and as many decoys."""
    dice = np.random.default_rng((seed, list(Part).index(part)))
    signs = [SIGNS[number % len(SIGNS)](house(dice), dice) for number in range(drawn)]
    decoys = [DECOYS[number % len(DECOYS)](dice) for number in range(drawn)]
    return Material(grounds(data, part), signs, decoys)


def view(some: Material, dice: Dice, *, at: tuple[int, float, float] | None = None) -> View:
    """Any view.

    Args:
        some: what it is made of.
        dice: decides everything.
        at: a photograph, by its place in the list, and a point of it that shall be shown as it is.
    """
    if at is not None:
        return _piece(some.grounds[at[0]], dice, (at[1], at[2]), scale=float(np.exp(dice.uniform(*np.log((0.6, 2))))))
    real = [ground for ground in some.grounds if ground.numbers]
    if real and dice.random() < REAL:
        ground = real[int(dice.integers(len(real)))]
        left, top, right, bottom = ground.numbers[int(dice.integers(len(ground.numbers)))]
        # brought to a size at which the network shall see it
        tall = np.exp(dice.uniform(np.log(LOWEST), np.log(HIGHEST / 2)))
        scale = float(np.clip(tall / (DIGITS * (bottom - top)), 0.25, 1.6))
        return _piece(ground, dice, ((left + right) / 2, (top + bottom) / 2), scale=scale)
    shown = _piece(some.grounds[int(dice.integers(len(some.grounds)))], dice)
    picture = shown.picture.copy()
    rows = list(_dressed(picture, [row for row in shown.rows.tolist() if row[0] != NONE], some, dice))
    return _view(taken(picture, dice), rows)


def _dressed(picture: Picture, rows: list[list[float]], some: Material, dice: Dice) -> Iterator[list[float]]:
    """The rows of a picture, decoys and signs being laid in, none over another."""
    yield from rows
    taken_up = [row[1:] for row in rows]
    signs = int(dice.integers(1, 4)) if dice.random() < LAID else 0
    things = [False] * int(dice.choice(4, p=(0.3, 0.3, 0.25, 0.15))) + [True] * signs
    for number in dice.permutation(len(things)):
        cuts = some.signs if things[number] else some.decoys
        cut = cuts[int(dice.integers(len(cuts)))]
        tall = float(np.exp(dice.uniform(np.log(LOWEST), np.log(HIGHEST))))
        # digits without a ground of their own are not seen as small
        tall = max(tall, 6.5) if cut.picture[..., 3].mean() < 200 else tall
        tall *= 1 if things[number] else max(1.0, (cut.place[3] - cut.place[1]) / TALL)
        under = picture.copy()
        place = lay(under, cut, tall, dice)
        room = (place[0] - tall, place[1] - tall, place[2] + tall, place[3] + tall)
        if any(_touch(room, other) for other in taken_up):
            continue
        picture[:] = under
        taken_up.append(list(room))
        if things[number]:
            yield [SIZED, *place]


def _touch(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _piece(
    ground: Ground, dice: Dice, around: tuple[float, float] | None = None, *, scale: float | None = None
) -> View:
    """A piece of a photograph at a scale, by lot or around a point, and what is known of it."""
    height, width = ground.picture.shape[:2]
    share = scale or float(np.exp(dice.uniform(np.log(0.45), np.log(1.3))))
    side = SIDE / share
    x, y = around or (dice.uniform(0, width), dice.uniform(0, height))
    left = x - side * dice.uniform(0.15, 0.85) if around else min(max(0.0, x - side / 2), max(0.0, width - side))
    top = y - side * dice.uniform(0.15, 0.85) if around else min(max(0.0, y - side / 2), max(0.0, height - side))
    reduced = ground.picture
    if share < 1:
        inside = (
            slice(max(0, int(top) - 2), min(height, int(top + side) + 3)),
            slice(max(0, int(left) - 2), min(width, int(left + side) + 3)),
        )
        reduced = ground.picture[inside]
        small = cv2.resize(reduced, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        shift = np.array([[1, 0, -(left - inside[1].start) * share], [0, 1, -(top - inside[0].start) * share]])
        piece = cv2.warpAffine(small, shift.astype(np.float32), (SIDE, SIDE), borderValue=(114, 114, 114))
    else:
        matrix = np.array([[share, 0, -left * share], [0, share, -top * share]], np.float32)
        piece = cv2.warpAffine(
            reduced, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderValue=(114, 114, 114)
        )  # fmt: skip
    if around is not None and dice.random() < 0.6:
        piece = taken(np.asarray(piece, np.uint8), dice)
    rows = [
        [kind, *place]
        for kind, places in ((PLACED, ground.numbers), (UNKNOWN, ground.unknown))
        for place in _scaled(places, share, left, top)
        if 0 < (place[0] + place[2]) / 2 < SIDE and 0 < (place[1] + place[3]) / 2 < SIDE
    ]
    # too small to be told by anybody
    rows = [[UNKNOWN if DIGITS * (row[4] - row[2]) < 3.5 else row[0], *row[1:]] for row in rows]
    return _view(np.asarray(piece, np.uint8), rows)


def _view(picture: Picture, rows: Sequence[Sequence[float]]) -> View:
    known = np.zeros((MOST, 5), np.float32)
    for number, row in enumerate(rows[:MOST]):
        known[number] = row
    return View(picture, known)
