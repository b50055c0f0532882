"""Finds numbers and dates that belong to one person: National Insurance, NHS, card, account, date of birth.

Each is recognised by its shape and check digits; where chance often passes these, by words or spacing too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screening.words.phone_numbers import mended


@dataclass(frozen=True, slots=True)
class Detail:
    """A personal detail in a text.

    Attributes:
        kind: the finding's kind.
        score: how sure it is that it is one, and personal.
        evidence: what it is, masked.
        start: where it begins in the text.
        end: where it ends.
    """

    kind: str
    score: float
    evidence: str
    start: int
    end: int


# Two letters, six digits and a letter, without the letters that are never used. QQ is the official example.
NINO = re.compile(
    r"(?<![A-Z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)(?:[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]|QQ)"
    r"((?:[\s-]?[0-9OILSBZ]{2}){3})[\s-]?[A-D](?![A-Z0-9])"
)
NHS = re.compile(r"(?<![\d-])(?<!\d\s)(\d{3})([\s-]?)(\d{3})\2(\d{4})(?![\d-])")
NHS_WORDS = re.compile(r"(?i)\bN\.?H\.?S\.?\b|\bpatient\b|\bhospital\s+n")
# Groups as printed on cards: four by four, Amex's 4-6-5, or all in one.
CARD = re.compile(
    r"(?<![\d-])(?:\d{4}([\s-]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|3[47]\d{2}([\s-]?)\d{6}\2\d{5}|3[068]\d{2}([\s-]?)\d{6}\3\d{4})(?![\d-])"
)
# The first digits assigned to card schemes, and their lengths.
SCHEMES = (
    (re.compile(r"4"), (16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"6011|64[4-9]|65|62|6759|676[1-3]|50[0-9]{2}|63"), (16, 19)),
    (re.compile(r"3(?:0[0-5]|[68])"), (14, 16)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16,)),
)
IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[\s-]?[A-Z0-9]{4}){2,7}(?:[\s-]?[A-Z0-9]{1,3})?(?![A-Z0-9])")
ACCOUNT = re.compile(r"(?<![\d-])\d{2}[-–]\d{2}[-–]\d{2}(?![\d-])")
ACCOUNT_WORDS = re.compile(r"(?i)\bsort\s*code\b|\bacc(?:oun)?t\b|(?<!\d)\d{8}(?!\d)")
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = re.compile(
    r"(?i)(?:\d{1,2}[\s./-]{1,3}\d{1,2}[\s./-]{1,3}(?:\d{4}|\d{2})|\d{4}[./-]\d{2}[./-]\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s*{MONTH}[\s,.]*(?:\d{{4}}|\d{{2}})"
    rf"|{MONTH}\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:\d{{4}}|\d{{2}}))(?!\d)"
)
# What comes before a date of birth, up to the date.
BORN = re.compile(
    r"(?i)\b(?:D\.?\s?[O0]\.?\s?B(?![A-Z])\.?|date\s*of\s*birth|birth\s?date|birthday|born)"
    r"[\s:.;-]*(?:\([^)]{0,12}\)\s*)?(?:on\s+)?(?:the\s+)?"
)


def private_numbers(text: str) -> Iterator[Detail]:
    """The numbers and dates in a text that belong to one person."""
    # letter by letter, because a few letters become two in capitals
    upper = "".join(char.upper() if len(char.upper()) == 1 else char for char in text)
    printed, text = text, mended(text)
    for match in NINO.finditer(upper):
        # misread digits are letters, but not most of them
        if sum(char.isdigit() for char in match[1]) >= 4:
            yield Detail("personal.nino", 0.95, "National Insurance number", *match.span())
    for match in NHS.finditer(text):
        named = bool(NHS_WORDS.search(text))
        # one number in eleven passes by chance: without the word, only with the printed spacing
        if (named or match[2] == " ") and is_nhs(match[1] + match[3] + match[4]):
            yield Detail(
                "personal.nhs_number", 0.95 if named else 0.55, f"NHS number, ends {match[0][-2:]}", *match.span()
            )
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if is_card(digits):
            grouped = len(digits) < len(match[0])
            yield Detail("personal.card", 0.95 if grouped else 0.7, f"card number, ends {digits[-2:]}", *match.span())
    for match in IBAN.finditer(upper):
        if is_iban(match[0]):
            yield Detail("personal.iban", 0.95, f"account number (IBAN), begins {match[0][:2]}", *match.span())
    for match in ACCOUNT.finditer(text):
        around = text[max(0, match.start() - 30) : match.start()] + " " + text[match.end() : match.end() + 30]
        if ACCOUNT_WORDS.search(around):
            yield Detail("personal.account", 0.8, "bank sort code and account", *match.span())
    # correction would turn the letters of D.O.B. into digits
    for match in BORN.finditer(printed):
        date = DATE.match(text, match.end())
        if date:
            yield Detail("personal.date_of_birth", 0.9, "date of birth", *date.span())


def is_nhs(digits: str) -> bool:
    """Whether ten digits end in the check digit of an NHS number (modulus 11)."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[9]) and check != 10 and len(set(digits)) > 1


def is_card(digits: str) -> bool:
    """Whether digits are a payment card's: a scheme's first digits, its length, and the check digit (Luhn)."""
    from stdnum import luhn

    scheme = any(finder.match(digits) and len(digits) in lengths for finder, lengths in SCHEMES)
    return scheme and bool(luhn.is_valid(digits)) and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """Whether a text is an international account number: a country's length and the check digits."""
    from stdnum import iban

    return bool(iban.is_valid(re.sub(r"[\s-]", "", text)))
