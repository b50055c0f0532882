"""The words of protective markings, and fuzzy matching of misread ones.

Sources: Government Security Classifications (2014 and later), the Government Protective Marking Scheme before it,
and the banners of allied documents.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from screening.text.lines import ascii_letters, plain

# The strength of a phrase by itself: unmistakable, a telling word with other uses, a common word.
UNMISTAKABLE, TELLING, COMMON = 3, 2, 1

# As one string without spaces -> (kind, usual spelling, strength).
PHRASES = {
    "TOPSECRET": ("top_secret", "TOP SECRET", TELLING),
    "SECRET": ("secret", "SECRET", TELLING),
    "CONFIDENTIAL": ("confidential", "CONFIDENTIAL", TELLING),
    "RESTRICTED": ("restricted", "RESTRICTED", TELLING),
    "PROTECT": ("protect", "PROTECT", COMMON),
    "OFFICIALSENSITIVE": ("official_sensitive", "OFFICIAL-SENSITIVE", UNMISTAKABLE),
    "OFFSEN": ("official_sensitive", "OFF-SEN", UNMISTAKABLE),
    "OFFICIAL": ("official", "OFFICIAL", COMMON),
    "NOTPROTECTIVELYMARKED": ("not_protectively_marked", "NOT PROTECTIVELY MARKED", UNMISTAKABLE),
    "UNCLASSIFIED": ("not_protectively_marked", "UNCLASSIFIED", TELLING),
    "NPM": ("not_protectively_marked", "NPM", COMMON),
    "PRIVATEANDCONFIDENTIAL": ("confidential", "PRIVATE AND CONFIDENTIAL", COMMON),
    "PRIVATECONFIDENTIAL": ("confidential", "PRIVATE AND CONFIDENTIAL", COMMON),
    "UKEYESONLY": ("caveat", "UK EYES ONLY", UNMISTAKABLE),
    "UKUSEYESONLY": ("caveat", "UK / US EYES ONLY", UNMISTAKABLE),
    "USUKEYESONLY": ("caveat", "UK / US EYES ONLY", UNMISTAKABLE),
    "CANUKUSEYESONLY": ("caveat", "CANUKUS EYES ONLY", UNMISTAKABLE),
    "AUSCANNZUKUSEYESONLY": ("caveat", "AUSCANNZUKUS EYES ONLY", UNMISTAKABLE),
    "HMGUSEONLY": ("caveat", "HMG USE ONLY", UNMISTAKABLE),
    "CANUKUS": ("caveat", "CANUKUS", UNMISTAKABLE),
    "AUSCANNZUKUS": ("caveat", "AUSCANNZUKUS", UNMISTAKABLE),
    "NOFORN": ("caveat", "NOFORN", UNMISTAKABLE),
    "FVEY": ("caveat", "FVEY", TELLING),
    "FIVEEYESONLY": ("caveat", "FIVE EYES ONLY", UNMISTAKABLE),
}
# Descriptors that, after a dash, colon or slash, make a marking unmistakable.
DESCRIPTORS = frozenset(
    "APPOINTMENTS BUDGET COMMERCIAL CONTRACTS CRIME HONOURS INTELLIGENCE INVESTIGATION INVESTIGATIONS LOCSEN "
    "MANAGEMENT MEDICAL OPERATIONAL PERSONAL POLICY PRIVATE REGULATORY STAFF VETTING VISITS".split()
)
# Codewords and control markings that follow a classification on several nations' documents.
CONTROLS = frozenset(
    "ATOMAL COSMIC CRYPTO EXDIS FOUO FVEY GAMMA HCS IMCON LIMDIS NODIS NOFORN ORCON PROPIN REL RELEASABLE RSEN SCI "
    "SPECAT STRAP TK UKEO UMBRA".split()
)
# Prefixes that say whose marking it is.
ORIGINS = frozenset("UK NATO EU HMG COSMIC FOCAL".split())
# Words that do not count as company on a marking's line: what the paper is, and who may see it.
NEUTRAL = frozenset(
    "ATTACHED COMPLETE COMPLETED COPY DRAFT FILLED FORM GSC GPMS MG PAGE PAGES PARTNERS POLICE PROSECUTION REF "
    "STRICTLY UNTIL VERSION WHEN".split()
)
# Words similar enough to a marking to be taken for a misread one.
OTHERS = frozenset(
    "CONFIDENCE CONFIDENT CONFIDENTIALITY CONFIDENTIALLY CONFIDENTLY DISTRICT DISTRICTED MARKING MARKINGS OFFICE "
    "OFFICER OFFICERS OFFICES OFFICIALDOM OFFICIALLY OFFICIALS OFFICIATE PRODUCT PROJECT PROTECTED PROTECTING "
    "PROTECTION PROTECTIVE PROTECTOR PROTECTS PROTEST REGRET RESTRICT RESTRICTING RESTRICTION RESTRICTIONS RESTRICTIVE "
    "RESTRICTS SACRED SECRETARIAL SECRETARIAT SECRETARY SECRETE SECRETED SECRETES SECRETIVE SECRETLY SECRETS SECURE "
    "SECURED UNOFFICIAL UNRESTRICTED UNSECRET CLASSIFIED DECLASSIFIED RECLASSIFIED".split()
)
AS_LETTER = str.maketrans("0158|!$34", "OISBIISEA")
TOKEN = re.compile(r"[A-Za-z0-9&|!$']+|[^\sA-Za-z0-9&|!$']+")
LETTERS_APART = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9|][\s.\-*]{1,3}){3,}[A-Za-z0-9|](?![A-Za-z0-9])")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{3})(?=[A-Z][a-z]{2})")
LONG = 12  # the length from which a phrase is also found inside a longer string


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign in a line: as it was read, and its letters in capitals, none for a sign."""

    read: str
    letters: str

    @property
    def counts(self) -> bool:
        """Whether it is a meaningful word: not a sign, a number, a letter or a code such as X1."""
        return sum(character.isalpha() for character in self.letters) >= 2 and not (
            len(self.letters) <= 4 and any(character.isdigit() for character in self.read)
        )


def words(text: str) -> tuple[Word, ...]:
    """The words and signs of a line; spaced-out letters are joined, and joined words are split where possible."""
    text = ascii_letters(plain(text)).replace("_", " ")
    text = LETTERS_APART.sub(lambda match: f" {re.sub(r'[^A-Za-z0-9|]', '', match[0])} ", text)
    found = []
    for read in TOKEN.findall(HUMP.sub(" ", text)):
        letters = re.sub("[^A-Z0-9]", "", _as_letters(read))
        pieces = _pieces(letters)
        if len(pieces) <= 1:
            found.append(Word(read, letters))
        else:
            found += [Word(piece if read.isupper() else piece.lower(), piece) for piece in pieces]
    return tuple(found)


def _as_letters(read: str) -> str:
    letters = sum(character.isalpha() for character in read)
    if sum(character.isupper() for character in read) * 2 > len(read):
        read = read.replace("l", "I")
    return (read.translate(AS_LETTER) if letters * 2 > len(read) else read).upper()


@functools.cache
def _vocabulary() -> tuple[str, ...]:
    others = {word for word in DESCRIPTORS | CONTROLS | NEUTRAL if len(word) > 4}
    parts = {*PHRASES, *others, "AND", "EYESONLY", "SENSITIVE", "WHEN"}
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))


def _pieces(letters: str) -> list[str]:
    """Splits a string of letters into a long phrase and the rest, or into words of markings only."""
    if len(letters) < LONG - 3 or letters in PHRASES or letters in OTHERS:
        return [letters]
    for phrase in PHRASES:
        if len(phrase) > LONG + 2 and phrase in letters:
            before, after = letters.split(phrase, 1)
            return [piece for piece in (before, phrase, after) if piece]
    parts: list[str] = []
    rest = letters
    while rest:
        piece = next((word for word in _vocabulary() if rest.startswith(word)), None)
        if piece is None:
            return [letters]
        parts.append(piece)
        rest = rest[len(piece) :]
    return parts


@functools.lru_cache(maxsize=4096)
def nearest(letters: str) -> tuple[str, int] | None:
    """The phrase that some letters match, and how many were misread; None if there is none or another word is as
    close."""
    if letters in PHRASES:
        return letters, 0
    if len(letters) < 5 or letters in OTHERS:
        return None
    best = None
    for phrase in PHRASES:
        errors = _tolerated(phrase)
        if errors and abs(len(phrase) - len(letters)) <= errors:
            distance = Levenshtein.distance(letters, phrase, score_cutoff=errors)
            if distance <= errors and (best is None or distance < best[1]):
                best = phrase, distance
    if best and any(Levenshtein.distance(letters, other, score_cutoff=best[1]) <= best[1] for other in OTHERS):
        return None
    return best


def _tolerated(phrase: str) -> int:
    """How many misread letters a phrase may have: short words are close to too many others (PROTECT, PROJECT)."""
    if phrase in ("PROTECT", "OFFSEN", "CANUKUS"):
        return 0
    return 0 if len(phrase) < 6 else 1 if len(phrase) < LONG else 2 if len(phrase) < 18 else 3
