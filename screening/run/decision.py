"""What a person can decide about a finding, and which finding of a picture a decision is about."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from screening.finding import Box, Finding
from screening.office.audit_line import canonical
from screening.office.office import now, system_user
from screening.photo_report import PhotoReport
from screening.policy import Judgement
from screening.run.region import Region

# Boxes of one thing in scans of the same bytes by different versions of the program overlap at least this much.
SAME_PLACE = 0.5


class Action(enum.StrEnum):
    """What a person can do about a finding."""

    ACCEPT = "accept"  # the condition of a hold is met
    RELEASE = "release"  # a signed release form, by its reference
    PARENTAL = "parental"  # parental permission, by its reference
    ADULT = "adult"  # known to us as an adult
    OVERRIDE = "override"  # let it pass, for a written reason
    INVOLVED = "involved"  # a victim, suspect, witness or defendant: it blocks, and no release form lifts that
    REDACT = "redact"  # the picture stays back, and a copy without it is made (screening redact)
    REJECT = "reject"  # the picture does not go out, whatever else is decided
    DRAW = "draw"  # a person marks a place that shows something; it counts as a finding
    AGREE = "agree"  # a person looked at a picture that nothing holds, and found nothing either
    WITHDRAW = "withdraw"  # what was decided before no longer counts


# Actions after which a finding still holds or blocks.
LIFTS_NOTHING = (Action.INVOLVED, Action.REDACT, Action.REJECT, Action.DRAW, Action.AGREE, Action.WITHDRAW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one finding, or the answer to one of the batch's questions.

    Attributes:
        action: what was done; None for an answer.
        by: the decider's name as given.
        sha256: of the picture; "" for an answer.
        rule, kind, box: which finding; "" and None for the picture as a whole.
        mark: what else distinguishes that finding from the picture's others; "" if its place does. Of what a person
            drew, the region's name.
        region: what a person drew, in its latest form; `rule` says what it falls under.
        reason: why, in the decider's words.
        reference: of a release form or a licence.
        question, answer: for an answer, what was asked and said.
        after: the id of the decision that it replaces, so that nobody replaces one that they have not seen.
        carried: the id of the decision about the original that it repeats for a redacted copy.
        system_user: the decider's login name.
        at: when, as ISO 8601 in UTC.
    """

    by: str
    action: Action | None = None
    sha256: str = ""
    rule: str = ""
    kind: str = ""
    box: Box | None = None
    mark: str = ""
    region: Region | None = None
    reason: str = ""
    reference: str = ""
    question: str = ""
    answer: str = ""
    after: str = ""
    carried: str = ""
    system_user: str = field(default_factory=system_user)
    at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        """The SHA-256 of its content, by which the audit log names it."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def line(self) -> bytes:
        """Its line in the file."""
        fields = {name: getattr(self, name) for name in Decision.__slots__}  # ten times as fast as `asdict`
        if not self.mark:
            del fields["mark"]
        del fields["region"]
        if self.region:
            fields["region"] = self.region.as_dict()
        return canonical(fields | {"box": dataclasses.asdict(self.box) if self.box else None})

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about, apart from the place."""
        return self.sha256, self.rule, self.kind, self.mark, self.question

    def about(self, other: Decision) -> bool:
        """Whether both are about the same finding or question."""
        return self.subject == other.subject and _same_place(self.box, other.box)


def parsed(line: bytes) -> Decision:
    """A decision from its line of the file.

    Raises:
        ValueError: if it is not a decision, or is not written as `Decision.line` writes it.
    """
    try:
        fields: dict[str, Any] = json.loads(line)
        box, action, region = fields.pop("box"), fields.pop("action"), fields.pop("region", None)
        decision = Decision(
            **fields,
            box=Box(**box) if box else None,
            action=Action(action) if action is not None else None,
            region=Region.parse(region) if region else None,
        )
        same = decision.line == line
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("is not a decision") from error
    if not same:
        raise ValueError("is written otherwise")
    return decision


# An empty decision, about nothing yet.
BLANK = Decision(by="", system_user="", at="")


def barred(wanted: Decision, before: Decision | None) -> str:
    """Why a decision may not follow the last one about the same finding; "" if it may."""
    if before is None or before.action is not Action.INVOLVED:
        return ""
    if wanted.action in (Action.ACCEPT, Action.RELEASE, Action.PARENTAL, Action.ADULT):
        return f"{before.by} said that this is a victim, suspect, witness or defendant: no form lifts that; withdraw it"
    return ""


def about_each(photo: PhotoReport, decision: Decision) -> list[Decision]:
    """What a decision about each finding of a picture would be about, in order."""
    return [
        dataclasses.replace(
            decision, sha256=photo.sha256, rule=one.rule, kind=one.finding.kind, box=one.finding.box, mark=mark
        )
        for one, mark in zip(photo.judgements, _marks(photo.judgements), strict=True)
    ]


def covering(photo: PhotoReport, decisions: Sequence[Decision]) -> list[Decision | None]:
    """For each finding of a picture the last decision about it, or None.

    A decision is about one finding. If it could now be about several, it is about none.
    """
    covered: list[Decision | None] = [None] * len(photo.judgements)
    each = about_each(photo, BLANK) if decisions else []
    for decision in decisions:
        meant = [number for number, one in enumerate(each) if decision.about(one)]
        if len(meant) == 1:
            covered[meant[0]] = decision
    return covered


def in_force(history: Sequence[Decision]) -> list[Decision]:
    """The decisions in force: the last one about each finding, unless it was withdrawn.

    One that repeats a decision about the original for a redacted copy counts only while that one does.
    """
    last = latest(history)
    left = [one for one in history if last(one) is one and one.action is not Action.WITHDRAW]
    ids = {one.id for one in left}
    return [one for one in left if not one.carried or one.carried in ids]


def digest(current: Sequence[Decision]) -> str:
    """The SHA-256 of the decisions in force, which a clearance signs."""
    return hashlib.sha256(b"\n".join(one.line for one in current)).hexdigest()


def answers(current: Sequence[Decision]) -> Iterator[tuple[str, str]]:
    """The batch's questions that were answered, each with its answer."""
    return ((one.question, one.answer) for one in current if one.action is None)


def latest(history: Sequence[Decision]) -> Callable[[Decision], Decision | None]:
    """Finds the last decision that is about the same thing as a given one."""
    subjects: dict[tuple[str, ...], list[Decision]] = {}
    for one in history:
        subjects.setdefault(one.subject, []).append(one)
    return lambda wanted: next((one for one in reversed(subjects.get(wanted.subject, ())) if one.about(wanted)), None)


def _marks(judgements: Sequence[Judgement]) -> list[str]:
    """What distinguishes each finding of a picture from others of its rule and kind, besides its place.

    In the first picture of a file a place is enough; in others the frame is needed too. The evidence may differ
    slightly from scan to scan, so it is compared only if there is no place, or if two findings share one.
    """
    said = [(one.rule, one.finding.kind, one.finding.evidence) for one in judgements]
    places = [((one.rule, one.finding.kind, _frame(one.finding)), one.finding.box) for one in judgements]
    count, seen = Counter(said), Counter[tuple[str, str, str]]()
    marks = []
    for one, (about, box) in zip(said, places, strict=True):
        seen[one] += 1
        sharing = sum(about == other and _same_place(box, there) for other, there in places)
        marks.append(about[2] if box is not None and sharing == 1 else f"{one[2]}: {seen[one]} of {count[one]}")
    return marks


def _frame(finding: Finding) -> str:
    """The frame as it is written in marks; earlier decisions rely on this format."""
    return f"({finding.frame})" if finding.frame else ""


def _same_place(one: Box | None, other: Box | None) -> bool:
    return one == other or (one is not None and other is not None and one.iou(other) >= SAME_PLACE)
