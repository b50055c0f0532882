"""Words that give away a school or its children, in one string."""

from __future__ import annotations

import re

from screening.text.lines import plain
from screening.words.clue import Clue

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
# Most schools show only their name, alone on a sign or banner; not the words before SCHOOL on other signs.
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
# Schools for adults, streets, road signs, venues called academies.
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


def school(text: str) -> Clue | None:
    """Whether a line names a school for children."""
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
    return Clue("juvenile.school", 0.6, "schoolchildren are mentioned") if PUPILS.search(plain(text)) else None
