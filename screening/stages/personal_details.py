"""Finds personal details of other people: numbers, mail addresses, handles, names with addresses; and our own intranet.

Searches the text in the picture, the metadata and the contents of codes. A business's published number or shared
mailbox on a sign says nothing about a person: it is noted with a score that the default policy leaves clear. A mobile
number or a mailbox with a name is personal, even on a van.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from screening.finding import Box, Finding, boxes
from screening.force import Force
from screening.photo.photo import Photo
from screening.text.lines import Line, lines, plain, rows, wraps
from screening.words.addresses import NUMBERED, PERHAPS, STREETS
from screening.words.business_names import is_sign
from screening.words.forms import fields
from screening.words.labelled_names import CALLED, NAMED, labelled_names, on_forms
from screening.words.online import online
from screening.words.over_lines import over_lines
from screening.words.phone_numbers import dialled, mended, numbers
from screening.words.private_numbers import ACCOUNT_WORDS, BORN, NHS_WORDS, Detail, private_numbers

# How likely a name in a file's name is one; digits there number the pictures.
SURE_IN_NAMES = ("personal.phone", "personal.email", "personal.handle", "personal.nino", "personal.intranet")
# Kinds that are announced by a word, perhaps in the line above or in another column.
ANNOUNCED = ("personal.date_of_birth", "personal.nhs_number", "personal.account", "personal.name")
ANNOUNCING = (BORN, NHS_WORDS, ACCOUNT_WORDS, NAMED, CALLED)
# Kinds that are recognised by words, not by digits.
WORDED = (
    "personal.email",
    "personal.email.business",
    "personal.handle",
    "personal.intranet",
    "personal.name",
    "personal.name_and_address",
)
TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Lady|MR|MRS|MS|MISS|DR)\b\.?\s+[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*")
PERSON = re.compile(r"[A-Z][a-z'-]+(?:\s+[A-Z]\.?)?\s+[A-Z][a-z'-]+")
STREET = re.compile(
    r"(?i)\b(?:flat\s+\w+,?\s*)?\d{1,4}[a-z]?,?\s+(?:[a-z'-]+\s+){1,3}(?:"
    + "|".join((*STREETS, *PERHAPS, *NUMBERED))
    + r")\b"
)
POSTCODE = re.compile(r"(?i)\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}|GIR\s?0AA)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDetails:
    """Finds personal details.

    Attributes:
        force: who "we" are; our published numbers and addresses pass, our intranet never does.
        minimum: the least score that is reported.
        business: the score of a business's number, address or handle on a sign.
    """

    name: ClassVar[str] = "personal_details"
    after: ClassVar[tuple[str, ...]] = ("metadata", "vehicles", "text", "codes")
    kinds: ClassVar[tuple[str, ...]] = (
        "personal.phone",
        "personal.phone.business",
        "personal.email",
        "personal.email.business",
        "personal.nino",
        "personal.nhs_number",
        "personal.card",
        "personal.iban",
        "personal.account",
        "personal.handle",
        "personal.date_of_birth",
        "personal.name",
        "personal.address",
        "personal.name_and_address",
        "personal.intranet",
    )

    force: Force = field(default_factory=Force)
    minimum: float = 0.1
    business: float = 0.3

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        read = [replace(line, text=plain(line.text)) for line in lines(found)]
        details = [*self.in_lines(read, found), *self.in_strings(found)]
        for finding in once(details):
            if finding.score >= self.minimum:
                box = finding.box.clip(photo.width, photo.height) if finding.box else None
                yield replace(finding, box=box)

    def in_lines(self, read: Sequence[Line], found: Sequence[Finding]) -> Iterator[Finding]:
        """The details in the lines of text in the picture, each line alone and then with its continuation."""
        vehicles = boxes(found, "seen.vehicle")
        seen = set(read)
        for line in (*read, *(row for row in rows(read) if row not in seen)):
            # the context is costly to look at on a full page, and only matters for numbers and handles
            sign = bool(re.search(r"\d{3}|[@:/]", mended(line.text))) and is_sign(line, read, vehicles)
            for detail in self.details(line.text, sign=sign):
                yield finding_of(detail, line.text, part(line, detail.start, detail.end))
        pairs = wraps(read)
        # every table has numbers in columns: only a number announced by a word continues below it
        for line in (join_below(upper, lower) for upper, lower in pairs):
            yield from announced(line.text, line.box)
        for pair in fields(read, announces):
            yield from announced(pair.text, pair.value.box if pair.across else pair.label.box.union(pair.value.box))
        for detail, line in on_forms(read):
            yield finding_of(detail, line.text, line.box)
        yield from over_lines(pairs, self.force)
        yield from names_with_addresses(pairs)

    def in_strings(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """The details in metadata, names and codes."""
        for finding in found:
            if not (finding.is_a("seen.metadata") or finding.is_a("seen.code")):
                continue
            where = finding.evidence if finding.is_a("seen.metadata") else "a code"
            text = plain(finding.text)
            for detail in (*self.details(text, sign=False), *written_out(text)):
                if likely(detail, finding):
                    masked = replace(detail, evidence=f"{detail.evidence}, in {where}")
                    yield finding_of(masked, text, finding.box)

    def details(self, text: str, *, sign: bool) -> Iterator[Detail]:
        """Every personal detail in one text; `sign` says that it is on a shop, a van or an advertisement."""
        private = list(private_numbers(text))
        yield from private
        yield from labelled_names(text)
        yield from online(text, self.force, sign=self.business if sign else None)
        ours = {dialled(number) for number in self.force.numbers}
        for number in numbers(text):
            if number.digits in ours or any(number.start < one.end and one.start < number.end for one in private):
                continue
            kind, score = "personal.phone", {"mobile": 0.9, "landline": 0.8, "service": 0.2}.get(number.sort, 0.4)
            if number.sort != "mobile" and (sign or number.sort == "service"):
                kind, score = "personal.phone.business", min(score, self.business)
            yield Detail(kind, score, f"phone, ends {number.digits[-3:]}", number.start, number.end)


def likely(detail: Detail, where: Finding) -> bool:
    """Whether a detail is plausible in its field: cameras and programs write long numbers."""
    if where.is_a("seen.metadata.name"):
        return detail.score >= 0.8 and detail.kind in SURE_IN_NAMES
    return detail.kind in WORDED or not where.is_a("seen.metadata.counted")


def part(line: Line, start: int, end: int) -> Box:
    """The approximate place of some of a line's characters, assuming equal widths, with half a character to spare."""
    count = max(len(line.text), 1)
    first, last = max(0.0, (start - 0.5) / count), min(1.0, (end + 0.5) / count)
    top_left, top_right, bottom_right, bottom_left = line.points
    return Box.around(
        tuple(
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in ((top_left, top_right), (bottom_left, bottom_right))
            for share in (first, last)
        )
    )


def announces(text: str) -> bool:
    """Whether a line has a word that announces a detail."""
    return any(words.search(text) for words in ANNOUNCING)


def announced(text: str, box: Box) -> Iterator[Finding]:
    """The details in a label and its value that only the label makes one."""
    for detail in (*private_numbers(text), *labelled_names(text)):
        if detail.kind in ANNOUNCED:
            yield finding_of(detail, text, box)


def join_below(upper: Line, lower: Line) -> Line:
    """Two lines, one below the other, read as one; its place is that of both."""
    box = upper.box.union(lower.box)
    left, top, right, bottom = (float(side) for side in (box.left, box.top, box.right, box.bottom))
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(f"{upper.text} {lower.text}", min(upper.score, lower.score), box, corners)


def names_with_addresses(pairs: Iterable[tuple[Line, Line]]) -> Iterator[Finding]:
    """A person's name right above a street with its number, as on a letter or a parcel."""
    for upper, lower in pairs:
        named = TITLED.search(upper.text) or PERSON.fullmatch(upper.text.strip())
        if named and STREET.match(lower.text.strip()):
            box = upper.box.union(lower.box)
            yield Finding(
                "personal.name_and_address", 0.85, "a name above an address", box, f"{upper.text}, {lower.text}"
            )


def written_out(text: str) -> Iterator[Detail]:
    """A name, a street and a postcode in one string."""
    if (TITLED.search(text) or PERSON.search(STREET.sub("", text))) and STREET.search(text) and POSTCODE.search(text):
        yield Detail("personal.name_and_address", 0.85, "a name with an address", 0, len(text))


def finding_of(detail: Detail, text: str, box: Box | None) -> Finding:
    return Finding(detail.kind, detail.score, detail.evidence, box, text[detail.start : detail.end])


def once(details: Iterable[Finding]) -> Iterator[Finding]:
    """Each detail once, as it was read most surely: a number in a line is not reported again in the line's row."""
    kept: dict[str, list[tuple[str, Box | None]]] = {}
    for one in sorted(details, key=lambda one: -one.score):
        said, there = compact(one.text), kept.setdefault(one.kind.split(".")[1], [])
        if not any((said in other or other in said) and _together(one.box, box) for other, box in there):
            there.append((said, one.box))
            yield one


def _together(one: Box | None, other: Box | None) -> bool:
    """Whether both are in the same place of a picture, or neither has a place."""
    return one is other if one is None or other is None else one.overlap(other) > 0


def compact(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()
