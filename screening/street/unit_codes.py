"""Codes that say which officer or which car somebody sees: numbers on shoulders, and codes on the roofs of police cars.

Both are known by their place: a shoulder number has no rank beside it, and a roof's code could be any sign's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from screening.finding import Box
from screening.force import Force
from screening.photo.photo import Photo
from screening.street.livery import in_livery
from screening.text.lines import Line, plain

# A collar number, also with the two letters of a division that the Metropolitan Police add.
NUMBER = re.compile(r"\d{3,6}|[A-Z]{2} ?\d{2,4}|\d{2,4} ?[A-Z]{2}")
# Shoulders, in widths of the face from its middle and in heights from its chin, and the height of what is printed on
# epaulettes, in the same: numbers on chests are further down, in the middle, and larger.
ASIDE, BELOW, HIGH = (0.4, 1.6), (-0.2, 0.9), 0.22
# A force's letters or a district's, and a car's number: what helicopters read; and what everybody calls or knows.
CODE = re.compile(r"[A-Z]{1,3} ?\d{1,4}|\d{1,3} ?[A-Z]{1,2}|\d{2,4}")
COMMON = re.compile(r"101|999|111|112|K ?9")
# The score from which a vehicle is surely one: hills and walls with a sign are taken for vehicles below it.
SURE = 0.7
# The least height of its letters, as a share of the vehicle's smaller side: a roof's letters are half a metre high.
LARGE = 0.12


def shoulder_numbers(texts: Sequence[Line], faces: Sequence[Box]) -> Iterator[Line]:
    """The lines that are a number on the shoulder of somebody whose face is seen."""
    for line in texts:
        if NUMBER.fullmatch(plain(line.text)) and any(_on_shoulder(line, face) for face in faces):
            yield line


def _on_shoulder(line: Line, face: Box) -> bool:
    x, y = line.centre
    aside = abs(x - face.centre[0]) / face.width
    below = (y - face.bottom) / face.height
    small = min(line.height, line.length) <= HIGH * face.height
    return small and ASIDE[0] <= aside <= ASIDE[1] and BELOW[0] <= below <= BELOW[1]


def roof_codes(
    photo: Photo, texts: Sequence[Line], vehicles: Sequence[Box], plates: Sequence[Box], force: Force
) -> Iterator[Line]:
    """The lines that are a large code on a vehicle in police livery.

    Args:
        photo: the picture.
        texts: its lines of text.
        vehicles: where there are surely vehicles.
        plates: where number plates are, which are no codes.
        force: who "we" are.
    """
    for line in texts:
        said = plain(line.text)
        if not CODE.fullmatch(said) or COMMON.fullmatch(said):
            continue
        if any(line.box.inside(plate.grow(0.1)) > 0.5 for plate in plates):
            continue
        on = [one for one in vehicles if line.box.inside(one) > 0.8]
        smallest = min(on, key=lambda one: one.area, default=None)
        if smallest is None or line.height < LARGE * min(smallest.width, smallest.height):
            continue
        if in_livery(photo, smallest, texts, force):
            yield line
