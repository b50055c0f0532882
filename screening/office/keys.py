"""Makes, replaces, revokes and signs with signing keys (Ed25519).

A private key is in the office's folder, readable by its owner alone and encrypted under a passphrase. Every change to
keys is logged in the audit log first.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screening.office import audit, audit_line
from screening.office.key_list import LARGEST, ROLES, TRUSTED, Key, KeysError, key_id, private_file, trusted
from screening.office.office import Office, locked, make_private, now, replace_file
from screening.pipeline_file import did_you_mean
from screening.questions import letters
from screening.weights import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SHORTEST = 10


def make(office: Office, name: str, passphrase: str, role: str = "") -> Key:
    """Makes a key, stores its private half under the passphrase, and puts it on this office's list.

    Raises:
        KeysError: if the name is empty or in use, there is no such role, the passphrase is too short, or the file
            cannot be written.
    """
    if not letters(name):
        raise KeysError("a key needs the name of the person who signs with it")
    check_role(role)
    with _held(office):
        if any(key.name == name and not key.revoked and not key.retired for key in trusted(office).values()):
            raise KeysError(f"{name}: already has a key; screening keys rotate replaces it")
        key, pem = _made(name, passphrase, role)
        with _noted(office, "made", key):
            _write(private_file(office, key), pem)
            _list(office, key)
    return key


def rotate(office: Office, old: Key, passphrase: str) -> Key:
    """Makes a new key for the same person. What the old one signed so far stays valid; its private half is deleted.

    If it is interrupted at any moment, either the old key or the new one can sign.

    Raises:
        KeysError: if the old one is revoked or retired, the passphrase is too short, or a file cannot be written.
    """
    with _held(office):
        old = trusted(office).get(old.id, old)
        if old.revoked or old.retired:
            raise KeysError(f"{old.id}: is no longer in use; make a new key with screening keys make")
        key, pem = _made(old.name, passphrase, old.role)
        with _noted(office, "rotated", old, new=key.id):
            _write(private_file(office, key), pem)
            _list(office, replace(old, retired=now()), key)  # in one step, so that one can always sign
    return key


def revoke(office: Office, key: Key) -> Key:
    """Revokes the key, with everything that it ever signed, and deletes its private half if it is here.

    Raises:
        KeysError: if the list cannot be written.
    """
    with _held(office):
        key = trusted(office).get(key.id, key)
        key = replace(key, revoked=key.revoked or now())
        with _noted(office, "revoked", key):
            _list(office, key)
    return key


def trust(office: Office, text: str) -> Key:
    """Puts a public key from another computer on this office's list, with its role; a revoked one stays revoked.

    Raises:
        KeysError: if it is not one of our public keys, or the list cannot be written.
    """
    try:
        fields = json.loads(text)
        name, public, role = str(fields["name"]), str(fields["public"]), str(fields.get("role", ""))
        if not key_id(public) or role not in ROLES:
            raise ValueError("not 32 bytes in base64, or a role that there is not")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise KeysError("is not one of our public keys; screening keys export prints one") from error
    with _held(office):
        new = Key(id=key_id(public), name=name, public=public, since=now(), role=role)
        key = trusted(office).get(new.id, new)
        if key.revoked:
            raise KeysError(f"{key.id}: was revoked here, and stays revoked; ask for a new key")
        with _noted(office, "trusted", key):
            _list(office, key)
    return key


def check_role(role: str) -> None:
    """Refuses a role that there is not.

    Raises:
        KeysError: naming it, and the one that may have been meant.
    """
    if role not in ROLES:
        raise KeysError(f"there is no role {role!r}{did_you_mean(role, ROLES)}")


def sign(office: Office, key: Key, passphrase: str, data: bytes) -> bytes:
    """The key's signature over the data, 64 bytes.

    Raises:
        KeysError: if the key is not in use, its private half is not here or is readable by others, or the passphrase is
            wrong.
    """
    if key.revoked or key.retired:
        raise KeysError(f"{key.id}: is no longer in use; screening keys list shows those that are")
    with _held(office):
        pass  # whoever relies on the keys settles interrupted changes first
    return _open(private_file(office, key), passphrase).sign(data)


def _open(path: Path, passphrase: str) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise KeysError(f"{path}: can be read by others; revoke this key, and make a new one")
        private = load_pem_private_key(read_bytes(path, most=LARGEST), passphrase.encode())
    except OSError as error:
        raise KeysError(f"{path}: this computer does not have the private key; sign where it was made") from error
    except (ValueError, TypeError) as error:
        raise KeysError(f"{path}: the passphrase does not open it") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeysError(f"{path}: is not one of our keys")
    return private


def _made(name: str, passphrase: str, role: str) -> tuple[Key, str]:
    """A new key, and its private half under the passphrase; neither is on disk yet."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    if len(passphrase) < SHORTEST:
        raise KeysError(f"a passphrase needs at least {SHORTEST} characters")
    private = Ed25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    return Key(id=key_id(public), name=name, public=public, since=now(), role=role), pem.decode()


@contextlib.contextmanager
def _held(office: Office) -> Iterator[None]:
    """Locks the keys against other changes, after settling interrupted ones."""
    make_private(office.folder)
    with locked(office.keys / f"{TRUSTED}.lock", KeysError):
        for part in office.keys.glob(".*.part"):  # a half-written list or key, whose writer was killed
            _remove(part)
        _settle(office)
        yield


@contextlib.contextmanager
def _noted(office: Office, what: str, key: Key, **said: str) -> Iterator[None]:
    """Logs a change to a key before it is made, and its outcome afterwards.

    Raises:
        AuditError: if the log cannot be written; then nothing is done.
    """
    audit.begin(office.audit_log, "key", key=key.id, action=what, **said)
    try:
        yield
    finally:
        _settle(office)


def _settle(office: Office) -> None:
    """Settles interrupted changes by what the list says, and removes private halves that are no longer in use."""

    def stands(begun: audit_line.Entry) -> bool:
        keys, key, new = trusted(office), begun.fields["key"], begun.fields.get("new", "")
        match begun.fields["action"]:
            case "rotated":
                done = new in keys
                gone = key if done else new
            case "revoked":
                done = key in keys and bool(keys[key].revoked)
                gone = key if done else ""
            case _:
                done = key in keys
                gone = "" if done else key
        if gone:
            _remove(office.keys / f"{gone}.pem")
        return done

    audit.settle(office.audit_log, "key", stands=stands)


def _list(office: Office, *changed: Key) -> None:
    """Puts keys on the list, replacing their earlier entries."""
    keys = trusted(office) | {key.id: key for key in changed}
    _write(office.keys / TRUSTED, json.dumps([dataclasses.asdict(one) for one in keys.values()], indent=2) + "\n")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        said = f"{path}: it is no longer used, but cannot be removed ({error.strerror}); remove it by hand"
        raise KeysError(said) from error


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text)
    except OSError as error:
        raise KeysError(f"{path}: cannot be written ({error.strerror})") from error
