"""What stands beside a picture in words (captions, keywords, file names, codes): addresses and registrations in them.

Sentences have numbers and capitals of their own, so that only what nothing else looks like counts here: a postcode, a
number with a street behind it, a place on the map, a registration of today's pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from screening.finding import Box, Finding
from screening.text.lines import plain
from screening.words.addresses import PERHAPS, SEAM, STREETS, house_number, postcodes, street
from screening.words.map_positions import map_positions
from screening.words.registrations import FAIR, STRONG, Registration, parse

# Where a picture's title stands, best first (IPTC Photo Metadata Standard: Title, Headline, Description). What it says
# there is announced.
TITLES = ("xmp title", "iptc objectname", "xmp headline", "iptc headline", "xmp description", "iptc caption")
SURE = 0.9
STATED = re.compile(
    r"(?<![\w.,:/£$€-])(?P<number>\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?),?\s+(?P<name>(?:[a-z][\w'.-]*\s+){1,3}?(?:"
    + "|".join((*STREETS, *PERHAPS))
    + r")\b)",
    re.IGNORECASE,
)
# Between a number and a street these make it a number of something else: 5 arrests in High Street, 12 May Street.
BETWEEN = frozenset(
    (
        "after along at by for from in inside into near of off on outside over to with january february march april "
        "may june july august september october november december"
    ).split()
)
PLATE = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}[ -]?[A-Z]{3}(?![A-Z0-9])", re.IGNORECASE)


def beside(found: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding of words beside the picture, and where they stand."""
    for finding in found:
        if finding.is_a("seen.code"):
            yield finding, "a code"
        elif finding.is_a("seen.metadata"):
            yield finding, finding.evidence


def strings(found: Sequence[Finding]) -> Iterator[tuple[str, str, Box | None]]:
    """Each string beside the picture, where it stands, and a code's place; not what a camera or a program counts."""
    for finding, where in beside(found):
        if not finding.is_a("seen.metadata.counted"):
            yield plain(finding.text), where, finding.box if finding.is_a("seen.code") else None


def addresses(found: Sequence[Finding]) -> Iterator[Finding]:
    """The postcodes, streets with a number and places on the map in the strings beside a picture."""
    # where the photographer is to be reached is not where the picture was taken
    for text, where, box in strings([one for one in found if not one.is_a("seen.metadata.contact")]):
        for postcode in postcodes(text):
            yield Finding("address.postcode", SURE, f"postcode, in {where}", box, postcode)
        for named in numbered_streets(text):
            yield Finding("address.street_name", SURE, f"street with a house number, in {where}", box, named)
        for what, written in map_positions(text):
            yield Finding("address.position", SURE, f"{what}, in {where}", box, written)


def numbered_streets(text: str) -> Iterator[str]:
    """The streets in a text that have a house number before them."""
    # the names of files often have no capitals; there only a word counts that means nothing but a street
    small = text == text.lower()
    for match in STATED.finditer(SEAM.sub(" ", text)):
        number, name = house_number(match["number"]), match["name"]
        named = street(name.title() if small else name)
        between = {word.casefold() for word in name.split()[:-1]}
        if number is None or number.likely < 0.5 or named is None or between & BETWEEN:
            continue
        if named.sure or not small:
            yield match[0]


# An older pattern counts beside one of these words.
ABOUT_VEHICLES = re.compile(
    r"(?i)\b(?:vehicles?|cars?|vans?|lorry|lorries|truck|motor ?(?:bike|cycle)s?|reg(?:istration)?s?|plates?|vrm"
    r"|index|driver|driven"
    r"|parked|stolen|ford|vauxhall|bmw|audi|vw|volkswagen|mercedes|toyota|nissan|renault|peugeot|honda|fiat|kia"
    r"|skoda|seat"
    r"|volvo|hyundai|citroen|mini|jaguar|rover|transit|focus|fiesta|astra|corsa|golf)\b"
)
OLDER = re.compile(
    r"(?<![A-Z0-9])(?:[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]|[A-Z]{1,2}[IZ][A-Z]? ?\d{3,4})(?![A-Z0-9])"
)
MONTHS = frozenset("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())


def inside(text: str) -> Iterator[Registration]:
    """The registrations in a longer line of print, in capitals: of today's pattern, or of an older one in a line about
    vehicles."""
    text = plain(text)
    patterns = (PLATE, OLDER) if ABOUT_VEHICLES.search(text) else (PLATE,)
    for match in (match for pattern in patterns for match in pattern.finditer(text)):
        written = match[0]
        if written == text or not written.isupper() or written[-3:] in MONTHS:
            continue
        registration = parse(written)
        if registration and registration.country == "uk" and registration.weight >= FAIR and not registration.mended:
            yield registration


def registrations(found: Sequence[Finding]) -> Iterator[tuple[Registration, str, Box | None]]:
    """The registrations of today's pattern in the strings beside a picture, where they stand, and a code's place."""
    for text, where, box in strings(found):
        for match in PLATE.finditer(text):
            # "on 12 may" has the letters too, but parted otherwise; small letters with a gap stand alone in a name
            spelt = match[0].isupper() or match[0].isalnum() or match[0] == text
            registration = parse(match[0].upper())
            if spelt and registration and registration.weight >= STRONG and not registration.mended:
                yield registration, where, box
