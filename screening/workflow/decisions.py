"""What people decided about a run's findings: one JSON line a decision in RUN/decisions.jsonl, never rewritten.

A decision belongs to a picture's bytes and one finding in it: a new scan keeps it, a changed picture loses it. Each has
a line in the audit log that names it by its hash, so that an edited, added, moved or removed one shows.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.finding import Box, ScreeningError
from screening.policy import ERROR, Judgement, Verdict
from screening.report import PhotoReport
from screening.workflow import audit
from screening.workflow.audit import BINARY, PATIENCE, canonical
from screening.workflow.office import Office, now, system_user
from screening.workflow.run import identity

FILE = "decisions.jsonl"
# Boxes of one thing in two scans of the same bytes, by other versions of the program, overlap at least this much.
SAME_PLACE = 0.5
# How the evidence of a finding ends that lies in another picture of the same file: "a face (frame 2)".
FRAME = re.compile(r"\([^()]+\)$")


class DecisionError(ScreeningError):
    """A decision that may not be made, or decisions that cannot be read."""


class OvertakenError(DecisionError):
    """Somebody else decided the same meanwhile."""


class Action(enum.StrEnum):
    """What a person can do about a finding."""

    ACCEPT = "accept"  # the condition of a hold is met
    RELEASE = "release"  # a signed release form, by its reference
    PARENTAL = "parental"  # parental permission, by its reference
    ADULT = "adult"  # known to us as an adult
    OVERRIDE = "override"  # all the same, for a written reason
    REDACT = "redact"  # the picture stays back, and a copy without it is made (screening redact --decided)
    REJECT = "reject"  # the picture does not go out, whatever else is decided
    AGREE = "agree"  # a person looked at a picture that nothing holds, and found nothing either
    WITHDRAW = "withdraw"  # what was decided before no longer counts


# What a finding goes on holding or blocking after.
LIFTS_NOTHING = (Action.REDACT, Action.REJECT, Action.AGREE, Action.WITHDRAW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one finding, or the answer to one of the batch's questions.

    Attributes:
        action: what was done; None for an answer.
        by: who decided, as they call themselves.
        sha256: of the picture; "" for an answer.
        rule, kind, box: which finding; "" and None for the picture as a whole.
        mark: what else tells that finding from the others of the picture; "" where its place does.
        reason: why, in the decider's words.
        reference: of a release form or a licence.
        question, answer: for an answer, what was asked and said.
        after: the id of the decision that it replaces, so that nobody replaces one that they did not see.
        carried: the id of the decision about the original that it repeats for a redacted copy.
        system_user: the name that the system knows the decider by.
        at: when, as ISO 8601 in UTC.
    """

    by: str
    action: Action | None = None
    sha256: str = ""
    rule: str = ""
    kind: str = ""
    box: Box | None = None
    mark: str = ""
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
        """The SHA-256 of what it says, by which the audit log names it."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def line(self) -> bytes:
        """It as it stands in the file."""
        fields = dataclasses.asdict(self)
        if not self.mark:
            del fields["mark"]
        return canonical(fields)

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about, but for the place."""
        return self.sha256, self.rule, self.kind, self.mark, self.question

    def about(self, other: Decision) -> bool:
        """Whether both are about the same finding or question."""
        return self.subject == other.subject and _same_place(self.box, other.box)


# Says nothing yet, of nothing.
BLANK = Decision(by="", system_user="", at="")


def about_each(photo: PhotoReport, decision: Decision) -> list[Decision]:
    """A decision as it would be about each finding of a picture, in their order."""
    return [
        dataclasses.replace(
            decision, sha256=photo.sha256, rule=one.rule, kind=one.finding.kind, box=one.finding.box, mark=mark
        )
        for one, mark in zip(photo.judgements, _marks(photo.judgements), strict=True)
    ]


def covering(photo: PhotoReport, decisions: Sequence[Decision]) -> list[Decision | None]:
    """For each finding of a picture the last decision about it, or None.

    A decision is about one finding. Where it could be about several, as the picture is seen today, it is about none.
    """
    covered: list[Decision | None] = [None] * len(photo.judgements)
    each = about_each(photo, BLANK) if decisions else []
    for decision in decisions:
        meant = [number for number, one in enumerate(each) if decision.about(one)]
        if len(meant) == 1:
            covered[meant[0]] = decision
    return covered


def refusal(decision: Decision, one: Judgement) -> str:
    """Why a decision may not be made about a finding, by the rule book; "" where it may."""
    action = decision.action
    if not decision.by.strip():
        return "a decision needs the name of who decides"
    if action in (Action.REJECT, Action.WITHDRAW):
        return ""
    if one.finding.is_a(ERROR):
        return "what could not be screened is never let pass: mend or replace the file and scan again"
    if action is Action.REDACT:
        return ""
    if action is Action.AGREE:
        return "agree is said of a picture that nothing holds"
    if action is Action.OVERRIDE:
        return "" if len(decision.reason.split()) > 1 else "an override needs a reason of more than a word"
    age = one.finding.is_a("juvenile") and not one.finding.is_a("juvenile.school")
    if action is Action.ADULT:
        return "" if age else "only the age of a person can be answered with adult"
    if action in (Action.RELEASE, Action.PARENTAL):
        if not (age if action is Action.PARENTAL else one.rule == "identifiable-person"):
            permission = "a parental permission" if action is Action.PARENTAL else "a release form"
            return f"{one.rule} ({one.finding.kind}) is not lifted by {permission}"
        return "" if decision.reference.strip() else "a release or permission needs its reference"
    if one.verdict is Verdict.BLOCK:
        return "a block is lifted by changing the picture, or by an override with a written reason"
    if one.rule in ("identifiable-person", "juvenile"):
        return f"{one.rule} is lifted by the reference of a form or permission, or of an adult by saying so"
    if one.rule == "copyright" and not decision.reference.strip():
        return "copyright is lifted by the reference of a licence"
    return ""


class Decisions:
    """The decisions of one run, as they stand on disk."""

    def __init__(self, run: Path, office: Office) -> None:
        self.path = run / FILE
        self.office = office

    @functools.cached_property
    def run(self) -> str:
        """What the audit log calls the run."""
        return identity(self.path.parent)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody decides anything as long as this lasts.

        Raises:
            DecisionError: if others go on deciding, or the run cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path.with_name(f".{FILE}.lock"), timeout=PATIENCE, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise DecisionError(f"{self.path}: other programs are writing to it; try again") from error
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error
        try:
            yield
        finally:
            lock.release()

    def add(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Puts decisions on disk, all or none, and a line for each into the audit log; they are there when it returns.

        Raises:
            OvertakenError: if somebody decided the same meanwhile.
            DecisionError: if the file cannot be read or written.
            AuditError: if the log cannot be written.
        """
        with self.held():
            there = self.check(mending=True)
            _refuse_overtaken(wanted, there)
            self._write(b"".join(one.line + b"\n" for one in (*there, *wanted)))
            for one in wanted:
                event = "override" if one.action is Action.OVERRIDE else "decision"
                said = str(one.action or "answer")
                audit.append(self.office.audit_log, event, decision=one.id, run=self.run, file=one.sha256, action=said)
        return wanted

    def decide(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Adds decisions that replace whatever was decided before."""
        before = latest(self.history())
        return self.add(*(dataclasses.replace(one, after=_id(before(one))) for one in wanted))

    def history(self) -> list[Decision]:
        """Every decision that was ever made, in order, replaced and withdrawn ones too.

        Raises:
            DecisionError: if the file cannot be read, or a line of it is not one of ours.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be read ({error.strerror or 'input error'})") from error
        # a line without its end is one whose writer lost power before anybody was told that it was written
        return [self._parsed(line) for line in data.split(b"\n")[:-1]]

    def current(self) -> list[Decision]:
        """The decisions and answers that count now.

        One that repeats for a redacted copy what was decided about the original counts only while that does.
        """
        history = self.history()
        last = latest(history)
        left = [one for one in history if last(one) is one and one.action is not Action.WITHDRAW]
        ids = {one.id for one in left}
        return [one for one in left if not one.carried or one.carried in ids]

    def check(self, *, mending: bool = False) -> list[Decision]:
        """The history, once it is what the audit log says of this run: the same decisions, in the same order.

        With `mending`, last decisions without a line in the log are left out: their writer was stopped half-way.

        Raises:
            DecisionError: if a decision was edited, added, moved or removed without the log.
        """
        there = self.history()
        logged = [
            str(line.fields.get("decision"))
            for line in audit.entries(self.office.audit_log)
            if line.event in ("decision", "override") and line.fields.get("run") == self.run
        ]
        while mending and there and there[-1].id not in logged:
            there.pop()
        ids = [one.id for one in there]
        if ids == logged:
            return there
        if set(ids) - set(logged):
            wrong = "holds a decision that the audit log does not know"
        elif set(logged) - set(ids):
            wrong = "a decision in the audit log is missing from it"
        else:
            wrong = "its decisions stand in another order, or twice"
        raise DecisionError(f"{self.path}: {wrong}; it was edited, or the run copied: scan into a new folder")

    def _write(self, data: bytes) -> None:
        try:
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | BINARY, 0o600), "r+b") as file:
                file.write(data)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error

    def _parsed(self, line: bytes) -> Decision:
        try:
            fields: dict[str, Any] = json.loads(line)
            box = fields.pop("box")
            action = fields.pop("action")
            decision = Decision(
                **fields, box=Box(**box) if box else None, action=Action(action) if action is not None else None
            )
            if decision.line != line:
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DecisionError(f"{self.path}: holds a line that is no decision; it was edited") from error
        return decision


def digest(current: Sequence[Decision]) -> str:
    """The SHA-256 of what counts, which a clearance signs."""
    return hashlib.sha256(b"\n".join(one.line for one in current)).hexdigest()


def answers(current: Sequence[Decision]) -> Iterator[tuple[str, str]]:
    """The batch's questions that were answered, each with its answer."""
    return ((one.question, one.answer) for one in current if one.action is None)


def latest(history: Sequence[Decision]) -> Callable[[Decision], Decision | None]:
    """Finds the last decision that is about the same as a given one."""
    subjects: dict[tuple[str, ...], list[Decision]] = {}
    for one in history:
        subjects.setdefault(one.subject, []).append(one)
    return lambda wanted: next((one for one in reversed(subjects.get(wanted.subject, ())) if one.about(wanted)), None)


def _refuse_overtaken(wanted: Sequence[Decision], there: Sequence[Decision]) -> None:
    """Raises where a decision would replace one that its maker did not see."""
    last = latest(there)
    for decision in wanted:
        before = last(decision)
        if _id(before) != decision.after:
            who = f"{before.by} decided this at {before.at[:16]} UTC" if before else "it was never decided"
            raise OvertakenError(f"somebody was quicker: {who}; look again")


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""


def _marks(judgements: Sequence[Judgement]) -> list[str]:
    """What tells each finding of a picture from the others of its rule and kind, beside its place.

    A place alone will do in the first picture of a file; in another one it needs the frame. The words of the evidence
    may differ a little from scan to scan, so they are asked only where there is no place, or where two share one.
    """
    said = [(one.rule, one.finding.kind, one.finding.evidence) for one in judgements]
    places = [((*one[:2], _frame(one[2])), both.finding.box) for one, both in zip(said, judgements, strict=True)]
    count, seen = Counter(said), Counter[tuple[str, str, str]]()
    marks = []
    for one, (about, box) in zip(said, places, strict=True):
        seen[one] += 1
        sharing = sum(about == other and _same_place(box, there) for other, there in places)
        marks.append(about[2] if box is not None and sharing == 1 else f"{one[2]}: {seen[one]} of {count[one]}")
    return marks


def _frame(evidence: str) -> str:
    found = FRAME.search(evidence)
    return found[0] if found else ""


def _same_place(one: Box | None, other: Box | None) -> bool:
    return one == other or (one is not None and other is not None and one.iou(other) >= SAME_PLACE)
