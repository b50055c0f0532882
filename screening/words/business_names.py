"""Tells the words of a shop, a van or an advertisement from those of a letter or a note."""

from __future__ import annotations

import re
from collections.abc import Sequence

from screening.finding import Box
from screening.text.lines import Line, aligned

# Words on signs and vans, as whole words; those with a hyphen at the end are prefixes.
WORDS = """
    ltd limited plc llp inc service services plumb- electric- heating taxi taxis cab cabs hire rental estate
    estates agent agents lettings shop shops store stores restaurant takeaway pizza pizzas kebab kebabs cafe
    café bar hotel salon hair- barber- beauty nails dent- clinic garage motor motors cars tyre tyres mot
    removal removals build- roofing scaffold- skip skips deliver- order orders free open- solicitor- bank
    supermarket printing signs windows doors kitchen- bathroom- carpet- furniture flower- florist- bakery
    butcher- grocer- news pharmacy chemist optician- travel tours coaches transport haulage logistics security
    alarm- cleaning laundry repair- parts accessories wholesale trade suppl- catering
"""
PHRASES = (
    r"& (?:sons?|co)\b|\b(?:for sale|to let|let by|sold by|dry cleaners?|driving school|school of motoring)\b"
    r"|\b(?:est\.?|established|since) ?(?:18|19|20)\d\d|\bwww\.|(?<![\w.@-])"
    r"(?!(?:facebook|twitter|instagram|snapchat|tiktok|linkedin|gmail|hotmail)\.)[\w-]+\.(?:co\.uk|com|net|org|biz|info)\b"
)
BUSINESS = re.compile(
    r"(?i)\b(?:" + "|".join(word.replace("-", "[a-z]*") for word in WORDS.split()) + r")\b|" + PHRASES
)
# Services that businesses do not offer.
AUTHORITY = re.compile(r"(?i)\b(?:social|emergency|probation|children'?s) services?\b")
# Words of forms and statements about a person, and those that are in shops' names too: Mr, Mrs, Home.
PRIVATE = re.compile(
    r"^(?i:(?:(?:full|first|last|family) ?|sur|fore)?names?)\b(?:\W*$|: ?| [A-Z])"
    r"|(?i:\bD\.?[O0]\.?B\b|\bdate ?of ?birth|\bnext of kin|\b(?:witness(?:es)?|victims?|suspects?)\b)"
    r"|(?i:\b(?:complainants?|detainees?|referrals?)\b)"
)
PERHAPS_PRIVATE = re.compile(
    r"\b(?:Mrs?|Ms|Miss)\b\.? [A-Z]|\bMRS?\b\.? [A-Z]{2}|(?i:^home(?: (?:tel|phone|no|number)\S*)?\W*(?=\d|$))"
)
# A line of at least this many words, mostly in lower case, is part of a sentence.
RUNNING = 4
# How far a line's own sign extends around it, in heights of the line.
REACH = 5.0


def is_sign(line: Line, read: Sequence[Line], vehicles: Sequence[Box]) -> bool:
    """Whether a line is on a vehicle, or near words that businesses put on signs, and not on a page about a person."""
    if any(line.box.inside(vehicle) > 0.8 for vehicle in vehicles):
        return True
    near = line.box.grow(REACH * line.height / line.box.width, REACH * line.height / line.box.height)
    beside = (other for other in read if other.box.overlap(near) and aligned(line, other))
    return any(of_business(other.text) for other in beside) and not any(of_person(other.text) for other in read)


def of_person(text: str) -> bool:
    """Whether a line is of a form, a letter or a statement about a person."""
    return bool(PRIVATE.search(text) or (PERHAPS_PRIVATE.search(text) and not of_business(text)))


def of_business(text: str) -> bool:
    """Whether a line has a word that businesses put on signs, and is not part of a sentence that mentions one."""
    words = [word for word in text.split() if word[0].isalpha()]
    running = len(words) >= RUNNING and 2 * sum(word[0].islower() for word in words) > len(words)
    return not running and BUSINESS.search(AUTHORITY.sub("", text)) is not None
