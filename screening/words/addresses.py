"""Addresses in a line of text: a house number, a street's name, a postcode, the name of a house."""

from __future__ import annotations

import re
from dataclasses import dataclass

from screening.text.lines import AS_DIGIT, plain
from screening.words.surnames import is_person

# 12, 12A, 14-16, 1 to 6, 7/1, No. 5, Flat 3: at most four digits, never a leading nought.
INSIDE = r"flats?|apartments?|apts?\.?|units?"
NUMBER = re.compile(
    rf"(?:(?P<word>nos?\.?|number|№|nr\.?|#|{INSIDE})\s*)?(?P<first>[1-9]\d{{0,3}})(?P<letter>\s?[a-zа-я])?"
    r"(?:\s?(?P<joint>[-/&+]|to|and)\s?(?P<second>\d{1,4})(?:\s?[a-zа-я])?|\s?(?:bis|ter))?",
    re.IGNORECASE,
)
# What comes before the name of a house or a street with several dwellings.
DOOR = re.compile(rf"(?:{INSIDE})\s*(?:\d\w{{0,2}}|(?<=\s)\w)\b,?\s*(?=\w)", re.IGNORECASE)
# A form's label before an address.
LABEL = re.compile(r"(?:\w+\s)?address\b[\s:.]*", re.IGNORECASE)
# Where the reader lost a space: 12AcaciaAvenue.
SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])")
# Words that a street's name ends with; those with other meanings, which need a sign or a number to count; and those
# that are mostly not streets, which need a number.
STREETS = (
    "road rd street st lane ln avenue ave crescent cres terrace boulevard blvd mews straat laan queensway kingsway "
    "middleway ringway alley approach brae causeway circus cottages embankment esplanade garth ginnel quadrant quay "
    "snicket vennel villas wharf wynd"
).split()
PERHAPS = (
    "broadway bypass cl close court croft dr drive gardens gdns green grove hill parade place rise row square view "
    "walk way"
).split()
NUMBERED = "bank end fold mount park vale".split()
# With only "The" before them these are streets.
THE = frozenset("avenue broadway crescent mews parade".split())
# Words that a street's name begins with in other countries.
ABROAD = (
    "rue via calle avenida avenue boulevard rua ulica ul улица ул вулиця проспект переулок "
    "clos ffordd heol lôn rhodfa stryd teras bóthar sráid ascaill lána rathad sràid"
).split()
# Small words inside a name, also Welsh, Irish and Gaelic ones.
LINKS = frozenset("of the de la le du des and y yr na an nan".split())
# Names in one word, as in the north of England: Kirkgate, Briggate.
GATES = frozenset(
    f"{stem}gate"
    for stem in (
        "brigg bridge castle church copper cross deans east fisher foss gallow george gilly hall high kirk lady lower "
        "market mary mickle moor nessgate north peter saviour skelder south stone swine trinity upper walm west"
    ).split()
)
# Pairs of words that end as a street does, but are not one.
NO_PAIRS = frozenset(
    ("wheel drive", "bowling alley", "final approach", "fresh approach", "new approach", "flying circus")
)
SUFFIXES = ("strasse", "straße", "straat", "gasse")
# What comes before such a word if it is not a street.
NO_STREET = frozenset(
    (
        "a all any both bus by car closed county crown cycle disk each every fast flash food for give hard high-speed "
        "hour in keep left main-line magistrates milky min mins minute minutes no of off on one open out private rail "
        "retail right slow supreme tennis test that the this through to two under via wall-to-wall wrong your"
    ).split()
)
# Houses are named after what grows by them: The Willows.
TREES = frozenset(
    (
        "ashes beeches birches cedars chestnuts elms firs gables hawthorns hollies laurels limes oaks orchards pines "
        "poplars rowans sycamores willows"
    ).split()
)
HOUSES = "cottage house lodge farm farmhouse villa manor barn rectory vicarage bungalow grange".split()
NO_HOUSE = frozenset(
    (
        "a ale auction beer carpet chop clearing coffee curry custom fashion full fun haunted light lime media "
        "night noodle of open opera our pancake pizza play power publishing public random safe solar steak tea the "
        "this toll town tree ware wind your"
    ).split()
)
# The 124 postcode areas.
AREAS = frozenset(
    (
        "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH "
        "EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK "
        "ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD "
        "TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
    ).split()
)
# Outward code, gap, inward code; digits read as letters are corrected before the check. The reader may lose the gap.
POSTCODE = re.compile(r"(?<![A-Z0-9])([A-Z][A-Z0-9]{1,3})( {0,2}|-)([0-9OISB])([ABD-HJLNP-UW-Z]{2})(?![A-Z0-9])")
DISTRICT = re.compile(r"[0-9OIS]([0-9OIA-HJKMNP-Z])?")
SPECIAL = re.compile(r"(?<![A-Z0-9])(GIR 0AA|BFPO \d{1,4})(?![A-Z0-9])")


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number.

    Attributes:
        text: the number as printed, without a word before it.
        likely: how likely a lone number of this shape is one, 0 to 1: years and opening hours rarely are.
        named: whether a word says that it is one.
    """

    text: str
    likely: float
    named: bool


def house_number(text: str) -> HouseNumber | None:
    """The house number, if the whole line is one, or None."""
    match = NUMBER.fullmatch(plain(text))
    if match is None:
        return None
    number = re.sub(r"\s", "", plain(text)[match.start("first") :])
    first = int(match["first"])
    likely = 1.0
    if match["word"] is not None:
        likely = 1.0
    elif match["second"] is not None and match["joint"] != "/":
        # houses on one side go up in twos, flats from 1; 9-21 are hours, 555-12 is a telephone number
        apart = int(match["second"]) - first
        likely = 1.0 if apart in (2, 4, 6) and match["joint"] in "-&+and" else 0.7 if first == 1 and apart > 2 else 0.2
    elif len(match["first"]) == 4:
        likely = 0.3 if 1700 <= first <= 2049 or first % 500 == 0 else 0.8
    elif first == 24 or (first >= 100 and first % 100 == 0) or NOT_HOUSES.fullmatch(number.lower()):
        likely = 0.6
    return HouseNumber(number, likely, match["word"] is not None)


# Round the clock, a generation of networks; kilometres, litres, metres, watts: what a letter after digits often means.
NOT_HOUSES = re.compile(r"(?:[345]|24)[gh]|\d+[klmw]")


@dataclass(frozen=True, slots=True)
class Street:
    """A street's name.

    Attributes:
        text: the name, as printed.
        number: the house number before or after it, or "".
        sure: whether its word only means a street, or a number comes before it.
    """

    text: str
    number: str
    sure: bool


def street(text: str) -> Street | None:
    """The street that a line names, or None. The line must be little else: a name, a number, a postal district, and
    after a number a comma and the town; a form's label may come first."""
    line = _without(LABEL, plain(text))
    return _street(line) or _street(SEAM.sub(" ", line))


def _street(line: str) -> Street | None:
    behind_door = _without(DOOR, line)
    number, words = _parted(behind_door)
    # a number at the end may count anything: Row 5
    numbered = behind_door != line or (number != "" and behind_door.startswith(number))
    # a postal district, as on London's and Birmingham's street signs
    if len(words) > 2 and re.fullmatch(r"[A-Z]{1,2}\d{1,2}[A-Z]?", words[-1]):
        words = words[:-1]
    abroad = bool(words) and words[0].strip(".").casefold() in ABROAD
    if not 1 <= len(words) <= 5 or not all(_name_like(word) for word in words[abroad:]):
        return None
    name, plainly = " ".join(words), [word.strip(".").casefold() for word in words]
    if len(plainly) > 2 and plainly[-1] in ("north", "south", "east", "west"):
        plainly.pop()
    if not numbered and is_person(plainly):
        return None
    first, last = plainly[0], plainly[-1]
    if len(plainly) == 1:
        suffixed = last.endswith(SUFFIXES) and len(last) > 8
        return Street(name, number, True) if suffixed or last in GATES else None
    if plainly[-2] not in NO_STREET and " ".join(plainly[-2:]) not in NO_PAIRS:
        if last in STREETS:
            return Street(name, number, True)
        if last in PERHAPS or (numbered and last in NUMBERED):
            return Street(name, number, numbered)
    if first == "the" and len(plainly) == 2 and last in THE:
        return Street(name, number, numbered)
    if abroad and len(words[-1]) > 2:
        return Street(name, number, first not in ("via", "ul"))
    return None


def _without(start: re.Pattern[str], line: str) -> str:
    """A line without a match at its start, or unchanged."""
    match = start.match(line)
    return line[match.end() :] if match else line


def _parted(text: str) -> tuple[str, list[str]]:
    """A house number at either end of a text, or "", and the words of the street."""
    words = text.replace(",", " ").split()
    if len(words) > 2 and house_number(words[0]) is not None:
        behind = text[len(words[0]) :].lstrip(" ,")
        return words[0], behind.split(",")[0].split()
    if len(words) > 2 and house_number(words[-1]) is not None:
        return words[-1], words[:-1]
    return "", words


def house_name(text: str) -> str | None:
    """The name of a house, such as Rose Cottage, if the whole line is one, or None."""
    words = _without(DOOR, plain(text)).split()
    if words and words[0].casefold() == "the":
        words = words[1:]
        if len(words) == 1 and (words[0].casefold() in HOUSES[3:] or words[0].casefold() in TREES):
            return plain(text)
    if not 2 <= len(words) <= 3 or not all(_name_like(word) for word in words):
        return None
    if words[-1].casefold() not in HOUSES or any(word.casefold() in NO_HOUSE for word in words[:-1]):
        return None
    return plain(text)


def postcodes(text: str) -> tuple[str, ...]:
    """The United Kingdom's postcodes in a text, in capitals with one space, with at most one character corrected."""
    capitals = plain(text).upper()
    found = [match[1] for match in SPECIAL.finditer(capitals)]
    for match in POSTCODE.finditer(capitals):
        outward, gap, sector, unit = match.groups()
        for area, district in ((outward[:1], outward[1:]), (outward[:2], outward[2:])):
            if area in AREAS and outward != "GIR" and DISTRICT.fullmatch(district):
                # the first of a district is a digit, the second may be either
                district = district[0].translate(AS_DIGIT) + district[1:].replace("O", "0").replace("I", "1")
                right = area + district + sector.translate(AS_DIGIT)
                # SPIN OUT and GOO ONY are not postcodes, nor is a number plate without its gap
                if sum(one != other for one, other in zip(outward + sector, right, strict=True)) <= (gap != ""):
                    found.append(f"{area}{district} {right[-1]}{unit}")
                break
    return tuple(found)


def _name_like(word: str) -> bool:
    """Whether a word is letters with a capital first, as on a sign; small words may link names."""
    letters = word.replace("'", "").replace(".", "").replace("-", "")
    return letters.isalpha() and (letters[0].isupper() or letters in LINKS)
