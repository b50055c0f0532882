"""What people decided about a run's findings: one JSON line a decision in RUN/decisions.jsonl, never rewritten.

A decision belongs to a picture's bytes and one finding in it: a new scan keeps it, a changed picture loses it. A line
in the audit log names it by its hash, so that an edited, added, moved or removed one shows.

Those of one call are kept all together or not at all: the whole new file is written beside the old one, the log says
what is to be decided, and the new file takes the place of the old one. Whoever reads or adds next, under the run's
lock, lets it take that place where a program was killed before, or takes it back.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.finding import Box, Finding, ScreeningError
from screening.inert import inert
from screening.office import audit
from screening.office.audit import PATIENCE
from screening.office.audit_line import AuditError, Entry, canonical
from screening.office.office import Office, now, put_in_place, stage, system_user
from screening.policy import ERROR, Judgement, Verdict
from screening.questions import in_words, letters
from screening.report import PhotoReport
from screening.run.run import identity
from screening.weights import read_bytes

if TYPE_CHECKING:
    from filelock import BaseFileLock

FILE = "decisions.jsonl"
LOCK = f".{FILE}.lock"
# The file as it will be, until the log says so; it ends as everything does that was written half.
NEXT = f".{FILE}.next.part"
# The lines of the log that name decisions.
EVENTS = ("decision", "override")
# Boxes of one thing in two scans of the same bytes, by other versions of the program, overlap at least this much.
SAME_PLACE = 0.5


class DecisionError(ScreeningError):
    """A decision that may not be made, or decisions that cannot be read."""


class OvertakenError(DecisionError):
    """Somebody else decided the same meanwhile."""


class UnwritableError(DecisionError):
    """Nothing can be written to the run, so nobody can decide anything."""


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
        fields = {name: getattr(self, name) for name in Decision.__slots__}  # `asdict` takes ten times as long
        if not self.mark:
            del fields["mark"]
        return canonical(fields | {"box": dataclasses.asdict(self.box) if self.box else None})

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
    if not letters(decision.by):
        return "a decision needs the name of the person who decides"
    if action in (Action.REJECT, Action.WITHDRAW):
        return ""
    if one.finding.is_a(ERROR):
        return "what could not be screened never passes: repair or replace the file and scan again"
    if action is Action.REDACT:
        return ""
    if action is Action.AGREE:
        return "agree is only for a picture in which nothing is held or blocked"
    if action is Action.OVERRIDE:
        enough = in_words(decision.reason) and len(decision.reason.split()) > 1
        return "" if enough else "an override needs a reason of more than one word"
    age = one.finding.is_a("juvenile") and not one.finding.is_a("juvenile.school")
    if action is Action.ADULT:
        return "" if age else "adult only answers the age of a person"
    if action in (Action.RELEASE, Action.PARENTAL):
        if not (age if action is Action.PARENTAL else one.rule == "identifiable-person"):
            permission = "a parental permission" if action is Action.PARENTAL else "a release form"
            return f"{one.rule} ({one.finding.kind}) is not lifted by {permission}"
        return "" if decision.reference.strip() else "a release or permission needs its reference"
    if one.verdict is Verdict.BLOCK:
        return "a block is lifted by changing the picture, or by an override with a written reason"
    if one.rule in ("identifiable-person", "juvenile"):
        return f"{one.rule} is lifted by the reference of a form or permission, or by stating that it is an adult"
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

    @functools.cached_property
    def _lock(self) -> BaseFileLock:
        """One for all that this object does, so that a thread that holds it may take it again."""
        from filelock import FileLock

        return FileLock(self.path.with_name(LOCK), timeout=PATIENCE, mode=0o600)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else decides anything as long as this lasts; the same thread may, and may take it again.

        Raises:
            UnwritableError: if the run cannot be written.
            DecisionError: if others go on deciding.
        """
        from filelock import Timeout

        if not self.path.parent.is_dir():  # the lock would make it
            raise DecisionError(f"{self.path.parent}: there is no such folder")
        try:
            self._lock.acquire()
        except Timeout as error:
            raise DecisionError(f"{self.path}: other programs are writing to it; try again") from error
        except OSError as error:
            raise UnwritableError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error
        try:
            yield
        finally:
            self._lock.release()

    def add(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Puts decisions on disk and in the audit log, all or none; they are there when it returns.

        Raises:
            OvertakenError: if somebody decided the same meanwhile.
            DecisionError: if the file cannot be read or written.
            AuditError: if the log cannot be written; then nothing is decided.
        """
        with self.held():
            there = self.history()
            _refuse_overtaken(wanted, there)
            return self._put(there, wanted)

    def decide(self, *wanted: Decision) -> tuple[Decision, ...]:
        """Adds decisions that replace whatever was decided before.

        Raises:
            DecisionError: if the file cannot be read or written.
            AuditError: if the log cannot be written; then nothing is decided.
        """
        with self.held():
            there = self.history()
            before = latest(there)
            return self._put(there, [dataclasses.replace(one, after=_id(before(one))) for one in wanted])

    def history(self) -> list[Decision]:
        """Every decision that was ever made, in order, replaced and withdrawn ones too, as the audit log knows them.

        What a program that was killed left half made is completed or taken back first. Where nothing can be written it
        is left as it is, and does not count.

        Raises:
            DecisionError: if the file cannot be read, or a decision was edited, added, moved or removed.
            AuditError: if the log cannot be read.
        """
        try:
            with self.held():
                self._settle()
                return self._read()
        except UnwritableError:
            return self._read()

    def current(self) -> list[Decision]:
        """The decisions and answers that count now."""
        return in_force(self.history())

    def check(self) -> list[Decision]:
        """The history, for whoever wants no more of it than that it is as the audit log says."""
        return self.history()

    def _put(self, there: Sequence[Decision], wanted: Sequence[Decision]) -> tuple[Decision, ...]:
        if not wanted:
            return ()
        log, staged = self.office.audit_log, self.path.with_name(NEXT)
        event = "override" if any(one.action is Action.OVERRIDE for one in wanted) else "decision"
        named = [{"decision": one.id, "file": one.sha256, "action": str(one.action or "answer")} for one in wanted]
        try:
            with self._translated():
                stage(staged, b"".join(one.line + b"\n" for one in (*there, *wanted)))
            begun = audit.begin(log, event, run=self.run, decisions=named)
        except ScreeningError:
            with contextlib.suppress(OSError):
                staged.unlink(missing_ok=True)
            raise
        try:
            with self._translated():
                put_in_place(staged, self.path)
        except DecisionError:
            self._settle()
            raise
        with contextlib.suppress(AuditError):  # it is decided; whoever comes next says so
            audit.end(log, begun)
        return tuple(wanted)

    def _settle(self) -> None:
        """Completes what was left half made, or takes it back; under the lock."""
        audit.settle(self.office.audit_log, *EVENTS, run=self.run, stands=self._stands)
        with self._translated():
            self.path.with_name(NEXT).unlink(missing_ok=True)

    def _stands(self, begun: Entry) -> bool:
        """Whether decisions that were begun are made, now that the file that was to hold them is in its place."""
        ids, there, staged = _named(begun), self._parsed(self.path), self.path.with_name(NEXT)
        if ids[-1] in [one.id for one in there]:
            return True
        wanted = self._parsed(staged)
        if wanted[: len(there)] != there or [one.id for one in wanted[len(there) :]] != ids:
            return False
        with self._translated():
            put_in_place(staged, self.path)
        return True

    def _read(self) -> list[Decision]:
        """The decisions, once they are what the audit log says of this run: the same ones, in the same order."""
        there = self._parsed(self.path)
        ids = [one.id for one in there]
        log = self.office.audit_log
        lines = audit.counting(log, *EVENTS, run=self.run)
        logged = [one for line in lines for one in _named(line)]
        if ids != logged:  # what was begun and could not be settled, because nothing can be written, does not count
            broken = {line.sha256: line for line in audit.unfinished(log, *EVENTS, run=self.run)}
            broken = {sha256: line for sha256, line in broken.items() if _named(line)[-1] not in ids}
            logged = [one for line in lines if line.sha256 not in broken for one in _named(line)]
            if broken:
                logging.getLogger(__name__).warning(
                    "%s: a decision that was interrupted does not count; decide again",
                    inert(str(self.path)),
                )
        if ids == logged:
            return there
        if set(ids) - set(logged):
            wrong = "contains a decision that the audit log does not know"
        elif set(logged) - set(ids):
            wrong = "a decision in the audit log is missing from it"
        else:
            wrong = "its decisions are reordered or repeated"
        raise DecisionError(f"{self.path}: {wrong}; it was edited, or the run was copied: scan into a new folder")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DecisionError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error

    def _parsed(self, path: Path) -> list[Decision]:
        try:
            data = read_bytes(path)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DecisionError(f"{path}: cannot be read ({error.strerror or 'input error'})") from error
        # a line without its end is one whose writer lost power before anybody was told that it was written
        return [_parsed(line, path) for line in data.split(b"\n")[:-1]]


def _parsed(line: bytes, path: Path) -> Decision:
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
        raise DecisionError(f"{path}: contains a line that is not a decision; it was edited") from error
    return decision


def _named(line: Entry) -> list[str]:
    """The ids of the decisions that a line of the log names: those of one call, or in earlier versions a single one."""
    several = line.fields.get("decisions")
    return [str(one["decision"]) for one in several] if several else [str(line.fields.get("decision"))]


def in_force(history: Sequence[Decision]) -> list[Decision]:
    """What counts of a history: the last decision about each finding, unless it was withdrawn.

    One that repeats for a redacted copy what was decided about the original counts only while that does.
    """
    last = latest(history)
    left = [one for one in history if last(one) is one and one.action is not Action.WITHDRAW]
    ids = {one.id for one in left}
    return [one for one in left if not one.carried or one.carried in ids]


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
            who = f"{before.by} decided this at {before.at[:16]} UTC" if before else "nothing was decided"
            raise OvertakenError(f"somebody else was quicker: {who}; look again")


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""


def _marks(judgements: Sequence[Judgement]) -> list[str]:
    """What tells each finding of a picture from the others of its rule and kind, beside its place.

    A place alone will do in the first picture of a file; in another one it needs the frame. The words of the evidence
    may differ a little from scan to scan, so they are compared only where there is no place, or where two share one.
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
    """The frame as the marks of all decisions so far write it."""
    return f"({finding.frame})" if finding.frame else ""


def _same_place(one: Box | None, other: Box | None) -> bool:
    return one == other or (one is not None and other is not None and one.iou(other) >= SAME_PLACE)
