"""What the network sees: a vehicle with a little around it, or a picture; made unlike its source for training.

Wrecks were photographed in salvage yards and sound cars at dealers', collisions are small web pictures, each with other
cameras and other compression. A network learns that difference first, unless every example is cropped, put before
another background, re-scaled, re-compressed, tilted and tinted by the same dice, whatever it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from models.damage.drawn import ablaze, before_another, captioned, marked, overturned
from models.damage.material import SCENES, Example, Outline, Picture, Square
from models.damage.network import CELLS, SIDE
from screening.finding import Box
from screening.stages.vehicles import surroundings

BORDERS = ((0, 0, 0), (255, 255, 255), (114, 114, 114))


def box_of(square: Square, picture: Picture) -> Box:
    """A vehicle's box in whole pixels inside the picture."""
    high, wide = picture.shape[:2]
    left, top = min(max(int(square[0] * wide), 0), wide - 2), min(max(int(square[1] * high), 0), high - 2)
    right, bottom = round(square[2] * wide), round(square[3] * high)
    return Box(left, top, min(max(right, left + 2), wide), min(max(bottom, top + 2), high))


def cut(picture: Picture, box: Box) -> Picture:
    return picture[box.top : box.bottom, box.left : box.right]


def fitted(picture: Picture, side: int = SIDE) -> Picture:
    """The picture squeezed into a square."""
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def jittered(box: Box, picture: Picture, dice: Generator) -> Box:
    """The box with each side moved by up to a tenth inwards or a third outwards, inside the picture."""
    high, wide = picture.shape[:2]
    west, north, east, south = dice.uniform(-0.08, 0.3, 4)
    moved = Box(
        round(box.left - west * box.width),
        round(box.top - north * box.height),
        max(round(box.right + east * box.width), round(box.left - west * box.width) + 8),
        max(round(box.bottom + south * box.height), round(box.top - north * box.height) + 8),
    )
    return moved.clip(wide, high) or box


def with_parts(picture: Picture, outlines: tuple[Outline, ...] = (), origin: tuple[int, int] = (0, 0)) -> Picture:
    """The picture with a fourth channel: 255 where a damaged part was outlined, in pixels from the origin."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [np.round(np.array(outline) - origin).astype(np.int32)], 255)
    return np.asarray(cv2.merge([*cv2.split(picture), mask]), dtype=np.uint8)


def worsened(picture: Picture, dice: Generator, harsh: float) -> tuple[Picture, Picture]:
    """The view as another camera, photographer and web site would have left it, and its outlined parts."""
    if max(picture.shape[:2]) > 2 * SIDE:
        picture = fitted(picture, 2 * SIDE)
    if dice.random() < 0.5:
        picture = np.asarray(cv2.flip(picture, 1), dtype=np.uint8)
    if dice.random() < 0.35 * harsh:
        high, wide = picture.shape[:2]
        turn = cv2.getRotationMatrix2D((wide / 2, high / 2), float(dice.normal(0, 6)), float(dice.uniform(0.95, 1.15)))
        edge = BORDERS[int(dice.integers(len(BORDERS)))] if dice.random() < 0.7 else None
        mode = cv2.BORDER_CONSTANT if edge else cv2.BORDER_REFLECT
        value = (*(edge or BORDERS[0]), 0)
        turned = cv2.warpAffine(picture, turn, (wide, high), borderMode=mode, borderValue=value)
        picture = np.asarray(turned, dtype=np.uint8)
    planes = cv2.split(picture)
    mask = cv2.resize(planes[3], (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    # first smaller, so that size and compression say nothing, then to the network's size
    side = int(np.exp(dice.uniform(np.log(80), np.log(300)))) if dice.random() < 0.8 * harsh else SIDE
    across = max(16, round(side * dice.uniform(0.85, 1.15)))
    smaller = cv2.resize(cv2.merge(planes[:3]), (across, side), interpolation=cv2.INTER_AREA)
    view = tinted(np.asarray(smaller, dtype=np.uint8), dice, harsh)
    if dice.random() < 0.8:
        written = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(25, 95))])[1]
        view = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), dtype=np.uint8)
    how = int(dice.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA]))
    view = np.array(cv2.resize(view, (SIDE, SIDE), interpolation=how), dtype=np.uint8)
    if dice.random() < 0.25 * harsh:
        captioned(view, dice)
    return view, np.asarray(mask, dtype=np.uint8)


def tinted(picture: Picture, dice: Generator, harsh: float) -> Picture:
    """Other light, other colours, sometimes none, sometimes blurred or noisy."""
    # colours are mixed by one 3 x 4 matrix: saturation, cast, contrast and brightness at once
    grey = dice.random() < 0.15 * harsh
    saturation = 0.0 if grey else 1.0 + harsh * float(dice.uniform(-0.6, 0.6))
    mix = saturation * np.eye(3) + (1 - saturation) / 3
    if dice.random() < 0.5 * harsh:
        mix *= dice.uniform(0.85, 1.15, 3)[:, None]
    if dice.random() < 0.2 * harsh:
        mix = mix[dice.permutation(3)]
    contrast = 1 + harsh * dice.uniform(-0.4, 0.4)
    shift = np.full((3, 1), 128 * (1 - contrast) + harsh * dice.uniform(-40, 40))
    view = cv2.transform(picture, np.hstack([mix * contrast, shift]))
    if dice.random() < 0.2 * harsh:
        table = 255 * (np.arange(256) / 255) ** dice.uniform(0.5, 2.2)
        view = cv2.LUT(view, table.astype(np.uint8))
    if dice.random() < 0.15 * harsh:
        noise = np.asarray(dice.normal(0, dice.uniform(3, 14), view.shape)).astype(np.int8)
        view = cv2.add(view, noise, dtype=cv2.CV_8U)
    if dice.random() < 0.12 * harsh:
        view = cv2.GaussianBlur(view, (0, 0), float(dice.uniform(0.5, 2)))
    return np.asarray(view, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class View:
    """What one step learns from.

    Attributes:
        crop: SIDE x SIDE x 3.
        mask: CELLS x CELLS, 255 where a damaged part was outlined.
        wanted: 0 to 1, what the network's outputs should be.
        weight: how much to learn of each output from it.
        placed: how much the mask is to be believed.
    """

    crop: Picture
    mask: Picture
    wanted: tuple[float, float, float]
    weight: tuple[float, float, float]
    placed: float


def training_view(
    example: Example,
    load: Callable[[Example], Picture],
    other: Example,
    fire: Example,
    dice: Generator,
    *,
    harsh: float,
) -> View:
    """One view of an example, changed as harshly as 0 to 1 says.

    The other's picture may be laid around its vehicle, and flames of the fire's upon it.
    """
    picture, sound = load(example), example.damaged == 0.0
    high, wide = picture.shape[:2]
    box = chosen(example, picture, dice)
    if box is None:
        return whole_view(example, load, fire, dice, harsh=harsh)
    # only what is near the vehicle is worked on
    near = box.grow(0.6).clip(wide, high) or Box(0, 0, wide, high)
    outlines = tuple(tuple((x * wide, y * high) for x, y in outline) for outline in example.parts)
    picture = with_parts(cut(picture, near), outlines, (near.left, near.top))
    box, chance = box.shift(-near.left, -near.top), dice.random()
    placed = example.weight if sound or example.parts else 0.0
    # of the vehicles in a picture of a collision the largest is mostly, not always, the damaged one
    weight = 0.3 if example.source in SCENES and not sound else example.weight
    learnt = (weight, 0.0, weight if sound else 0.0)
    wanted = (example.damaged, 0.0, 0.0)
    if sound and chance < 0.05:
        laid = overturned(picture, box, with_parts(load(other)), dice)
        return View(*worsened(laid, dice, harsh), (1.0, 0.0, 0.0), learnt, 0.0)
    if chance > (0.85 if sound else 0.95):
        picture = marked(picture, box, dice)
    if sound and chance < 0.2 and min(box.width, box.height) > 90:
        return View(*worsened(close_up(picture, box, dice), dice, harsh), wanted, learnt, placed)
    if dice.random() < 0.35 * harsh:
        picture = before_another(picture, box, with_parts(load(other)), dice)
    region = jittered(box, picture, dice)
    if dice.random() < 0.5:
        region = surroundings(region, picture.shape[1], picture.shape[0])
    return View(*worsened(cut(picture, region), dice, harsh), wanted, learnt, placed)


def whole_view(
    example: Example, load: Callable[[Example], Picture], fire: Example, dice: Generator, *, harsh: float
) -> View:
    """Nearly all of a picture, to learn what a scene shows, and what close-ups and pictures without vehicles do."""
    picture = load(example)
    high, wide = picture.shape[:2]
    outlines = tuple(tuple((x * wide, y * high) for x, y in outline) for outline in example.parts)
    picture = with_parts(picture, outlines)
    burns = float(example.source == "fire")
    placed = example.weight if example.damaged == 0.0 or example.parts else 0.0
    # nobody said which of the wrecks and collisions burn
    weigh = example.weight if example.damaged == 0.0 or burns else 0.0
    vehicle = 0.0 if example.source in SCENES else example.weight
    wanted, learnt = (example.damaged, example.damaged, burns), (vehicle, example.weight, weigh)
    if example.source in ("street", "jam", "road", "sound") and dice.random() < 0.1:
        picture = ablaze(picture, load(fire), dice)
        wanted, learnt, placed = (1.0, 1.0, 1.0), (0.0, 0.3, 0.5), 0.0
    elif example.boxes and dice.random() < 0.1:
        picture = marked(picture, box_of(example.boxes[0], picture), dice)
    return View(*worsened(part_of(picture, dice), dice, harsh), wanted, learnt, placed)


def chosen(example: Example, picture: Picture, dice: Generator) -> Box | None:
    """The vehicle to look at, or None for the whole picture."""
    boxes = [box_of(square, picture) for square in example.boxes]
    boxes = [box for box in boxes if min(box.width, box.height) >= 24]
    several = example.source in ("street", "other", "jam", "road")
    whole = 0.7 if example.source in SCENES else 0.4
    if not boxes or dice.random() < whole:
        return None
    return boxes[int(dice.integers(len(boxes))) if several else 0]


def part_of(picture: Picture, dice: Generator) -> Picture:
    """Nearly all of a picture."""
    high, wide = picture.shape[:2]
    west, north, east, south = dice.uniform(0, 0.12, 4)
    return picture[round(north * high) : round((1 - south) * high), round(west * wide) : round((1 - east) * wide)]


def close_up(picture: Picture, box: Box, dice: Generator) -> Picture:
    """A part of a sound vehicle, as close as damaged parts are photographed."""
    share = dice.uniform(0.3, 0.75)
    wide, high = round(box.width * share), round(box.height * max(share, 0.5))
    left = box.left + int(dice.integers(0, box.width - wide + 1))
    top = box.top + int(dice.integers(0, box.height - high + 1))
    return picture[top : top + high, left : left + wide]
