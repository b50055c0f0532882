"""The list of keys that a gate trusts: public keys only.

An upload host has the list and no private key. A gate trusts the keys in its own list and no others.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError
from screening.office.office import Office, is_moment
from screening.weights import read_bytes

TRUSTED = "trusted.json"
# Who first answers for a clearance; who signs beside them, where two must; "" is either.
SIGNER, SECOND = "signer", "second"
ROLES = ("", SIGNER, SECOND)
# The most bytes of the list, or of a key, that are read.
LARGEST = 10e6


class KeysError(ScreeningError):
    """A key is missing, must not be used, or does not open with the passphrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key that the gate trusts, or used to trust.

    Attributes:
        id: the first 32 hexadecimal digits of the SHA-256 of the public key.
        name: of the person who signs with it.
        public: the 32 bytes of the public key, in base64.
        since: when it was made or first trusted, as ISO 8601.
        retired: from when its new signatures are invalid, because a newer key took its place; "" if it is in use.
        revoked: from when all its signatures, old ones too, are invalid; "" if it was not revoked.
        role: one of ROLES: what its holder may sign as.
    """

    id: str
    name: str
    public: str
    since: str
    retired: str = ""
    revoked: str = ""
    role: str = ""

    @property
    def sound(self) -> bool:
        """Whether each field has the right type: a file can contain anything."""
        if not all(isinstance(value, str) for value in dataclasses.astuple(self)):
            return False
        if self.role not in ROLES:
            return False
        return is_moment(self.since) and all(not at or is_moment(at) for at in (self.retired, self.revoked))

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether the signature over the data is by this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public)).verify(signature, data)
        except InvalidSignature:
            return False
        return True


def trusted(office: Office) -> dict[str, Key]:
    """Every key on the office's list by id, including revoked ones.

    Raises:
        KeysError: if the list cannot be read.
    """
    path = office.keys / TRUSTED
    try:
        listed = json.loads(read_bytes(path, most=LARGEST).decode())
        if not isinstance(listed, list):
            raise ValueError("no list")
        keys = [Key(**fields) for fields in listed]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise KeysError(f"{path}: is not a readable list of keys; copy it from the office again") from error
    if wrong := [key for key in keys if not key.sound]:
        raise KeysError(f"{path}: {len(wrong)} of its keys are damaged; copy it from the office again")
    return {key.id: key for key in keys if key.id and key.id == key_id(key.public)}


def private_file(office: Office, key: Key) -> Path:
    """The path of the private key in the office that made it."""
    return office.keys / f"{key.id}.pem"


def find(office: Office, wanted: str) -> Key:
    """The one key whose id begins like this, or that has this name and is in use.

    Raises:
        KeysError: if there is none, or more than one.
    """
    keys = trusted(office).values()
    found = [key for key in keys if wanted and key.id.startswith(wanted.lower())]
    found = found or [key for key in keys if key.name == wanted and not key.revoked and not key.retired]
    if len(found) != 1:
        said = "it matches more than one key" if found else "no key has that name or number"
        raise KeysError(f"{wanted}: {said}; screening keys list shows them")
    return found[0]


def own(office: Office, role: str = "", *, beside: str = "") -> Key:
    """The one key in use whose private half is here, and that may sign in this role; not the one with the id `beside`.

    Raises:
        KeysError: if there is none, or more than one.
    """
    usable = [key for key in trusted(office).values() if not key.revoked and not key.retired]
    usable = [key for key in usable if key.role in ("", role or key.role) and key.id != beside]
    found = [key for key in usable if private_file(office, key).is_file()]
    if len(found) != 1:
        said = "more than one key signs here: name yours with --key" if found else "no key signs here"
        raise KeysError(f"{said}; screening keys {'list shows them' if found else 'make makes one'}")
    return found[0]


def export(key: Key) -> str:
    """The public half as text, for another computer's gate."""
    return json.dumps({"name": key.name, "public": key.public, "role": key.role}, indent=2) + "\n"


def key_id(public: str) -> str:
    """The id of a public key in base64; "" if it is not one."""
    try:
        data = base64.b64decode(public, validate=True)
    except ValueError:
        return ""
    return hashlib.sha256(data).hexdigest()[:32] if len(data) == 32 else ""
