"""Words in a picture that the rule book asks about: cordons, exhibits, schools, children, appeals, accusations, terms.

While `markings` and `personal_details` look for what must not be read, this looks at what words reveal about the scene.
False alarms are costly, since every street has words: common phrases score low or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.duplicates import keep_best
from screening.finding import Finding
from screening.force import Force
from screening.photo.photo import Photo
from screening.text.lines import Line, join, lines, plain, rows, wraps
from screening.words import appeals, captions, children, handling, scene_words, schools, watermarks
from screening.words.clue import Clue

# How much larger some letters of a sign may be than others on it.
MIXED = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Finds cordon tape, exhibit labels, school names, wanted notices, accusations, watermarks, and listed words.

    Attributes:
        watchwords: words and phrases that a force wants to be asked about, in upper or lower case.
        jargon: words that titles should not have, each with what a reader would say instead.
        force: who "we" are; our own copyright notices are not reported.
        minimum: the score below which nothing is reported.
    """

    name: ClassVar[str] = "wording"
    after: ClassVar[tuple[str, ...]] = ("metadata", "faces", "text", "codes")
    kinds: ClassVar[tuple[str, ...]] = (
        "scene.tape",
        "evidence.exhibit",
        "juvenile.school",
        "juvenile.mentioned",
        "marking.handling",
        "text.appeal",
        "text.accusation",
        "text.watchword",
        "text.jargon",
        "copyright.watermark",
        "copyright.courtesy",
    )

    watchwords: tuple[str, ...] = ()
    jargon: tuple[tuple[str, str], ...] = ()
    force: Force = Force()
    minimum: float = 0.4

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        face = any(finding.is_a("face") for finding in found)
        page = rows(lines(found))
        pairs = wraps(page)
        clues = [
            (clue, whole_sign(parts, page) if clue.kind == "juvenile.school" else join(parts))
            for parts in (*((line,) for line in page), *pairs)
            for clue in self._in_line(join(parts), face=face, near=around(parts, pairs))
        ]
        for clue, line in each_once(clues):
            if clue.score >= self.minimum:
                box = line.box.clip(photo.width, photo.height)
                yield Finding(clue.kind, clue.score, clue.evidence, box, line.text)
        yield from self._exhibits(page, photo)
        for said, where in captions.beside(found):
            for clue in self._in_words(said.text, name=said.is_a("seen.metadata.name")):
                if clue.score >= self.minimum:
                    yield Finding(clue.kind, clue.score, f"{clue.evidence}, in {where}", text=said.text)
            if where.casefold() in captions.TITLES:
                for word, meant in self.jargon:
                    if listed(word, said.text):
                        yield Finding("text.jargon", 0.6, f'jargon in {where}: say "{meant}"', text=said.text)

    def _in_line(self, line: Line, *, face: bool, near: Sequence[str]) -> Iterator[Clue]:
        text = line.text
        clues = (
            scene_words.tape(text),
            schools.school(text),
            appeals.appeal(text, face=face),
            appeals.called(text),
            handling.handling(text),
            watermarks.watermark(text, self.force, near=near),
            watermarks.courtesy(text, self.force),
        )
        yield from (clue for clue in clues if clue is not None)
        yield from self._listed(line.text)

    def _in_words(self, text: str, *, name: bool) -> Iterator[Clue]:
        clues = [
            schools.school(text),
            schools.pupils(text),
            children.children(text),
            appeals.appeal(text, face=False),
            appeals.sentenced(text),
            appeals.appeal_name(text) if name else appeals.accusation(text),
            handling.handling(text),
            watermarks.courtesy(text, self.force),
            scene_words.exhibit(text, []),
        ]
        yield from (clue for clue in clues if clue is not None)
        yield from self._listed(text)

    def _listed(self, text: str) -> Iterator[Clue]:
        for word in self.watchwords:
            if listed(word, text):
                yield Clue("text.watchword", 0.6, f'the listed word "{word}"')
                return

    def _exhibits(self, page: Sequence[Line], photo: Photo) -> Iterator[Finding]:
        """At most one finding for each label: references and seals, weighed by the words near them."""
        for line in page:
            near = [other.text for other in page if other is not line and _near(line, other)]
            clue = scene_words.exhibit(line.text, near)
            if clue is not None and clue.score >= self.minimum:
                yield Finding(clue.kind, clue.score, clue.evidence, line.box.clip(photo.width, photo.height), line.text)


def listed(word: str, text: str) -> bool:
    """Whether a text has a word or a phrase, whole, in upper or lower case."""
    return re.search(rf"(?<!\w){re.escape(plain(word))}(?!\w)", plain(text), re.IGNORECASE) is not None


def around(parts: Sequence[Line], pairs: Sequence[tuple[Line, Line]]) -> list[str]:
    """The texts of the lines right above and below some lines."""
    return [other.text for pair in pairs if any(one in parts for one in pair) for other in pair if other not in parts]


def whole_sign(parts: Sequence[Line], page: Sequence[Line]) -> Line:
    """These lines with their continuations above and below, as one: a school's name is mostly in another line.

    Args:
        parts: the lines with the word "school".
        page: every line of the picture.
    """
    sign, pairs = list(parts), wraps(page, unlike=MIXED)
    for line in sign:  # it grows during the loop, so that a name over several lines is taken whole
        sign += [other for pair in pairs if line in pair for other in pair if other not in sign]
    return join(sorted(sign, key=lambda line: line.seen_from(parts[0])[1]))


def each_once(clues: Sequence[tuple[Clue, Line]]) -> list[tuple[Clue, Line]]:
    """The clues, surest first, without those of the same kind from lines that share a surer one's place."""

    def same(one: tuple[Clue, Line], better: tuple[Clue, Line]) -> bool:
        return one[0].kind == better[0].kind and one[1].box.overlap(better[1].box) > 0

    return keep_best(sorted(clues, key=lambda one: -one[0].score), same)


def _near(line: Line, other: Line) -> bool:
    """Whether two lines may be on one label: no further apart than eight of the first's heights."""
    left, top, right, bottom = other.seen_from(line)
    width = line.length / max(line.height, 1.0)
    return left < width + 8 and right > -8 and top < 9 and bottom > -8
