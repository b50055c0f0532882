"""A picture after people's decisions: whether it may go out, and what still stands in the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError
from screening.office.office import now, system_user
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Verdict, strictest
from screening.run.decision import LIFTS_NOTHING, Action, Decision, about_each, covering
from screening.run.drawn import Drawn
from screening.run.rules import INVOLVED_RULE, refusal
from screening.weights import sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A picture after the decisions.

    Attributes:
        photo: as it was screened and judged, and with what people drew in it.
        open: what still holds or blocks it, the strictest first. What is noted but clear and was marked for redaction
            holds too; the face of somebody who is involved blocks, under the rule about such people.
        decided: the decisions, each with the finding that it is about.
        rejected: the decision by which a person kept it back, or the original that it is a copy of; or None.
        drawn: what people drew in it, each with the decision that drew it; these are findings of `photo` too.
    """

    photo: PhotoReport
    open: tuple[Judgement, ...]
    decided: tuple[tuple[Judgement, Decision], ...] = ()
    rejected: Decision | None = None
    drawn: tuple[tuple[Judgement, Decision], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Clear if nothing is open, nobody rejected it and it was screened."""
        if self.rejected or not self.photo.screened:
            return Verdict.BLOCK
        return strictest(self.open)

    @property
    def screened_as(self) -> Verdict:
        """Its verdict before anybody drew or decided anything."""
        by_people = {id(one) for one, _ in self.drawn}
        found = tuple(one for one in self.photo.judgements if id(one) not in by_people)
        return dataclasses.replace(self.photo, judgements=found).verdict

    @property
    def rule(self) -> str:
        """The rule that keeps it back; "" if none does."""
        if self.open:
            return self.open[0].rule
        if self.rejected:
            return self.rejected.rule or "rejected"
        return "" if self.photo.screened else "unscreened"


def outcomes(
    photos: Sequence[PhotoReport],
    current: Sequence[Decision],
    originals: Mapping[str, str] | None = None,
    drawn: Drawn | None = None,
) -> tuple[Outcome, ...]:
    """Every picture after the decisions in force.

    Args:
        photos: as they were screened and judged.
        current: the decisions.
        originals: the SHA-256 of each redacted copy's original, by the copy's name.
        drawn: what people drew in the pictures.

    A decision that the rule book no longer allows, because the policy or the verdict has changed since, lifts nothing.
    A copy of a picture that was kept back is kept back too.
    """
    of_photo: dict[str, list[Decision]] = {}
    for one in current:
        of_photo.setdefault(one.sha256, []).append(one)
    rejected = {one.sha256: one for one in reversed(current) if one.action is Action.REJECT}
    return tuple(
        _outcome(
            photo,
            of_photo.get(photo.sha256, []),
            rejected.get(photo.sha256) or rejected.get((originals or {}).get(photo.file, "")),
            tuple(drawn(photo)) if drawn else (),
        )
        for photo in photos
    )


def _outcome(
    photo: PhotoReport,
    decisions: Sequence[Decision],
    rejected: Decision | None,
    drawn: tuple[tuple[Judgement, Decision], ...],
) -> Outcome:
    left: list[Judgement] = []
    decided: list[tuple[Judgement, Decision]] = []
    # at the end, so that the others keep their numbers
    photo = dataclasses.replace(photo, judgements=(*photo.judgements, *(one for one, _ in drawn)))
    drew = {id(one): decision for one, decision in drawn}
    for judgement, covered in zip(photo.judgements, covering(photo, decisions), strict=True):
        made = covered or drew.get(id(judgement))
        if made is not None:
            decided.append((judgement, made))
        lifted = made is not None and made.action not in LIFTS_NOTHING and not refusal(made, judgement)
        if made is not None and made.action is Action.INVOLVED and not refusal(made, judgement):
            left.append(dataclasses.replace(judgement, verdict=Verdict.BLOCK, rule=INVOLVED_RULE))
        elif judgement.verdict > Verdict.CLEAR and not lifted:
            left.append(judgement)
        elif made is not None and made.action is Action.REDACT:
            left.append(dataclasses.replace(judgement, verdict=Verdict.HOLD))
    left.sort(key=lambda one: -one.verdict)
    return Outcome(photo=photo, open=tuple(left), decided=tuple(decided), rejected=rejected, drawn=drawn)


def carried(original: Outcome, copy: PhotoReport) -> Iterator[Decision]:
    """Decisions about findings of the original that its copy still shows, as decisions about the copy."""
    counts = (set(Action) - set(LIFTS_NOTHING)) | {Action.INVOLVED}
    lifting = [decision for _, decision in original.decided if decision.action in counts]
    as_original = dataclasses.replace(copy, sha256=original.photo.sha256)
    for number, decision in enumerate(covering(as_original, lifting)):
        if decision is None:
            continue
        repeated = dataclasses.replace(decision, carried=decision.id, system_user=system_user(), at=now())
        again = about_each(copy, repeated)[number]
        if not refusal(again, copy.judgements[number]):
            yield again


def find(files: Sequence[str], after: Sequence[Outcome]) -> list[Outcome]:
    """The pictures named as in the report, or by files with the same bytes.

    Raises:
        ScreeningError: if one of them is not a picture of the run.
    """
    found = []
    for file in files:
        named = [one for one in after if one.photo.file == file]
        if not named and Path(file).is_file():
            sha256 = sha256_of(Path(file))
            named = [one for one in after if one.photo.sha256 == sha256][:1]
        if not named:
            raise ScreeningError(f"{file}: is not a picture of this run; name it as the report does")
        found += named
    return found
