"""Tells the words of a shop, a van or an advertisement from those of a letter or a note."""

from __future__ import annotations

import re
from collections.abc import Sequence

from screening.finding import Box
from screening.stages.reading import Line, aligned

# Words of signs and vans, as whole words; those with a dash at the end begin one.
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
# How far around a line its own sign reaches, in heights of the line.
REACH = 5.0


def is_sign(line: Line, read: Sequence[Line], vehicles: Sequence[Box]) -> bool:
    """Whether a line stands on a vehicle, or near words that businesses put on signs."""
    if any(line.box.inside(vehicle) > 0.8 for vehicle in vehicles):
        return True
    near = line.box.grow(REACH * line.height / line.box.width, REACH * line.height / line.box.height)
    return any(BUSINESS.search(other.text) for other in read if other.box.overlap(near) and aligned(line, other))
