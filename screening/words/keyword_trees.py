"""People in trees of keywords, as cataloguing programs write them: People|Family|Jordan Example."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Lightroom and Capture One part the branches so, digiKam and Windows otherwise; ACDSee nests tags.
SEPARATORS = re.compile(r"\s*[|/\\<>]\s*")
TAG = re.compile(r"<(/?)Category\b[^>]*>([^<]*)")
# Branches that people's names hang from, and those of them that nothing else does.
PEOPLE = frozenset(
    "people person persons persona personen personnes personas leute menschen who faces face names name individuals "
    "family friends familie freunde colleagues staff employees officers victims suspects witnesses models celebrities "
    "children kids".split()
)
NAMES_ONLY = frozenset("who faces face names name individuals family friends victims suspects witnesses".split())
# Words that say what sort of people they are, and not which.
SORTS = frozenset(
    "adult adults audience babies baby boy boys bride bystander bystanders cadet cadets chief child children choir "
    "citizens clown colleague commissioner community constable constables couple crew crowd crowds cyclist dancers "
    "dignitaries driver drivers elderly employee employees faces families family father female firefighter "
    "firefighters friends girl girls group groom guest guests head human humans individual inspector judge judges kid "
    "kids lady ladies lord male man mayor media member members men mother musician musicians none officer officers "
    "old other others paramedic paramedics parent parents partner partners pcso pcsos pedestrian pedestrians people "
    "performers person police politician politicians portrait portraits public pupils rider runner runners selfie "
    "senior sergeant silhouette single sister special specials spectators staff stranger strangers student students "
    "superintendent support team teams teenager teenagers tourist tourists trainee unknown visitor visitors volunteer "
    "volunteers walkers woman women worker workers young youth street party place event event parade".split()
)
CAPITAL = re.compile(r"[^\W\d_a-z]['’.\w-]*")


def named_people(text: str) -> Iterator[str]:
    """The names of people among the branches of one keyword."""
    for tree in _trees(text):
        branches = [branch.strip() for branch in tree if branch.strip()]
        for place, branch in enumerate(branches):
            above = {one.casefold() for one in branches[:place]}
            if above & PEOPLE and _is_name(branch, alone=bool(above & NAMES_ONLY)):
                yield branch


def _trees(text: str) -> Iterator[list[str]]:
    if not TAG.search(text):
        yield SEPARATORS.split(text)
        return
    way: list[str] = []
    for closing, name in TAG.findall(text):
        if closing:
            way = way[:-1]
        else:
            way = [*way, name]
            yield way


def _is_name(branch: str, *, alone: bool) -> bool:
    """Whether a branch is somebody's name: capitalised words none of which says a sort; `alone` if one will do."""
    words = branch.replace(",", " ").split()
    if not (1 if alone else 2) <= len(words) <= 5:
        return False
    return all(CAPITAL.fullmatch(word) for word in (words[0], words[-1])) and not (
        {word.casefold() for word in words} & (SORTS | PEOPLE)
    )
