"""Candidates for house numbers, each with a score: isolated numbers, and numbers on small plain signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from screening.finding import Box
from screening.photo.photo import Photo
from screening.street.number_finder import number_places
from screening.text import second_look
from screening.text.background import ground
from screening.text.lines import Line, below, corners
from screening.words.addresses import HouseNumber, house_number

# The best score of a number that the text stage read on no sign.
NO_SIGN = 0.66
# Any single stroke may be read as 1.
STROKE = 0.5
# The best score of a number that the text stage read on a dark sign, or that fills this share of a picture no longer
# than this in pixels: somebody cropped it.
BELIEVED = 0.85
WHOLE = 0.3
CROP = 320
# Every other number in the picture makes one less likely to be a house's (prices, times, dates), except the numbers of
# neighbouring houses.
ANOTHER, SIGNED_ANOTHER = 0.85, 0.93
# A character's width relative to its height, beyond which it is not a printed digit; the height in pixels of a tiny
# one.
WIDE, NARROW, TINY = 1.6, 0.38, 12
# A number as close to the picture's edge as this, in pixels, may have lost a digit, or be the camera's own print.
EDGE = 2
# A number right above or below such a word is a route's.
TRANSPORT = re.compile(r"\b(?:bus(?:es)?|platform|routes?|stop|tram)\b", re.IGNORECASE)
# How red (a* of CIELAB, from -128 to 127) a number in lights is, at least, and how much lighter than the half of its
# place; the reddest of the labelled numbers of houses has 13.
LIT, LIGHTER = 20.0, 15.0
# A text read with less confidence than this is as likely a pattern that nobody wrote.
UNSURE = 0.7
# What the reader says of a number that our network found counts from here on.
READABLE = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a house number.

    Attributes:
        number: what was read, or None if it looks like a number but cannot be read.
        score: how likely it is a house's, 0 to 1.
        box: where.
        signed: whether it is plainly on a sign of its own.
        large: whether it takes up much of the picture.
    """

    number: HouseNumber | None
    score: float
    box: Box
    signed: bool
    large: bool = False


def alone(photo: Photo, texts: Sequence[Line]) -> Iterator[Candidate]:
    """The numbers among the lines without other text beside them or another number close above or below."""
    numeric = [line for line in texts if any(character.isdigit() for character in line.text)]
    for line in numeric:
        number = house_number(line.text)
        sure = [other for other in texts if other is not line and other.score > UNSURE]
        if number is None or any(_beside(line, other) or _of_transport(line, other) for other in sure):
            continue
        others = [other for other in numeric if other is not line and other.score > UNSURE]
        if any(_near(line, other) for other in others):
            continue
        signed = _on_dark_sign(photo, line)
        large = line.box.area > WHOLE * photo.width * photo.height
        whole = large and not others and max(photo.width, photo.height) <= CROP
        best = BELIEVED if signed or whole else NO_SIGN
        # a number that fills the picture is hardly anything else, however faint it is
        score = best * number.likely * min(1.0, max(0.0, (line.score - 0.5) / (0.3 if whole else 0.5)))
        # in a picture of something else, what looks like one huge digit is not a digit
        score *= 0.5 if large and not whole and line.score < 0.97 else 1.0
        strange = sum(house_number(other.text) is None for other in others)
        score *= 1.0 if number.named else (SIGNED_ANOTHER if signed else ANOTHER) ** strange
        score *= STROKE if number.text == "1" else 1.0
        yield Candidate(number, score * _shape(photo, line, number), line.box, signed, large)


def _beside(line: Line, other: Line) -> bool:
    """Whether another text is on the same row, close by."""
    level = abs(other.box.centre[1] - line.box.centre[1]) < 0.6 * line.box.height
    gap = max(other.box.left - line.box.right, line.box.left - other.box.right)
    return level and gap < 1.5 * line.box.height


def _of_transport(line: Line, other: Line) -> bool:
    """Whether a text right above or below says that the number is a bus's, a tram's or a train's."""
    return TRANSPORT.search(other.text) is not None and (below(other, line) or below(line, other))


def _on_dark_sign(photo: Photo, line: Line) -> bool:
    """Whether a number is on a dark sign of its own in a colour other than red: special offers are red."""
    under = ground(photo, line)
    # to the left and right a sign may extend beyond the region that was examined
    apart = min(under.ends[:2]) > 0.7 and under.apart > 0.4
    return apart and under.plain > 0.9 and under.contrast > 15 and under.redness < 25


def _near(line: Line, other: Line) -> bool:
    """Whether another text is close on any side."""
    height = line.box.height
    across = max(other.box.left - line.box.right, line.box.left - other.box.right)
    down = max(other.box.top - line.box.bottom, line.box.top - other.box.bottom)
    return across < 1.5 * height and down < 2.5 * height


def _shape(photo: Photo, line: Line, number: HouseNumber) -> float:
    """Less than 1 for digits drawn too wide or too narrow, for a lone digit, or one cut by the picture's edge."""
    # a line as large as the picture is cropped, not measured
    if line.box.area > WHOLE * photo.width * photo.height:
        return 1.0
    each = line.length / max(line.height, 1.0) / len(number.text)
    factor = 0.5 if each > WIDE or (each < NARROW and "1" not in number.text) else 1.0
    if len(number.text) == 1:
        factor *= 0.75 if line.height < TINY else 0.85
    box = line.box
    touches = box.left <= EDGE or box.right >= photo.width - EDGE or box.bottom >= photo.height - EDGE
    return factor * (0.7 if touches else 1.0)


def _reading_line(marks: Box) -> Line:
    """The marks' place with a little margin, which the reader needs."""
    across, down = max(1, round(0.35 * marks.height)), max(1, round(0.25 * marks.height))
    box = Box(marks.left - across, marks.top - down, marks.right + across, marks.bottom + down)
    return Line("", 0.0, box, corners(box))


def by_looks(photo: Photo, texts: Sequence[Line], *, least: float) -> Iterator[Candidate]:
    """What looks like the number of a house to our network, whether it can be read or not."""
    for place in number_places(photo):
        if place.score < least:
            return
        again = second_look.read(photo, _reading_line(place.box))
        lines = [line for line in texts if line.score > UNSURE and place.box.inside(line.box) > 0.5]
        lines += [again] if again.score > READABLE else []
        number = next((read for line in lines if (read := house_number(line.text)) is not None), None)
        if number is not None:
            yield Candidate(number, number.likely * place.score, place.box, signed=True)
        elif not any(_says_more(line.text) for line in lines):
            yield Candidate(None, place.score, place.box, signed=True)


def _says_more(text: str) -> bool:
    """Whether a text is surely no house number, nor several: words, a telephone number."""
    return sum(character.isalpha() for character in text) > 2 or sum(character.isdigit() for character in text) > 6


def lit_red(photo: Photo, box: Box) -> bool:
    """Whether the lightest fifth of a number is red: a traffic light's seconds, a clock. Red paint is no lighter than
    what is around it."""
    import cv2

    inside = box.clip(photo.width, photo.height)
    if inside is None:
        return False
    lab = cv2.cvtColor(photo.crop(inside).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness, red = lab[:, :, 0], lab[:, :, 1]
    lit = lightness >= np.quantile(lightness, 0.8)
    return float(red[lit].mean()) > LIT and float(lightness[lit].mean() - np.median(lightness)) > LIGHTER


def road_sign(photo: Photo, box: Box) -> bool:
    """Whether there is red on all sides of a number: a speed limit's ring, painted or lit, or a red offer; it may be in
    the box."""
    return any(_red_around(photo, box.grow(share * box.height / box.width, share)) for share in (1.0, 0.6, 0.05))


def _red_around(photo: Photo, around: Box) -> bool:
    """Whether there is red along each of the four sides of a box."""
    import cv2

    inside = around.clip(photo.width, photo.height)
    if inside is None:
        return False
    crop = photo.crop(inside)
    small = cv2.resize(crop, (36, 36), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    red = (lab[:, :, 1] > 38) & (lab[:, :, 2] > 5)
    sides = (red[:9, 9:27], red[27:, 9:27], red[9:27, :9], red[9:27, 27:])
    return all(float(side.mean()) > 0.15 for side in sides)
