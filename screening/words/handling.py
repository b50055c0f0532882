"""Words that say who may see a paper or when, besides protective markings: recipients only, embargoed, police use."""

from __future__ import annotations

import re

from screening.text.lines import plain
from screening.words.clue import Clue

# By how plainly they forbid what the picture is about to be: (pattern, score, what it is).
WORDS = (
    (
        re.compile(
            r"(?i)\bnot (?:for|to be) (?:public(?:ly)?|onward|general|wider|external|media) (?:releas|circulat"
            r"|distribut"
            r"|disclos|disseminat|view|display|consum|shar)\w*|\bnot for (?:publication|public|disclosure|onward \w+"
            r"|dissemination|broadcast|release)\b|\bdo not (?:publish|disclose|circulate|disseminate)\b"
            r"|\bnot to be (?:published|disclosed|shared outside|reproduced outside)\b"
        ),
        0.8,
        "words that forbid publication",
    ),
    (
        re.compile(
            r"\b(?:ADDRESSEES?|(?:NAMED |INTENDED )?RECIPIENTS?|ORGANI[SZ]ATIONS?(?: USE)?|(?:POLICE"
            r"|STAFF) EYES) ONLY\b"
            r"|(?i:^\W*(?:for )?(?:(?:named|intended) )?recipients only\W*$)"
        ),
        0.75,
        "words that limit who may read it",
    ),
    (
        re.compile(
            r"(?i)\b(?:strictly|under|media|press) embargo(?:ed)?\b|\bembargo(?:ed)?\W+(?:until|till?|to|for|from"
            r"|date|ends|lifts"
            r"|\d)|^\W*embargo(?:ed)?\W*$"
        ),
        0.6,
        "an embargo",
    ),
    (
        re.compile(
            r"(?i)\b(?:police|force|internal|official police) use only\b|\brestricted to (?:police|staff|officers)\b"
        ),
        0.55,
        "words that keep it to the police",
    ),
)
# A barrier or a parking place for the police's vehicles is no paper.
PLACES = re.compile(r"(?i)\b(?:parking|bay|bays|vehicles?|cars?|entrance|lane|gate|access)\b")


def handling(text: str) -> Clue | None:
    """Whether a line or a caption says that what it belongs to is not for everybody."""
    text = plain(text)
    if PLACES.search(text):
        return None
    found = next(((score, what) for pattern, score, what in WORDS if pattern.search(text)), None)
    return Clue("marking.handling", found[0], found[1]) if found else None
