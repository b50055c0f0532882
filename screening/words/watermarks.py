"""Words in one line of a picture that say that it is somebody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from screening.force import Force
from screening.text.lines import plain
from screening.words.clue import Clue

# Agencies and picture libraries as in a watermark or credit line; the reader may lose the spaces.
AGENCIES = re.compile(
    r"""\b(?:www\.?\ ?)?
        (?:alamy|getty\ ?images|istock(?:\ ?photo)?|shutterstock|adobe\ ?stock|deposit\ ?photos|dreamstime|123rf
           |bigstock(?:photo)?|can\ ?stock\ ?photo|fotolia|pond5|rex\ features|splash\ ?news|swns|caters\ ?news
           |press\ association|pa\ (?:wire|images|media)|reuters|associated\ press|agence\ france-presse
           |zuma\ ?press|news\ ?agency|press\ agency|stock\ ?photos?|photo\ ?agency)
        (?:\.com|\.co\.uk)?\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What may be beside an agency's name in a watermark; anything more is a shop sign or a sentence.
BESIDE = re.compile(
    r"\b(?:stock|photos?|images?|by|via|credit|copyright|limited|ltd|inc|com|www|the)\b|[\W\d]", re.IGNORECASE
)
# Authorities whose crest may have an agency's words in it.
AUTHORITY = re.compile(
    r"(?i)\b(?:police|constabulary|federation|council|government|ministry|border|crime|environment|service|est\.?"
    r"|established"
    r"|founded|motto|semper|honour|officers)\b"
)
# "Courtesy of" names who lent the picture; of other things, nobody.
COURTESY = re.compile(r"(?i)\b(?:(?:photo|picture|image|pic|footage)s? )?(?:by )?courtesy (?:of|:) *(?P<by>.*)")
NO_LENDER = re.compile(r"(?i)^(?:\W*$|others|the road|all|road users|our|your|car|bus|coach|call)\b")
CLAIM = re.compile(r"(?:\N{COPYRIGHT SIGN}|\(c\)|\bcopyright\b)[\W\d]*(?P<by>.*)", re.IGNORECASE)


def courtesy(text: str, force: Force) -> Clue | None:
    """Whether a text says that the picture is somebody's who lent it."""
    text = plain(text)
    lent = COURTESY.search(text)
    if lent and lent["by"] and not force.named_in(lent["by"]) and not NO_LENDER.search(lent["by"]):
        return Clue("copyright.courtesy", 0.7, "the words courtesy of, with somebody else's name")
    return None


def watermark(text: str, force: Force, *, near: Sequence[str] = ()) -> Clue | None:
    """Whether a line in the picture says that the picture is somebody else's.

    Args:
        text: the line.
        force: who "we" are.
        near: the lines right above and below: in a crest an agency's words stand among those of an authority.
    """
    text = plain(text)
    if force.named_in(text):
        return None
    if any(AUTHORITY.search(other) or force.named_in(other) for other in near) and not CLAIM.search(text):
        return None
    if AGENCIES.search(text) and len(BESIDE.sub("", AGENCIES.sub("", text))) <= 3:
        return Clue("copyright.watermark", 0.8, "the name of an agency or picture library, as in a watermark")
    claim = CLAIM.search(text)
    if claim and sum(letter.isalpha() for letter in claim["by"]) >= 3:
        return Clue("copyright.watermark", 0.6, "a copyright sign with somebody else's name")
    return None
