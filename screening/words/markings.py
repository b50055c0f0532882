"""Finds protective markings in one line. Whether their position makes them a marking is for the stage to judge."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from screening.duplicates import keep_best
from screening.text.lines import plain
from screening.words.marking_words import (
    COMMON,
    CONTROLS,
    DESCRIPTORS,
    NEUTRAL,
    ORIGINS,
    PHRASES,
    UNMISTAKABLE,
    Word,
    nearest,
    words,
)
from screening.words.police_forces import words_of_forces

# Names of fields whose value is a marking, without spaces.
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
# What follows a word that is not a marking.
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
    "official": frozenset(
        "BALL CALENDAR CEREMONY CHARITY DEALER FACEBOOK FAN GUIDE HANDOVER KIT LAUNCH LICENSED MASCOT MERCHANDISE "
        "OPENING OPENINGS PARTNER PHOTOGRAPH PHOTOGRAPHER PHOTOGRAPHS PORTRAIT PROGRAM PROGRAMME PROGRAMMES RESIDENCE "
        "SECRETS SHOP SITE SOUVENIR SPONSOR SPONSORS STORE SUPPLIER SUPPLIERS SUPPORTER TIMEKEEPER UNVEILING USE VISIT "
        "WEBSITE".split()
    ),
}
# A sentence is recognised by its function words.
SMALL_WORDS = frozenset(
    "A ABOUT ALL AN AND ANY ARE AS AT BE BEEN BUT BY CAN CONTAIN CONTAINED CONTAINS DO FOR FROM HAS HAVE HER HIS I IF "
    "IN INTO IS IT ITS MAY ME MUST MY NO NOT OF ON OR OUR SHALL SHOULD THAT THE THEIR THEM THEY THIS THOSE TO US WAS "
    "WE WERE WHICH WHO WILL WITH YOU YOUR".split()
)
OFFICIAL_SENSITIVE = re.compile(r"(?<![\w-])O ?- ?S(?![\w-])")
MOST = 5  # words of the longest phrase, and one more for a word that was split


@dataclass(frozen=True, slots=True)
class Marking:
    """A phrase of a marking in a line.

    Attributes:
        kind: the finding's kind after "marking.".
        written: the phrase as it is usually written.
        strength: UNMISTAKABLE, TELLING or COMMON.
        capitals: whether it is written in capitals.
        errors: the number of misread letters.
        labelled: whether the name of a marking field comes before it.
        others: words of the line that are not part of a marking.
        sentence: whether the line reads as running words.
        contrast: whether it is in capitals and the other words are not.
        choice: whether the line names several different markings, like a form with options.
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
class Match:
    """A phrase found at words `start` to `end` (exclusive) of a line, with its misread letters."""

    phrase: str
    start: int
    end: int
    errors: int


def markings(text: str, ours: frozenset[str] = frozenset()) -> tuple[Marking, ...]:
    """The markings in a line of text; caveats and descriptors count as part of their marking.

    Args:
        text: the line.
        ours: the words of our own names, in capitals: like those of any force, they do not count as company.
    """
    line, neutral = words(text), NEUTRAL | ours | words_of_forces(text)
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
        capitals = sum(map(str.islower, letters)) * 8 < len(letters)  # one may be misread, such as l for I
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
                short = len(label) < 15  # a single word may be any field: a colon has to follow
                errors = 0 if short else 2
                if Levenshtein.distance(joined, label, score_cutoff=errors) <= errors and (not short or signed):
                    return end + 1 + signed
    return 0


def _matches(line: tuple[Word, ...]) -> list[Match]:
    """The phrases in a line, those with the fewest misread letters first, then the longest; none overlaps a better
    one."""
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
    """Whether the same phrase also matches without the first or the last word."""
    for rest in (joined.removeprefix(first), joined.removesuffix(last)):
        other = nearest(rest)
        if other and other[0] == near[0] and other[1] <= near[1]:
            return True
    return False


def _marks_nothing(line: tuple[Word, ...], match: Match) -> bool:
    """Whether the next word shows that the phrase is something else: RESTRICTED AREA."""
    kind = PHRASES[match.phrase][0]
    after = next((word.letters for word in line[match.end :] if word.letters), "")
    return after in FOLLOWERS.get(kind, frozenset()) and not 0 < label_end(line) <= match.start


def _is_other(word: Word, neutral: frozenset[str] = NEUTRAL) -> bool:
    return word.counts and _stem(word) not in DESCRIPTORS | CONTROLS | ORIGINS | neutral


def _stem(word: Word) -> str:
    """STRAP of STRAP1."""
    return word.letters.rstrip("0123456789IS") if word.letters.startswith("STRAP") else word.letters


def _joins(line: tuple[Word, ...], index: int, neutral: frozenset[str]) -> bool:
    """Whether a function word only joins words that do not count: "Page 1 of 3", "for police and partners only"."""
    before, word, after = (line[at].letters if 0 <= at < len(line) else "" for at in (index - 1, index, index + 1))
    if word == "OF":
        return before.isdigit() and after.isdigit()
    return (word in ("AND", "FOR") and after in neutral) or (word == "ONLY" and before in neutral)


def _strength(line: tuple[Word, ...], match: Match, matches: list[Match]) -> int:
    """The strength of a phrase by itself, or with the caveat, control, descriptor or nation beside it."""
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
