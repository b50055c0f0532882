"""A run as its reviewer sees it: what is open, what may be decided, what was decided, and the pictures."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.evaluation.intervals import wilson
from screening.finding import ScreeningError
from screening.inert import inert
from screening.office import audit
from screening.office.office import Office
from screening.photo.files import read
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.questions import ANSWERS, PURPOSE, YES_NO, letters
from screening.release.decide import about_finding, about_picture
from screening.release.sample import missed, sample
from screening.run.decision import BLANK, Action, Decision, about_each, answers, in_force, latest
from screening.run.decisions import DecisionError
from screening.run.outcome import Outcome, outcomes
from screening.run.run import Run
from screening.web.shown import shown_decision, shown_finding

# The longer side of a picture on the contact sheet, and of an enlarged one; the JPEG quality.
SMALL, LARGE, QUALITY = 360, 2400, 88
# How many pictures are kept in memory; never on disk, because they show people.
SMALL_KEPT, LARGE_KEPT = 2000, 12


class ReviewError(ScreeningError):
    """A review cannot be started, or it was asked for something unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A decision that the page asks for.

    Attributes:
        photo: the picture's number in the report.
        finding: the finding's number in the picture; None for the picture as a whole.
        action: what is decided.
        reason, reference: as in a decision.
        after: the id of the decision that the page was showing.
    """

    photo: int
    action: Action
    finding: int | None = None
    reason: str = ""
    reference: str = ""
    after: str = ""


class Review:
    """One run under review by one person.

    Attributes:
        by: the reviewer's name as given.
        photos: the run's pictures, judged by the pipeline, then their redacted copies.
        chosen: the SHA-256 of the clear pictures in the sample.
    """

    def __init__(self, folder: Path, *, by: str, pipeline: str, office: Office) -> None:
        """Reads the run, and notes the review in the audit log.

        Raises:
            ScreeningError: if the run, its pipeline or its decisions cannot be read, or nobody says who they are.
        """
        if not letters(by):
            raise ReviewError("a review needs the name of the person who decides: give it with --by")
        self.by = by.strip()
        self.run = Run.open(folder, office, pipeline)
        made = self.run.copies
        self.photos = (*self.run.report.photos, *(one.photo for one in made))
        self.originals = {one.photo.file: one.original for one in made}
        self.sources, self.decisions = self.run.sources, self.run.decisions
        self.decisions.history()
        # copies of pictures that were held anyway say nothing about what the stages miss
        self.chosen = sample(self.run.report.photos, self.run.settings.batch.review_share, salt=self.decisions.run)
        self.picture = functools.lru_cache(maxsize=LARGE_KEPT)(self._large)
        self.thumbnail = functools.lru_cache(maxsize=SMALL_KEPT)(self._small)
        audit.append(office.audit_log, "review", run=self.decisions.run)

    def state(self, only: Iterable[int] | None = None) -> dict[str, Any]:
        """Everything that the page shows, or the summary and some pictures by their numbers."""
        history = self.decisions.history()
        current = in_force(history)
        made: dict[str, list[Decision]] = {}
        for one in history:
            made.setdefault(one.sha256, []).append(one)
        after = outcomes(self.photos, current, self.originals)
        shown = range(len(after)) if only is None else sorted(set(only))
        misses, looked = missed(self.chosen, current)
        low, high = wilson(misses, looked)
        batch = self.run.report.batch
        said = {PURPOSE: batch.purpose, **dict(answers(current))}
        asked = {one.question: one.id for one in history if one.question}
        return {
            "batch": {"name": inert(batch.name), "purpose": inert(batch.purpose)},
            "by": inert(self.by),
            "photos": [
                {"number": number, **self._photo(after[number], made.get(after[number].photo.sha256, []))}
                for number in shown
            ],
            "counts": {str(verdict): sum(one.verdict is verdict for one in after) for verdict in Verdict},
            "sample": {"of": len(self.chosen), "looked": looked, "missed": misses, "low": low, "high": high},
            "questions": [
                {
                    **{name: getattr(one, name) for name in ("id", "ask", "stops", "second_person")},
                    "choices": list(ANSWERS) if one.answer == YES_NO else [],
                    "answer": said.get(one.id, ""),
                    "after": asked.get(one.id, ""),
                }
                for one in self.run.settings.batch.question
            ],
        }

    def decide(self, wishes: Sequence[Wish]) -> list[int]:
        """Records decisions, all or none, and returns the numbers of the pictures that they are about.

        Raises:
            OvertakenError: if somebody else decided it in the meantime.
            ReviewError: if one of them is not allowed, saying why.
        """
        made = [self._decision(wish) for wish in wishes]
        self.decisions.add(*made)
        about = {one.sha256 for one in made}
        return [number for number, photo in enumerate(self.photos) if photo.sha256 in about]

    def answer(self, question: str, answer: str, *, after: str) -> None:
        """Records the answer to one of the batch's questions, by its id; an empty one withdraws the last.

        Raises:
            OvertakenError: if somebody else answered it in the meantime.
            ReviewError: if it is not one of the batch's questions, or this is not an answer to it.
        """
        found = next((one for one in self.run.settings.batch.question if one.id == question), None)
        if found is None:
            raise ReviewError("this is not one of the batch's questions")
        said = found.plain(answer)
        if said and (why := found.refusal(said)):
            raise ReviewError(why)
        self.decisions.add(Decision(by=self.by, question=found.id, answer=said, after=after))

    def _decision(self, wish: Wish) -> Decision:
        if not 0 <= wish.photo < len(self.photos):
            raise ReviewError("there is no such picture in this run")
        photo = self.photos[wish.photo]
        said = Decision(
            action=wish.action,
            by=self.by,
            reason=wish.reason.strip(),
            reference=wish.reference.strip(),
            after=wish.after,
        )
        try:
            return about_picture(photo, said) if wish.finding is None else about_finding(photo, wish.finding, said)
        except DecisionError as error:
            raise ReviewError(inert(str(error))) from error

    def _photo(self, after: Outcome, made: Sequence[Decision]) -> dict[str, Any]:
        photo = after.photo
        decided = {id(one): decision for one, decision in after.decided}
        whole = next((one for one in reversed(made) if not one.rule), None)
        of_original = after.rejected if after.rejected and after.rejected.sha256 != photo.sha256 else None
        last = latest(made)
        return {
            "file": inert(photo.file),
            "width": photo.width,
            "height": photo.height,
            "readable": bool(photo.sha256 and photo.width),
            "screened_as": str(photo.verdict),
            "verdict": str(after.verdict),
            "sampled": photo.sha256 in self.chosen,
            "whole": shown_decision(whole) or shown_decision(of_original),
            "after": _id(whole),
            "findings": [
                {"number": number}
                | shown_finding(one, self.run.policy.rules[one.rule])
                | {"decision": shown_decision(decided.get(id(one))), "after": _id(last(about))}
                for number, (one, about) in enumerate(zip(photo.judgements, about_each(photo, BLANK), strict=True))
            ],
            "open": [
                number
                for number, one in enumerate(photo.judgements)
                if any(one.finding is left.finding for left in after.open)
            ],
        }

    def _small(self, number: int) -> bytes:
        return self._jpeg(number, SMALL)

    def _large(self, number: int) -> bytes:
        return self._jpeg(number, LARGE)

    def _jpeg(self, number: int, side: int) -> bytes:
        """The picture, upright, with its longer side at most `side` pixels.

        Raises:
            ReviewError: if it cannot be shown, or is not the one that was screened.
        """
        import cv2

        if not 0 <= number < len(self.photos):
            raise ReviewError("there is no such picture in this run")
        name = self.photos[number].file
        try:
            photo = Photo.from_bytes(
                read(self.sources[name], limits=self.run.settings.limits), name=name, limits=self.run.settings.limits
            )
        except (KeyError, ScreeningError) as error:
            raise ReviewError(f"{inert(name)}: cannot be shown ({error})") from error
        if photo.sha256 != self.photos[number].sha256:
            raise ReviewError(f"{inert(name)}: has changed since the scan; scan again")
        shown, _ = photo.scaled(side)
        done, data = cv2.imencode(".jpg", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            raise ReviewError(f"{inert(name)}: cannot be shown")
        return bytes(data)


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""
