"""From a run that was examined to a clearance: a person answers, and a key signs."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from screening.office import audit, checkpoint
from screening.office.checkpoint import Checkpoint
from screening.office.key_list import SECOND, Key, trusted
from screening.office.office import Office, replace_file, system_user
from screening.office.register_file import withdrawn
from screening.questions import in_words, letters, stopping, unknown
from screening.release.clearance import Clearance, ClearanceError
from screening.release.examine import Examined, moment, report_hash
from screening.release.second import overruled, same_person, seconds
from screening.release.settle import settle
from screening.run import files
from screening.run.decision import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """What a person answers when signing off a batch.

    Attributes:
        purpose: the policing purpose.
        answers: to each of the policy's questions, by its id.
        second: who else answers for it.
        days: how long the clearance is valid.
    """

    purpose: str
    answers: Mapping[str, str]
    second: str = ""
    days: int = 7


def issue(examined: Examined, said: SignOff, office: Office, key: Key, passphrase: str) -> Clearance:
    """Signs a clearance, writes it to the run as clearance.json, and says so in the audit log.

    Raises:
        ClearanceError: as `check`, or if the run has changed since it was examined, or cannot be written.
        KeysError: if the key cannot be used.
    """
    check(examined, said, office, key)
    with unchanged(examined):
        return _issued(examined, said, office, key, passphrase)


@contextlib.contextmanager
def unchanged(examined: Examined) -> Iterator[None]:
    """Holds a run as it was examined: nobody can decide anything meanwhile.

    Raises:
        ClearanceError: if it has changed since.
    """
    folder, decisions = examined.run.folder, examined.run.decisions
    with decisions.held():
        decisions.history()
        if (report_hash(folder), digest(decisions.current())) != (examined.report, examined.decisions):
            raise ClearanceError(f"{folder}: was scanned or reviewed in the meantime; clear it again")
        if withdrawn(examined.registers, examined.run.report.registers):
            raise ClearanceError(f"{folder}: the registers have changed in the meantime; scan again")
        yield


def _issued(examined: Examined, said: SignOff, office: Office, key: Key, passphrase: str) -> Clearance:
    folder, log = examined.run.folder, office.audit_log
    run_id, file = files.identity(folder), folder / files.CLEARANCE
    settle(log, run_id, file)
    clearance = drafted(examined, said, office, key).sign(office, key, passphrase)
    begun = audit.begin(
        log,
        "clearance",
        run=run_id,
        clearance=clearance.name,
        report=clearance.report,
        policy=clearance.policy["sha256"],
        decisions=clearance.decisions,
        batch=clearance.batch,
        released=len(clearance.released),
        pictures=sorted(clearance.released),
        withheld=len(clearance.withheld),
        key=key.id,
        until=clearance.until,
    )
    try:
        head = Checkpoint(checkpoint.origin(log), begun.head, clearance.name).sign(office, key, passphrase)
        clearance = replace(clearance, checkpoint=head)
        replace_file(file, clearance.text())
        audit.end(log, begun)
    except OSError as error:
        raise ClearanceError(f"{file}: cannot be written ({error.strerror or 'input error'})") from error
    finally:
        settle(log, run_id, file)
    return clearance


def drafted(examined: Examined, said: SignOff, office: Office, key: Key) -> Clearance:
    """The clearance that these answers make of a run, before it is signed."""
    now = moment()
    until = now + datetime.timedelta(days=said.days)
    return Clearance(
        batch=examined.run.report.batch.name,
        purpose=said.purpose,
        answers={one.ask: one.plain(said.answers[one.id]) for one in examined.run.settings.batch.question},
        report=examined.report,
        decisions=examined.decisions,
        registers=examined.run.report.registers,
        files=examined.files,
        withheld=examined.withheld,
        policy={"name": examined.run.settings.name, "sha256": examined.run.settings.sha256},
        looser=examined.departures.looser,
        off=examined.departures.off,
        foreign=examined.departures.foreign,
        models={model.name: model.sha256 for model in examined.run.report.models},
        earlier=checkpoint.earlier(office.audit_log, files.identity(examined.run.folder)),
        by=key.name,
        second=said.second,
        system_user=system_user(),
        key=key.id,
        at=now.isoformat(timespec="milliseconds"),
        until=min(until, examined.until or until).isoformat(timespec="milliseconds"),
    )


def check(examined: Examined, said: SignOff, office: Office, key: Key) -> None:
    """Checks that this person may sign this run with these answers, and that the second person can.

    Raises:
        ClearanceError: saying why not.
    """
    if not examined.released:
        raise ClearanceError(f"{examined.run.folder}: nothing in it may go out, so there is nothing to clear")
    if not in_words(said.purpose):
        raise ClearanceError("a release serves a policing purpose: state it in words with --purpose")
    check_answers(examined, said.answers, said.second)
    for question in examined.run.settings.batch.question:
        if wrong := question.refusal(said.answers.get(question.id, "")):
            raise ClearanceError(wrong)
    why = examined.departures.why or overruled(examined.run.settings.batch.question, said.answers)
    if (why or said.second) and not in_words(said.second):
        why = why or f"{said.second!r} is not a name"
        raise ClearanceError(f"a second person must take responsibility: name them with --second ({why})")
    if same_person(said.second, key.name):
        raise ClearanceError(f"{said.second}: the second person must not be the signer")
    if key.role == SECOND:
        raise ClearanceError(f"{key.name}: has a key that signs second, after somebody else")
    if said.second and not seconds(said.second, trusted(office).values()):
        raise ClearanceError(f"{said.second}: has no key to sign second with; screening keys make makes one")
    photographer = examined.run.report.batch.photographer
    if examined.run.settings.batch.separate_signer:
        if not letters(photographer):
            raise ClearanceError("the policy asks who took the pictures: scan again with --photographer")
        if any(same_person(key.name, name) for name in (photographer, *examined.overrode)):
            raise ClearanceError(
                f"{key.name}: took the pictures or overrode a finding; the policy requires another signer"
            )


def check_answers(examined: Examined, answers: Mapping[str, str], second: str = "") -> None:
    """Checks that the answers fit the questions, and that none of them, nor one given in the review, stops the batch.

    Where the policy says so, a second person overrules such an answer by the reason that stands with it here. No other
    answer of a reviewer's is overruled: it is changed in the review.

    Raises:
        ClearanceError: naming the one that is wrong, or that stops the batch.
    """
    asked = examined.run.settings.batch.question
    if wrong := unknown(asked, answers):
        raise ClearanceError(wrong)
    for said, where in ((examined.answers, " in the review"), (answers, "")):
        for question in stopping(asked, said):
            if question.overruled_by(answers.get(question.id, "")) and in_words(second):
                continue
            answer = question.plain(said[question.id])
            way = f'; or answer "{question.stops}: " with the reason, and --second' if question.second_person else ""
            raise ClearanceError(
                f"{question.id}: was answered with {answer}{where}, so nothing goes out: {question.ask}{way}"
            )
