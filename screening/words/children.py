"""Words of a caption that say that a child is shown: ages, and what children are called."""

from __future__ import annotations

import re

from screening.text.lines import plain
from screening.words.clue import Clue
from screening.words.number_words import ONES, TEENS

# Under eighteen in letters.
SMALL = "|".join((*ONES, "ten", *TEENS[:7]))
UNDER_18 = rf"(?:1[0-7]|[1-9]|{SMALL})"
# What else has an age in years.
THING = (
    r"(?:car|van|dog|horse|puppy|building|station|tree|case|crime|murder|law|bridge|charity|business|company|tradition"
    r"|springer|labrador|spaniel|german|belgian|police\ dog|whisky)"
)
AGED = re.compile(
    rf"""\baged?[ ]?:?\ (?:just\ |only\ )?{UNDER_18}\b(?![.%-]\d|\ (?:years?|months?|weeks?)\ (?:of|in|whisky|malt)\b)
       |\b{UNDER_18}[- ](?:years?|yrs?|months?|mths?|weeks?)[- ]olds?\b(?!\ {THING})
       |\bunder[- ]?(?:1[0-8]|[5-9])s\b|\bunder\ the\ age\ of\ (?:1[0-8]|[5-9])\b""",
    re.IGNORECASE | re.VERBOSE,
)
# A name with an age in brackets or between commas, as the press writes it: Tom (9); Ava Smith, 12, from Solihull.
NAMED_AGE = re.compile(
    r"\b[A-Z][a-z]+(?: [A-Z][a-z'-]+)?"
    r"(?: ?\((?:aged )?(?:1[0-7]|[1-9])\)|, (?:aged )?(?:1[0-7]|[1-9])(?=, | from | of ))"
)
# Months before a number in brackets are dates, and these have no age.
NO_NAME = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday"
    r"|Wednesday|Thursday|Friday|Saturday|Sunday|Section|Figure|Part|Page|Day|Team|Group|Room|Unit|Stage|Level"
    r"|Number|Step"
    r"|Picture|Image|Photo|Item|Chapter|Sector|Zone|Class|Division|Junction|Grade)\b"
)
CALLED = re.compile(
    r"""\b(?:toddlers?|youngsters?|teenagers?|teens?|schoolmates?|(?:little|young|baby)\ (?:boys?|girls?)|new-?born
           |brownies|cub\ scouts?|cubs|beavers|scouts|girl\ ?guides|(?:police|army|sea|air)\ cadets?|minors
           |juveniles?|under-?age|pre-?schoolers?|infants|children|kids|boys|girls|bab(?:y|ies)|child|boy|girl)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What is named after children, is done for them, or is no child.
NO_CHILD = re.compile(
    r"""\bchildren\ in\ need\b|\bsave\ the\ children\b|\bbirmingham\ children'?s\b
       |\bschool\ ?(?:children|child|boys?|girls?)\b
       |\b(?:children|kid|boy|girl|child|baby|pupil)'?s?'?
           \ (?:charit|hospital|hospice|home|services?|trust|fund|safeguard|protection|commissioner
           |society|social
           |centre|act\b|abuse|exploitation|cruelty|seats?|locks?|benefit|support|helpline|mental|monitors?|bands?|shower|toys?|books?|clothes|premium|referral)
       |\bchild(?:hood|care|proof|line|-?friendly|\ (?:sex|sexual|criminal|maintenance))\w*
       |\b(?:protect|safeguard|support|help|for|about|against|of|harm|no)(?:ing|s)?
           \ (?:our\ |vulnerable\ |local\ |all\ |young\ )*(?:children|kids|teenagers|youngsters|boys|girls)\b
       |\b(?:old|pet\ shop|beach|bad|lost|golden|cow|bell|play|back\ ?street|nursery)\ (?:boys?|children)\b
       |\bboys?\ in\ blue\b|\bgood\ (?:boy|girl)\b|\bcadets?\ (?:leaders?|hut)\b|\bscouts?\ (?:hut|hall)\b
       |\b(?:bear|lion|wolf|tiger)\ cubs?\b|\b(?:chocolate|baked)\ brownies\b
       |\bjuvenile\ (?:gull|swan|bird|hawk|owl)s?\b
       |\bbaby\ (?:ducks?|swans?|owls?|deer|monitor|grand|bank)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def children(text: str) -> Clue | None:
    """Whether a caption says that somebody under 18 is shown."""
    text = plain(text)
    if AGED.search(text) or any(not NO_NAME.search(match[0]) for match in NAMED_AGE.finditer(text)):
        return Clue("juvenile.mentioned", 0.7, "an age under 18 is mentioned")
    if CALLED.search(NO_CHILD.sub(" ", text)):
        return Clue("juvenile.mentioned", 0.6, "children are mentioned")
    return None
