"""Lines of text, shared by all rules that read text: which belong together, and their plain spelling.

A line has its own direction, so that "beside" and "below" keep their meaning on a tilted page or one on its side.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screening.finding import Box, Finding

# Hyphens, dashes and minus signs, which are often confused.
DASHES = re.compile("[\u2010-\u2015\u2212\u00ad\u30fc\u4e00\ufe58\ufe63\uff0d]")
QUOTES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201b": "'", "`": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'}
)
# Letters misread for digits, and digits for letters, where only the other is possible.
AS_DIGIT = str.maketrans(
    {
        "O": "0",
        "Q": "0",
        "D": "0",
        "I": "1",
        "L": "1",
        "|": "1",
        "Z": "2",
        "A": "4",
        "S": "5",
        "G": "6",
        "T": "7",
        "B": "8",
    }
)
AS_LETTER = str.maketrans({"0": "O", "1": "I", "2": "Z", "4": "A", "5": "S", "6": "G", "7": "T", "8": "B"})
# Cyrillic and Greek letters that look like Latin ones.
LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in the picture.

    Attributes:
        text: what was read.
        score: the reader's mean confidence in its characters, 0 to 1.
        box: the upright rectangle around it, in pixels of the full-size picture.
        points: its corners, clockwise from the text's own top left.
    """

    text: str
    score: float
    box: Box
    points: tuple[tuple[float, float], ...]

    @property
    def length(self) -> float:
        """Pixels along the reading direction."""
        return math.dist(self.points[0], self.points[1])

    @property
    def height(self) -> float:
        """Pixels across the reading direction: the height of the line, a little more than its capitals."""
        return math.dist(self.points[0], self.points[3])

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, as (x, y)."""
        return sum(x for x, _ in self.points) / 4, sum(y for _, y in self.points) / 4

    @property
    def angle(self) -> float:
        """The reading direction in degrees, 0 to the right, 90 downwards, -180 < angle <= 180."""
        (x0, y0), (x1, y1) = self.points[0], self.points[1]
        return math.degrees(math.atan2(y1 - y0, x1 - x0))

    def seen_from(self, other: Line) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of this line in the other's coordinates: its direction, its heights, from its top
        left."""
        height = max(other.height, 1.0)
        turn = math.radians(other.angle)
        x0, y0 = other.points[0]
        turned = [
            (
                ((x - x0) * math.cos(turn) + (y - y0) * math.sin(turn)) / height,
                ((y - y0) * math.cos(turn) - (x - x0) * math.sin(turn)) / height,
            )
            for x, y in self.points
        ]
        across, down = [x for x, _ in turned], [y for _, y in turned]
        return min(across), min(down), max(across), max(down)


def lines(found: Iterable[Finding]) -> tuple[Line, ...]:
    """The lines of text among earlier stages' findings, in their order."""
    return tuple(
        Line(finding.text, finding.score, finding.box, finding.points or corners(finding.box))
        for finding in found
        if finding.is_a("seen.text") and finding.box is not None
    )


def corners(box: Box) -> tuple[tuple[float, float], ...]:
    """The corners of an upright box, clockwise from the top left."""
    left, top, right, bottom = (float(side) for side in (box.left, box.top, box.right, box.bottom))
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def aligned(one: Line, other: Line, *, degrees: float = 15.0) -> bool:
    """Whether two lines read in about the same direction; a very short line's direction counts for less."""
    short = min(one.length / max(one.height, 1.0), other.length / max(other.height, 1.0)) < 2.0
    apart = abs((one.angle - other.angle + 180.0) % 360.0 - 180.0)
    return apart <= degrees * (2.0 if short else 1.0)


def _apart(one: Line, other: Line, heights: float) -> bool:
    """Whether more than that many of the first line's heights separate the boxes: rules out most pairs quickly."""
    across = max(one.box.left - other.box.right, other.box.left - one.box.right)
    down = max(one.box.top - other.box.bottom, other.box.top - one.box.bottom)
    return max(across, down) > heights * max(one.height, 1.0)


def beside(left: Line, right: Line, *, gap: float = 1.5) -> bool:
    """Whether `right` continues the row of `left`: same size, level, at most `gap` heights further on."""
    if (
        _apart(left, right, gap + 2)
        or not aligned(left, right)
        or not 0.5 <= right.height / max(left.height, 1.0) <= 2.0
    ):
        return False
    start, top, _, bottom = right.seen_from(left)
    end = left.length / max(left.height, 1.0)
    level = min(bottom, 1.0) - max(top, 0.0) >= 0.5 * min(bottom - top, 1.0)
    return level and -0.6 <= start - end <= gap


def below(upper: Line, lower: Line, *, gap: float = 1.2, unlike: float = 2.2) -> bool:
    """Whether `lower` is the next line below `upper`: same direction, at most `gap` heights down, heights differing
    at most by the factor `unlike`."""
    if (
        _apart(upper, lower, gap + 2)
        or not aligned(upper, lower)
        or not 1 / unlike <= lower.height / max(upper.height, 1.0) <= unlike
    ):
        return False
    start, top, end, bottom = lower.seen_from(upper)
    width = upper.length / max(upper.height, 1.0)
    shared = min(end, width) - max(start, 0.0)
    return (
        shared >= 0.3 * min(end - start, width)
        and -0.4 <= top - 1.0 <= gap
        and bottom > 1.0
        and (top + bottom) / 2 > 1.0
    )


def rows(found: Sequence[Line], *, gap: float = 1.5) -> tuple[Line, ...]:
    """The lines, with those side by side joined by a space."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for index, left in enumerate(found):
        following = [
            (right.seen_from(left)[0], number)
            for number, right in enumerate(found)
            if number != index and number not in taken and beside(left, right, gap=gap)
        ]
        if following:
            after[index] = min(following)[1]
            taken.add(after[index])
    joined = []
    for index in range(len(found)):
        if index not in taken:
            chain = [index]
            while chain[-1] in after and after[chain[-1]] not in chain:
                chain.append(after[chain[-1]])
            joined.append(join([found[number] for number in chain]))
    return tuple(joined)


def wraps(found: Sequence[Line], *, gap: float = 1.2, unlike: float = 2.2) -> tuple[tuple[Line, Line], ...]:
    """Every pair of a line and the one right below it, where a phrase may continue; `gap` and `unlike` as for
    `below`."""
    pairs = []
    for upper in found:
        under = [lower for lower in found if lower is not upper and below(upper, lower, gap=gap, unlike=unlike)]
        pairs += [
            (upper, lower) for lower in under if not any(below(other, lower, gap=gap, unlike=unlike) for other in under)
        ]
    return tuple(pairs)


def join(parts: Sequence[Line], *, separator: str = " ") -> Line:
    """Several lines as one: their texts in order, the lowest score, and the box of all of them."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    turn = math.radians(first.angle)
    extents = [part.seen_from(first) for part in parts]
    height = max(first.height, 1.0)
    left, top = min(extent[0] for extent in extents), min(extent[1] for extent in extents)
    right, bottom = max(extent[2] for extent in extents), max(extent[3] for extent in extents)
    x0, y0 = first.points[0]
    points = tuple(
        (
            x0 + height * (x * math.cos(turn) - y * math.sin(turn)),
            y0 + height * (x * math.sin(turn) + y * math.cos(turn)),
        )
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    box = parts[0].box
    for part in parts[1:]:
        box = box.union(part.box)
    return Line(separator.join(part.text for part in parts), min(part.score for part in parts), box, points)


def plain(text: str) -> str:
    """The text with dashes, quotes, spaces and full-width letters normalised, and no control characters."""
    text = unicodedata.normalize("NFKC", text)
    text = DASHES.sub("-", text).translate(QUOTES)
    # a control character could separate two letters, or affect the terminal
    text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(text.split())


def ascii_letters(text: str) -> str:
    """The text without accents, with Greek and Cyrillic look-alikes as Latin letters."""
    text = unicodedata.normalize("NFKD", text).translate(LOOK_ALIKES)
    return "".join(character for character in text if not unicodedata.combining(character))
