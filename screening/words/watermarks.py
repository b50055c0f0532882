"""Words in one line of a picture that say that it is somebody else's."""

from __future__ import annotations

import re

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
CLAIM = re.compile(r"(?:\N{COPYRIGHT SIGN}|\(c\)|\bcopyright\b)[\W\d]*(?P<by>.*)", re.IGNORECASE)


def watermark(text: str, force: Force) -> Clue | None:
    """Whether a line in the picture says that the picture is somebody else's."""
    text = plain(text)
    if force.named_in(text):
        return None
    if AGENCIES.search(text) and len(BESIDE.sub("", AGENCIES.sub("", text))) <= 3:
        return Clue("copyright.watermark", 0.8, "the name of an agency or picture library, as in a watermark")
    claim = CLAIM.search(text)
    if claim and sum(letter.isalpha() for letter in claim["by"]) >= 3:
        return Clue("copyright.watermark", 0.6, "a copyright sign with somebody else's name")
    return None
