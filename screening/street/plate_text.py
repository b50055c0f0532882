"""The text of one number plate: which lines on it are the registration, without the letters of its bands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box
from screening.photo.photo import Photo
from screening.text import second_look
from screening.text.background import Ground
from screening.text.lines import Line
from screening.words.registrations import FAIR, NONE, Registration, parse

# Codes of more than one letter on the bands of European plates.
CODES = frozenset(
    "AL BG BIH BY CH CY CZ DK EST FIN FL GB GR HR IRL IS LT LV MC MD MK MNE NL PL RO RUS SK SLO SRB TR UA UK".split()
)
# A plate in a detected box counts as read if this many characters are.
CHARACTERS = 2
# Lines at least this high relative to the highest are the registration; states, dealers and dates are smaller.
PART = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a plate.

    Attributes:
        line: the registration as one line.
        parts: the lines that it was joined from.
        registration: the registration that it is.
    """

    line: Line
    parts: tuple[Line, ...]
    registration: Registration

    @property
    def score(self) -> float:
        """The reader's mean confidence in the least sure part."""
        return self.line.score

    @property
    def count(self) -> int:
        """Letters and digits."""
        return sum(character.isalnum() for character in self.line.text)


def in_plate(box: Box, texts: Sequence[Line]) -> Reading | None:
    """The registration among the lines in a plate's box; None if there is none."""
    around, close = box.grow(0.12, 0.2), box.grow(0.02, 0.1)
    inside = [
        line
        for line in texts
        if line.box.inside(around) > 0.6
        and Box.around((line.centre,)).inside(close) > 0
        and any(character.isalnum() for character in line.text)
    ]
    if not inside:
        return None
    # the registration has the most and the highest characters; an emblem beside it may be higher, but is shorter
    chief = max(inside, key=lambda line: line.height * min(sum(map(str.isalnum, line.text)), 4))
    main = [line for line in inside if PART * chief.height <= line.height <= chief.height / PART]
    main = [line for line in main if line.height >= 0.2 * min(box.height, box.width)]
    if not main:
        return None
    ordered = _in_order(main)
    text = " ".join(line.text for line in ordered)
    line = Line(text, min(line.score for line in ordered), ordered[0].box, ordered[0].points)
    for other in ordered[1:]:
        line = Line(text, line.score, line.box.union(other.box), line.points)
    registration = parse(text, boxed=True) or Registration(" ".join(text.upper().split()), "", "", NONE, 0)
    whole = Reading(line, tuple(ordered), registration)
    return whole if registration.country else _alone(ordered) or whole


def _alone(parts: Sequence[Line]) -> Reading | None:
    """The one of several lines that is a registration by itself: the rest is a sign that is in the box too."""
    for part in parts if len(parts) > 1 else ():
        registration = parse(part.text, boxed=True)
        if registration is not None and registration.country and registration.weight >= FAIR:
            return Reading(part, (part,), registration)
    return None


def _in_order(parts: Sequence[Line]) -> list[Line]:
    """Row by row from the top, each from the left, in the direction of the longest line."""
    longest = max(parts, key=lambda line: line.length)
    places = [(line.seen_from(longest), line) for line in parts]
    places.sort(key=lambda place: place[0][1] + place[0][3])
    ordered: list[list[tuple[tuple[float, float, float, float], Line]]] = []
    for place in places:
        (_, top, _, bottom), above = place[0], ordered[-1][0][0] if ordered else None
        if above is not None and min(bottom, above[3]) - max(top, above[1]) > 0.4 * min(
            bottom - top, above[3] - above[1]
        ):
            ordered[-1].append(place)
        else:
            ordered.append([place])
    lines = [[line for _, line in sorted(row, key=lambda place: place[0][0])] for row in ordered]
    # a lone character above or below is a badge, a screw or a flag
    kept = [row for row in lines if sum(map(str.isalnum, "".join(line.text for line in row))) > 1]
    return [line for row in (kept or lines) for line in row]


def without_band(photo: Photo, reading: Reading) -> Reading:
    """The reading without the letters of the blue bands at a plate's ends, if there are any."""
    if len(reading.parts) != 1:
        return reading
    line = reading.parts[0]
    left, right = _bands(photo, line)
    if not left and not right:
        return reading
    # if the reader already left the band out, the line ends before it
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.points
    points = (
        (x0 + (x1 - x0) * left, y0 + (y1 - y0) * left),
        (x1 - (x1 - x0) * right, y1 - (y1 - y0) * right),
        (x2 - (x2 - x3) * right, y2 - (y2 - y3) * right),
        (x3 + (x2 - x3) * left, y3 + (y2 - y3) * left),
    )
    again = second_look.read(photo, Line(line.text, line.score, Box.around(points), points))
    registration = parse(again.text, boxed=True)
    # only what a band adds may be removed: a country's code, or a single letter that it was misread as
    before, after = bare(line.text), bare(again.text)
    added = before.replace(after, "", 1)
    if registration is None or after not in before or len(after) < 5 or not (len(added) == 1 or added in CODES):
        return reading
    return Reading(again, (again,), registration)


def bare(text: str) -> str:
    """The letters and digits of a registration, in capitals."""
    return "".join(character for character in text.upper() if character.isalnum())


def _bands(photo: Photo, line: Line) -> tuple[float, float]:
    """How much of a line's length the blue bands at its two ends take up, 0 to 0.2."""
    import cv2

    width = 100
    target = np.array(((0, 0), (width, 0), (width, 20), (0, 20)), np.float32)
    turn = cv2.getPerspectiveTransform(np.array(line.points, np.float32), target)
    hsv = cv2.cvtColor(cv2.warpPerspective(photo.rgb, turn, (width, 20)), cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[:, :, 0], hsv[:, :, 1], hsv[:, :, 2]
    blue = (hue > 95) & (hue < 130) & (saturation > 100) & (value > 40)
    # a band is blue from top to bottom apart from its letters; blue characters are not
    columns = blue.mean(axis=0) > 0.5
    # a picture that is blue all over has no bands
    if columns[25:75].mean() > 0.3:
        return 0.0, 0.0
    return _reach(columns[:20].tolist()), _reach(columns[:-21:-1].tolist())


def _reach(columns: Sequence[bool]) -> float:
    """How far blue columns extend from the start, out of 100."""
    blue = [index for index, column in enumerate(columns) if column]
    return (blue[-1] + 1) / 100 if len(blue) >= 3 and blue[0] <= 4 else 0.0


def readable(crop: Pixels) -> bool:
    """Whether a plate that was not read is clear enough for a person to read: sharp strokes across much of it."""
    import cv2

    height = 32
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    width = max(8, round(grey.shape[1] * height / grey.shape[0]))
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    middle = small[6:-6, width // 10 : width - width // 10]
    steps = np.abs(np.diff(middle, axis=1))
    return bool(np.mean(steps > 24) > 0.08)


def in_plate_letters(reading: Reading) -> bool:
    """Whether it has a plate's letters and digits; Chinese and Japanese plates have them beside their own script."""
    letters = [character for character in reading.line.text if character.isalnum()]
    foreign = sum(unicodedata.east_asian_width(character) == "W" for character in letters)
    return len(letters) - foreign >= CHARACTERS or foreign == 0


def plate_like(sign: Ground) -> float:
    """How much a sign looks like a plate: white, yellow or black, plain, clear of what is around it; 0 to 1."""
    grey = abs(sign.redness) < 12 and -16 < sign.yellowness < 20
    yellow = sign.light > 40 and sign.yellowness > 25 and -25 < sign.redness < 20
    if not (grey or yellow) or abs(sign.contrast) < 15:
        return 0.0
    return min(1.0, max(0.0, (sign.apart - 0.4) / 0.4)) * min(1.0, sign.plain / 0.85)
