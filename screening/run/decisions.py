"""What people decided about a run's findings: one JSON line per decision in RUN/decisions.jsonl, never rewritten.

A decision belongs to a picture's bytes and one finding in it: a new scan keeps it, a changed picture loses it. A line
in the audit log names it by its hash, so that one that was edited, added, moved or removed is detected.

The decisions of one call are stored all or none: the whole new file is written beside the old one, the log records what
is to be decided, and the new file replaces the old one. If the program is killed in between, whoever next reads or adds
under the run's lock completes the replacement or undoes it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screening.finding import ScreeningError
from screening.inert import inert
from screening.office import audit
from screening.office.audit import PATIENCE
from screening.office.audit_line import AuditError, Entry
from screening.office.office import Office, put_in_place, stage
from screening.run.decision import Action, Decision, barred, in_force, latest, parsed
from screening.run.files import DECISIONS, identity, lock
from screening.weights import read_bytes

if TYPE_CHECKING:
    from filelock import BaseFileLock

# The new file, until the log names it; its name ends like that of everything half-written.
NEXT = f".{DECISIONS}.next.part"
# The lines of the log that name decisions.
EVENTS = ("decision", "override")


class DecisionError(ScreeningError):
    """A decision is not allowed, or decisions cannot be read."""


class OvertakenError(DecisionError):
    """Somebody else has decided the same in the meantime."""


class UnwritableError(DecisionError):
    """Nothing can be written to the run, so nobody can decide anything."""


class Decisions:
    """The decisions of one run on disk."""

    def __init__(self, run: Path, office: Office) -> None:
        self.path = run / DECISIONS
        self.office = office

    @functools.cached_property
    def run(self) -> str:
        """What the audit log calls the run."""
        return identity(self.path.parent)

    @functools.cached_property
    def _lock(self) -> BaseFileLock:
        """One lock per object, so that a thread that holds it may take it again."""
        from filelock import FileLock

        return FileLock(lock(self.path.parent, DECISIONS), timeout=PATIENCE, mode=0o600)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Locks the decisions against other programs; the same thread may take the lock again.

        Raises:
            UnwritableError: if the run cannot be written.
            DecisionError: if another program keeps the lock.
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
        """Records decisions on disk and in the audit log, all or none, before it returns.

        Raises:
            OvertakenError: if somebody else decided the same in the meantime.
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
        """Every decision ever made, in order, including replaced and withdrawn ones, checked against the audit log.

        What a killed program left unfinished is completed or undone first. If nothing can be written it is left alone,
        and does not count.

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

    def _put(self, there: Sequence[Decision], wanted: Sequence[Decision]) -> tuple[Decision, ...]:
        if not wanted:
            return ()
        last = latest(there)
        if why := next(filter(None, (barred(one, last(one)) for one in wanted)), ""):
            raise DecisionError(why)
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
        with contextlib.suppress(AuditError):  # it is decided; the next program settles the log
            audit.end(log, begun)
        return tuple(wanted)

    def _settle(self) -> None:
        """Completes or undoes what was left unfinished; call it under the lock."""
        audit.settle(self.office.audit_log, *EVENTS, run=self.run, stands=self._stands)
        with self._translated():
            self.path.with_name(NEXT).unlink(missing_ok=True)

    def _stands(self, begun: Entry) -> bool:
        """Whether decisions that were begun now stand; puts their file in place if it is complete."""
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
        """The decisions, checked to be those in the audit log, in the same order."""
        there = self._parsed(self.path)
        ids = [one.id for one in there]
        log = self.office.audit_log
        lines = audit.counting(log, *EVENTS, run=self.run)
        logged = [one for line in lines for one in _named(line)]
        if ids != logged:  # what was begun and cannot be settled, because nothing can be written, does not count
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
        # a line without its end is one whose writer lost power before it was confirmed
        try:
            return [parsed(line) for line in data.split(b"\n")[:-1]]
        except ValueError as error:
            raise DecisionError(f"{path}: contains a line that is not a decision; it was edited") from error


def _named(line: Entry) -> list[str]:
    """The ids of the decisions that a log line names: those of one call, or just one in earlier versions."""
    several = line.fields.get("decisions")
    return [str(one["decision"]) for one in several] if several else [str(line.fields.get("decision"))]


def _refuse_overtaken(wanted: Sequence[Decision], there: Sequence[Decision]) -> None:
    """Raises if a decision would replace one that its maker has not seen."""
    last = latest(there)
    for decision in wanted:
        before = last(decision)
        if _id(before) != decision.after:
            who = f"{before.by} decided this at {before.at[:16]} UTC" if before else "nothing was decided"
            raise OvertakenError(f"somebody else was quicker: {who}; check it again")


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""
