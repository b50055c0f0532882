"""Protective markings: in the pixels, the metadata, the names of file and folders, and the contents of codes.

A word such as SECRET is a marking because of how and where it is printed: in capitals, alone on its line, at the edge
of the page, at its top and bottom. Each of these counts for or against; the score is the logistic of their sum, set by
hand so that an unmistakable phrase, or a telling word at the edge of a page, is blocked, and a word in a sentence is
not reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.duplicates import keep_best
from screening.finding import Box, Finding
from screening.force import Force
from screening.photo.photo import Photo
from screening.text.lines import Line, aligned, below, join, lines, rows, wraps
from screening.words.marking_words import COMMON, TELLING, UNMISTAKABLE
from screening.words.markings import Marking, is_label, markings
from screening.words.pieces import parted

STRENGTH = {COMMON: -1.2, TELLING: -0.2, UNMISTAKABLE: 2.0}
EDGE = 0.13  # the share of a page's height that its head and foot take up
LARGE = 0.07  # letters higher than this share of the picture belong to a sign rather than a page
PAPER, SCREEN = 150, 90  # the least brightness, of 255, of paper, card or a lit screen; the greatest of a dark screen
COLOURLESS = 70  # the greatest difference between a pixel's channels


@dataclass(frozen=True, slots=True)
class Seen:
    """A marking and the case for it: the sum, and the reasons in words for the report."""

    marking: Marking
    line: Line | None
    logit: float
    reasons: tuple[str, ...]

    @property
    def score(self) -> float:
        """0 to 1."""
        return 1 / (1 + math.exp(-self.logit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """Finds protective markings.

    Attributes:
        minimum: the score below which a word is not reported.
        edge: the share of a page's height that counts as its head, and as its foot.
        force: who "we" are; our own name beside a marking does not weaken it.
    """

    name: ClassVar[str] = "markings"
    after: ClassVar[tuple[str, ...]] = ("metadata", "text", "codes")
    kinds: ClassVar[tuple[str, ...]] = (
        "marking.official",
        "marking.official_sensitive",
        "marking.secret",
        "marking.top_secret",
        "marking.not_protectively_marked",
        "marking.protect",
        "marking.restricted",
        "marking.confidential",
        "marking.caveat",
    )

    minimum: float = 0.4
    edge: float = EDGE
    force: Force = Force()

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        page, ours = lines(found), own_words(self.force)
        seen = repeated([self._judge(marking, line, page, photo) for marking, line in on_page(page, ours)])
        for one in seen:
            if one.score >= self.minimum and one.line is not None:
                yield _finding(one, one.line.box.clip(photo.width, photo.height), one.line.text)
        for finding in found:
            if finding.is_a("seen.metadata") or finding.is_a("seen.code"):
                best = max(in_words(finding.text, ours), key=lambda one: one.logit, default=None)
                if best is not None and best.score >= self.minimum:
                    where = finding.evidence if finding.is_a("seen.metadata") else "a code"
                    yield _finding(best, finding.box, finding.text, where=where)

    def _judge(self, marking: Marking, line: Line, page: Sequence[Line], photo: Photo) -> Seen:
        logit, reasons = wording(marking)
        if not marking.others:
            logit, reasons = logit + 0.3, [*reasons, "alone on its line"]
        elif marking.strength == UNMISTAKABLE:
            logit -= 0.4
        surface, at_edge = ground(photo, line), at_an_edge(line, page, photo, share=self.edge)
        on_paper, large = surface == "paper", line.height > LARGE * min(photo.width, photo.height)
        block = not on_paper and in_a_block(line, page)
        if marking.others and marking.strength < UNMISTAKABLE and not (at_edge and on_paper and marking.contrast):
            logit -= 2.0
        # a dark screen shows pages too, but a sign's words are large, or several lines of one size
        as_on_paper = on_paper or (surface == "screen" and not (marking.others or large or block))
        logit += 0.4 if as_on_paper else -0.4
        if at_edge:
            logit, reasons = logit + (0.9 if on_paper else 0.2), [*reasons, at_edge]
        logit -= 0.6 * large + 0.6 * block
        return Seen(marking, line, logit, tuple(reasons))


def wording(marking: Marking) -> tuple[float, list[str]]:
    """The case for a phrase from its wording and typography, wherever it is."""
    logit, reasons = STRENGTH[marking.strength] - 0.4 * marking.errors, []
    if marking.capitals:
        logit, reasons = logit + 0.3, ["in capitals"]
    elif not marking.labelled:
        logit -= 0.6 if marking.strength == UNMISTAKABLE else 1.5
    if marking.labelled:
        logit, reasons = logit + 2.4, [*reasons, "in a marking field"]
    if marking.sentence:
        logit -= 1.6 if marking.strength == UNMISTAKABLE else 3.0
    if marking.choice:
        logit, reasons = logit - 0.8, [*reasons, "one of several"]
    return logit, reasons


def own_words(force: Force) -> frozenset[str]:
    """The words of the force's names, in capitals."""
    return frozenset(word for name in (force.name, *force.credits) for word in re.findall(r"\w+", name.upper()))


def on_page(page: Sequence[Line], ours: frozenset[str]) -> Iterator[tuple[Marking, Line]]:
    """Every marking in the lines: in one, in lines side by side, across two lines, in the line after a field's name."""
    joined = rows(page)
    pairs = wraps(joined)
    for row in joined:
        under = [lower.text for upper, lower in pairs if upper is row]
        for marking in markings(row.text, ours):
            # OFFICIAL above PROGRAMME, on a cover, is half of a phrase
            if marking.kind != "official" or all(_still(marking, f"{row.text} {text}", ours) for text in under):
                yield marking, row
    for upper, lower in pairs:
        apart = {marking.written for line in (upper, lower) for marking in markings(line.text, ours)}
        both = join([upper, lower])
        if is_label(upper.text):
            yield from ((marking, both) for marking in markings(f"{upper.text.rstrip(' :')}: {lower.text}", ours))
        else:
            over = [marking for marking in markings(both.text, ours) if marking.written not in apart]
            yield from ((marking, both) for marking in over if not marking.others)


def _still(marking: Marking, text: str, ours: frozenset[str]) -> bool:
    """Whether a longer text, too, has a marking of this kind or of a stricter one."""
    return any(other.kind.startswith(marking.kind) for other in markings(text, ours))


def repeated(seen: list[Seen]) -> list[Seen]:
    """Each place once, with the stronger reading; a marking in several places on the page is more certain."""
    kept = keep_best(sorted(seen, key=lambda one: -one.logit), _same_place)
    again = []
    for one in kept:
        count = sum(
            other.marking.kind == one.marking.kind and not other.marking.sentence and other.marking.capitals
            for other in kept
        )
        more = count > 1 and one.marking.capitals and not one.marking.sentence
        reasons = (*one.reasons, f"{count} times on the page") if more else one.reasons
        again.append(Seen(one.marking, one.line, one.logit + 1.2 * more, reasons))
    return again


def _same_place(one: Seen, other: Seen) -> bool:
    """Whether two readings are of the same words; the options of a choice on one line are distinct."""
    if one.line is None or other.line is None or (one.marking.choice and one.line == other.line):
        return False
    return one.line.box.inside(other.line.box) > 0.6 or other.line.box.inside(one.line.box) > 0.6


def in_words(text: str, ours: frozenset[str]) -> Iterator[Seen]:
    """Every marking in a string without a place: a metadata field, a name, a code."""
    for part in parted(text):
        for marking in markings(part, ours):
            logit, reasons = wording(marking)
            if not marking.capitals and not marking.labelled and marking.strength < UNMISTAKABLE:
                logit += 0.9  # lower case says less in text that is not typeset
            if not marking.others:
                logit, reasons = logit + 1.0, [*reasons, "alone"]
            elif marking.contrast:
                logit += 0.8
            else:
                logit -= 0.2 if marking.strength == UNMISTAKABLE else 1.0
            yield Seen(marking, None, logit, tuple(reasons))


def ground(photo: Photo, line: Line) -> str:
    """The line's background: "paper" or "screen", by its brightness if it is colourless, else ""."""
    box = line.box.grow(0.15, 1.0).clip(photo.width, photo.height)
    if box is None:
        return ""
    step = max(1, min(box.width, box.height) // 24)
    pixels = photo.crop(box)[::step, ::step].reshape(-1, 3).astype(np.int16)
    brightest, darkest = pixels.max(axis=1), pixels.min(axis=1)
    if np.median(brightest - darkest) > COLOURLESS:
        return ""
    bright = np.median(brightest)
    return "paper" if bright >= PAPER else "screen" if bright <= SCREEN else ""


def at_an_edge(line: Line, page: Sequence[Line], photo: Photo, *, share: float) -> str:
    """In words, which edge the line is at, of the picture or of the text in its direction; "" for none."""
    middle = line.box.centre[1] / photo.height
    if middle <= share or middle >= 1 - share:
        return "at the edge of the picture"
    near = [other for other in page if aligned(line, other) and not other.box.inside(line.box) > 0.6]
    tops = [other.seen_from(line)[1] for other in near]
    if len(tops) >= 4 and (min(tops) > 0.5 or max(tops) < -0.5):
        return "above the text" if min(tops) > 0.5 else "below the text"
    return ""


def in_a_block(line: Line, page: Sequence[Line]) -> bool:
    """Whether the words are part of a longer inscription, with another line of their size right above or below."""
    return any(
        (below(line, other, gap=0.7) or below(other, line, gap=0.7))
        and 0.6 <= other.height / max(line.height, 1.0) <= 1.7
        and not markings(other.text)
        for other in page
        if other.box.inside(line.box) < 0.6
    )


def _finding(seen: Seen, box: Box | None, text: str, *, where: str = "") -> Finding:
    reasons = ", ".join([*([f"in {where}"] if where else []), *seen.reasons])
    evidence = f"marking {seen.marking.written}" + (f", {reasons}" if reasons else "")
    return Finding(f"marking.{seen.marking.kind}", round(seen.score, 3), evidence, box, text=text)
