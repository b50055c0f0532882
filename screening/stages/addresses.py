"""Addresses: house numbers on doors, gates, walls and bins, street name plates, postcodes, names of houses, places on a
map; and those in captions, names and codes.

A number is a house number if it is alone, not on anything that moves or is worn, and looks like one. Each of these is a
factor of its score, set by hand on labelled street fronts. What a network of our own takes for one counts too, whether
it can be read or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.faces.body import body
from screening.finding import Box, Finding, boxes
from screening.photo.photo import Photo
from screening.street.house_numbers import alone, by_looks, lit_red, road_sign
from screening.text.background import ground
from screening.text.lines import Line, lines, rows, wraps
from screening.words import captions
from screening.words.addresses import HouseNumber, house_name, house_number, postcodes, street
from screening.words.map_positions import map_positions
from screening.words.number_words import spelt_number

# How much of a number's score is lost if it is on a vehicle: most of it, or less on a dark sign if the vehicle's own
# score is below this.
ON_VEHICLE, ON_VEHICLE_SIGN, SURELY = 0.9, 0.4, 0.75
# The share of the picture from which a vehicle is as large as it.
FILLS = 0.95
UNREAD = "what looks like a house number, and cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Finds print that reveals where a picture was taken.

    Attributes:
        minimum: the score from which a finding is reported.
        signs: whether to look for numbers that the text stage overlooked, by what they look like.
    """

    name: ClassVar[str] = "addresses"
    after: ClassVar[tuple[str, ...]] = ("metadata", "faces", "vehicles", "text", "codes", "plates")
    kinds: ClassVar[tuple[str, ...]] = (
        "address.house_number",
        "address.house_number.unread",
        "address.street_name",
        "address.postcode",
        "address.name",
        "address.position",
    )
    networks: ClassVar[tuple[str, ...]] = ("text-recognition", "numbers")

    minimum: float = 0.3
    signs: bool = True

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each number, street, postcode and house name."""
        plates = [box for finding in found if (box := _plate(finding)) is not None]
        # the foot of a plate has its supplier's name and postcode, sometimes just below the detected box
        feet = [Box(box.left, box.top, box.right, box.bottom + max(1, box.height // 2)) for box in plates]
        texts = [line for line in lines(found) if not any(line.box.inside(box) > 0.5 for box in feet)]
        findings = [*self._words(photo, texts), *self._numbers(photo, found, texts, feet)]
        for place, finding in enumerate(findings):
            if finding.score >= self.minimum and not any(_repeats(finding, other) for other in findings[:place]):
                yield finding
        yield from captions.addresses(found)

    def _words(self, photo: Photo, texts: Sequence[Line]) -> Iterator[Finding]:
        """Street names, postcodes and house names, in single lines and where they continue beside or below."""
        for line in _phrases(texts):
            yield from _in_words(photo, line)

    def _numbers(
        self, photo: Photo, found: Sequence[Finding], texts: Sequence[Line], plates: Sequence[Box]
    ) -> Iterator[Finding]:
        """House numbers: those that the text stage read, and those that look like one to our network."""
        vehicles = [finding for finding in found if finding.is_a("seen.vehicle")]
        people = [body(box) for box in boxes(found, "face")]
        seen = by_looks(photo, texts, least=self.minimum) if self.signs else ()
        candidates = [*alone(photo, texts), *seen]
        taken: list[Box] = []
        for candidate in sorted(candidates, key=lambda one: -one.score):
            box, score = candidate.box, candidate.score
            if any(box.iou(other) > 0.2 or box.inside(other) > 0.5 or other.inside(box) > 0.5 for other in taken):
                continue
            if any(box.inside(other) > 0.5 for other in plates) or road_sign(photo, box) or lit_red(photo, box):
                continue
            # a wall with a window is sometimes taken for a van: a number on an enamel plate is more likely a house's
            share = max((_share(box, vehicle, photo) for vehicle in vehicles), default=0.0)
            if not candidate.large:
                score *= 1 - share * (ON_VEHICLE_SIGN if candidate.signed and share < SURELY else ON_VEHICLE)
            if any(box.inside(body) > 0.5 for body in people):
                score *= 0.3
            taken.append(box)
            if candidate.number is None:
                yield Finding("address.house_number.unread", score, UNREAD, box)
            else:
                yield _house_number(candidate.number, score, box)


def _repeats(finding: Finding, other: Finding) -> bool:
    """Whether a finding repeats another at the same place or a larger one."""
    if finding.kind != other.kind or finding.box is None or other.box is None:
        return False
    same = finding.text == other.text or other.text in finding.text
    return same and max(other.box.inside(finding.box), finding.box.inside(other.box)) > 0.5


def _house_number(number: HouseNumber, score: float, box: Box) -> Finding:
    digits = sum(character.isdigit() for character in number.text)
    plural = "digit" if digits == 1 else "digits"
    return Finding("address.house_number", score, f"house number, {digits} {plural}", box, number.text)


def _phrases(texts: Sequence[Line]) -> Iterator[Line]:
    """The lines, those side by side as one, and each pair of a line and the one below it."""
    yield from texts
    known = {line.text for line in texts}
    yield from (row for row in rows(texts) if row.text not in known)
    for upper, lower in wraps(texts):
        score, box = min(upper.score, lower.score), upper.box.union(lower.box)
        yield Line(f"{upper.text} {lower.text}", score, box, upper.points)


def _in_words(photo: Photo, line: Line) -> Iterator[Finding]:
    """The parts of an address that one line contains in words."""
    for postcode in postcodes(line.text):
        yield Finding("address.postcode", 0.9 * line.score, "postcode", line.box, postcode)
    for what, written in map_positions(line.text):
        yield Finding("address.position", 0.9 * line.score, what, line.box, written)
    spelt = spelt_number(line.text)
    if spelt:
        score = line.score * spelt * (0.6 + 0.4 * ground(photo, line).apart)
        said = f"house number in letters, {len(line.text)} characters"
        yield Finding("address.house_number", score, said, line.box, line.text)
    named = street(line.text)
    if named is not None:
        sign = ground(photo, line).apart
        score = line.score * ((0.65 if named.sure else 0.3) + 0.3 * sign)
        yield Finding("address.street_name", score, f"street name, {len(named.text)} characters", line.box, named.text)
        number = house_number(named.number)
        if number is not None and named.sure:
            yield _house_number(number, 0.8 * line.score, line.box)
    house = house_name(line.text)
    if house is not None:
        score = line.score * (0.35 + 0.35 * ground(photo, line).apart)
        yield Finding("address.name", score, f"name of a house, {len(house)} characters", line.box, house)


def _plate(finding: Finding) -> Box | None:
    """The box of a number plate, unless its text could be a house's plate or a label too: it has no country's shape."""
    doubtful = finding.is_a("vehicle.plate.doubtful") or house_number(finding.text) is not None
    if not finding.is_a("vehicle.plate") or doubtful:
        return None
    return finding.box if finding.kind != "vehicle.plate" or not finding.text else None


def _share(box: Box, vehicle: Finding, photo: Photo) -> float:
    """How surely a place is on a vehicle, 0 to 1; one as large as the picture may be a wall, and counts half."""
    if vehicle.box is None or box.inside(vehicle.box) <= 0.5:
        return 0.0
    return vehicle.score * (0.5 if vehicle.box.area > FILLS * photo.width * photo.height else 1.0)
