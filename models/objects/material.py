"""The pictures to learn from: those of the labelled folders, and things drawn or cut out, laid into others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fixtures.draw import Picture
from models.objects.drawn import Dice, blade, cut, police_tape, tool
from models.objects.laid import Mask, laid
from models.objects.papers import paper
from models.objects.patterns import pattern
from models.objects.printed import card, cash, sign
from models.objects.screens import screen
from models.pictures import ENDINGS, rgb
from models.split import Part, Split
from screening.finding import Box
from screening.stages.objects import OBJECTS

# What each folder shows throughout; cards and guns have boxes.
SHOWS = {"guns": "firearm", "lanyards": "card", "documents": "paper"}
# The others, and every how manieth picture of each is taken: of the large ones enough.
OTHERS = {
    "everyday": 1, "faces": 1, "plates": 2, "rtc": 3, "scene_text": 1, "house_numbers": 1, "identities": 1,
    "damage_close": 4,
}  # fmt: skip
# Pictures of these that do show something, or may: nothing is learnt of it from them, and they are not counted.
UNSURE: Mapping[str, tuple[str, ...]] = {
    "cellular_telephone": ("screen",), "desk": ("screen", "paper"), "entertainment_center": ("screen",),
    "hand-held_computer": ("screen",), "iPod": ("screen",), "monitor": ("screen",), "mouse": ("screen",),
    "notebook": ("screen",), "printer": ("screen",), "screen": ("screen",), "web_site": ("screen", "paper"),
    "radio": ("screen",), "lab_coat": ("screen", "paper"), "CD_player": ("screen",), "toaster": ("screen",),
    "rubber_eraser": ("paper",), "book_jacket": ("paper", "card"), "slide_rule": ("paper", "card"),
    "holster": ("firearm",), "Band_Aid": ("card",), "058": ("tape",), "099": ("tape",),
}  # fmt: skip
# How many of each thing are laid into a picture.
MADE = {Part.TRAIN: 280, Part.TUNE: 90, Part.TEST: 100}
# Things, the kind that each is, and its least and greatest length as shares of the picture's longer side.
THINGS: Mapping[str, tuple[str, tuple[float, float]]] = {
    "gun laid in": ("firearm", (0.25, 0.75)),
    "blade": ("blade", (0.22, 0.9)),
    "banknotes": ("cash", (0.2, 0.9)),
    "card": ("card", (0.13, 0.7)),
    "lanyard laid in": ("card", (0.13, 0.5)),
    "paper": ("paper", (0.25, 1.0)),
    "screen": ("screen", (0.25, 1.0)),
    "tape": ("tape", (0.6, 1.5)),
    "tool": ("", (0.22, 0.9)),
    "sign": ("", (0.2, 0.9)),
    "cutting": ("", (0.2, 0.7)),
    "pattern": ("", (0.2, 1.2)),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A picture of the labelled folder.

    Attributes:
        name: path below the folder, with forward slashes.
        part: what it is for.
        shows: the kind of object that it shows, or "".
        boxes: where, as shares of the picture: the middle, width and height; empty if it is the whole picture.
        unsure: the kinds that it may show.
    """

    name: str
    part: Part
    shows: str = ""
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The folder directly below the labelled one."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class View:
    """What the network is shown.

    Attributes:
        source: the folder that it comes from, or the thing that was laid in.
        part: that of the pictures that it is made of.
        picture: its pixels.
        shows: the kind of object, or "".
        where: how much of each pixel is the object, 0 to 1.
        unsure: the kinds of which nothing is known.
    """

    source: str
    part: Part
    picture: Picture
    shows: str = ""
    where: Mask | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """Every view, by its number: the pictures as they are, then what is laid into them.

    Attributes:
        data: the folder of labelled pictures.
        known: its pictures.
        faces: its faces, cut out, for the photographs on cards.
        seed: decides everything that is drawn by lot.
        made: how many of each thing are laid in.
    """

    data: Path
    known: tuple[Example, ...]
    faces: Mapping[Part, Sequence[str]]
    seed: int
    made: Mapping[Part, int] = field(default_factory=lambda: MADE)

    def __len__(self) -> int:
        return len(self.known) + sum(self.made.values()) * len(THINGS)

    def __getitem__(self, number: int) -> View:
        if number >= len(self):
            raise IndexError(number)
        if number < len(self.known):
            return self._as_it_is(self.known[number])
        number -= len(self.known)
        thing = list(THINGS)[number % len(THINGS)]
        lots = [part for part, count in self.made.items() for _ in range(count)]
        part = lots[number // len(THINGS)]
        return self._laid_in(thing, part, np.random.default_rng((self.seed, number)))

    def _as_it_is(self, example: Example) -> View:
        picture = rgb(self.data / example.name)
        where = np.full(picture.shape[:2], float(bool(example.shows and not example.boxes)), np.float32)
        for shares in example.boxes:
            box = _box(shares, picture)
            where[box.top : box.bottom, box.left : box.right] = 1
        return View(example.source, example.part, picture, example.shows, where, example.unsure)

    def _laid_in(self, thing: str, part: Part, dice: Dice) -> View:
        kind, share = THINGS[thing]
        ground = self._some(part, dice)
        picture, where = laid(rgb(self.data / ground.name), self._thing(thing, part, dice), dice, share=share)
        return View(thing, part, picture, kind, where, ground.unsure)

    def _thing(self, thing: str, part: Part, dice: Dice) -> Picture:
        drawn = {"blade": blade, "tape": police_tape, "tool": tool, "pattern": pattern}.get(thing)
        if drawn is not None:
            return drawn(dice)
        if thing in ("card", "banknotes"):
            names = self.faces[part]
            face = (
                rgb(self.data / names[int(dice.integers(len(names)))]) if names else np.full((64, 64, 3), 128, np.uint8)
            )
            return (card if thing == "card" else cash)(dice, face)
        if thing in ("screen", "sign"):
            return (screen if thing == "screen" else sign)(dice, rgb(self.data / self._some(part, dice).name))
        example = self._some(
            part, dice, {"paper": "paper", "gun laid in": "firearm", "lanyard laid in": "card"}.get(thing, "")
        )
        picture = rgb(self.data / example.name)
        if thing == "paper":
            return paper(dice, picture)
        middle, size = dice.uniform(0.3, 0.7, 2), dice.uniform(0.2, 0.6, 2)
        shares = example.boxes or ((middle[0], middle[1], size[0], size[1]),)
        return cut_out(picture, _box(shares[int(dice.integers(len(shares)))], picture))

    def _some(self, part: Part, dice: Dice, shows: str = "") -> Example:
        """Any picture of a part that shows such an object, or none; where there is no such picture, any of the part."""
        fit = [one for one in self.known if one.part is part and one.shows == shows and (shows or not one.unsure)]
        fit = fit or [one for one in self.known if one.part is part]
        return fit[int(dice.integers(len(fit)))]


def material(data: Path, seed: int, limit: int | None = None) -> Material:
    """The views of a folder of labelled pictures, or a few of each sort."""
    split = Split.of(data)
    known = list(_examples(data, split, limit))
    faces: dict[Part, list[str]] = {part: [] for part in Part}
    for path in sorted((data / "ages").glob("*"))[:: 1 if limit is None else 50]:
        name = f"ages/{path.name}"
        if path.suffix.lower() in ENDINGS and 16 <= int(path.name.partition("_")[0]) <= 70:
            faces[split.part(name)].append(name)
    made = MADE if limit is None else dict.fromkeys(Part, max(1, limit // 6))
    return Material(data, tuple(known), faces, seed, made)


def _examples(data: Path, split: Split, limit: int | None) -> Iterator[Example]:
    for folder, step in (dict.fromkeys(SHOWS, 1) | OTHERS).items():
        labels = data / folder / "labels.json"
        boxes = json.loads(labels.read_text(encoding="utf-8")) if folder in SHOWS and labels.is_file() else {}
        paths = sorted(path for path in (data / folder).rglob("*") if path.suffix.lower() in ENDINGS)
        for path in paths[::step][:limit]:
            name = path.relative_to(data).as_posix()
            rows = boxes.get(path.name, ())
            where = tuple((float(x), float(y), float(width), float(height)) for _, x, y, width, height in rows)
            unsure = UNSURE.get(path.stem.partition("_")[2] if folder == "everyday" else path.stem, ())
            if folder not in ("everyday", "rtc"):
                unsure = ()
            yield Example(name, split.part(name), SHOWS.get(folder, ""), where, unsure)


def cut_out(picture: Picture, box: Box) -> Picture:
    """What is in a box and a little around it, with soft edges: the edge of a rectangle would be all that is learnt."""
    around = box.grow(0.08).clip(picture.shape[1], picture.shape[0]) or box
    inside = picture[around.top : around.bottom, around.left : around.right]
    edge = max(2, min(inside.shape[:2]) // 12)
    soft = np.zeros(inside.shape[:2], np.uint8)
    soft[edge:-edge, edge:-edge] = 255
    return cut(inside, np.asarray(cv2.GaussianBlur(soft, (0, 0), edge * 0.6), np.uint8))


def wanted(view: View, rows: int, columns: int) -> NDArray[np.float32]:
    """What the network should answer, (objects, rows, columns): 1 at places that lie mostly on the object, NaN at its
    edges and where nothing is known."""
    made = np.zeros((len(OBJECTS), rows, columns), np.float32)
    for kind in view.unsure:
        made[OBJECTS.index(kind)] = np.nan
    if view.shows and view.where is not None:
        covered = cv2.resize(view.where, (columns, rows), interpolation=cv2.INTER_AREA)
        answer = np.where(covered > 0.05, np.float32(np.nan), np.float32(0))
        answer[covered >= min(0.4, float(covered.max()))] = 1
        made[OBJECTS.index(view.shows)] = answer
    return made


def _box(shares: tuple[float, float, float, float], picture: Picture) -> Box:
    height, width = picture.shape[:2]
    x, y, across, down = shares
    box = Box(
        round((x - across / 2) * width), round((y - down / 2) * height),
        max(round((x - across / 2) * width) + 1, round((x + across / 2) * width)),
        max(round((y - down / 2) * height) + 1, round((y + down / 2) * height)),
    )  # fmt: skip
    return box.clip(width, height) or Box(0, 0, width, height)
