"""Number plates: any that can be read is a finding, whatever it says; British and foreign ones are labelled.

A plate is one that the street network detected, or a line of text that looks like one: by its pattern, by being on a
plain sign, by being on a vehicle. A pattern alone counts only if nobody would write it by chance (AB12 CDE), and away
from any vehicle a plate needs such a pattern: signs, clothes and appliances look like plates. What could be one all the
same is `vehicle.plate.doubtful`; nothing inside a code is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from screening.finding import Box, Finding
from screening.force import Force
from screening.photo.photo import Photo
from screening.street.plate_doubt import LOOKS, SHORT, doubt_of, worded
from screening.street.plate_place import Place, Places, lies_on
from screening.street.plate_text import (
    CHARACTERS,
    Reading,
    bare,
    in_plate,
    in_plate_letters,
    plate_like,
    readable,
    without_band,
)
from screening.text import second_look
from screening.text.background import ground
from screening.text.lines import Line, lines, rows, wraps
from screening.words import captions
from screening.words.registrations import FAIR, LONGEST, WEAK, Registration, parse

# What it adds that a text is on a vehicle, and that it is on a plain sign of its own.
ON_VEHICLE, ON_SIGN = 0.35, 0.35
# A detected box below this score is doubtful: most such boxes away from vehicles are words or patterns.
FAINT = 0.2
# What stands before a registration on paper.
LABEL = re.compile(
    r"(?i)(?:vehicle|v\.?r\.?[mn]\.?|reg(?:istration)?\.?(?:\s?(?:no\.?|number|mark|plate))?|number\s?plate)\s?[:.#-]\s*"
)
# Feet and inches, or metres with a decimal, as on a bridge.
HEIGHT = re.compile(r"\d\s?['′’]\s?-?\s?\d{1,2}(?!\d)|(?<!\d)\d\.\d\s?m\b")
SURE = 0.5
# The factor for such a number on a body: runners and players have numbers on their chests.
WORN = 0.3
# A detected box below this score needs a registration's pattern, or letters with digits.
UNSURE = 0.4
# Plates narrower than this, in pixels, are read by guessing.
FAR = 32
DOUBTFUL, FLEET = "vehicle.plate.doubtful", "vehicle.plate.fleet"
ILLEGIBLE = "number plate, too small or unclear to be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plates:
    """Reads number plates.

    Attributes:
        force: who we are; its marked fleet is labelled as such.
        minimum: the score from which a plate is reported.
        legible: the height in pixels from which a sharp plate counts as legible even if it was not read.
    """

    name: ClassVar[str] = "plates"
    after: ClassVar[tuple[str, ...]] = ("metadata", "faces", "vehicles", "text", "codes")
    kinds: ClassVar[tuple[str, ...]] = (
        "vehicle.plate",
        "vehicle.plate.uk",
        "vehicle.plate.foreign",
        FLEET,
        "vehicle.plate.police",
        DOUBTFUL,
        "vehicle.plate_illegible",
    )
    networks: ClassVar[tuple[str, ...]] = ("text-detection", "text-recognition")

    force: Force = Force()
    minimum: float = 0.3
    legible: int = 24

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each plate, the detected ones first."""
        texts, places = lines(found), Places(found)
        taken: list[Box] = []
        detected = [finding for finding in found if finding.is_a("seen.plate") and finding.box is not None]
        for plate in sorted(detected, key=lambda finding: -finding.score):
            if plate.box is None or any(plate.box.inside(box) > 0.5 for box in taken):
                continue
            for finding in self._detected(photo, plate.box, plate.score, texts, places.of(plate.box, photo)):
                # a box that is dropped does not hide a plate within it
                taken.append(plate.box)
                yield self._marked(photo, finding, places)
        loose = [line for line in texts if not any(line.box.inside(box.grow(0.1)) > 0.5 for box in taken)]
        for finding in sorted(self._loose(photo, loose, places), key=lambda finding: -finding.score):
            if finding.box is not None and not any(finding.box.inside(box) > 0.3 for box in taken):
                taken.append(finding.box)
                yield self._marked(photo, finding, places)
        for registration, where, box in captions.registrations(found):
            said = self._finding(registration, captions.SURE, box)
            yield replace(said, evidence=f"{said.evidence}, in {where}")

    def _detected(self, photo: Photo, box: Box, score: float, texts: Sequence[Line], place: Place) -> Iterator[Finding]:
        """The finding for a box that the street network took for a plate."""
        if place.coded:
            return
        on = ON_VEHICLE if place.on else 0.0
        # a faint box, off any vehicle and without text, is not worth the cost of a second look
        reading = _read(photo, box, texts, again=on > 0 or score >= FAINT)
        if reading is None:
            if readable(photo.crop(box)) and box.height >= self.legible:
                kind = "vehicle.plate" if place.carried or place.on else DOUBTFUL
                certainty = _either(score, 0.5 * on) if on else LOOKS * score
                yield Finding(kind, certainty, "number plate, large enough to be read", box)
            else:
                yield Finding("vehicle.plate_illegible", score, ILLEGIBLE, box)
            return
        if not in_plate_letters(reading) or HEIGHT.search(reading.line.text):
            return
        registration = reading.registration
        if box.width < FAR and not registration.country:
            yield Finding("vehicle.plate_illegible", score, ILLEGIBLE, box)
            return
        certainty = self._certainty(photo, reading, score, place)
        doubt = doubt_of(reading, place, score)
        if certainty * doubt >= self.minimum:
            finding = self._finding(registration, certainty * doubt, box)
            yield finding if doubt == 1.0 or finding.kind == FLEET else replace(finding, kind=DOUBTFUL)

    def _certainty(self, photo: Photo, reading: Reading, score: float, place: Place) -> float:
        """How surely a box with a text is a plate: by the network, the text, the vehicle and the sign."""
        on = ON_VEHICLE if place.on else 0.0
        sign = ON_SIGN * plate_like(ground(photo, reading.line)) if len(reading.parts) == 1 else 0.0
        # in a doubtful box a text without a pattern is as often a shop sign as a plate
        share = 1.0 if reading.registration.country else 0.5
        if score < UNSURE and reading.registration.weight < WEAK:
            share = 0.0
        digits = reading.registration.text.isdigit() and reading.count <= SHORT
        if not on and digits:
            # a clock, a room, a house: only the box suggests a plate
            share = 0.0
        certainty = _either(score, share * on, share * reading.registration.weight, share * sign)
        # longer than any country's registrations: a sign with a sentence
        certainty = 0.7 * score if reading.count > LONGEST + 2 else certainty
        return certainty * WORN if digits and place.worn else certainty

    def _loose(self, photo: Photo, read: Sequence[Line], places: Places) -> Iterator[Finding]:
        """The texts outside detected boxes that are plates by pattern, sign and vehicle."""
        texts = [line for line in read if not places.of(line.box, photo).coded]
        for line in texts:
            label = LABEL.match(line.text)
            registration = parse(line.text[label.end() :]) if label else None
            if registration and registration.country == "uk" and registration.weight >= FAIR and line.score >= SURE:
                yield self._finding(registration, line.score, line.box)
            elif line.score >= SURE:
                yield from (self._finding(one, 0.9 * line.score, line.box) for one in captions.inside(line.text))
        for line in _candidates(texts):
            registration = parse(line.text)
            if registration is None or not registration.country or registration.weight < WEAK or line.score < SURE:
                continue
            on = ON_VEHICLE if lies_on(line.box, places.vehicles) else 0.0
            # a weak pattern is a badge or a sign: of nineteen texts on vehicles that the network did not take for a
            # plate, the two with a better pattern were plates
            if (registration.weight < FAIR and not registration.mended) or worded(line.text, registration):
                continue
            sign = ON_SIGN * plate_like(ground(photo, line))
            certainty = line.score**2 * _either(registration.weight, on, sign)
            if certainty >= self.minimum:
                box = line.box.grow(0.03, 0.1).clip(photo.width, photo.height)
                yield self._finding(registration, certainty, box or line.box)

    def _marked(self, photo: Photo, finding: Finding, places: Places) -> Finding:
        """A plate on a marked police vehicle leads to the force, not to a person; which it is, a reviewer confirms."""
        private = finding.is_a("vehicle.plate") and finding.kind != FLEET
        if not private or finding.box is None or not places.on_police(photo, finding.box, self.force):
            return finding
        evidence = f"{finding.evidence}, on a marked police vehicle"
        return replace(finding, kind="vehicle.plate.police", evidence=evidence)

    def _finding(self, registration: Registration, score: float, box: Box | None) -> Finding:
        """The finding for a plate that was read; its evidence gives only the length and pattern of the text."""
        kind = f"vehicle.plate.{registration.country}" if registration.country else "vehicle.plate"
        count = sum(character.isalnum() for character in registration.text)
        what = "UK number plate" if registration.country == "uk" else "number plate"
        pattern = f", {registration.pattern} pattern" if registration.pattern else ""
        if bare(registration.text) in {bare(text) for text in self.force.fleet}:
            return Finding(FLEET, score, "number plate of our own marked fleet", box, registration.text)
        return Finding(kind, score, f"{what}, {count} characters{pattern}", box, registration.text)


def _read(photo: Photo, box: Box, texts: Sequence[Line], *, again: bool) -> Reading | None:
    """A plate's text: from the lines already read, or from a second look if there are none or in doubt; else None."""
    reading = in_plate(box, texts)
    if not _beyond_doubt(reading) if reading is not None else again:
        second = in_plate(box, second_look.look(photo, box.grow(0.15, 0.25)))
        reading = max((one for one in (reading, second) if one is not None), key=_quality, default=None)
    if reading is None or reading.count < CHARACTERS or reading.score < SURE:
        return None
    return reading if reading.registration.country == "uk" else without_band(photo, reading)


def _beyond_doubt(reading: Reading) -> bool:
    registration = reading.registration
    return reading.score >= 0.9 and registration.country == "uk" and not registration.mended


def _quality(reading: Reading) -> float:
    """How much a reading is to be believed: the reader's confidence, with a bonus for a pattern."""
    return reading.score + 0.3 * reading.registration.weight


def _candidates(texts: Sequence[Line]) -> Iterator[Line]:
    """Single lines, lines side by side as one, and British plates in two rows."""
    yield from texts
    known = {line.text for line in texts}
    yield from (row for row in rows(texts) if row.text not in known)
    for upper, lower in wraps(texts):
        registration = parse(upper.text + " " + lower.text)
        if registration is not None and registration.country == "uk" and registration.weight >= FAIR:
            both = Line(f"{upper.text} {lower.text}", min(upper.score, lower.score), upper.box.union(lower.box), ())
            yield Line(both.text, both.score, both.box, upper.points)


def _either(*chances: float) -> float:
    """The probability that at least one of several independent signs is right (noisy-or)."""
    wrong = 1.0
    for chance in chances:
        wrong *= 1.0 - chance
    return 1.0 - wrong
