"""Keys: made, listed, trusted, replaced and revoked, as on the command line."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from pathlib import Path

import pytest

from screening.office import audit, key_list, keys
from screening.office.key_list import KeysError
from screening.office.office import Office
from tests.command import screening

PASSPHRASE = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCREENING_PASSPHRASE", PASSPHRASE)
    return Office.here()


def test_a_key_is_made_listed_replaced_and_revoked_from_the_command_line(home: Office) -> None:
    made = screening("keys", "make", "A. Signer").stdout.split()[0]
    assert "signs here" in screening("keys", "list").stdout
    assert screening("keys", "make", "A. Signer").returncode == 2, "one person, one key"
    new = screening("keys", "rotate", "A. Signer").stdout.split()[0]
    assert screening("keys", "revoke", new[:12]).returncode == 0
    listed = {key["id"]: key for key in json.loads(screening("keys", "list", "--json").stdout)}
    assert listed[made]["retired"] and not listed[made]["revoked"]
    assert listed[new]["revoked"] and not listed[new]["retired"]
    assert list(home.keys.glob("*.pem")) == [], "no private half outlives its key"
    said = [(entry.fields["action"], entry.fields["key"]) for entry in audit.counting(home.audit_log)]
    assert said == [("made", made), ("rotated", made), ("revoked", new)]
    assert audit.unfinished(home.audit_log) == []
    assert "A. Signer" not in home.audit_log.read_text(), "the log names keys by number"


def test_the_private_half_is_its_owners_and_under_the_passphrase(home: Office) -> None:
    key = keys.make(home, "A. Signer", PASSPHRASE)
    file = key_list.private_file(home, key)
    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert key.signed(b"data", keys.sign(home, key, PASSPHRASE, b"data"))
    assert not key.signed(b"date", keys.sign(home, key, PASSPHRASE, b"data"))
    with pytest.raises(KeysError, match="does not open it"):
        keys.sign(home, key, "something else", b"data")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
        file.chmod(0o644)
        with pytest.raises(KeysError, match="can be read by others"):
            keys.sign(home, key, PASSPHRASE, b"data")


def test_another_computer_trusts_the_public_half_and_can_sign_nothing(home: Office, tmp_path: Path) -> None:
    key = keys.make(home, "A. Signer", PASSPHRASE)
    host = Office(tmp_path / "host")
    assert keys.trust(host, key_list.export(key)).id == key.id
    assert list(host.keys.glob("*.pem")) == []
    with pytest.raises(KeysError, match="does not have the private key"):
        keys.sign(host, key, PASSPHRASE, b"data")
    keys.revoke(host, key)
    with pytest.raises(KeysError, match="stays revoked"):
        keys.trust(host, key_list.export(key))
    with pytest.raises(KeysError, match="no longer in use"):
        keys.sign(home, keys.revoke(home, key), PASSPHRASE, b"data")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"name": "x", "public": "abc"}', '{"name": "x", "public": "AAAA"}', "\x00"]
)
def test_what_is_no_key_is_not_trusted(home: Office, text: str) -> None:
    with pytest.raises(KeysError, match="not one of our public keys"):
        keys.trust(home, text)
    assert key_list.trusted(home) == {}


def test_a_list_entry_whose_number_is_not_its_keys_is_no_key(home: Office) -> None:
    key, other = keys.make(home, "A. Signer", PASSPHRASE), keys.make(home, "B. Signer", PASSPHRASE)
    path = home.keys / key_list.TRUSTED
    path.write_text(path.read_text().replace(other.id, key.id[::-1]))
    assert list(key_list.trusted(home)) == [key.id]
    fields = dataclasses.asdict(key)
    path.write_text(json.dumps([fields | {"id": "", "public": "AAAA"}, fields | {"public": "AAAA"}]))
    assert key_list.trusted(home) == {}
    path.write_text("[{}]")
    with pytest.raises(KeysError, match="not a readable list of keys"):
        key_list.trusted(home)


@pytest.mark.parametrize(
    ("arguments", "passphrase", "says"),
    [
        (["make", "A. Signer"], "short", "10 characters"),
        (["make", "A. Signer"], "", "there is no terminal to ask"),
        (["make", " "], PASSPHRASE, "needs the name of the person"),
        (["revoke", "Nobody"], PASSPHRASE, "Nobody: no key has that name or number"),
        (["revoke", ""], PASSPHRASE, "no key has that name or number"),
        (["trust", "no-such-file"], PASSPHRASE, "no-such-file: cannot be read"),
    ],
)
def test_a_wrong_call_is_answered_in_words(
    home: Office, monkeypatch: pytest.MonkeyPatch, arguments: list[str], passphrase: str, says: str
) -> None:
    monkeypatch.setenv("SCREENING_PASSPHRASE", passphrase)
    done = screening("keys", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
