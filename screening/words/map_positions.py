"""Places on the map in words: coordinates, links to a map, grid references, plus codes and three words.

Sources: ISO 6709 for coordinates, the Ordnance Survey's National Grid, the Open Location Code (plus codes), and
what3words, whose words stand behind three slashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SOUTH, WEST = r"[NS]", r"[EW]"
# Two numbers: with four decimals each they lead to a house, with three behind a letter or in a link to a street.
PAIR = re.compile(
    rf"(?<![\w.])(?P<a>{SOUTH})?\s?(?P<lat>[+-]?\d{{1,2}}\.\d{{2,}})\s?[°º]?\s?(?P<b>{SOUTH}\b)?"
    r"\s?(?:[.,]?[,;/~|]|%2C|\s|&m?lon=|\.?(?=[+-]))\s?(?i:lon(?:g(?:itude)?)?[:=\s]\s?)?"
    rf"(?P<c>{WEST})?\s?(?P<lon>[+-]?\d{{1,3}}\.\d{{2,}})\s?[°º]?\s?(?P<d>{WEST}\b)?(?![\w.]*\d)"
)
SEXAGESIMAL = re.compile(
    r"\b\d{1,2}\s?(?:[°º*]|deg)\s?\d{1,2}(?:\.\d+)?\s?['’′´]?\s?(?:\d{1,2}(?:\.\d+)?\s?(?:[\"”″]|''))?"
    rf"\s?{SOUTH}?[,;\s/]{{0,3}}(?:{WEST}\s?)?\d{{1,3}}\s?(?:[°º*]|deg)\s?\d{{1,2}}(?:\.\d+)?",
    re.IGNORECASE,
)
# Degrees and decimal minutes, as satellite receivers show them, mostly without signs: N52 29.174 W001 53.424.
MINUTES = re.compile(
    rf"\b{SOUTH}\s?\d{{2}}[\s°º]{{1,2}}\d{{1,2}}\.\d{{2,}}\s?['’′]?[,;\s/]{{1,3}}{WEST}\s?\d{{1,3}}[\s°º]{{1,2}}\d{{1,2}}\.\d{{2,}}"
)
# A keyword for programs, whose other half is another keyword.
MACHINE_TAG = re.compile(r"(?i)\b(?:geo|gps):?\s?lat(?:itude)?\s?[=:]\s?[+-]?\d{1,2}\.\d{2,}")
LINK = re.compile(
    r"(?i)\b(?:geo:|maps?\.(?:google|app|apple)|goo\.gl/maps|google\.[a-z.]{2,6}/maps|openstreetmap\.org|bing\.com/maps"
    r"|streetmap\.co|waze\.com|ll=|mlat=|q=|cp=|#map=|@(?=[+-]?\d))"
)
# A link that says where it leads only when it is opened.
SHORT_LINK = re.compile(r"(?i)\b(?:maps\.app\.goo\.gl|goo\.gl/maps|w3w\.co|what3words\.com|plus\.codes|osm\.org/go)/\w")
THREE_WORDS = re.compile(
    r"(?:(?<![\w:/])/{2,3}\s?|(?i:\b(?:what\s?3\s?words?|w3w)\b)\W{1,4})([a-z]{3,}\.[a-z]{3,}\.[a-z]{3,})(?![\w.]*[/@])"
)
SIGNS = "23456789CFGHJMPQRVWX"
PLUS_CODE = re.compile(rf"(?<![\w+])(?=[\d+]*[A-Z])(?:[{SIGNS}]{{4}}){{1,2}}\+[{SIGNS}]{{2,3}}(?![\w+])")
GRID = re.compile(
    r"(?<!\w)(?P<square>H[PTUWXYZ]|N[A-DF-HJ-OR-UW-Z]|OV|S[C-EH-KM-PR-Z]|T[AFGLMQRV])"
    r"\s?(?P<east>\d{3,5})\s?(?P<north>\d{3,5})(?!\w)"
)
GRID_WORDS = re.compile(r"(?i)\bgrid\b|\bmap ref|\bOSGR\b|\bN?GR\b|\bOS ref")
# Squares whose letters also stand before other numbers: No. and serial number.
AMBIGUOUS = frozenset(("NO", "SN"))


def map_positions(text: str) -> Iterator[tuple[str, str]]:
    """Each position in a text: what it is, for the report, and what is written there."""
    link = LINK.search(text) is not None
    for match in PAIR.finditer(text):
        if _is_pair(match, link=link):
            yield "coordinates", match[0]
    alone = (
        ("coordinates", SEXAGESIMAL),
        ("coordinates", MINUTES),
        ("coordinates", MACHINE_TAG),
        ("link to a map", SHORT_LINK),
    )
    for what, pattern in (*alone, ("plus code", PLUS_CODE)):
        yield from ((what, match[0]) for match in pattern.finditer(text))
    yield from (("three words of a map", match[1]) for match in THREE_WORDS.finditer(text))
    announced = GRID_WORDS.search(text) is not None
    for match in GRID.finditer(text):
        digits = len(match["east"])
        sure = announced or (digits >= 4 and match["square"] not in AMBIGUOUS)
        if digits == len(match["north"]) and sure:
            yield "grid reference", match[0]


def _is_pair(match: re.Match[str], *, link: bool) -> bool:
    """Whether two numbers are degrees: exact enough, on the globe, and not two of the small ones that settings have."""
    latitude, longitude = float(match["lat"]), float(match["lon"])
    decimals = min(len(match[side].partition(".")[2]) for side in ("lat", "lon"))
    lettered = bool((match["a"] or match["b"]) and (match["c"] or match["d"]))
    least = 2 if link else 3 if lettered else 4
    return decimals >= least and 1 < abs(latitude) <= 90 and abs(longitude) <= 180
