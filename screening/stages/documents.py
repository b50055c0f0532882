"""Identity documents, officers by rank and number or name, name badges, briefings, and codes on shoulders and roofs.

All of it is judged by the lines that were read and where they are: a title counts as a document's only with its fields
around it, and a name as a badge's only on the body below a face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.finding import Box, Finding, boxes
from screening.force import Force
from screening.photo.photo import Photo
from screening.street.unit_codes import SURE, roof_codes, shoulder_numbers
from screening.text.lines import Line, below, join, lines, rows
from screening.words import access_codes, captions
from screening.words import documents as rules
from screening.words.clue import Clue
from screening.words.forms import fields

# How far a document extends around one of its lines, in that line's heights: left, up, right, down.
AROUND_TITLE = 15.0, 6.0, 25.0, 15.0
AROUND_NUMBER = 10.0, 15.0, 12.0, 10.0
AROUND_WORD = 10.0, 8.0, 10.0, 20.0
# The height of a page with a machine-readable zone, as a multiple of the zone's length.
PAGE = 0.85
# The body below a face, in the face's widths from its middle and heights from its chin; and the greatest height of a
# badge's letters: print on clothes is larger.
SIDEWAYS, DOWN = 1.5, 3.5
RANK_HIGH, NAME_HIGH = 0.35, 0.16

Reach = tuple[float, float, float, float]
Told = tuple[Clue, Box, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Finds identity documents and warrant cards, officers' numbers and names, name badges, briefings, codes.

    Attributes:
        force: who "we" are, by whose name a police car is known.
        minimum: the score below which nothing is reported.
    """

    name: ClassVar[str] = "documents"
    after: ClassVar[tuple[str, ...]] = ("metadata", "faces", "vehicles", "text", "codes", "plates")
    adds_to: ClassVar[tuple[str, ...]] = ("faces",)
    kinds: ClassVar[tuple[str, ...]] = (
        "personal.document",
        "staff.warrant_card",
        "staff.collar_number",
        "staff.officer",
        "staff.briefing",
        "staff.access_code",
        "staff.roof_code",
        "staff.plan",
        "face.name_badge",
    )

    force: Force = Force()
    minimum: float = 0.4

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        page = whole(lines(found))
        faces = [*boxes(found, "face.identifiable"), *boxes(found, "face.unidentifiable")]
        codes = self._codes(photo, found, lines(found), faces)
        for clue, place, text in (*documents(page), *staff(page), *badges(page, faces), *codes):
            box = place.clip(photo.width, photo.height)
            if clue.score >= self.minimum and box is not None:
                yield Finding(clue.kind, clue.score, clue.evidence, box, text)
        for text, where, code in captions.strings(found):
            said = in_words(text)
            if said is not None and said.score >= self.minimum:
                yield Finding(said.kind, said.score, f"{said.evidence}, in {where}", code, text)

    def _codes(
        self, photo: Photo, found: Sequence[Finding], read: Sequence[Line], faces: Sequence[Box]
    ) -> Iterator[Told]:
        """The numbers on shoulders without a rank beside them, and the codes on roofs."""
        for line in shoulder_numbers(read, faces):
            yield Clue("staff.collar_number", 0.55, "a number on somebody's shoulder"), line.box, line.text
        vehicles, plates = boxes(found, "seen.vehicle", least=SURE), boxes(found, "vehicle.plate")
        for line in roof_codes(photo, read, vehicles, plates, self.force):
            yield Clue("staff.roof_code", 0.6, "a large code on a police vehicle"), line.box, line.text


def in_words(text: str) -> Clue | None:
    """What a string beside the picture says that a document or a note would; officers' names are in every caption."""
    if rules.zone(text):
        return Clue("personal.document", 0.95, "the machine-readable zone of a passport or card")
    if rules.driver_number(text):
        return Clue("personal.document", 0.9, "the number of a driving licence")
    if access_codes.access_code(text, []):
        return Clue("staff.access_code", 0.7, "the code of a door or an alarm, or a password")
    if rules.numbered_officer(text):
        return Clue("staff.collar_number", 0.6, "an officer's rank and number")
    return None


def whole(read: Sequence[Line]) -> list[Line]:
    """The lines, rows of several lines, and ranks and words for codes with what is beside or below them."""
    single = set(read)
    page = [*read, *(row for row in rows(read) if row not in single)]
    ranks = [line for line in page if rules.rank(line.text)]
    joined = [join([rank, line]) for rank in ranks for line in page if line is not rank and below(rank, line)]
    # a word that announces a code, and what stands in the next column or below it
    coded = [one for one in fields(read, access_codes.is_label) if one.across or access_codes.says_so(one.label.text)]
    joined += [join([one.label, one.value]) for one in coded]
    return [*page, *joined]


def documents(page: Sequence[Line]) -> list[Told]:
    """Each document once, with all its lines: its box is what is redacted."""
    kept: list[Told] = []
    for clue, place, text in sorted(_documents(page), key=lambda told: -told[0].score):
        same = next((one for one in kept if one[1].overlap(place)), None)
        if same is None:
            kept.append((clue, place, text))
        else:
            kept[kept.index(same)] = (same[0], same[1].union(place), same[2])
    return kept


def _documents(page: Sequence[Line]) -> Iterator[Told]:
    for line in page:
        title = rules.title(line.text)
        if rules.zone(line.text):
            long = line.length / max(line.height, 1.0)
            clue = Clue("personal.document", 0.95, "the machine-readable zone of a passport or card")
            yield clue, *_all_of(near(line, page, (4.0, PAGE * long, 4.0, 5.0)))
        elif rules.driver_number(line.text):
            clue = Clue("personal.document", 0.9, "the number of a driving licence")
            yield clue, *_all_of(near(line, page, AROUND_NUMBER))
        elif title:
            around = near(line, page, AROUND_TITLE)
            signs = len(_signs(title, [other.text for other in around if other is not line]))
            if signs:
                kind = "staff.warrant_card" if title == rules.WARRANT else "personal.document"
                evidence = f"{title}: its title, and {signs} other feature{'' if signs == 1 else 's'} of one"
                yield Clue(kind, 0.95 if signs > 1 else 0.6, evidence), *_all_of(around)


def _signs(title: str, around: Sequence[str]) -> set[str]:
    """The other features of a document around its title."""
    signs = {sign for text in around for sign in rules.fields(text)}
    if title in (rules.WARRANT, rules.IDENTITY):
        for text in around:
            signs |= {"rank"} if rules.rank(text) else set()
            signs |= {"rank", "number"} if rules.numbered_officer(text) else set()
            signs |= {"rank", "name"} if rules.named_officer(text, police=True) else set()
        bare = {"name" for text in around if rules.person(text)} | {"number" for text in around if rules.digits(text)}
        # a name alone is on every sign, and so is a number
        if signs or title == rules.WARRANT or len(bare) > 1:
            signs |= bare
    return signs


def staff(page: Sequence[Line]) -> Iterator[Told]:
    """Officers by number or name, an operation's briefing, codes of doors and alarms: each line once."""
    taken: list[Box] = []
    for line in sorted(page, key=lambda line: -len(line.text)):  # a row comes before its lines
        told = None if any(line.box.inside(box) > 0.8 for box in taken) else _of_staff(line, page)
        if told is not None:
            taken.append(line.box)
            yield told


def _of_staff(line: Line, page: Sequence[Line]) -> Told | None:
    here = line.box, line.text
    if rules.numbered_officer(line.text):
        return Clue("staff.collar_number", 0.6, "an officer's rank and number"), *here
    if rules.plan(line.text):
        return Clue("staff.plan", 0.6, "the title of a plan, or of a list of keys"), *here
    if not rules.worth_a_look_around(line.text):  # which is costly on a full page
        return None
    board = near(line, page, AROUND_WORD)
    around = [other.text for other in board]
    if rules.operation(line.text) and rules.briefing(around):
        clue = Clue("staff.briefing", 0.7, "the name of an operation with words of its briefing")
        return clue, *_all_of(board)
    if access_codes.access_code(line.text, around):
        return Clue("staff.access_code", 0.7, "the code of a door or an alarm, or a password"), *here
    if rules.named_officer(line.text, police=any(rules.speaks_of_police(text) for text in around)):
        return Clue("staff.officer", 0.6, "an officer's rank and name"), *here
    return None


def badges(page: Sequence[Line], faces: Sequence[Box]) -> Iterator[Told]:
    """Names, and ranks with a name or a number, on the body below a face: one badge for each face."""
    for face in faces:
        worn = [line for line in page if on_body(face, line)]
        ranks = [line for line in worn if line.height <= RANK_HIGH * face.height and _officer(line)]
        names = [line for line in worn if line.height <= NAME_HIGH * face.height and rules.person(line.text)]
        if ranks or names:
            yield Clue("face.name_badge", 0.7 if ranks else 0.6, "a name badge below a face"), *_all_of(ranks + names)


def _officer(line: Line) -> bool:
    return rules.numbered_officer(line.text) or rules.named_officer(line.text, police=True)


def on_body(face: Box, line: Line) -> bool:
    """Whether a line is upright on the body below a face."""
    x, y = line.centre
    sideways = abs(x - face.centre[0]) / face.width
    down = (y - face.bottom) / face.height
    return sideways <= SIDEWAYS and 0 < down <= DOWN and line.length <= 3 * face.width and abs(line.angle) <= 35


def near(line: Line, page: Sequence[Line], reach: Reach) -> list[Line]:
    """The line and those whose middle is within `reach` of it, in its reading direction."""
    left, up, right, down = reach
    width = line.length / max(line.height, 1.0)

    def reached(other: Line) -> bool:
        start, top, end, bottom = other.seen_from(line)
        return -left <= (start + end) / 2 <= width + right and -up <= (top + bottom) / 2 <= 1 + down

    return [other for other in page if other is line or reached(other)]


def _all_of(parts: Sequence[Line]) -> tuple[Box, str]:
    box = parts[0].box
    for part in parts[1:]:
        box = box.union(part.box)
    return box, "\n".join(part.text for part in parts)
