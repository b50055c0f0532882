"""Fields of a form: which line is a label, and which lines say what it asks for, in the next column or below it.

Forms, notes and tables put a label on the left and its value on the right, however far, or labels at the top and
values in a column under each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from screening.text.lines import Line, aligned, beside

# How far a value may be to the right of its label, and below it or below the value above, in heights of the label.
COLUMN, DOWN = 30.0, 4.0
# How far the left edges or the middles of a label and of what is in its column may differ, in the same measure.
ASKEW = 1.5
# The people that forms ask about.
ROLE = (
    r"(?:patient|client|customer|claimant|child|pupil|student|resident|victim|witness|complainant|suspect|detainee|detained"
    r"\s+person|defendant|next\s+of\s+kin|emergency\s+contact|carer|parent|guardian)"
)
NUMBERED = r"(?:\s*(?:no|num|number|ref(?:erence)?)\.?)?"
# Labels of somebody's name, and of what else a form asks about a person. A form for things has neither.
NAME = re.compile(
    rf"(?i)(?:(?:full|first|last|family|given|middle|maiden|{ROLE}(?:['’]?s)?)\s*names?|(?:sur)?names?|forenames?"
    rf"|names?\s*of\s*(?:the\s*)?{ROLE}|{ROLE})(?:\s*\(s\))?"
)
ABOUT = re.compile(
    rf"(?i)(?:d\.?o\.?b\.?|date\s*of\s*birth|birth\s?date|place\s*of\s*birth|born|age|sex|gender|nationality|occupation"
    rf"|(?:home|work|mobile|contact)?\s*(?:tel(?:ephone)?|phone|mobile|mob){NUMBERED}|e-?mail(?:\s*address)?"
    rf"|(?:home\s*|postal\s*|current\s*)?address|post\s?code|(?:n\.?i\.?|nhs|custody|crime|passport){NUMBERED}|offences?"
    r"|next\s*of\s*kin)"
)
ADDRESS = re.compile(r"(?i)(?:home\s*|postal\s*|current\s*)?address")
BARE = re.compile(r"^\W+|(?<!\))\W+$")


@dataclass(frozen=True, slots=True)
class Field:
    """A label and one of the lines that stand for it.

    Attributes:
        label: the line that says what is asked for.
        value: the line in its row or its column.
        across: whether the value is beside the label, rather than below it.
    """

    label: Line
    value: Line
    across: bool

    @property
    def text(self) -> str:
        """Both as one string."""
        return f"{self.label.text} {self.value.text}"


def is_name(text: str) -> bool:
    """Whether a line is a label that asks for somebody's name, and nothing else."""
    return NAME.fullmatch(BARE.sub("", text)) is not None


def is_label(text: str) -> bool:
    """Whether a line is a label of a form about a person, and nothing else."""
    return is_name(text) or ABOUT.fullmatch(BARE.sub("", text)) is not None


def is_address(text: str) -> bool:
    """Whether a line is a label that asks where somebody lives."""
    return ADDRESS.fullmatch(BARE.sub("", text)) is not None


def fields(read: Sequence[Line], asks: Callable[[str], object]) -> Iterator[Field]:
    """Each label with its value: the nearest line to its right, else every line in the column below it.

    Args:
        read: the lines of the picture.
        asks: whether a line's text is a label that is looked for.
    """
    for label in read:
        if not asks(label.text):
            continue
        right = [other for other in read if other is not label and beside(label, other, gap=COLUMN)]
        nearest = min(right, key=lambda other: other.seen_from(label)[0], default=None)
        if nearest is not None and not is_label(nearest.text):
            yield Field(label, nearest, True)
        else:
            yield from (Field(label, value, False) for value in _column(label, read))


def _column(label: Line, read: Sequence[Line]) -> Iterator[Line]:
    """The lines under a label, up to the next label or a wide gap."""
    under = sorted((other for other in read if _under(label, other)), key=lambda other: other.seen_from(label)[1])
    end = 1.0
    for value in under:
        _, top, _, bottom = value.seen_from(label)
        if top - end > DOWN or is_label(value.text):
            return
        end = bottom
        yield value


def _under(label: Line, other: Line) -> bool:
    """Whether a line is below a label, of about its size, with its left edge or its middle where the label's is."""
    if other is label or not aligned(label, other) or not 0.5 <= other.height / max(label.height, 1.0) <= 2.0:
        return False
    left, top, right, _ = other.seen_from(label)
    middle = (left + right) / 2 - label.length / max(label.height, 1.0) / 2
    return top > 0.5 and min(abs(left), abs(middle)) <= ASKEW
