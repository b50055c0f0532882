"""What people decided about a run's findings: one JSON line a decision in RUN/decisions.jsonl, never rewritten.

A decision belongs to a picture's bytes, a rule, a kind and a place in it: a new scan keeps it, a changed picture loses
it. Each has a line in the audit log that names it by its hash, so that an edited, added or removed one shows.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.finding import Box, ScreeningError
from screening.policy import ERROR, Judgement, Verdict
from screening.workflow import audit
from screening.workflow.audit import BINARY, PATIENCE, canonical
from screening.workflow.office import Office, system_user

FILE = "decisions.jsonl"
# Boxes of one thing in two scans of the same bytes, by other versions of the program, overlap at least this much.
SAME_PLACE = 0.5


class DecisionError(ScreeningError):
    """A decision that may not be made, or decisions that cannot be read."""


class Action(enum.StrEnum):
    """What a person can do about a finding."""

    ACCEPT = "accept"  # the condition of a hold is met
    RELEASE = "release"  # a signed release form, by its reference
    PARENTAL = "parental"  # parental permission, by its reference
    ADULT = "adult"  # known to us as an adult
    OVERRIDE = "override"  # all the same, for a written reason
    REJECT = "reject"  # the picture does not go out, whatever else is decided
    WITHDRAW = "withdraw"  # what was decided before no longer counts


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
    system_user: str = field(default_factory=system_user)
    at: str = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"))

    @property
    def id(self) -> str:
        """The SHA-256 of what it says, by which the audit log names it."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def line(self) -> bytes:
        """It as it stands in the file."""
        return canonical(dataclasses.asdict(self))

    def about(self, other: Decision) -> bool:
        """Whether both are about the same finding or question."""
        mine, its = ((one.sha256, one.rule, one.kind, one.question) for one in (self, other))
        return mine == its and _same_place(self.box, other.box)

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

    def add(self, decision: Decision) -> Decision:
        """Puts a decision on disk, and a line for it into the audit log; both are there when this returns.

        Raises:
            DecisionError: if somebody decided the same meanwhile, or the file cannot be written.
            AuditError: if the log cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path.with_name(f".{FILE}.lock"), timeout=PATIENCE, mode=0o600)
        try:
            with lock:
                there = self.check(mending=True)
                before = next((one for one in reversed(there) if one.about(decision)), None)
                if (before.id if before else "") != decision.after:
                    who = f"{before.by} decided this at {before.at[:16]} UTC" if before else "it was never decided"
                    raise DecisionError(f"somebody was quicker: {who}; look again")
                data = b"".join(one.line + b"\n" for one in (*there, decision))
                with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | BINARY, 0o600), "r+b") as file:
                    file.write(data)
                    file.truncate()
                    file.flush()
                    os.fsync(file.fileno())
                event = "override" if decision.action is Action.OVERRIDE else "decision"
                said = str(decision.action or "answer")
                audit.append(
                    self.office.audit_log, event, decision=decision.id, run=self.run, file=decision.sha256, action=said
                )
        except Timeout as error:
            raise DecisionError(f"{self.path}: other programs are writing to it; try again") from error
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error
        return decision

    def decide(self, decision: Decision) -> Decision:
        """Adds a decision that replaces whatever was decided before."""
        before = next((one for one in reversed(self.history()) if one.about(decision)), None)
        return self.add(dataclasses.replace(decision, after=before.id if before else ""))

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
        latest: list[Decision] = []
        for one in self.history():
            latest = [other for other in latest if not other.about(one)]
            if one.action is not Action.WITHDRAW:
                latest.append(one)
        return latest

    def check(self, *, mending: bool = False) -> list[Decision]:
        """The history, once it agrees with the audit log.

        With `mending`, a last decision without its line in the log is left out: its writer was stopped half-way.

        Raises:
            DecisionError: if a decision was edited, added or removed without the log.
        """
        there = self.history()
        lines = [line for line in audit.entries(self.office.audit_log) if line.event in ("decision", "override")]
        logged = {str(line.fields.get("decision")) for line in lines}
        if mending and there and there[-1].id not in logged:
            there = there[:-1]
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


def _same_place(one: Box | None, other: Box | None) -> bool:
    return one == other or (one is not None and other is not None and one.iou(other) >= SAME_PLACE)
