"""Whether a form's or permission's reference can be what it says: in the office's form, and valid in its register."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from screening.office.office import Office
from screening.office.register_file import RegisterFile
from screening.questions import BatchSettings
from screening.run.decision import Action, Decision
from screening.run.decisions import DecisionError


def check(decisions: Iterable[Decision], batch: BatchSettings, office: Office) -> None:
    """Checks the references of releases and permissions before they are recorded.

    Where the office's release register has the reference, it must not have run out, and must permit what it is given
    for. One that is not there is refused only if the policy says that all are.

    Raises:
        DecisionError: if one cannot be what it says, saying why.
        RegisterError: if the register cannot be read.
    """
    given = {
        (one.action, one.reference.strip()) for one in decisions if one.action in (Action.RELEASE, Action.PARENTAL)
    }
    if not given:
        return
    known = RegisterFile(office.register_folder("")).entries()
    today = datetime.datetime.now(datetime.UTC).date()
    for action, reference in given:
        if batch.reference and not re.fullmatch(batch.reference, reference, re.IGNORECASE):
            raise DecisionError(f"a reference has the form {batch.reference}: look at the form or permission again")
        entries = [one for one in known if one.reference.casefold() == reference.casefold()]
        if batch.reference_registered and not entries:
            raise DecisionError("the release register has no such reference: screening register add puts it there")
        valid = [one for one in entries if not one.expired(today)]
        if entries and not valid:
            raise DecisionError("the release with this reference has run out")
        if valid and action is Action.PARENTAL and not any(one.parental for one in valid):
            raise DecisionError("the release register has no parental permission under this reference")
