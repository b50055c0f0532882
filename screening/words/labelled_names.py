"""Finds the names and addresses of people on forms, by the words that forms print before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from screening.text.lines import Line
from screening.words.documents import person
from screening.words.forms import ROLE, fields, is_address, is_label, is_name
from screening.words.private_numbers import Detail

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


# A house's number or flat and a word with a capital: 14 Willowbank, whatever its street is called.
DWELLING = re.compile(
    r"(?:(?i:flat|apartment|unit)\s*\w{1,3},?\s*)?\d{1,4}[A-Za-z]?,?\s+[A-Z][a-z'-]{2,}(?:[\s,]+[A-Z][\w'-]*)*"
)


def on_forms(read: Sequence[Line]) -> Iterator[tuple[Detail, Line]]:
    """The names and addresses beside or below bare labels, each with its line.

    "Name" alone is on every badge and every entry form: another label must ask about the person too.
    """
    labels = [line for line in read if is_label(line.text.partition(":")[0])]
    for field in fields(labels and read, is_label):
        said, score = field.value.text, 0.7 if len(labels) > 1 else 0.4
        word = (
            is_name(field.label.text) and ONE.fullmatch(said) and re.search(r"(?i)surname|forename", field.label.text)
        )
        if is_name(field.label.text) and (person(said) or word) and not BLANK.search(said):
            yield Detail("personal.name", score, f"a name on a form, {len(said)} characters", 0, len(said)), field.value
        elif is_address(field.label.text) and DWELLING.match(said):
            yield (
                Detail("personal.address", 0.7, f"an address on a form, {len(said)} characters", 0, len(said)),
                field.value,
            )
