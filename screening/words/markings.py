"""The words of protective markings and how to find them in one line, whatever a reader of pictures made of it.

Sources: Government Security Classifications (2014 and later), the Government Protective Marking Scheme before it,
and the banners of allied paper. Where the words stand, and so whether they mark anything, is the stage's question.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from screening.duplicates import keep_best
from screening.text.lines import ascii_letters, plain

# How much a phrase says by itself: unmistakable, a telling word that has other uses, a common word.
UNMISTAKABLE, TELLING, COMMON = 3, 2, 1

# As one string without spaces -> (kind, how it is written, how much it says).
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
# Words that belong to a marking and, after a dash, colon or slash, make it unmistakable.
DESCRIPTORS = frozenset(
    "APPOINTMENTS BUDGET COMMERCIAL CONTRACTS CRIME HONOURS INTELLIGENCE INVESTIGATION INVESTIGATIONS LOCSEN "
    "MANAGEMENT MEDICAL OPERATIONAL PERSONAL POLICY PRIVATE REGULATORY STAFF VETTING VISITS".split()
)
# Codewords and control markings that follow a classification on paper of several nations.
CONTROLS = frozenset(
    "ATOMAL COSMIC CRYPTO EXDIS FOUO FVEY GAMMA HCS IMCON LIMDIS NODIS NOFORN ORCON PROPIN REL RELEASABLE RSEN SCI "
    "SPECAT STRAP TK UKEO UMBRA".split()
)
# Whose marking it is, in front of it.
ORIGINS = frozenset("UK NATO EU HMG COSMIC FOCAL".split())
# Words that leave a marking alone on its line: what the paper is, and who may see it.
NEUTRAL = frozenset(
    "ATTACHED COMPLETE COMPLETED COPY DRAFT FILLED FORM GSC GPMS MG PAGE PAGES PARTNERS POLICE PROSECUTION REF "
    "STRICTLY UNTIL VERSION WHEN".split()
)
# What a field is called whose value is a marking, without spaces.
LABELS = (
    "PROTECTIVEMARKING",
    "SECURITYMARKING",
    "SECURITYCLASSIFICATION",
    "INFORMATIONCLASSIFICATION",
    "DOCUMENTCLASSIFICATION",
    "OVERALLCLASSIFICATION",
    "CLASSIFICATION",
    "MARKING",
    "GPMS",
    "GSC",
)
# Words near enough to a marking to be taken for one with a letter misread, and what follows a word that marks nothing.
OTHERS = frozenset(
    "CONFIDENCE CONFIDENT CONFIDENTIALITY CONFIDENTIALLY CONFIDENTLY DISTRICT DISTRICTED MARKING MARKINGS OFFICE "
    "OFFICER OFFICERS OFFICES OFFICIALDOM OFFICIALLY OFFICIALS OFFICIATE PRODUCT PROJECT PROTECTED PROTECTING "
    "PROTECTION PROTECTIVE PROTECTOR PROTECTS PROTEST REGRET RESTRICT RESTRICTING RESTRICTION RESTRICTIONS RESTRICTIVE "
    "RESTRICTS SACRED SECRETARIAL SECRETARIAT SECRETARY SECRETE SECRETED SECRETES SECRETIVE SECRETLY SECRETS SECURE "
    "SECURED UNOFFICIAL UNRESTRICTED UNSECRET CLASSIFIED DECLASSIFIED RECLASSIFIED".split()
)
FOLLOWERS = {
    "restricted": frozenset(
        "ACCESS AIRSPACE AREA AREAS BREED BREEDS BUS BYWAY CARD DIET ENTRY HEADROOM HEIGHT HOURS ITEM ITEMS MOVEMENT "
        "PARKING SALE SPACE SPEED STOCK TO TRAFFIC USE VIEW VIEWING VISIBILITY WIDTH ZONE".split()
    ),
    "secret": frozenset(
        "AGENT AGENTS BEACH CAFE CINEMA CODE ESCAPE FORMULA GARDEN GARDENS INGREDIENT LIFE LOVE PLACE RECIPE SALE "
        "SANTA SAUCE SERVICE SHOPPER SOCIETY SPA WEAPON WORLD".split()
    ),
    "top_secret": frozenset("AGENT FILES GAME LAB MISSION PARTY RECIPE SPY TOY TOYS".split()),
    "confidential": frozenset("BIN HELPLINE HOTLINE LINE REPORTING SERVICE SHREDDING SUPPORT WASTE".split()),
    "protect": frozenset("AND YOUR OUR US THE FROM".split()),
    "official": frozenset("SECRETS USE".split()),
}
# A sentence is told by the small words that hold it together.
SMALL_WORDS = frozenset(
    "A ABOUT ALL AN AND ANY ARE AS AT BE BEEN BUT BY CAN CONTAIN CONTAINED CONTAINS DO FOR FROM HAS HAVE HER HIS I IF "
    "IN INTO IS IT ITS MAY ME MUST MY NO NOT OF ON OR OUR SHALL SHOULD THAT THE THEIR THEM THEY THIS THOSE TO US WAS "
    "WE WERE WHICH WHO WILL WITH YOU YOUR".split()
)
AS_LETTER = str.maketrans("0158|!$34", "OISBIISEA")
TOKEN = re.compile(r"[A-Za-z0-9&|!$']+|[^\sA-Za-z0-9&|!$']+")
LETTERS_APART = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9|][\s.\-*]{1,3}){3,}[A-Za-z0-9|](?![A-Za-z0-9])")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{3})(?=[A-Z][a-z]{2})")
OFFICIAL_SENSITIVE = re.compile(r"(?<![\w-])O ?- ?S(?![\w-])")
LONG = 12  # from here on a phrase is found in the middle of a longer string too
MOST = 5  # words of the longest phrase, and one for a word that was torn


@dataclass(frozen=True, slots=True)
class Marking:
    """A phrase of a marking in a line.

    Attributes:
        kind: the finding's kind after "marking.".
        written: the phrase as it is usually written.
        strength: UNMISTAKABLE, TELLING or COMMON.
        capitals: whether it is written in capitals.
        errors: letters that had to be taken for others.
        labelled: whether the name of a marking field stands before it.
        others: words of the line that are no part of a marking.
        sentence: whether the line reads as running words.
        contrast: whether it is in capitals and the other words are not.
        choice: whether the line names several different markings, as a form does that offers them.
    """

    kind: str
    written: str
    strength: int
    capitals: bool
    errors: int
    labelled: bool = False
    others: int = 0
    sentence: bool = False
    contrast: bool = False
    choice: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign of a line: as it was read, and its letters in capitals, none for a sign."""

    read: str
    letters: str

    @property
    def counts(self) -> bool:
        """Whether it is a word that says something: not a sign, a number, a letter or a code such as X1."""
        return sum(character.isalpha() for character in self.letters) >= 2 and not (
            len(self.letters) <= 4 and any(character.isdigit() for character in self.read)
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found at words `start` to `end` (exclusive) of a line, with so many letters misread."""

    phrase: str
    start: int
    end: int
    errors: int


def markings(text: str, ours: frozenset[str] = frozenset()) -> tuple[Marking, ...]:
    """The markings in a line of text; caveats and descriptors are taken as part of the marking they stand with.

    Args:
        text: the line.
        ours: the words of our own names, in capitals: they leave a marking alone as well.
    """
    line, neutral = words(text), NEUTRAL | ours
    matches = [match for match in _matches(line) if not _marks_nothing(line, match)]
    if not matches and OFFICIAL_SENSITIVE.fullmatch(plain(text).strip()):
        return (Marking("official_sensitive", "O-S", COMMON, True, 0),)
    main = [match for match in matches if PHRASES[match.phrase][0] != "caveat"] or matches[:1]
    label = label_end(line)
    inside = {index for match in matches for index in range(match.start, match.end)} | set(range(label))
    others = [
        word
        for index, word in enumerate(line)
        if index not in inside and _is_other(word, neutral) and not _joins(line, index, neutral)
    ]
    small = sum(word.letters in SMALL_WORDS for word in others)
    sentence = small >= 2 or (small == 1 and len(others) >= 4) or len(others) >= 9
    mixed = sum(not word.read.isupper() for word in others) * 2 > len(others)
    kinds = {PHRASES[match.phrase][0] for match in main}
    found = []
    for match in main:
        kind, written, _ = PHRASES[match.phrase]
        letters = "".join(word.read for word in line[match.start : match.end])
        capitals = sum(map(str.islower, letters)) * 8 < len(letters)  # one may be misread, as l for I
        found.append(
            Marking(
                kind,
                written,
                _strength(line, match, matches),
                capitals,
                match.errors,
                labelled=0 < label <= match.start,
                others=len(others),
                sentence=sentence,
                contrast=capitals and mixed,
                choice=len(kinds) > 1,
            )
        )
    return tuple(found)


def is_label(text: str) -> bool:
    """Whether a line is the name of a marking field and nothing else."""
    line = words(text)
    end = label_end(line)
    return end > 0 and not any(word.counts for word in line[end:])


def label_end(line: tuple[Word, ...]) -> int:
    """How many words and signs from the start name a marking field, as in "Form 12 Protective Marking:"; 0 for none."""
    for start in range(min(len(line), 6)):
        joined = ""
        for end in range(start, min(start + 4, len(line))):
            joined += line[end].letters
            signed = end + 1 < len(line) and line[end + 1].read.startswith((":", "-", "."))
            for label in LABELS:
                short = len(label) < 15  # one word, which may be a field of anything: a colon has to follow
                errors = 0 if short else 2
                if Levenshtein.distance(joined, label, score_cutoff=errors) <= errors and (not short or signed):
                    return end + 1 + signed
    return 0


def words(text: str) -> tuple[Word, ...]:
    """The words and signs of a line; letters set apart are closed up, words run together are parted where it shows."""
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
    """A string of letters parted into a long phrase and what is round it, or into nothing but words of markings."""
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


def _matches(line: tuple[Word, ...]) -> list[Match]:
    """The phrases in a line, those with fewest misread letters first, then the longest; none overlaps a better one."""
    candidates = []
    for start, first in enumerate(line):
        joined = ""
        for end in range(start + 1, min(len(line), start + 2 * MOST) + 1):
            last = line[end - 1]
            joined += last.letters
            if not first.letters or not last.letters or "," in last.read:
                continue
            near = nearest(joined)
            if near and not (end - start > 1 and _idle_word(first.letters, joined, last.letters, near)):
                candidates.append(Match(near[0], start, end, near[1]))
    candidates.sort(key=lambda match: (match.errors, -len(match.phrase), match.start))
    chosen = keep_best(candidates, lambda match, better: match.start < better.end and better.start < match.end)
    return sorted(chosen, key=lambda match: match.start)


def _idle_word(first: str, joined: str, last: str, near: tuple[str, int]) -> bool:
    """Whether the same phrase is matched as well without the first or the last word."""
    for rest in (joined.removeprefix(first), joined.removesuffix(last)):
        other = nearest(rest)
        if other and other[0] == near[0] and other[1] <= near[1]:
            return True
    return False


@functools.lru_cache(maxsize=4096)
def nearest(letters: str) -> tuple[str, int] | None:
    """The phrase that some letters are, and how many were misread; None if none or if another word is as near."""
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
    """How many misread letters a phrase may have: short words are near too many others (PROTECT, PROJECT)."""
    if phrase in ("PROTECT", "OFFSEN", "CANUKUS"):
        return 0
    return 0 if len(phrase) < 6 else 1 if len(phrase) < LONG else 2 if len(phrase) < 18 else 3


def _marks_nothing(line: tuple[Word, ...], match: Match) -> bool:
    """Whether the next word shows that the phrase is another thing: RESTRICTED AREA."""
    kind = PHRASES[match.phrase][0]
    after = next((word.letters for word in line[match.end :] if word.letters), "")
    return after in FOLLOWERS.get(kind, frozenset()) and not 0 < label_end(line) <= match.start


def _is_other(word: Word, neutral: frozenset[str] = NEUTRAL) -> bool:
    return word.counts and _stem(word) not in DESCRIPTORS | CONTROLS | ORIGINS | neutral


def _stem(word: Word) -> str:
    """STRAP of STRAP1."""
    return word.letters.rstrip("0123456789IS") if word.letters.startswith("STRAP") else word.letters


def _joins(line: tuple[Word, ...], index: int, neutral: frozenset[str]) -> bool:
    """Whether a small word holds together words that say nothing: "Page 1 of 3", "for police and partners only"."""
    before, word, after = (line[at].letters if 0 <= at < len(line) else "" for at in (index - 1, index, index + 1))
    if word == "OF":
        return before.isdigit() and after.isdigit()
    return (word in ("AND", "FOR") and after in neutral) or (word == "ONLY" and before in neutral)


def _strength(line: tuple[Word, ...], match: Match, matches: list[Match]) -> int:
    """What the phrase says by itself, or with the caveat, control, descriptor or nation that stands beside it."""
    kind, _, strength = PHRASES[match.phrase]
    if strength == UNMISTAKABLE or match.phrase.startswith("PRIVATE"):
        return strength
    before, after = line[: match.start], line[match.end :]
    if before and before[-1].letters in ORIGINS and before[-1].read.isupper():
        return strength + 1
    if any(PHRASES[other.phrase][0] == "caveat" for other in matches if other is not match):
        return UNMISTAKABLE
    following = [word for word in after if word.letters]
    if following and _stem(following[0]) in CONTROLS:
        return UNMISTAKABLE
    signed = bool(after) and after[0].read[0] in "-:/("
    if signed and following and following[0].letters in DESCRIPTORS and sum(map(_is_other, following)) <= 1:
        return UNMISTAKABLE
    return UNMISTAKABLE if kind != "caveat" and after and after[0].read.startswith("//") else strength
