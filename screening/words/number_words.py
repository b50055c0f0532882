"""House numbers in letters, as on slates and fanlights: Twenty-Two, Number Nine."""

from __future__ import annotations

import re

from screening.text.lines import plain

ONES = "one two three four five six seven eight nine".split()
TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
# The word that announces it; one to ten stand on many signs.
NUMBER = re.compile(
    rf"(?:(?P<word>number|no\.?)\s)?(?:(?P<large>(?:{'|'.join(TENS)})(?:[\s-]?(?:{'|'.join(ONES)}))?|{'|'.join(TEENS)})"
    rf"|{'|'.join((*ONES, 'ten'))})",
    re.IGNORECASE,
)


def spelt_number(text: str) -> float:
    """How likely it is that a line is a house number in letters, 0 to 1."""
    # two houses behind one door: Eight & Ten
    first, _, second = re.sub(r"\s(?:&|and)\s", "&", plain(text), flags=re.IGNORECASE).partition("&")
    if second:
        return 0.8 if NUMBER.fullmatch(first) and NUMBER.fullmatch(second) else 0.0
    match = NUMBER.fullmatch(plain(text))
    if match is None:
        return 0.0
    return 0.9 if match["word"] else 0.8 if match["large"] else 0.2
