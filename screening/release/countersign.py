"""The second person signs a clearance that the first has signed, after everything was checked again."""

from __future__ import annotations

import datetime
from dataclasses import replace

from screening.office import audit
from screening.office.key_list import Key, trusted
from screening.office.office import Office, replace_file
from screening.release import clear
from screening.release.clearance import Clearance, ClearanceError, read
from screening.release.examine import Examined, moment
from screening.release.second import same_person, seconds
from screening.release.settle import settle
from screening.run import files


def waiting(examined: Examined, office: Office) -> Clearance:
    """The run's clearance, if the run, checked again, is still what the first person signed for.

    Raises:
        ClearanceError: if there is none, it is out of date, or nobody else needs to sign.
    """
    file = examined.run.folder / files.CLEARANCE
    clearance = read(file)
    first = trusted(office).get(clearance.key)
    if first is None or first.revoked or not clearance.signed_by(first) or not clearance.checked_by(first):
        raise ClearanceError(f"{file}: was edited, or its key is not trusted or was revoked; clear the run again")
    if not clearance.second:
        raise ClearanceError(f"{file}: needs no second person, and names none")
    if moment() > datetime.datetime.fromisoformat(clearance.until):
        raise ClearanceError(f"{file}: was valid until {clearance.until[:16]} UTC; clear the run again")
    asked = examined.run.settings.batch.question
    answers = {one.id: clearance.answers.get(one.ask, "") for one in asked}
    said = clear.SignOff(purpose=clearance.purpose, answers=answers, second=clearance.second)
    clear.check(examined, said, office, first)
    again = clear.drafted(examined, said, office, first)
    kept = {
        name: getattr(clearance, name) for name in ("at", "until", "earlier", "system_user", "signatures", "checkpoint")
    }
    if replace(again, **kept) != clearance:
        raise ClearanceError(f"{file}: the run is not as it was when {clearance.by} signed; clear it again")
    return clearance


def countersign(examined: Examined, office: Office, key: Key, passphrase: str) -> Clearance:
    """Adds the second person's signature to clearance.json, and says so in the audit log; once is enough.

    Raises:
        ClearanceError: as `waiting`; if the run has changed since it was examined; if this is not the second person's
            key; or if it cannot be written.
        KeysError: if the key cannot be used.
    """
    folder, log = examined.run.folder, office.audit_log
    run_id, file = files.identity(folder), folder / files.CLEARANCE
    with clear.unchanged(examined):
        settle(log, run_id, file)
        clearance = waiting(examined, office)
        check(clearance, key)
        if key.id in clearance.signatures and clearance.signed_by(key):
            return clearance
        signed = clearance.sign(office, key, passphrase)
        audit.begin(log, "countersignature", run=run_id, clearance=clearance.name, key=key.id)
        try:
            replace_file(file, signed.text())
        except OSError as error:
            raise ClearanceError(f"{file}: cannot be written ({error.strerror or 'input error'})") from error
        finally:
            settle(log, run_id, file)
    return signed


def check(clearance: Clearance, key: Key) -> None:
    """Checks that this key is the second person's, and not the one that has signed.

    Raises:
        ClearanceError: saying why not.
    """
    if key.id == clearance.key or same_person(key.name, clearance.by):
        raise ClearanceError(f"{key.name}: signed it already; the second person must be another")
    if not seconds(clearance.second, [key]):
        raise ClearanceError(f"{key.name}: is not the second person that {clearance.by} named, {clearance.second}")
