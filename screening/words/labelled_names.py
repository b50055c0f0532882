"""Finds the names of people on forms, by the words that forms print before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.words.private_numbers import Detail

ROLE = (
    r"(?:patient|client|customer|claimant|child|pupil|student|resident|victim|witness|complainant|suspect|detainee|detained"
    r"\s+person|defendant|next\s+of\s+kin|emergency\s+contact|carer|parent|guardian)"
)
# Words that announce a name whatever follows, and those that do only before two words with capitals.
NAMED = re.compile(
    rf"(?i)(?<!\w)(?:{ROLE}(?:['’]?s)?\s*(?:full\s*|sur|first\s*|last\s*)?names?|names?\s*of\s*(?:the\s*)?{ROLE}"
    r"|surname|forenames?|(?:full|first|last|family|given|middle|maiden)\s*names?)\s*(?:\([^)]{0,20}\)\s*)?[:;]\s*"
)
CALLED = re.compile(rf"(?i)(?<!\w){ROLE}\s*[:;]\s*")
# A word of a name, and no label itself.
WORD = r"[A-Z](?:[^\W\d_]|['’-])+(?![\w])(?!\s*[:;])"
ONE, TWO = re.compile(rf"{WORD}(?:\s+{WORD}){{0,3}}"), re.compile(rf"{WORD}(?:\s+{WORD}){{1,3}}")
# What is printed where a name is to be written.
BLANK = re.compile(r"(?i)\b(?:please|print|block|capitals?|signature|signed|date|address|unknown|n/?a|none|names?)\b")


def labelled_names(text: str) -> Iterator[Detail]:
    """The names in a text that words such as "Patient name:" or "Surname:" announce."""
    found: dict[tuple[int, int], str] = {}
    for label, value in ((NAMED, ONE), (CALLED, TWO)):
        for announced in label.finditer(text):
            name = value.match(text, announced.end())
            if name and not BLANK.search(name[0]):
                found[name.span()] = name[0]
    for (start, end), said in found.items():
        yield Detail("personal.name", 0.7, f"a name on a form, {len(said)} characters", start, end)
