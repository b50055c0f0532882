"""A clearance: the hashes of the pictures that may go out, what they were judged by, and who signed.

It is evidence, not a lock: edits are detected, but whoever has a trusted key and its passphrase can sign one.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.finding import ScreeningError
from screening.office.audit_line import Head, canonical
from screening.office.office import is_moment
from screening.weights import read_bytes

if TYPE_CHECKING:
    from screening.office.key_list import Key
    from screening.office.office import Office

SCHEMA = "screening-clearance-2"
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
        released: the SHA-256 of every picture that may go out, sorted.
        withheld: the SHA-256 of every other picture of the run, with the rule that holds or blocks it.
        policy: name and sha256 of the pipeline file.
        looser: kinds that the policy judges less strictly than the default.
        off: stages of the default pipeline that did not run, or ran with other options.
        foreign: stages that did not come with the program.
        models: the SHA-256 of every network's file, by its name.
        audit: the audit log's last line at the moment of signing.
        by: who signed.
        second: who else takes responsibility, where somebody must; else "".
        system_user: the signer's login name.
        key: the id of the key.
        at, until: from when and until when it is valid, as ISO 8601 in UTC.
        signature: the key's signature over all of the above; empty until it is signed.
    """

    batch: str
    purpose: str
    answers: Mapping[str, str]
    report: str
    decisions: str
    registers: Mapping[str, str]
    released: tuple[str, ...]
    withheld: Mapping[str, str]
    policy: Mapping[str, str]
    looser: tuple[str, ...]
    off: tuple[str, ...]
    foreign: tuple[str, ...]
    models: Mapping[str, str]
    audit: Head
    by: str
    second: str
    system_user: str
    key: str
    at: str
    until: str
    signature: bytes = b""

    @property
    def sound(self) -> bool:
        """Whether each field has the right type: a file can contain anything."""
        texts: list[object] = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.type.startswith("Mapping"):
                texts += [*value.keys(), *value.values()]
            elif field.type.startswith("tuple"):
                texts += value
            elif field.type == "str":
                texts.append(value)
        right = type(self.audit.number) is int and isinstance(self.audit.sha256, str)
        return right and all(isinstance(one, str) for one in texts) and is_moment(self.at) and is_moment(self.until)

    @property
    def body(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self._fields())

    def text(self) -> str:
        """The text of the clearance's file."""
        return canonical(self._fields() | {"signature": base64.b64encode(self.signature).decode()}).decode() + "\n"

    def sign(self, office: Office, key: Key, passphrase: str) -> Clearance:
        """This clearance with a signature.

        Raises:
            KeysError: if the key cannot be used.
        """
        from screening.office.keys import sign

        return replace(self, signature=sign(office, key, passphrase, self.body))

    def _fields(self) -> dict[str, Any]:
        fields = dataclasses.asdict(self)
        del fields["signature"]
        return {"schema": SCHEMA, **fields}


def read(path: Path) -> Clearance:
    """The clearance in a file; `gate` checks its signature.

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
    try:
        fields = json.loads(data)
        if fields.pop("schema") != SCHEMA:
            raise ClearanceError(f"{path}: is not a clearance of this version; clear the run again")
        clearance = Clearance(
            **fields
            | {name: tuple(fields[name]) for name in ("released", "looser", "off", "foreign")}
            | {"audit": Head(**fields["audit"]), "signature": base64.b64decode(fields["signature"], validate=True)}
        )
        if not clearance.sound:
            raise ValueError("fields of other types")
        if data != clearance.text().encode():
            raise ClearanceError(f"{path}: was edited; clear the run again")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ClearanceError(f"{path}: is not a clearance; clear the run with screening clear") from error
    return clearance


def signed_head(path: Path, office: Office) -> Head:
    """The line of the audit log at which a clearance was signed.

    Raises:
        ClearanceError: if the clearance is not signed by a key on the office's list: anybody could have written it.
    """
    from screening.office.key_list import trusted

    clearance = read(path)
    key = trusted(office).get(clearance.key)
    if key is None or not key.signed(clearance.body, clearance.signature):
        raise ClearanceError(f"{path}: was edited, or is signed with a key that this office does not trust")
    return clearance.audit


def name(data: bytes) -> str:
    """What the audit log calls a clearance: the SHA-256 of its file."""
    return hashlib.sha256(data).hexdigest()
