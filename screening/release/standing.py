"""Whether a clearance is valid here and now: its signatures, its dates, and what it was judged by."""

from __future__ import annotations

import datetime
from pathlib import Path

from screening.office import audit, audit_check, key_list
from screening.office.audit_line import Snapshot
from screening.office.office import Office
from screening.pipeline_file import PipelineTables
from screening.release import second, seen
from screening.release.clearance import Clearance, ClearanceError, read
from screening.release.gate_result import Answer
from screening.run.decision import digest
from screening.run.decisions import DecisionError, Decisions
from screening.run.files import LARGEST, REPORT
from screening.weights import manifest, sha256_of


def standing(
    path: Path, in_force: PipelineTables, pipeline: Path | str, office: Office, log: Snapshot
) -> tuple[Clearance | None, str, Answer]:
    """The clearance in a file, why it is not valid here and now, or "", and the answer that every file gets for it.

    Args:
        path: the clearance's file.
        in_force: the policy in force.
        pipeline: its name or path.
        office: whose keys.
        log: the office's audit log.

    Raises:
        ScreeningError: if the keys, the pipeline file or the log cannot be read.
    """
    try:
        signed = read(path)
        stale, answer = _stale(signed, office, in_force.sha256)
        if not stale and (missing := second.wrong(signed, key_list.trusted(office), pipeline)):
            stale, answer = missing, Answer.REFUSE
        if not stale:
            stale, answer = _taken_back(signed, office, in_force.register_folder, log)
        if not stale and (cut := seen.wrong(signed, log)):
            stale, answer = cut, Answer.REFUSE
        if not stale and _edited(path.parent, signed, office):
            stale, answer = "the run was changed or scanned again after it was cleared; clear it again", Answer.REFUSE
    except ClearanceError as error:
        return None, str(error), Answer.UNKNOWN
    return signed, stale, answer


def _stale(clearance: Clearance, office: Office, policy: str) -> tuple[str, Answer]:
    """Why a clearance is not valid here and now, or "", and the answer that every file gets for it."""
    now = datetime.datetime.now(datetime.UTC)
    key = key_list.trusted(office).get(clearance.key)
    at, until = (datetime.datetime.fromisoformat(moment) for moment in (clearance.at, clearance.until))
    if key is None:
        return f"the clearance is signed with {clearance.key[:32]}, a key that this gate does not trust", Answer.REFUSE
    if not clearance.signed_by(key):
        return "the clearance was edited after it was signed, or is not signed with the key it names", Answer.REFUSE
    if said := second.unusable(key, clearance.at):
        return said, Answer.REFUSE
    if key.role == key_list.SECOND:
        return f"{key.name} signed first, which this gate's list of keys does not allow", Answer.REFUSE
    if not clearance.checked_by(key):
        return "the head of the audit log in the clearance was edited, or belongs to another clearance", Answer.REFUSE
    if not clearance.files:
        return "the clearance is empty: it lets nothing pass", Answer.UNKNOWN
    if last := audit_check.clock_behind(office.audit_log):
        return f"the clock is behind the last line of the audit log ({last[:16]}); correct it", Answer.UNKNOWN
    if now < at - audit.SLACK:
        return f"the clearance is dated in the future ({clearance.at[:16]}); correct the clock", Answer.UNKNOWN
    if now > until:
        return f"the clearance was valid until {clearance.until[:16]} UTC; clear the run again", Answer.REFUSE
    if clearance.policy.get("sha256") != policy:
        return "the policy in force is not the one that the clearance was judged by; scan again", Answer.REFUSE
    known = {weights.name: weights.sha256 for weights in manifest().values()}
    # a network that the scanning office added need not be on the upload host; if there is one of that name, it must
    # match
    if any(known.get(name, sha256) != sha256 for name, sha256 in clearance.models.items()):
        return "the networks of this version are not those that the clearance was judged by; scan again", Answer.REFUSE
    return "", Answer.PASS


def _taken_back(clearance: Clearance, office: Office, registers: str, log: Snapshot) -> tuple[str, Answer]:
    """What only the computer that signed can know: whether its log and its registers still support a clearance.

    That is the computer with the private key, or, after the key was replaced, with the log that the clearance was
    signed at.
    """
    key = key_list.trusted(office)[clearance.key]
    held, signs_here = audit_check.holds(log, clearance.checkpoint.head), key_list.private_file(office, key).is_file()
    if signs_here and not held:
        return "the audit log no longer contains the line in which the clearance was given", Answer.REFUSE
    if not (signs_here or held):
        return "", Answer.PASS
    if not _given(log, clearance.name):
        return "the audit log does not say that this clearance was given; clear the run again", Answer.REFUSE
    from screening.office.register_file import RegisterError, withdrawn

    try:
        if withdrawn(office.register_folder(registers), clearance.registers):
            said = "somebody was removed from the release register, or added to the restricted list, since the scan"
            return f"{said}; scan and clear again", Answer.REFUSE
    except RegisterError as error:
        return str(error), Answer.UNKNOWN
    return "", Answer.PASS


def _given(log: Snapshot, named: str) -> bool:
    """Whether the log says that a clearance was given: begun and finished."""
    lines = audit.entries(log, naming=named)
    line = next((one for one in lines if one.event == "clearance" and one.fields.get("clearance") == named), None)
    if line is None or line.fields.get("step") is None:
        return line is not None
    ends = audit.entries(log, naming=line.sha256)
    return any(one.fields.get("of") == line.sha256 and one.fields.get("step") == audit.DONE for one in ends)


def _edited(folder: Path, clearance: Clearance, office: Office) -> bool:
    """Whether the clearance is in a run folder whose report or decisions have changed since it was cleared."""
    report = folder / REPORT
    try:
        if not report.exists():
            return False
        if sha256_of(report, most=LARGEST) != clearance.report:
            return True
        return digest(Decisions(folder, office).current()) != clearance.decisions
    except (OSError, DecisionError):
        return True
