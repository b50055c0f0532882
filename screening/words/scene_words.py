"""Words that give away a cordon or an exhibit, and their weight, in one string."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from screening.text.lines import ascii_letters, plain
from screening.words.clue import Clue

# What is printed repeatedly on cordon tape and on police signs at a scene, without spaces.
TAPES = (
    "POLICELINEDONOTCROSS",
    "POLICECORDONDONOTCROSS",
    "POLICEDONOTCROSS",
    "POLICEDONOTENTER",
    "POLICESCENEDONOTENTER",
    "CRIMESCENEDONOTENTER",
    "CRIMESCENEDONOTCROSS",
    "POLICEACCIDENT",
    "INNERCORDON",
    "OUTERCORDON",
)
# Also on pedestrian crossings, building sites and vehicles.
COMMONPLACE = ("DONOTCROSS", "DONOTENTER")
FRAGMENT = 9  # the least letters that a torn or folded piece must show
SURE = 12  # the number of letters from which it can hardly be anything else
ALIKE = 88.0  # of 100
AS_LETTER = str.maketrans("0158", "OISB")
# Mirrored letters that are read as others.
MIRRORED = str.maketrans("39JZ2", "EPLSS")


# An exhibit's reference: initials and a number, AP/1, AEP/001, AP/1/1, AP_1, JCK-280211-1. Forms (MG/11), crime numbers
# and standards look alike.
REFERENCE = re.compile(
    r"(?<![A-Z0-9/])(?!(?:AM|BS|CR|EN|ISO|MG|NO|PM|REF|VAT)\b)"
    r"(?:[A-Z]{2,4} ?[/_] ?\d{1,3}(?:/\d{1,3})?|[A-Z]{2,3}-\d{6}-\d{1,3})(?![A-Z0-9/])"
)
EXHIBIT = re.compile(r"\bEXHIBIT\b")
LABEL = re.compile(
    r"\bEXHIBIT ?(?:REF(?:ERENCE)?|NO|NUMBER|LABEL|BAG)\b|\b(?:POLICE )?EVIDENCE (?:BAG|SEAL|LABEL|TAG|TAPE)\b"
    r"|\bPOLICE EVIDENCE\b|\bCJA LABEL\b|\bTAMPER ?EVIDENT (?:BAG|SEAL)\b"
)
SEAL = re.compile(r"\b(?:SEAL|BAG|TAG) ?(?:ID|NO|NUM(?:BER)?|REF|#)?[ .:#-]*[A-Z]{0,3} ?\d{4,12}\b")
AROUND = re.compile(
    r"\bSEAL(?:ED)? ?(?:NO|NUMBER|BY|DATE|HERE)\b|\bSEAL\b|\bSIGNED\b|\bSIGNATURE\b|\bTAMPER ?EVIDENT\b|\bPRODUCED BY\b"
)


def tape(text: str) -> Clue | None:
    """Whether a line is a piece of cordon tape, read either way round."""
    letters = re.sub("[^A-Z0-9]", "", ascii_letters(plain(text)).upper()).translate(AS_LETTER)
    shown = _printed(letters)
    if shown:
        return Clue("scene.tape", 0.85 if shown >= SURE else 0.6, "words of a police cordon")
    if _printed(letters[::-1].translate(MIRRORED)) >= SURE:
        return Clue("scene.tape", 0.6, "words of a police cordon, mirrored")
    return None


@functools.lru_cache(maxsize=4096)
def _printed(letters: str) -> int:
    """How many of these letters are part of tape print that other signs do not have; 0 if too few."""
    if len(letters) < FRAGMENT:
        return 0
    best = 0
    for phrase in TAPES:
        strip = phrase * 2  # tape repeats its print, and a piece may begin anywhere
        found = fuzz.partial_ratio_alignment(letters, strip, score_cutoff=ALIKE)
        if found is not None:
            piece = strip[found.dest_start : found.dest_end]
            rest = min(len(piece.replace(common, "", 1)) for common in COMMONPLACE)
            inside = any(piece in common for common in COMMONPLACE)
            if len(piece) >= FRAGMENT and rest >= 3 and not inside:
                best = max(best, len(piece))
    return best


def exhibit(text: str, near: Sequence[str]) -> Clue | None:
    """Whether a line is an exhibit's reference or seal; alone it could be any number, so the lines near it count."""
    here, around = plain(text).upper(), " ".join(plain(other).upper() for other in near)
    everything = f"{here} {around}"
    labelled = EXHIBIT.search(everything) is not None or LABEL.search(everything) is not None
    words = len({match[0] for match in AROUND.finditer(everything)})
    if SEAL.search(here) and (labelled or words > 1):
        return Clue("evidence.exhibit", 0.8, "the number of an evidence seal")
    if REFERENCE.search(here) and (labelled or words > 1):
        return Clue("evidence.exhibit", 0.85 if labelled else 0.75, "an exhibit reference")
    if LABEL.search(here):
        return Clue("evidence.exhibit", 0.6, "print of an exhibit label or evidence bag")
    return None
