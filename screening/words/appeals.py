"""Words of notices about wanted and missing people, and captions that accuse somebody, in one string."""

from __future__ import annotations

import re

from screening.text.lines import plain
from screening.words.clue import Clue

WHO = (
    "(?:man|men|woman|women|people|person|pair|group|youths?|boy|girl|teenagers?|males?|females?|suspects?|lady|drivers?"
    "|owner)"
)
CRIMES = "police|murder|robbery|burglary|assault|theft|fraud|rape|arson|questioning|recall"
APPEAL = re.compile(
    rf"""\bmissing\W+(?:person|child|boy|girl|teenager|man|woman)\b|\bmost\ wanted\b
       |\bwanted\ (?:for|by)\b.{{0,30}}\b(?:{CRIMES})\b
       |\bwanted\ on\ (?:\w+\ ){{0,2}}(?:recall|warrant|bail|licence)\b|\bwanted\ in\ connection\b
       |\bwanted\W+(?:man|woman|person|suspect)\b
       |\bhave\ you\ seen\ (?:this|these|him|her|them)\b|\bhaveyouseenthis
       |\bdo\ you\ (?:know|recogni[sz]e)\ (?:this|these|him|her|them|who|anyone|either|any\ of)\b
       |\b(?:can|could)\ you\ (?:help\ )?(?:us\ )?(?:to\ )?(?:identify|name|recogni[sz]e|trace|find)\ (?:this|these
         |him|her|them|the\ {WHO})\b
       |\b(?:speak|talk)\ to\ (?:this|these|the)\ (?:two\ |three\ )?{WHO}\b|\bspeak\ to\ him\b
         |\bspeak\ to\ (?:the\ )?(?:driver|owner)\ of\b
       |\b(?:help|appeal|trying|hoping|want|keen|looking|seeking)\ (?:us\ )?(?:to\ )?(?:identify|trace|find
         |recogni[sz]e|name|locate|identifying|tracing)
           \ (?:this|these|him|her|them|an?|the|two|three)\ {WHO}\b
       |\brecogni[sz]e\ (?:this|these|him|her|them)\b|\bwho\ (?:is|are)\ (?:this|these)\ (?:man|men|woman|women
         |people)\b
       |\b(?:in\ connection\ with|suspected\ of|sought\ (?:over|for|by))\ .{{0,40}}\b(?:{CRIMES}|attack|incident
         |stabbing|shooting|offences?)\b
       |\b(?:witness|police|cctv)\ appeal\b|\bappeal\ for\ (?:witnesses|information)\b""",
    re.IGNORECASE | re.VERBOSE,
)
HEADLINE = re.compile(r"\W*(?:WANTED|MISSING|APPEAL)\W*")
# A headline with a name; and things that are wanted, missing or seen.
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
# What a court did to somebody, and pictures taken in custody: no such picture goes out.
SENTENCED = re.compile(
    r"""\b(?:jailed|imprisoned|sentenced|locked\ up|put\ behind\ bars|handed\ (?:a|an)\ [\w-]+\ (?:sentence|term)
      |convicted|found\ guilty
           |pleaded\ guilty)\b(?!\ (?:under|the\ (?:law|act)))
       |\b(?:remanded|held)\ in(?:to)?\ custody\b|\b(?:custody|police)\ (?:image|photo(?:graph)?|picture
         |mug ?shot)s?\b(?!\ (?:library|competition|club|team))
       |\bmug\ ?shots?\b|\be-?fits?\b(?=.{0,40}\b(?:man|woman|suspect|police)\b)|\b(?:release|freed)\ on\ (?:bail
         |licence)\b
       |\b(?:prison|jail|custodial|suspended)\ (?:sentence|term)\b|\bbehind\ bars\b|\b(?:serving
         |years?)\ in\ (?:prison|jail)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# An accusation in print: somebody's name, then what they are called.
CALLED = re.compile(
    r"(?P<who>[A-Z][a-z]+(?: [A-Z][a-z'-]+){1,2}),? (?:is|was|are|=|you(?:'re| are)|the|-|:)? ?(?:a |an "
    r"|the )?(?:\w+ )?"
    r"(?i:thief|burglar|robber|rapist|murderer|killer|fraudster|paedophile|paedo|criminal|liar|crook|cheat|con ?man"
    r"|scammer"
    r"|drug dealer|nonce|pervert|abuser|corrupt|guilty)\b"
)
ACCUSATION = re.compile(
    r"""\b(?:convicted|guilty|charged\ with|accused|arrested|jailed|sentenced|suspect(?:ed)?|offender|thief|burglar
           |robber|rapist|murderer|killer|fraudster|paedophile|criminal|corrupt|liar)\b""",
    re.IGNORECASE | re.VERBOSE,
)
PERSON = re.compile(r"\b[A-Z][a-z]+(?: (?:[A-Z]\.|[A-Z][a-z]+|de|van|al))* [A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")
# Capitalised words of a place, an office or the start of a sentence rather than a person's name.
NOBODY = re.compile(
    r"\b(?:A|An|At|Centre|Chief|City|Constable|Council|Court|Crown|East|Green|Hall|Hospital|In|Inspector|Lane"
    r"|Midlands|New"
    r"|North|Officers?|On|Park|Police|Road|Sergeant|South|Square|Station|Street|Team|The|Unit|University|West)\b"
)


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


def sentenced(text: str) -> Clue | None:
    """Whether a caption says that somebody was sentenced, or that the picture was taken in custody."""
    found = SENTENCED.search(plain(text))
    return Clue("text.appeal", 0.6, "words about a sentence or custody") if found else None


def called(text: str) -> Clue | None:
    """Whether a line of print calls somebody named a criminal."""
    text = plain(text)
    text = text.title() if text.isupper() else text
    found = CALLED.search(text)
    if found and not NOBODY.search(found["who"]):
        return Clue("text.accusation", 0.6, "a person's name beside an accusation, in print")
    return None


def accusation(text: str) -> Clue | None:
    """Whether a caption names somebody in the same sentence as an accusation."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n", plain(text)):
        if ACCUSATION.search(sentence) and any(not NOBODY.search(name[0]) for name in PERSON.finditer(sentence)):
            return Clue("text.accusation", 0.6, "a person's name beside an accusation")
    return None
