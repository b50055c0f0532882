"""What people decided about a run's findings: one JSON line a decision in RUN/decisions.jsonl, never rewritten.

A decision belongs to a picture's bytes, a rule, a kind and a place in it: a new scan keeps it, a changed picture loses
it. Each has a line in the audit log that names it by its hash, so that an edited, added or removed one shows.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.finding import Box, ScreeningError
from screening.policy import ERROR, Judgement, Verdict
from screening.workflow import audit
from screening.workflow.audit import BINARY, PATIENCE, canonical
from screening.workflow.office import Office, now, system_user

FILE = "decisions.jsonl"
# Boxes of one thing in two scans of the same bytes, by other versions of the program, overlap at least this much.
SAME_PLACE = 0.5


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
        rule, kind, box: which finding.
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
        return canonical(dataclasses.asdict(self))

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What it is about, but for the place."""
        return self.sha256, self.rule, self.kind, self.question

    def about(self, other: Decision) -> bool:
        """Whether both are about the same finding or question."""
        return self.subject == other.subject and _same_place(self.box, other.box)

    def covers(self, sha256: str, one: Judgement) -> bool:
        """Whether it is about this finding of the picture with these bytes."""
        same = (self.sha256, self.rule, self.kind) == (sha256, one.rule, one.finding.kind)
        return same and _same_place(self.box, one.finding.box)


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
        self.run = hashlib.sha256(str(run.resolve()).encode()).hexdigest()[:16]

    def add(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Puts decisions on disk, all or none, and a line for each into the audit log; they are there when it returns.

        Raises:
            OvertakenError: if somebody decided the same meanwhile.
            DecisionError: if the file cannot be read or written.
            AuditError: if the log cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path.with_name(f".{FILE}.lock"), timeout=PATIENCE, mode=0o600)
        try:
            with lock:
                there = self.check(mending=True)
                _refuse_overtaken(wanted, there)
                data = b"".join(one.line + b"\n" for one in (*there, *wanted))
                with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | BINARY, 0o600), "r+b") as file:
                    file.write(data)
                    file.truncate()
                    file.flush()
                    os.fsync(file.fileno())
                for one in wanted:
                    event = "override" if one.action is Action.OVERRIDE else "decision"
                    said = str(one.action or "answer")
                    audit.append(
                        self.office.audit_log, event, decision=one.id, run=self.run, file=one.sha256, action=said
                    )
        except Timeout as error:
            raise DecisionError(f"{self.path}: other programs are writing to it; try again") from error
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error
        return wanted

    def decide(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Adds decisions that replace whatever was decided before."""
        before = _latest(self.history())
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
        """The decisions and answers that count now."""
        history = self.history()
        before = _latest(history)
        return [one for one in history if before(one) is one and one.action is not Action.WITHDRAW]

    def check(self, *, mending: bool = False) -> list[Decision]:
        """The history, once it agrees with the audit log.

        With `mending`, last decisions without a line in the log are left out: their writer was stopped half-way.

        Raises:
            DecisionError: if a decision was edited, added or removed without the log.
        """
        there = self.history()
        lines = [line for line in audit.entries(self.office.audit_log) if line.event in ("decision", "override")]
        logged = {str(line.fields.get("decision")) for line in lines}
        while mending and there and there[-1].id not in logged:
            there.pop()
        if any(one.id not in logged for one in there):
            raise DecisionError(f"{self.path}: holds a decision that the audit log does not know; it was edited")
        ours = {str(line.fields.get("decision")) for line in lines if line.fields.get("run") == self.run}
        if ours - {one.id for one in there}:
            raise DecisionError(f"{self.path}: a decision in the audit log is missing from it; it was edited")
        return there

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


def _latest(history: Sequence[Decision]) -> Callable[[Decision], Decision | None]:
    """Finds the last decision that is about the same as a given one."""
    subjects: dict[tuple[str, ...], list[Decision]] = {}
    for one in history:
        subjects.setdefault(one.subject, []).append(one)
    return lambda wanted: next((one for one in reversed(subjects.get(wanted.subject, ())) if one.about(wanted)), None)


def _refuse_overtaken(wanted: Sequence[Decision], there: Sequence[Decision]) -> None:
    """Raises where a decision would replace one that its maker did not see."""
    latest = _latest(there)
    for decision in wanted:
        before = latest(decision)
        if _id(before) != decision.after:
            who = f"{before.by} decided this at {before.at[:16]} UTC" if before else "it was never decided"
            raise OvertakenError(f"somebody was quicker: {who}; look again")


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""


def _same_place(one: Box | None, other: Box | None) -> bool:
    return one == other or (one is not None and other is not None and one.iou(other) >= SAME_PLACE)
