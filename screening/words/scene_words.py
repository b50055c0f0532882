"""Words that give away a cordon, an exhibit, a school, an appeal: what counts, and how much, in one string of text."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from screening.force import Force
from screening.text.lines import ascii_letters, plain

# What is printed over and over on cordon tape and on police signs at a scene, without spaces.
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
# Also said by a pedestrian crossing, a building site, a vehicle.
COMMONPLACE = ("DONOTCROSS", "DONOTENTER")
FRAGMENT = 9  # letters that a torn or folded piece must show
SURE = 12  # letters from which on it can hardly be anything else
ALIKE = 88.0  # of 100
AS_LETTER = str.maketrans("0158", "OISB")
# Letters as they look in a mirror, as far as a reader takes them for others.
MIRRORED = str.maketrans("39JZ2", "EPLSS")


# An exhibit's reference: initials and a number, AP/1, AEP/001, AP/1/1, AP_1, JCK-280211-1. Forms (MG/11), crime numbers
# and standards look alike.
REFERENCE = re.compile(
    r"(?<![A-Z0-9/])(?!(?:AM|BS|CR|EN|ISO|MG|NO|PM|REF|VAT)\b)"
    r"(?:[A-Z]{2,4} ?[/_] ?\d{1,3}(?:/\d{1,3})?|[A-Z]{2,3}-\d{6}-\d{1,3})(?![A-Z0-9/])"
)
EXHIBIT = re.compile(r"\bEXHIBIT\b")
LABEL = re.compile(
    r"\bEXHIBIT ?(?:REF(?:ERENCE)?|NO|NUMBER|LABEL|BAG)\b|\bEVIDENCE BAG\b|\bPOLICE EVIDENCE\b|\bCJA LABEL\b"
)
SEAL = re.compile(r"\b(?:SEAL|BAG) ?(?:NO|NUMBER|#)?[ .:]*[A-Z]{0,3}\d{5,12}\b")
AROUND = re.compile(
    r"\bSEAL(?:ED)? ?(?:NO|NUMBER|BY|DATE|HERE)\b|\bSEAL\b|\bSIGNED\b|\bSIGNATURE\b|\bTAMPER ?EVIDENT\b|\bPRODUCED BY\b"
)

SCHOOL = re.compile(
    r"""\b(?:primary|infants?|junior|nursery|secondary|grammar|preparatory|prep|comprehensive|middle|catholic|c\ ?of\ ?e
           |church\ of\ england|special|girls'?|boys'?)(?:\ (?:and|&)\ \w+)?(?:\ \w+)?\ (?:school|academy)\b
       |primaryschool\b
       |\bhigh\ school\b(?!\ musical)
       |\bst\.?\ \w+(?:'s)?\ (?:\w+\ )?school\b
       |\bschool\ (?:uniform|crest|badge|blazer|hall)\b
       |\b(?:day|children'?s)\ nursery\b|\bnursery\ (?:school|class)\b|\bkindergarten\b
       |\bpre-?\ ?school\b|\bplay-?group\b|\bsixth\ form\b|\bacademy\ trust\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Most schools say no more than their name, alone on a sign or banner; not the words before SCHOOL on other signs.
NAMED_SCHOOL = re.compile(
    r"(?P<name>(?:[A-Z][\w'.&-]* ){1,5})"
    r"(?:(?:SCHOOL|School)(?i: for (?:boys|girls))?|PRIMARY|Primary|INFANTS|Infants)\W*"
)
NO_NAME = re.compile(
    r"\b(?:after|at|back|caution|every|for|free|in|my|no|of|off|our|out|parking|slow|start|stop|this|to|welcome|your)\b"
    r"|\b(?:the|a|new|night|sunday) $",
    re.IGNORECASE,
)
ACADEMY = re.compile(r"\b[a-z][\w'.]+(?: [\w'.]+)? academy\b", re.IGNORECASE)
# Schools for adults, streets, road signs, halls that are called academies.
NO_SCHOOL = re.compile(
    r"""\b(?:driving|riding|dance|dancing|stage|drama|language|cookery|business|medical|law|swim|swimming|ski|music|film|old
           |motoring|barbers?|hair|beauty|nails?|fitness|martial|karate|boxing|football|golf|tennis|training|police
           |military|royal|o2|summer|art|ballet|circus|cooking|dog|english|flying|sewing|singing|surf|theatre|yoga)
           \ (?:\w+\ )?(?:school|academy)\b
       |\bschool\ (?:of|road|rd|lane|ln|street|st|hill|close|drive|avenue|bus|run|keep|patrol|crossing|ahead)\b
       |\bacademy\ (?:of|awards?|street|road)\b""",
    re.IGNORECASE | re.VERBOSE,
)
PUPILS = re.compile(r"\b(?:school ?(?:children|child|boys?|girls?|pupils?)|pupils|nursery children)\b", re.IGNORECASE)

CRIMES = "police|murder|robbery|burglary|assault|theft|fraud|rape|arson|questioning|recall"
APPEAL = re.compile(
    rf"""\bmissing\W+(?:person|child|boy|girl|teenager|man|woman)\b|\bmost\ wanted\b
       |\bwanted\ (?:for|by)\b.{{0,30}}\b(?:{CRIMES})\b
       |\bwanted\ on\ (?:\w+\ ){{0,2}}(?:recall|warrant|bail|licence)\b|\bwanted\ in\ connection\b
       |\bwanted\W+(?:man|woman|person|suspect)\b
       |\bhave\ you\ seen\ (?:this|these|him|her)\b|\bhaveyouseenthis
       |\bdo\ you\ (?:know|recogni[sz]e)\ (?:this|these|him|her)\b
       |\bcan\ you\ (?:identify|name)\ (?:this|these|him|her)\b
       |\b(?:witness|police|cctv)\ appeal\b|\bappeal\ for\ (?:witnesses|information)\b""",
    re.IGNORECASE | re.VERBOSE,
)
HEADLINE = re.compile(r"\W*(?:WANTED|MISSING|APPEAL)\W*")
# A headline with a name; and what else is wanted, missing and seen.
NAMED = re.compile(
    r"\W*(?i:(?:wanted|missing) ?[:-]|have you seen)\W*(?P<who>[A-Z][A-Za-z'.-]+(?: [A-Z][A-Za-z'.-]+){0,3})"
    r"(?i:\W+aged? \d+)?\W*"
)
NO_PERSON = re.compile(
    r"\b(?:a|an|any\w*|bikes?|cars?|cats?|chefs?|cleaners?|dogs?|drivers?|help|how|it|keys|kitten|my|new|our|part|pets?"
    r"|puppy|rabbit|some\w*|staff|that|the|tortoise|vans?|volunteers?|what|who|workers?|your)\b",
    re.IGNORECASE,
)
LAST_SEEN = re.compile(r"\blast seen (?:in|on|near|wearing|leaving)\b", re.IGNORECASE)
APPEAL_NAME = re.compile(
    r"\b(?:wanted|misper|missing|mug ?shots?|custody (?:image|photo|picture)s?|suspects?|e-?fit)\b", re.IGNORECASE
)
ACCUSATION = re.compile(
    r"""\b(?:convicted|guilty|charged\ with|accused|arrested|jailed|sentenced|suspect(?:ed)?|offender|thief|burglar
           |robber|rapist|murderer|killer|fraudster|paedophile|criminal|corrupt|liar)\b""",
    re.IGNORECASE | re.VERBOSE,
)
PERSON = re.compile(r"\b[A-Z][a-z]+(?: (?:[A-Z]\.|[A-Z][a-z]+|de|van|al))* [A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")
# Two capitalised words that name a place, an office or the start of a sentence rather than a person.
NOBODY = re.compile(
    r"\b(?:A|An|At|Centre|Chief|City|Constable|Council|Court|Crown|East|Green|Hall|Hospital|In|Inspector|Lane|Midlands|New"
    r"|North|Officers?|On|Park|Police|Road|Sergeant|South|Square|Station|Street|Team|The|Unit|University|West)\b"
)

# Agencies and picture libraries as they stand in a watermark or a credit line; readers lose the spaces.
AGENCIES = re.compile(
    r"""\b(?:www\.?\ ?)?
        (?:alamy|getty\ ?images|istock(?:\ ?photo)?|shutterstock|adobe\ ?stock|deposit\ ?photos|dreamstime|123rf
           |bigstock(?:photo)?|can\ ?stock\ ?photo|fotolia|pond5|rex\ features|splash\ ?news|swns|caters\ ?news
           |press\ association|pa\ (?:wire|images|media)|reuters|associated\ press|agence\ france-presse
           |zuma\ ?press|news\ ?agency|press\ agency|stock\ ?photos?|photo\ ?agency)
        (?:\.com|\.co\.uk)?\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What may stand beside an agency's name in a watermark; anything more is a shop sign or a sentence.
BESIDE = re.compile(
    r"\b(?:stock|photos?|images?|by|via|credit|copyright|limited|ltd|inc|com|www|the)\b|[\W\d]", re.IGNORECASE
)
CLAIM = re.compile(r"(?:\N{COPYRIGHT SIGN}|\(c\)|\bcopyright\b)[\W\d]*(?P<by>.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clue:
    """What some words tell: the finding's kind, how sure that is, and in words."""

    kind: str
    score: float
    evidence: str


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
    """How many of these letters are a piece of what tapes say and other signs do not; 0 if too few."""
    if len(letters) < FRAGMENT:
        return 0
    best = 0
    for phrase in TAPES:
        strip = phrase * 2  # tape repeats itself, and a piece may begin anywhere
        found = fuzz.partial_ratio_alignment(letters, strip, score_cutoff=ALIKE)
        if found is not None:
            piece = strip[found.dest_start : found.dest_end]
            rest = min(len(piece.replace(common, "", 1)) for common in COMMONPLACE)
            inside = any(piece in common for common in COMMONPLACE)
            if len(piece) >= FRAGMENT and rest >= 3 and not inside:
                best = max(best, len(piece))
    return best


def school(text: str) -> Clue | None:
    """Whether a line names a school that children go to."""
    text = plain(text)
    if NO_SCHOOL.search(text):
        return None
    if SCHOOL.search(text):
        return Clue("juvenile.school", 0.85, "the name of a school")
    if len(text.split()) <= 5 and ACADEMY.search(text):
        return Clue("juvenile.school", 0.45, "the name of an academy, perhaps a school")
    named = NAMED_SCHOOL.fullmatch(text)
    if named and not NO_NAME.search(named["name"]):
        return Clue("juvenile.school", 0.6, "the name of a school, perhaps of children")
    return None


def pupils(text: str) -> Clue | None:
    """Whether a caption speaks of schoolchildren."""
    return Clue("juvenile.school", 0.6, "schoolchildren are spoken of") if PUPILS.search(plain(text)) else None


def exhibit(text: str, near: Sequence[str]) -> Clue | None:
    """Whether a line is an exhibit's reference or seal; alone it is any number, so the lines near it count."""
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


def appeal_name(text: str) -> Clue | None:
    """Whether a file or folder is named after a wanted or missing person."""
    found = APPEAL_NAME.search(plain(text))
    return Clue("text.appeal", 0.5, "a word for a wanted or missing person") if found else None


def appeal(text: str, *, face: bool) -> Clue | None:
    """Whether a line belongs to a notice about a wanted or missing person."""
    text = plain(text)
    if APPEAL.search(text):
        return Clue("text.appeal", 0.8, "words of a wanted, missing or appeal notice")
    named = NAMED.fullmatch(text)
    if named and not NO_PERSON.search(named["who"]):
        return Clue("text.appeal", 0.8 if face else 0.5, "somebody's name in a headline of a wanted or missing notice")
    if LAST_SEEN.search(text):
        return Clue("text.appeal", 0.5, "where somebody was last seen")
    if face and HEADLINE.fullmatch(text):
        return Clue("text.appeal", 0.5, "a headline of a wanted or missing notice, and a face")
    return None


def accusation(text: str) -> Clue | None:
    """Whether a caption names somebody in the sentence that accuses."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n", plain(text)):
        if ACCUSATION.search(sentence) and any(not NOBODY.search(name[0]) for name in PERSON.finditer(sentence)):
            return Clue("text.accusation", 0.6, "a person's name beside an accusation")
    return None


def watermark(text: str, force: Force) -> Clue | None:
    """Whether a line in the picture says that the picture is somebody else's."""
    text = plain(text)
    if force.named_in(text):
        return None
    if AGENCIES.search(text) and len(BESIDE.sub("", AGENCIES.sub("", text))) <= 3:
        return Clue("copyright.watermark", 0.8, "the name of an agency or picture library, as a watermark has it")
    claim = CLAIM.search(text)
    if claim and sum(letter.isalpha() for letter in claim["by"]) >= 3:
        return Clue("copyright.watermark", 0.6, "a copyright sign with somebody else's name")
    return None
