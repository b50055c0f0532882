"""A run as its reviewer sees it: what is open, what may be decided, what was decided, and the pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from screening.alike import alike
from screening.evaluation.intervals import wilson
from screening.inert import inert
from screening.office import audit
from screening.office.office import Office
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.questions import ANSWERS, PURPOSE, YES_NO, letters
from screening.release import references
from screening.release.decide import about_finding, about_picture
from screening.release.sample import missed, sample
from screening.run.decision import Action, Decision, answers, in_force
from screening.run.decisions import DecisionError, OvertakenError
from screening.run.drawn import DRAWN, region_name
from screening.run.outcome import Outcome
from screening.run.run import Run
from screening.run.tables import utf8
from screening.web.asked import Drawing, ReviewError, Wish
from screening.web.pictures import Pictures
from screening.web.shown import shown_photo


class Review:
    """One run under review by one person.

    Attributes:
        by: the reviewer's name as given.
        originals: the pictures under review, as the pipeline judged them.
        photos: those, then their redacted copies.
        chosen: the SHA-256 of the clear pictures in the sample.
    """

    def __init__(
        self, folder: Path, *, by: str, pipeline: str, office: Office, only: Collection[str] | None = None
    ) -> None:
        """Reads the run, and notes the review in the audit log; `only` are the files of a part of the run.

        Raises:
            ScreeningError: if the run, its pipeline or its decisions cannot be read, or nobody says who they are.
        """
        if not letters(by):
            raise ReviewError("a review needs the name of the person who decides: give it with --by")
        self.by = by.strip()
        self.run = Run.open(folder, office, pipeline)
        self.pictures = Pictures(self.run.sources, self.run.settings.limits)
        self.decisions = self.run.decisions
        self.decisions.history()
        photos = self.run.report.photos
        self.originals = [one for one in photos if only is None or utf8(one.file) in only]
        self._look()
        # copies of pictures that were held anyway say nothing about what the stages miss
        chosen = sample(photos, self.run.settings.batch.review_share, salt=self.decisions.run)
        self.chosen = chosen & {one.sha256 for one in self.originals}
        audit.append(office.audit_log, "review", run=self.decisions.run)

    def state(self, only: Iterable[int] | None = None) -> dict[str, Any]:
        """Everything that the page shows, or the summary and some pictures by their numbers.

        Copies that were made since it last showed everything are there too.
        """
        if only is None:
            self._look()
        history = self.decisions.history()
        current = in_force(history)
        made: dict[str, list[Decision]] = {}
        for one in history:
            made.setdefault(one.sha256, []).append(one)
        after = self.run.after(self.photos, current, self.copies)
        shown = range(len(after)) if only is None else sorted(set(only))
        misses, looked = missed(self.chosen, current)
        low, high = wilson(misses, looked)
        batch = self.run.report.batch
        said = {PURPOSE: batch.purpose, **dict(answers(current))}
        asked = {one.question: one.id for one in history if one.question}
        return {
            "batch": {"name": inert(batch.name), "purpose": inert(batch.purpose)},
            "by": inert(self.by),
            "scene": self.run.report.batch.scene,
            "rules": {name: self.run.policy.rules[name].says for name in self.run.policy.applicable},
            "photos": [
                {"number": number, "alike": self.alike[number]}
                | self._shown(after[number], made.get(after[number].photo.sha256, []))
                for number in shown
            ],
            "counts": {str(verdict): sum(one.verdict is verdict for one in after) for verdict in Verdict},
            "sample": {"of": len(self.chosen), "looked": looked, "missed": misses, "low": low, "high": high},
            "people": self.run.settings.batch.group_faces,
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
        try:
            references.check(made, self.run.settings.batch, self.decisions.office)
        except DecisionError as error:
            raise ReviewError(str(error)) from error
        self.decisions.add(*made)
        return self._numbers({one.sha256 for one in made})

    def draw(self, drawing: Drawing) -> list[int]:
        """Records a region that a person drew, moved or removed, and returns the numbers of the pictures that show it.

        One that is drawn in a redacted copy is its original's: the copy shows it until it is made anew.

        Raises:
            OvertakenError: if somebody else changed it in the meantime.
            ReviewError: if it cannot be there, saying why.
        """
        photo, region = self._known(drawing.photo), drawing.region
        if not (photo.sha256 and photo.width):
            raise ReviewError(f"{inert(photo.file)}: could not be read, so nothing can be drawn in it")
        if drawing.rule not in self.run.policy.applicable:
            raise ReviewError("there is no such rule in the rule book")
        if region and region.box.clip(photo.width, photo.height) != region.box:
            raise ReviewError("the region reaches beyond the picture; draw it within")
        sha256, history = self._original(photo), self.decisions.history()
        there = {(one.mark, one.rule) for one in history if one.sha256 == sha256 and one.action is Action.DRAW}
        if drawing.name and (drawing.name, drawing.rule) not in there:
            raise ReviewError("there is no such region in this picture")
        said = Decision(
            action=Action.DRAW if region else Action.WITHDRAW,
            by=self.by,
            sha256=sha256,
            rule=drawing.rule,
            kind=DRAWN,
            mark=drawing.name or region_name(history, sha256),
            region=region,
            after=drawing.after,
        )
        self.decisions.add(said)
        return self._numbers({sha256})

    def picture(self, number: int) -> bytes:
        """A picture to look at, as a JPEG file.

        Raises:
            ReviewError: if it cannot be shown, or is not the one that was screened.
        """
        return self.pictures.large(self._known(number))

    def thumbnail(self, number: int) -> bytes:
        """The same for the contact sheet."""
        return self.pictures.small(self._known(number))

    def crop(self, number: int, finding: int) -> bytes:
        """The place of a finding, as a small JPEG file; the whole picture where it has none.

        Raises:
            ReviewError: as `picture`, or if there is no such finding.
        """
        after = self.outcome(number)
        if not 0 <= finding < len(after.photo.judgements):
            raise ReviewError("there is no such finding in this picture")
        box = after.photo.judgements[finding].finding.box
        return self.pictures.crop(after.photo, box) if box else self.pictures.small(after.photo)

    def outcome(self, number: int) -> Outcome:
        """A picture after the decisions in force.

        Raises:
            ReviewError: if there is no such picture.
        """
        (after,) = self.run.after([self._known(number)], self.decisions.current(), self.copies)
        return after

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
        after = self.outcome(wish.photo)
        photo = after.photo
        drawn = {id(one): decision.id for one, decision in after.drawn}
        named = [drawn.get(id(one), "") for one in photo.judgements]
        # the numbers of regions change when one of them is removed
        if wish.finding is not None and 0 <= wish.finding < len(named) and named[wish.finding] != wish.region:
            raise OvertakenError("somebody else drew or removed something here; look again")
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

    def _look(self) -> None:
        """Notes the redacted copies that there are now, at the end, so that the other pictures keep their numbers."""
        there = {one.sha256 for one in self.originals}
        self.copies = [one for one in self.run.copies if one.original in there]
        self.photos = (*self.originals, *(one.photo for one in self.copies))
        self.copy_named = {one.photo.file: one for one in self.copies}
        self.number_of = {one.sha256: number for number, one in reversed([*enumerate(self.photos)])}
        self.pictures.sources = self.run.sources
        # a copy stands beside its original, not with what looks like it
        originals = alike([one.look for one in self.originals])
        self.alike = [*originals, *range(len(originals), len(self.photos))]

    def _known(self, number: int) -> PhotoReport:
        if not 0 <= number < len(self.photos):
            raise ReviewError("there is no such picture in this run")
        return self.photos[number]

    def _original(self, photo: PhotoReport) -> str:
        """The SHA-256 of the picture that a redacted copy was made of; of the picture itself if it is none."""
        copy = self.copy_named.get(photo.file)
        return copy.original if copy else photo.sha256

    def _shown(self, after: Outcome, made: Sequence[Decision]) -> dict[str, Any]:
        copy = self.copy_named.get(after.photo.file)
        return shown_photo(after, made, self.run.policy) | {
            "sampled": after.photo.sha256 in self.chosen,
            "original": self.number_of.get(copy.original) if copy else None,
            "encoding": copy.encoding if copy else "",
        }

    def _numbers(self, about: set[str]) -> list[int]:
        """The numbers of the pictures with these SHA-256, and of their copies."""
        return [number for number, one in enumerate(self.photos) if one.sha256 in about or self._original(one) in about]
