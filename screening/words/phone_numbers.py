"""Finds telephone numbers in text and tells what sort each is.

British numbers are recognised by their shape, because the ranges reserved for examples are in no directory and digits
may be misread; others must be valid according to `phonenumbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A dialling code of three to six digits, then the rest, with small gaps; not the start of a longer number.
# A word before a number, which may then lack its 0.
ANNOUNCED = r"(?i:(?:tel|phone|telephone|call|ring|text|mob|mobile|cell|contact|whatsapp|number|no)\b[\s.:#-]{1,3})"
BRITISH = re.compile(
    r"(?<!\d)(?<!\d[.,:/])(?:[(\[]?(?:\+|00)[\s.-]?44[)\]]?[\s.-]{0,2}(?:[(\[]0[)\]])?[\s.-]?[(\[]?|[(\[]?0[)\]]?[\s.-]?"
    rf"|{ANNOUNCED}(?=7\d{{3}}[\s.-]?\d{{3}}[\s.-]?\d{{3}}(?!\d)|[12]\d{{2,3}}[\s.-]\d{{3}}[\s.-]?\d{{3,4}}(?!\d)))"
    r"(?P<number>\d{2,5}[)\]]?(?:(?:[\s.\-/()\[\]]{0,2}|\s[-–]\s)\d){4,8}|\d(?:[\s.-]\d){8,9})"
    r"(?!\d|[\s.-][1-9]\d{3}(?!\d)|[:,]\d)"
)
INTERNATIONAL = re.compile(r"(?<![\d.])(?:\+|00)\s?[1-9]\d{0,2}(?:[\s().-]{0,3}\d){6,12}(?!\d)")
AMERICAN = re.compile(r"(?<![\d.+-])(?:1[\s.-])?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[.-])[2-9]\d{2}[.\s-]\d{4}(?![\d-])")
# Without a dialling code a word must announce it.
LOCAL = re.compile(
    r"(?i)\b(?:tel|phone|telephone|call|ring|mob|fax|ext)\b[\s.:#no]{0,5}(?P<number>\d{3,4}[\s.-]?\d{3,4})(?![\d-])"
)
# The shapes of a British number after its 0, by sort.
SHAPES = (
    (re.compile(r"7[1-9]\d{8}|70\d{8}"), "mobile"),
    (re.compile(r"1[1-9]\d{8}|2[03489]\d{8}"), "landline"),
    (re.compile(r"3[0347]\d{8}|8[02-57]\d{8}|800\d{6}|8001111|9[018]\d{8}|5[56]\d{8}"), "service"),
)
# Misread digits, within words that are otherwise digits.
SLIPS = str.maketrans("OoQDIl|SBZ", "0000111582")
SLIPPED = re.compile(r"(?<![A-Za-z\d])[\dOoQDIl|SBZ()+.\-/]{3,}(?![A-Za-z\d])")


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number in a text.

    Attributes:
        sort: "mobile", "landline", "service", "foreign" (of another country, no code) or "local" (no code at all).
        digits: as dialled in Britain, or with the country's code after a plus sign.
        start: where it begins in the text.
        end: where it ends.
    """

    sort: str
    digits: str
    start: int
    end: int


def numbers(text: str) -> Iterator[Number]:
    """The telephone numbers in a text, without overlaps."""
    text = mended(text)
    taken: list[tuple[int, int]] = []
    for sort, finder in (
        ("british", BRITISH),
        ("international", INTERNATIONAL),
        ("foreign", AMERICAN),
        ("local", LOCAL),
    ):
        for match in finder.finditer(text):
            group = "number" if sort == "local" else 0
            start, end = match.span(group)
            number = _known(sort, match)
            if number and not any(start < other[1] and other[0] < end for other in taken):
                taken.append((start, end))
                yield Number(*number, start, end)


def mended(text: str) -> str:
    """The text with letters misread for digits corrected within numbers; its length does not change."""

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        return word.translate(SLIPS) if sum(char.isdigit() for char in word) * 2 >= len(word) - 1 else word

    return SLIPPED.sub(mend, text)


def dialled(text: str) -> str:
    """A number's digits as dialled in Britain: +44 121 and 0044 (0)121 become 0121."""
    digits = re.sub(r"\D", "", text)
    text = text.strip().lstrip("([")
    if text.startswith("+") and not digits.startswith("44"):
        return "+" + digits
    if re.match(r"(\+|00)[\s.-]?44", text):
        national = digits[4:] if digits.startswith("00") else digits[2:]
        return "0" + national.removeprefix("0")
    return "0" + digits if len(digits) == 10 and digits[0] in "127" else digits


# The end of a line that may be the beginning of a number, and a line that is the rest of one.
BEGUN = re.compile(r"(?:^|[^\d.,/-])(?P<begun>[(\[]?(?:(?:\+|00)44|0)[\d()\[\]\s.-]{2,10})$")
REST = re.compile(r"[\d\s.-]{3,11}")
# The rest of one with words behind it: "900123 after six".
LEADING = re.compile(r"\d[\d .-]{1,9}\d(?=$|[\s,;.]+[^\W\d]|[,;.]?$)")


def continued(texts: Sequence[str]) -> Iterator[Number]:
    """The number that is written over lines, one below the other, and is in none of them alone."""
    begun, rest = BEGUN.search(mended(texts[0].strip())), [mended(text.strip()) for text in texts[1:]]
    last = LEADING.match(rest[-1])
    if begun is None or last is None or not all(REST.fullmatch(text) for text in rest[:-1]):
        return
    joined = " ".join([begun["begun"].strip(), *rest[:-1], last[0]])
    for number in numbers(joined):
        if number.sort in ("mobile", "landline") and number.start == 0 and number.end == len(joined):
            yield number


def _known(sort: str, match: re.Match[str]) -> tuple[str, str] | None:
    """The sort and digits of a match that is a telephone number."""
    import phonenumbers

    written = match[0]
    if sort == "british":
        digits = dialled(written)
        shape = next((name for finder, name in SHAPES if finder.fullmatch(digits[1:])), None)
        # some old dialling codes have one digit less: only those in the directory
        if shape is None and len(digits) == 10 and phonenumbers.is_valid_number(phonenumbers.parse(digits, "GB")):
            shape = "landline"
        return (shape, digits) if shape else None
    if sort == "local":
        return sort, re.sub(r"\D", "", match["number"])
    try:
        parsed = phonenumbers.parse(re.sub(r"^00", "+", written), "US")
    except phonenumbers.NumberParseException:
        return None
    # 555 0100 to 0199 are the American numbers for examples
    if not phonenumbers.is_valid_number(parsed) and not re.search(r"555[\s.-]01\d\d$", written):
        return None
    if sort == "foreign":
        return sort, re.sub(r"\D", "", written)
    kind = phonenumbers.number_type(parsed)
    service = kind in (phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.SHARED_COST)
    fixed = kind == phonenumbers.PhoneNumberType.FIXED_LINE
    return "service" if service else "landline" if fixed else "mobile", dialled(
        "+" + re.sub(r"\D", "", re.sub(r"^00", "", written))
    )
