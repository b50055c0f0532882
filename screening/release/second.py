"""The second person: when a clearance needs one, and whether that person has signed it.

Whose key it is, and what its holder may sign as, is what the list of trusted keys says, whatever the clearance says.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from screening import pipeline_file
from screening.office.key_list import SIGNER, Key
from screening.questions import Question, letters
from screening.release.clearance import Clearance


def same_person(one: str, other: str) -> bool:
    """Whether two names have the same letters."""
    return bool(letters(one)) and letters(one) == letters(other)


def seconds(name: str, keys: Iterable[Key]) -> list[Key]:
    """The keys in use with which the person of this name can sign second."""
    usable = [key for key in keys if not key.revoked and not key.retired and key.role != SIGNER]
    return [key for key in usable if same_person(key.name, name)]


def overruled(questions: Iterable[Question], answers: Mapping[str, str]) -> str:
    """Names the questions whose answer would stop the batch but for a second person; "" if there are none."""
    ids = [one.id for one in questions if one.overruled_by(answers.get(one.id, ""))]
    return f"answers that stop a batch, overruled: {', '.join(ids)}" if ids else ""


def needed(clearance: Clearance, pipeline: Path | str) -> str:
    """Why this pipeline asks for a second person, whatever the signer says; "" where it does not.

    Raises:
        ConfigError: if the pipeline cannot be read.
    """
    reasoned = any(re.match(r"(yes|no):", answer) for answer in clearance.answers.values())
    same = str(pipeline) == "default" or pipeline_file.read(pipeline).sha256 == pipeline_file.read().sha256
    if same and not reasoned:
        return ""  # the usual case, for which the rest of the pipeline file need not be read
    from screening import settings
    from screening.release.departures import departures

    questions = settings.read(pipeline).batch.question
    answers = {one.id: clearance.answers.get(one.ask, "") for one in questions}
    return departures(pipeline).why or overruled(questions, answers)


def wrong(clearance: Clearance, keys: Mapping[str, Key], pipeline: Path | str) -> str:
    """Why the signatures beside the first do not do; "" if every one that is needed is there, and no other.

    Args:
        clearance: whose first signature was checked.
        keys: those that are trusted, by id.
        pipeline: the policy in force.
    """
    beside = [one for one in clearance.signatures if one != clearance.key]
    for one in beside:
        if said := _refusal(clearance, keys, one):
            return said
    if not clearance.second:
        why = needed(clearance, pipeline)
        return f"a second person must sign too ({why}), and none is named; clear the run again" if why else ""
    first = keys[clearance.key]
    if same_person(first.name, clearance.second):
        return f"{first.name} signed as both persons; the second must be another"
    if not any(same_person(keys[one].name, clearance.second) for one in beside):
        return f"{clearance.second} is still to sign it: screening clear RUN --countersign"
    return ""


def _refusal(clearance: Clearance, keys: Mapping[str, Key], one: str) -> str:
    """Why a signature beside the first, by the key of this id, does not count."""
    key = keys.get(one)
    if key is None:
        return f"the clearance is also signed with {one[:32]}, a key that this gate does not trust"
    if not clearance.signed_by(key):
        return "the clearance was edited after it was signed, or is not signed with a key that it names"
    if said := unusable(key, clearance.at):
        return said
    if key.role == SIGNER:
        return f"{key.name} signed second, which this gate's list of keys does not allow"
    if same_person(key.name, keys[clearance.key].name):
        return f"{key.name} signed as both persons; the second must be another"
    return ""


def unusable(key: Key, at: str) -> str:
    """Why a signature of that moment by this key is not valid; "" if it is."""
    if key.revoked:
        return f"a key that signed the clearance was revoked on {key.revoked[:10]}"
    if key.retired and datetime.datetime.fromisoformat(at) > datetime.datetime.fromisoformat(key.retired):
        return f"a key that signed the clearance was replaced on {key.retired[:10]}, before it signed"
    return ""
