"""A clearance: the hashes of the pictures that may go out, what they were judged by, and who signed.

It is an in-toto Statement v1 (https://github.com/in-toto/attestation) in a DSSE envelope: its subjects are the files
that may go out, its predicate is modelled on in-toto's Simple Verification Result. It is evidence, not a lock: edits
are detected, but whoever has a trusted key and its passphrase can sign one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.finding import ScreeningError
from screening.office import checkpoint
from screening.office.audit_line import Head, canonical
from screening.office.checkpoint import Checkpoint, Earlier
from screening.office.office import is_moment
from screening.release import envelope
from screening.release.envelope import Envelope
from screening.weights import read_bytes

if TYPE_CHECKING:
    from screening.office.key_list import Key
    from screening.office.office import Office

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:screening:clearance:3"
# What was verified, and by whom, as a Simple Verification Result names them.
VERIFIER, PROPERTIES = "urn:screening:clear:3", ("SCREENING_CLEARED_FOR_RELEASE",)
# The most bytes of a clearance that are read: enough for some hundred thousand pictures.
LARGEST = 100e6


class ClearanceError(ScreeningError):
    """A clearance cannot be given, or a file is not one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What somebody signed.

    Attributes:
        batch: the name of the batch.
        purpose: the policing purpose that it serves.
        answers: what the signer answered to each question of the policy.
        report: the SHA-256 of the run's report.json.
        decisions: the SHA-256 of what was decided on the run's findings.
        registers: what the registers were when the run was scanned, by list.
        files: the SHA-256 of every picture that may go out, by its name in the report.
        withheld: the SHA-256 of every other picture of the run, with the rule that holds or blocks it.
        policy: name and sha256 of the pipeline file.
        looser: kinds that the policy judges less strictly than the default.
        off: stages of the default pipeline that did not run, or ran with other options.
        foreign: stages that did not come with the program.
        models: the SHA-256 of every network's file, by its name.
        earlier: the clearances of the last months before it in the audit log.
        by: who signed.
        second: who else takes responsibility, where somebody must; else "".
        system_user: the signer's login name.
        key: the id of the key.
        at, until: from when and until when it is valid, as ISO 8601 in UTC.
        signatures: over all of the above, by the ids of the keys; empty until it is signed.
        checkpoint: the head of the audit log with the clearance's own line, signed by the first person.
    """

    batch: str
    purpose: str
    answers: Mapping[str, str]
    report: str
    decisions: str
    registers: Mapping[str, str]
    files: Mapping[str, str]
    withheld: Mapping[str, str]
    policy: Mapping[str, str]
    looser: tuple[str, ...]
    off: tuple[str, ...]
    foreign: tuple[str, ...]
    models: Mapping[str, str]
    earlier: tuple[Earlier, ...]
    by: str
    second: str
    system_user: str
    key: str
    at: str
    until: str
    signatures: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: Checkpoint = Checkpoint()

    @property
    def sound(self) -> bool:
        """Whether each field has the right type: a file can contain anything."""
        texts: list[object] = []
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if one.type == "Mapping[str, str]":
                texts += [*value.keys(), *value.values()]
            elif one.type == "tuple[str, ...]":
                texts += value
            elif one.type == "str":
                texts.append(value)
        right = all(isinstance(one, str) for one in texts) and all(one.sound for one in self.earlier)
        return right and is_moment(self.at) and is_moment(self.until)

    @property
    def released(self) -> frozenset[str]:
        """The SHA-256 of every picture that may go out."""
        return frozenset(self.files.values())

    @property
    def name(self) -> str:
        """What the audit log calls it: the SHA-256 of what is signed, whoever else signs it later."""
        return hashlib.sha256(self._envelope.payload).hexdigest()

    @property
    def body(self) -> bytes:
        """The bytes that are signed."""
        return self._envelope.signed

    def text(self) -> str:
        """The text of the clearance's file."""
        return self._envelope.text()

    def sign(self, office: Office, key: Key, passphrase: str) -> Clearance:
        """This clearance with a signature.

        Raises:
            KeysError: if the key cannot be used.
        """
        from screening.office.keys import sign

        return replace(self, signatures={**self.signatures, key.id: sign(office, key, passphrase, self.body)})

    def signed_by(self, key: Key) -> bool:
        """Whether it has a good signature by this key."""
        return key.id in self.signatures and key.signed(self.body, self.signatures[key.id])

    def checked_by(self, key: Key) -> bool:
        """Whether its head of the audit log is its own, with a good signature by this key."""
        return self.checkpoint.about == self.name and self.checkpoint.signed_by(key)

    @property
    def _envelope(self) -> Envelope:
        return Envelope(canonical(self._statement()), PAYLOAD_TYPE, self.signatures, self.checkpoint.text())

    def _statement(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in OWN}
        policy = {"name": self.policy["name"], "digest": {"sha256": self.policy["sha256"]}}
        return {
            "_type": STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in sorted(self.files.items())],
            "predicateType": PREDICATE,
            "predicate": {
                "verifier": {"id": VERIFIER, "policy": policy},
                "timeCreated": self.at,
                "properties": PROPERTIES,
                **own,
                "earlier": [dataclasses.asdict(one) for one in self.earlier],
            },
        }


# The fields that are written under their own names; the others have a place in the Statement.
OWN = tuple(
    one.name
    for one in dataclasses.fields(Clearance)
    if one.name not in ("files", "policy", "at", "earlier", "signatures", "checkpoint")
)


def read(path: Path) -> Clearance:
    """The clearance in a file; `gate` checks its signatures.

    Raises:
        ClearanceError: if there is none, or it is not written the way we write it.
    """
    return parse(load(path), path)


def load(path: Path) -> bytes:
    """The bytes of a clearance's file.

    Raises:
        ClearanceError: if it cannot be read.
    """
    try:
        return read_bytes(path, most=LARGEST)
    except OSError as error:
        raise ClearanceError(f"{path}: cannot be read ({error.strerror or 'input error'})") from error


def parse(data: bytes, path: Path) -> Clearance:
    """The clearance in the bytes of a file; the path is only used in messages.

    Raises:
        ClearanceError: if they are not written the way we write it.
    """
    if b'"schema":"screening-clearance-' in data:
        raise ClearanceError(f"{path}: is a clearance of an earlier version; clear the run again")
    try:
        found = envelope.parse(data)
        if found.payload_type != PAYLOAD_TYPE:
            raise ClearanceError(f"{path}: holds no in-toto Statement; clear the run with screening clear")
        statement = json.loads(found.payload)
        if (statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE):
            raise ClearanceError(f"{path}: is a statement of another kind than a clearance; clear the run again")
        signed = checkpoint.parse(found.checkpoint)
        clearance = replace(_clearance(statement), signatures=found.signatures, checkpoint=signed)
        if not clearance.sound or clearance.text().encode() != data:
            raise ValueError("other fields, or of other types")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ClearanceError(f"{path}: is not a clearance, or was edited; clear the run again") from error
    return clearance


def _clearance(statement: dict[str, Any]) -> Clearance:
    """The clearance that a Statement makes; the caller checks that it makes this very Statement again."""
    said = statement["predicate"]
    policy = said["verifier"]["policy"]
    own = {name: said[name] for name in OWN}
    return Clearance(
        **own | {name: tuple(own[name]) for name in ("looser", "off", "foreign")},
        files={one["name"]: one["digest"]["sha256"] for one in statement["subject"]},
        policy={"name": policy["name"], "sha256": policy["digest"]["sha256"]},
        at=said["timeCreated"],
        earlier=tuple(Earlier(**one) for one in said["earlier"]),
    )


def signed_head(path: Path, office: Office) -> Head:
    """The line of the audit log in which a clearance was given.

    Raises:
        ClearanceError: if the clearance is not signed by a key on the office's list: anybody could have written it.
    """
    from screening.office.key_list import trusted

    clearance = read(path)
    key = trusted(office).get(clearance.key)
    if key is None or not clearance.signed_by(key) or not clearance.checked_by(key):
        raise ClearanceError(f"{path}: was edited, or is signed with a key that this office does not trust")
    return clearance.checkpoint.head
