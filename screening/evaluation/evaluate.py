"""Counts the labelled pictures, and objects in them, that a policy rightly and wrongly holds or blocks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from screening import kinds
from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label, LabelError, Thing
from screening.photo_report import PhotoReport
from screening.pipeline_file import did_you_mean
from screening.policy import ANYTHING, Judgement, Policy, Verdict, strictest

# The intersection over union from which a box that was found matches a labelled one (as in VOC and COCO).
SAME = 0.5
# Size bands: upper limits of a labelled box's longer side, in pixels.
BANDS = (16, 32, 64, 128, 256)
# How long a person takes to decide on a held picture, in seconds, unless measured.
SECONDS_EACH = 15.0
SHOWN, NOT_SHOWN = "shown", "not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """The results for objects with labelled boxes.

    Attributes:
        labelled: how many there are.
        found: how many of them were held or blocked at their box.
        wrong: how many boxes were held or blocked where nothing is labelled.
        by_size: for each size band, how many were found, and out of how many.
        read: how many of the labelled texts were read, and out of how many: those found in a report with texts.
    """

    labelled: int
    found: int
    wrong: int
    by_size: dict[str, tuple[int, int]]
    read: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """Shares as [hits, of, low, high], the last two the Wilson 95% interval."""
        return {
            "recall": _share(self.found, self.labelled),
            "precision": _share(self.found, self.found + self.wrong),
            "by_size": {band: _share(*counts) for band, counts in self.by_size.items()},
            "read": _share(*self.read),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The results for pictures labelled for one rule or kind; a picture counts once.

    Attributes:
        about: the rule or kind.
        positives, negatives: how many pictures show it, and how many do not.
        missed: those that show it and were not held or blocked for it.
        wrongly_held: those that do not show it and were.
        verdicts: for what is shown and for what is not, how many pictures got each verdict for it.
        boxes: the same for the objects themselves, if their boxes are labelled; else None.
    """

    about: str
    positives: int
    negatives: int
    missed: tuple[str, ...]
    wrongly_held: tuple[str, ...]
    verdicts: dict[str, dict[str, int]]
    boxes: Boxes | None = None

    def as_dict(self) -> dict[str, Any]:
        """Shares as [hits, of, low, high], the last two the Wilson 95% interval."""
        found, false = self.positives - len(self.missed), len(self.wrongly_held)
        return {
            "about": self.about,
            "recall": _share(found, self.positives),
            "flag_rate": _share(false, self.negatives),
            "precision": _share(found, found + false),
            "verdicts": self.verdicts,
            "boxes": self.boxes.as_dict() if self.boxes else None,
            "missed": list(self.missed),
            "wrongly_held": list(self.wrongly_held),
        }


def evaluate(labels: Sequence[Label], photos: Sequence[PhotoReport], policy: Policy) -> tuple[Figures, ...]:
    """The figures of every rule and kind that the labels name; the photos have already been judged by the policy.

    Raises:
        LabelError: if a label names a picture that was not screened, or neither a rule nor a kind of the policy.
    """
    known = screened(labels, photos)
    groups: dict[str, list[Label]] = {}
    for label in labels:
        groups.setdefault(label.about, []).append(label)
    there = subjects(photos, policy)
    for about in groups:
        if about not in there:
            meant = did_you_mean(about, there)
            raise LabelError(f"{about}: is labelled, but is neither a rule nor a kind of this policy{meant}")
    return tuple(_figures(about, group, known) for about, group in groups.items())


def screened(labels: Iterable[Label], photos: Iterable[PhotoReport]) -> dict[str, PhotoReport]:
    """The photos that were screened, by file.

    Raises:
        LabelError: if a label names a picture that was not screened.
    """
    known = {photo.file: photo for photo in photos if photo.screened}
    if missing := [label.file for label in labels if label.file not in known]:
        raise LabelError(f"{missing[0]}: is labelled, but was not screened in this run; scan it or drop the label")
    return known


def _figures(about: str, group: Sequence[Label], known: dict[str, PhotoReport]) -> Figures:
    verdicts = {truth: {str(verdict): 0 for verdict in Verdict} for truth in (SHOWN, NOT_SHOWN)}
    missed, wrongly_held = [], []
    for one in group:
        verdict = strictest(flagged(known[one.file], about))
        verdicts[SHOWN if one.present else NOT_SHOWN][str(verdict)] += 1
        if one.present and verdict is Verdict.CLEAR:
            missed.append(one.file)
        elif not one.present and verdict is not Verdict.CLEAR:
            wrongly_held.append(one.file)
    positives = sum(one.present for one in group)
    return Figures(
        about=about,
        positives=positives,
        negatives=len(group) - positives,
        missed=tuple(missed),
        wrongly_held=tuple(wrongly_held),
        verdicts=verdicts,
        boxes=_boxes(about, [one for one in group if one.things or not one.present], known),
    )


def concerns(judgement: Judgement, about: str) -> bool:
    """Whether a finding falls under a rule, or is of a kind."""
    return judgement.rule == about or judgement.finding.is_a(about)


def flagged(photo: PhotoReport, about: str) -> list[Judgement]:
    """The findings under a rule, or of a kind, for which a picture is held or blocked."""
    return [one for one in photo.judgements if one.verdict is not Verdict.CLEAR and concerns(one, about)]


def marked(judgement: Judgement) -> bool:
    """Whether a finding's score is held or blocked, even if a release then made it clear."""
    return judgement.thresholds.verdict(judgement.finding.score) is not Verdict.CLEAR


def review_minutes(photos: Sequence[PhotoReport], *, seconds: float = SECONDS_EACH) -> float:
    """The minutes of review per 100 pictures such as these, at that many seconds for each held one."""
    held = sum(photo.verdict is not Verdict.CLEAR for photo in photos)
    return 100 * held / len(photos) * seconds / 60 if photos else 0.0


def matched(things: Sequence[Thing], found: Sequence[Judgement]) -> dict[int, int]:
    """Matches findings to labelled objects, by index; the surest findings choose first, each the best fit."""
    pairs: dict[int, int] = {}
    for number in sorted(range(len(found)), key=lambda number: -found[number].finding.score):
        box = found[number].finding.box
        free = [index for index in range(len(things)) if index not in pairs.values()]
        fits = [(things[index].box.iou(box), index) for index in free if box]
        best, index = max(fits, default=(0.0, -1))
        if best >= SAME:
            pairs[number] = index
    return pairs


def _boxes(about: str, group: Sequence[Label], known: dict[str, PhotoReport]) -> Boxes | None:
    if not any(one.things for one in group):
        return None
    wrong = found = 0
    by_size = {band: [0, 0] for band in _bands()}
    read = [0, 0]
    for one in group:
        there = [judgement for judgement in flagged(known[one.file], about) if judgement.finding.box]
        pairs = matched(one.things, there)
        wrong += len(there) - len(pairs)
        found += len(pairs)
        findings = {index: there[number].finding for number, index in pairs.items()}
        for index, thing in enumerate(one.things):
            counts = by_size[_band(thing)]
            counts[0] += index in findings
            counts[1] += 1
            if thing.text and index in findings and findings[index].text:
                read[0] += _letters(thing.text) == _letters(findings[index].text)
                read[1] += 1
    return Boxes(
        labelled=sum(len(one.things) for one in group),
        found=found,
        wrong=wrong,
        by_size={band: (hits, of) for band, (hits, of) in by_size.items() if of},
        read=(read[0], read[1]),
    )


def _bands() -> list[str]:
    return [
        f"< {BANDS[0]} px",
        *(f"{low}-{high} px" for low, high in itertools.pairwise(BANDS)),
        f"≥ {BANDS[-1]} px",
    ]


def _band(thing: Thing) -> str:
    longer = max(thing.box.width, thing.box.height)
    return _bands()[sum(longer >= limit for limit in BANDS)]


def _letters(text: str) -> str:
    """Without spaces, punctuation and case, which labels rarely agree on."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _share(hits: int, of: int) -> list[float]:
    return [hits, of, *wilson(hits, of)]


def subjects(photos: Iterable[PhotoReport], policy: Policy) -> list[str]:
    """What a label can be about: the rules, their kinds, what these fall back to, and the particulars below them."""
    named = {kind for rule in policy.rules.values() for kind in rule.kinds if kind != ANYTHING}
    found = {one.finding.kind for photo in photos for one in photo.judgements}
    below = {kind for kind in found | kinds.of_ours() if any(kind.startswith(f"{one}.") for one in named)}
    return [*policy.rules, *sorted(kinds.with_ancestors(named) | below)]
