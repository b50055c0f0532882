"""Number plates' texts: British patterns, those of other countries, and commonly misread characters.

A pattern names a plate; it never decides by itself whether something is one.

Source of the British patterns: the Road Vehicles (Display of Registration Marks) Regulations 2001, and DVLA's INF104.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from screening.text.lines import AS_DIGIT, AS_LETTER, ascii_letters, plain

# The weight of a pattern on its own: nobody writes AB12 CDE by chance, but M6 and 30 MPH are everywhere.
STRONG, FAIR, WEAK, NONE = 0.8, 0.48, 0.2, 0.05
# The fewest and most characters of a registration, without separators.
SHORTEST, LONGEST = 2, 10
# How much may be corrected before a text no longer counts as a British pattern: O and 0, I and 1 have the same shape on
# British plates; other pairs are less likely. In a box that the street network took for a plate more may be wrong: a
# word that one more look-alike turns into a registration is rare there.
TWINS = frozenset({"O0", "0O", "I1", "1I"})
MENDED = 2.0
MENDED_IN_BOX = 2.5


@dataclass(frozen=True, slots=True)
class Pattern:
    """A British registration's shape.

    Attributes:
        name: its name in reports.
        shape: L for a letter and D for a digit; a space for the plate's gap.
        exact: a regular expression for its characters, without the gap.
        weight: how much it counts on its own, 0 to 1.
    """

    name: str
    shape: str
    exact: re.Pattern[str]
    weight: float

    @property
    def layout(self) -> str:
        """The shape without its gap."""
        return self.shape.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration as it was read.

    Attributes:
        text: in capitals, with single spaces for a British plate's gap; as printed, without punctuation, for others.
        country: "uk", "foreign", or "" if the pattern is not a country's.
        pattern: the name of its pattern, or "".
        weight: how much the pattern counts on its own, 0 to 1.
        mended: the cost of fitting the pattern: 1 for a twin (O and 0, I and 1), 1.5 for another look-alike.
    """

    text: str
    country: str
    pattern: str
    weight: float
    mended: float


def _british(name: str, weight: float, *shapes: tuple[str, str]) -> tuple[Pattern, ...]:
    return tuple(Pattern(name, shape, re.compile(exact), weight) for shape, exact in shapes)


UK = (
    # the age identifier is the year, or the year plus 50, from 2001 on; one that is years ahead is misread
    *_british("current", STRONG, ("LLDD LLL", r"[A-HJ-PR-Y]{2}(0[2-9]|[12]\d|30|5[1-9]|[67]\d|80)[A-HJ-PR-Z]{3}")),
    *_british(
        "prefix",
        FAIR,
        ("LDDD LLL", r"[A-HJ-NP-TVWXY][1-9]\d\d[A-HJ-PR-Z]{3}"),
        ("LDD LLL", r"[A-HJ-NP-TVWXY][1-9]\d[A-HJ-PR-Z]{3}"),
        ("LD LLL", r"[A-HJ-NP-TVWXY][1-9][A-HJ-PR-Z]{3}"),
    ),
    *_british(
        "suffix",
        FAIR,
        ("LLL DDDL", r"[A-HJ-PR-Y]{3}[1-9]\d\d[A-HJ-NPRSTV-Y]"),
        ("LLL DDL", r"[A-HJ-PR-Y]{3}[1-9]\d[A-HJ-NPRSTV-Y]"),
        ("LLL DL", r"[A-HJ-PR-Y]{3}[1-9][A-HJ-NPRSTV-Y]"),
    ),
    *_british("Northern Ireland", FAIR, ("LLL DDDD", r"[A-Z](I[A-Z]|[A-Z]Z)[1-9]\d{3}")),
    *_british(
        "dateless",
        WEAK,
        *(
            (f"{'L' * letters} {'D' * digits}", rf"[A-Z]{{{letters}}}[1-9]\d{{{digits - 1}}}")
            for letters in (3, 2, 1)
            for digits in (1, 2, 3, 4)
            if 3 <= letters + digits <= 6
        ),
        *(
            (f"{'D' * digits} {'L' * letters}", rf"[1-9]\d{{{digits - 1}}}[A-Z]{{{letters}}}")
            for letters in (3, 2, 1)
            for digits in (1, 2, 3, 4)
            if 3 <= letters + digits <= 6
        ),
    ),
    *_british("diplomatic", WEAK, ("DDDLDDD", r"[1-9]\d\d[DX]\d{3}")),
    *_british("military", WEAK, ("LL DD LL", r"[A-Z]{2}\d\d[A-Z]{2}"), ("DD LL DD", r"\d\d[A-Z]{2}\d\d")),
)
# Only these are corrected: almost any text is nearly a dateless mark.
MENDABLE = tuple(pattern for pattern in UK if pattern.weight >= FAIR and len(pattern.layout) >= 6)

# Other countries' shapes, which must not be corrected into British ones: those in which letters and digits alternate
# ...
FOREIGN = re.compile(
    "|".join(
        (
            r"[A-Z]{2}\d{3}[A-Z]{2}",  # France, Italy, Slovakia
            r"[A-Z]{2}\d{3}[A-Z]|[A-Z]\d{3}[A-Z]{2}|[A-Z]{2}\d{2}[A-Z]{2}",  # Netherlands
            r"\d{2}[A-Z]{2}\d{2}|\d[A-Z]{3}\d{2}|\d{2}[A-Z]{3}\d",
            r"\d{4}[A-Z]{3}",  # Spain
            r"\d[A-Z]{3}\d{3}",  # Belgium, California
            r"[A-Z]{2,3}\d{3,4}[A-Z]{1,2}",  # Croatia, Poland, Serbia, Ukraine
            r"[ABEKMHOPCTYX]\d{3}[ABEKMHOPCTYX]{2}\d{2,3}",  # Russia
            r"\d{2}[A-Z]{1,3}\d{2,4}",  # Turkey
            r"\d[A-Z]\d{5}|\d[A-Z]{2}\d{4}",  # Czechia
            r"[A-Z]{1,2}\d{3,5}[A-Z]{2}",  # Austria
            r"\d{2,3}[A-Z]{1,2}\d{3,6}",  # Ireland
            r"\d{3,4}[A-Z]{2,3}\d{2}",  # France until 2009
        )
    )
)
# ... and those of letters, then digits, which prices and products have too: Germany, Switzerland, Scandinavia, the
# Baltic states, Hungary, Greece, most American states.
PLAIN_FOREIGN = re.compile(r"[A-ZÄÖÜ]{1,3}\d{4,6}|[A-ZÄÖÜ]{2,5}\d{2,4}[EH]?|\d{3}[A-Z]{3}")
SMALL = re.compile("[abdefghmnqrtабвгдежзийлнптфцчшщъыьэюя]")
# Codes of the blue band or the oval, which the reader may join to the registration.
BAND = re.compile(r"^(GB|UK|GBUK|EUGB)(?=[A-Z0-9]{7}$)|^[I1L](?=[A-Z]{2}\d\d[A-Z]{3}$)")


def parse(text: str, *, boxed: bool = False) -> Registration | None:
    """The registration in a text, or None if it is too short or too long to be one.

    Args:
        text: as it was read.
        boxed: whether it is in a box that the street network took for a plate.
    """
    printed = "" if re.search(r"\d\.\d+\.\d", text) else _capitals(text)  # 10.12.4 is a version or a network's address
    joined = re.sub(r"[^A-ZÄÖÜ0-9]", "", printed)
    if not SHORTEST <= len(joined) <= LONGEST + 2:
        return None
    printed = _spaced(printed)
    exact = _exact(joined) or _exact(BAND.sub("", joined)) or _exact(printed.replace(" ", ""))
    if exact is not None:
        return replace(exact, weight=exact.weight * _capitalised(text))
    if len(joined) > LONGEST:
        return None
    joined = printed.replace(" ", "")
    mended = _mended(joined, most=MENDED_IN_BOX if boxed else MENDED)
    if mended and mended.mended > 1 and len(_groups(printed)) > 1 and not _same_gaps(mended, _groups(printed)):
        mended = None
    alternating = FOREIGN.fullmatch(joined)
    if (alternating or PLAIN_FOREIGN.fullmatch(joined)) and not (mended and _preferred(mended, printed)):
        weight = FAIR if alternating and len(joined) >= 6 else WEAK
        return Registration(printed, "foreign", "", weight * _capitalised(text), 0)
    rest = mended or Registration(printed, "", "", _mixture(joined), 0)
    return replace(rest, weight=rest.weight * _capitalised(text))


def _preferred(mended: Registration, printed: str) -> bool:
    """Whether a corrected British reading is likelier than another country's unchanged one."""
    groups = _groups(printed)
    if len(groups) == 1:
        return mended.mended <= 1
    # only misread British plates have a gap between two letters or two digits: BD51 5MR
    torn = all(one[-1].isdigit() == other[0].isdigit() for one, other in pairwise(groups))
    return torn and _same_gaps(mended, groups)


def _same_gaps(mended: Registration, groups: list[str]) -> bool:
    return [len(group) for group in groups] == [len(group) for group in mended.text.split()]


def _groups(printed: str) -> list[str]:
    return re.findall(r"[A-ZÄÖÜ0-9]+", printed)


def _capitalised(text: str) -> float:
    """1, or less for lower-case letters that do not look like their capitals: no country's plates have any."""
    return 0.4 if SMALL.search(text) else 1.0


def _capitals(text: str) -> str:
    """Capitals and digits; Cyrillic and Greek look-alikes as Latin letters; umlauts are kept, since Germany uses
    them."""
    letters = []
    # a vertical stroke between characters is a 1
    for character in plain(text).upper().replace("|", "I"):
        letters.append(character if character in "ÄÖÜ" else ascii_letters(character))
    return "".join(letters).upper()


def _exact(joined: str) -> Registration | None:
    for pattern in UK:
        if pattern.exact.fullmatch(joined):
            return Registration(_gap(joined, pattern), "uk", pattern.name, pattern.weight, 0)
    return None


def _mended(joined: str, *, most: float) -> Registration | None:
    """The British registration that this nearly is, with letters for digits or digits for letters."""
    best: Registration | None = None
    for pattern in MENDABLE:
        if len(pattern.layout) != len(joined):
            continue
        changed = "".join(
            character.translate(AS_DIGIT if place == "D" else AS_LETTER)
            for character, place in zip(joined, pattern.layout, strict=True)
        )
        pairs = [one + other for one, other in zip(joined, changed, strict=True) if one != other]
        mended = sum(1.0 if pair in TWINS else 1.5 for pair in pairs)
        if mended <= most and pattern.exact.fullmatch(changed) and (best is None or mended < best.mended):
            weight = pattern.weight * (1 - 0.2 * mended)
            best = Registration(_gap(changed, pattern), "uk", pattern.name, weight, mended)
    return best


def _gap(joined: str, pattern: Pattern) -> str:
    characters = iter(joined)
    return "".join(" " if place == " " else next(characters) for place in pattern.shape)


def _spaced(printed: str) -> str:
    """As printed: its groups, separated by single spaces; a twin is read as the rest of its group is."""
    return " ".join(_even(group) for group in _groups(printed))


def _even(group: str) -> str:
    others = [character for character in group if character not in "O0I1"]
    if len(group) < 2 or not others:
        return group
    if all(character.isdigit() for character in others):
        return group.replace("O", "0").replace("I", "1")
    return group if any(character.isdigit() for character in others) else group.replace("0", "O").replace("1", "I")


def _mixture(joined: str) -> float:
    """The weight of a text without a known pattern: letters and digits together count a little."""
    digits = sum(character.isdigit() for character in joined)
    return WEAK if 5 <= len(joined) <= 9 and 0 < digits < len(joined) else NONE
