"""How doubtful it is that what was read in a plate-shaped box is a registration, by its syntax and by what it is on.

On a vehicle a plate may say anything. Away from vehicles it needs the syntax of a registration, because signs, clothes
and appliances look like plates; the figures are in docs/figures.md.
"""

from __future__ import annotations

import re

from screening.street.plate_place import Place
from screening.street.plate_text import Reading, bare
from screening.words.registrations import STRONG, Registration
from screening.words.sign_words import ordinary

# The weight of a pattern that a plate needs away from any vehicle: an older British one with a misread character, or
# another country's in which letters and digits alternate.
SYNTAX = 0.3
# The beginning of today's pattern, where a box cuts off the end.
CUT = re.compile(r"[A-HJ-PR-Y]{2}\d\d[A-Z]{1,2}")
# Up to this many characters are on doors, clocks and machines too.
SHORT = 4
# The network's score from which it is sure of a plate.
SURE = 0.7
# The factor for what is a plate by its looks alone, and for what reads as words or as a few characters.
LOOKS, WORDS = 0.8, 0.3


def doubt_of(reading: Reading, place: Place, score: float) -> float:
    """The factor for a reading that is a registration neither by its syntax nor by what it is on; 1 for any other.

    Args:
        reading: what was read in the box.
        place: what the box is on.
        score: how sure the network is that it is a plate.
    """
    registration, digits = reading.registration, any(character.isdigit() for character in reading.line.text)
    words = worded(reading.line.text, registration)
    known = registration.country != "" and registration.weight >= SYNTAX
    if digits and not words and (known or CUT.fullmatch(bare(reading.line.text))):
        return 1.0
    long = digits and not words and reading.count > SHORT
    pattern = registration.country != "" and long
    if (place.carried and (registration.country or not words)) or (place.on and pattern):
        return 1.0
    # what the network is sure of: a close-up, and a small plate on something like a vehicle
    sure = score >= SURE and not words
    if sure and ((place.close and (long or not digits)) or (place.small and (place.on or pattern))):
        return 1.0
    # a close-up of PS 3 may be a plate, or what is printed on a games console
    return LOOKS if long or (sure and place.close and registration.country) else WORDS


def worded(text: str, registration: Registration) -> bool:
    """Whether a text is ordinary words rather than a registration; nobody writes today's pattern by chance."""
    return registration.weight < STRONG and ordinary(text)
