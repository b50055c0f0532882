"""The gate, and what it says to each way of tampering, one at a time."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import screening as package
from screening import pipeline_file
from screening.office import audit, audit_check, audit_line, key_list, keys
from screening.office.office import Office
from screening.photo.files import Limits
from screening.pipeline_file import ConfigError
from screening.release import envelope
from screening.release.clearance import read
from screening.release.gate import gate
from screening.release.gate_result import Answer, GateResult
from screening.weights import sha256_of
from tests.cleared import PASSPHRASE, Cleared, later, set_the_clock_back
from tests.command import command, quickly
from tests.steps import steps


def test_what_was_cleared_passes_and_the_answer_is_a_line_in_the_log(cleared: Cleared) -> None:
    result = cleared.gate(cleared.good, cleared.shoot / "fine.jpg")
    assert result.exit_code == 0 and bool(result)
    assert [one.answer for one in result.files] == [Answer.PASS, Answer.PASS]
    entry = audit.last(cleared.office.audit_log)
    assert entry and entry.event == "gate"
    assert entry.fields["passed"] == [sha256_of(cleared.good), sha256_of(cleared.shoot / "fine.jpg")]
    assert entry.fields["clearance"] == result.clearance == cleared.named
    assert audit_check.verify(cleared.office.audit_log) == []


def test_the_bytes_handed_over_are_those_that_were_checked(cleared: Cleared) -> None:
    before = cleared.good.read_bytes()
    result = cleared.gate(cleared.good, cleared.blocked, keep=True)
    cleared.good.write_bytes(cleared.blocked.read_bytes())
    assert result.files[0].data == before, "swapped between check and upload"
    assert result.files[1].data is None, "nothing is handed over that does not pass"
    assert cleared.gate(cleared.blocked).files[0].data is None


def change_a_byte(cleared: Cleared) -> None:
    data = bytearray(cleared.good.read_bytes())
    data[len(data) // 2] ^= 1
    cleared.good.write_bytes(data)


def rename_a_blocked_one(cleared: Cleared) -> None:
    cleared.blocked.replace(cleared.good)


def bring_a_new_picture(cleared: Cleared) -> None:
    cleared.good.write_bytes(cleared.good.read_bytes() + b"\0")


def add_a_hash(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    cleared.clearance.write_text(replace(clearance, files={**clearance.files, "new.jpg": "0" * 64}).text())


def sign_with_a_key_of_ones_own(cleared: Cleared) -> None:
    other = Office(cleared.folder / "other")
    key = keys.make(other, "A. Signer", PASSPHRASE)
    clearance = read(cleared.clearance)
    cleared.clearance.write_text(replace(clearance, key=key.id, signatures={}).sign(other, key, PASSPHRASE).text())


def keep_the_trusted_number_on_ones_own_signature(cleared: Cleared) -> None:
    other = Office(cleared.folder / "other")
    clearance = read(cleared.clearance)
    forged = clearance.sign(other, keys.make(other, "A. Signer", PASSPHRASE), PASSPHRASE).signatures
    (signature,) = [forged[key] for key in forged if key not in clearance.signatures]
    cleared.clearance.write_text(replace(clearance, signatures={clearance.key: signature}).text())


def revoke(cleared: Cleared) -> None:
    keys.revoke(cleared.office, cleared.key)


def sign_with_a_key_after_it_was_replaced(cleared: Cleared) -> None:
    old = cleared.key
    pem = key_list.private_file(cleared.office, old).read_bytes()
    new = keys.rotate(cleared.office, old, PASSPHRASE)
    key_list.private_file(cleared.office, old).write_bytes(pem)
    key_list.private_file(cleared.office, old).chmod(0o600)
    assert new.id != old.id
    retired = key_list.trusted(cleared.office)[old.id].retired
    late = replace(read(cleared.clearance), at=later(retired, 1e-5))
    # `sign` itself refuses: this is what a stolen file would do
    signature = keys._open(key_list.private_file(cleared.office, old), PASSPHRASE).sign(late.body)
    cleared.clearance.write_text(replace(late, signatures={old.id: signature}).text())


def put_an_older_head(cleared: Cleared) -> None:
    """That of an earlier clearance, signed by the same key."""
    head = read(cleared.clearance).checkpoint
    cleared.clear()
    cleared.clearance.write_text(replace(read(cleared.clearance), checkpoint=head).text())


def edit_the_head(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    head = replace(clearance.checkpoint.head, number=clearance.checkpoint.head.number + 9)
    cleared.clearance.write_text(replace(clearance, checkpoint=replace(clearance.checkpoint, head=head)).text())


def sign_the_head_with_the_other_key(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    head = clearance.checkpoint.sign(cleared.office, cleared.second, PASSPHRASE)
    cleared.clearance.write_text(replace(clearance, checkpoint=head).text())


def without_the_second(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    signatures = {clearance.key: clearance.signatures[clearance.key]}
    cleared.clearance.write_text(replace(clearance, signatures=signatures).text())


def without_the_first(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    signatures = {cleared.second.id: clearance.signatures[cleared.second.id]}
    cleared.clearance.write_text(replace(clearance, signatures=signatures).text())


def name_no_second(cleared: Cleared) -> None:
    """One person alone leaves out whom the policy asks for."""
    cleared.sign_again(lambda one: replace(one, second=""))
    without_the_second(cleared)


def name_oneself(cleared: Cleared) -> None:
    cleared.sign_again(lambda one: replace(one, second="a. signer"))
    without_the_second(cleared)


def sign_beside(cleared: Cleared, name: str) -> None:
    """The second signature is by a trusted key of this name."""
    without_the_second(cleared)
    key = keys.make(cleared.office, name, PASSPHRASE)
    cleared.clearance.write_text(read(cleared.clearance).sign(cleared.office, key, PASSPHRASE).text())


def sign_with_two_keys_of_ones_own(cleared: Cleared) -> None:
    sign_beside(cleared, "A Signer")


def let_somebody_else_sign_second(cleared: Cleared) -> None:
    sign_beside(cleared, "C. Third")


def sign_second_with_an_unknown_key(cleared: Cleared) -> None:
    other = Office(cleared.folder / "other")
    key = keys.make(other, "B. Second", PASSPHRASE)
    cleared.clearance.write_text(read(cleared.clearance).sign(other, key, PASSPHRASE).text())


def put_the_first_signature_in_the_seconds_place(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    signatures = dict.fromkeys(clearance.signatures, clearance.signatures[clearance.key])
    cleared.clearance.write_text(replace(clearance, signatures=signatures).text())


def give_a_role(cleared: Cleared, name: str, role: str) -> None:
    path = cleared.office.keys / key_list.TRUSTED
    listed = json.loads(path.read_text())
    path.write_text(json.dumps([one | {"role": role} if one["name"] == name else one for one in listed]))


def revoke_the_second(cleared: Cleared) -> None:
    keys.revoke(cleared.office, cleared.second)


def call_both_by_one_name(cleared: Cleared) -> None:
    """Whose key it is, is what the gate's own list says."""
    path = cleared.office.keys / key_list.TRUSTED
    path.write_text(path.read_text().replace("B. Second", "A. Signer"))


def let_it_expire(cleared: Cleared) -> None:
    cleared.sign_again(lambda one: replace(one, at=later(one.at, -9), until=later(one.until, -9)))


def change_the_policy(cleared: Cleared) -> None:
    cleared.pipeline.write_text(cleared.pipeline.read_text() + "# a stale one\n")


def change_the_networks(cleared: Cleared) -> None:
    cleared.sign_again(lambda one: replace(one, models={"street": "0" * 64}))


def cut_the_log(cleared: Cleared) -> None:
    log = cleared.office.audit_log
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:1]))


def rebuild_the_log(cleared: Cleared) -> None:
    log = cleared.office.audit_log
    said = [(entry.event, dict(entry.fields)) for entry in audit.entries(log)]
    log.unlink()
    for event, fields in said:
        audit.append(log, event, **fields)


def remove_the_log(cleared: Cleared) -> None:
    cleared.office.audit_log.unlink()


def edit_the_run(cleared: Cleared) -> None:
    report = cleared.run / "report.json"
    report.write_text(report.read_text().replace('"block"', '"clear"'))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change_a_byte, "is not in the clearance, or has changed since"),
        (rename_a_blocked_one, "is held or blocked (scene-address), even under another name"),
        (bring_a_new_picture, "is not in the clearance"),
        (add_a_hash, "was edited after it was signed"),
        (sign_with_a_key_of_ones_own, "a key that this gate does not trust"),
        (keep_the_trusted_number_on_ones_own_signature, "is not signed with the key it names"),
        (revoke, "was revoked on"),
        (sign_with_a_key_after_it_was_replaced, "before it signed"),
        (put_an_older_head, "the head of the audit log in the clearance was edited, or belongs to another clearance"),
        (edit_the_head, "the head of the audit log in the clearance was edited"),
        (sign_the_head_with_the_other_key, "the head of the audit log in the clearance was edited"),
        (without_the_second, "B. Second is still to sign it: screening clear RUN --countersign"),
        (without_the_first, "is not signed with the key it names"),
        (name_no_second, "stages switched off or with other options: faces"),
        (name_oneself, "A. Signer signed as both persons"),
        (sign_with_two_keys_of_ones_own, "A Signer signed as both persons"),
        (let_somebody_else_sign_second, "B. Second is still to sign it"),
        (sign_second_with_an_unknown_key, "a key that this gate does not trust"),
        (put_the_first_signature_in_the_seconds_place, "is not signed with a key that it names"),
        (call_both_by_one_name, "A. Signer signed as both persons"),
        (revoke_the_second, "was revoked on"),
        (lambda cleared: give_a_role(cleared, "B. Second", "signer"), "signed second, which this gate's list"),
        (lambda cleared: give_a_role(cleared, "A. Signer", "second"), "signed first, which this gate's list"),
        (let_it_expire, "was valid until"),
        (change_the_policy, "the policy in force is not the one"),
        (change_the_networks, "the networks of this version are not those"),
        (edit_the_run, "the run was changed or scanned again"),
        (cut_the_log, "no longer contains the line"),
        (rebuild_the_log, "no longer contains the line"),
        (remove_the_log, "no longer contains the line"),
    ],
)
def test_the_gate_refuses_with_the_reason_per_file(
    cleared: Cleared, tamper: Callable[[Cleared], None], says: str
) -> None:
    assert cleared.gate().exit_code == 0
    tamper(cleared)
    result = cleared.gate()
    assert result.exit_code == 1
    assert result.files[0].answer is Answer.REFUSE
    assert says in result.files[0].reason


def test_the_reason_is_said_to_people_and_to_scripts(cleared: Cleared) -> None:
    call = ("gate", cleared.good, cleared.blocked, "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    done = quickly(*call, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == answer["exit"] == 1
    assert [one["answer"] for one in answer["files"]] == ["pass", "refuse"]
    assert answer["files"][1]["file"] == str(cleared.blocked)
    assert f"{cleared.blocked}: is held or blocked (scene-address)" in done.stderr
    assert str(cleared.good) not in done.stderr


def sign_in_the_future(cleared: Cleared) -> None:
    cleared.sign_again(lambda one: replace(one, at=later(one.at, 1)))


def let_nothing_pass(cleared: Cleared) -> None:
    cleared.sign_again(lambda one: replace(one, files={}))


def remove_the_file(cleared: Cleared) -> None:
    cleared.good.unlink()


def put_a_folder_in_its_place(cleared: Cleared) -> None:
    cleared.good.unlink()
    cleared.good.mkdir()


def write(text: str) -> Callable[[Cleared], None]:
    def tamper(cleared: Cleared) -> None:
        cleared.clearance.write_text(text)

    return tamper


Fields = dict[str, Any]


def enclose(change: Callable[[Fields], Fields]) -> Callable[[Cleared], None]:
    """Another envelope around the same payload."""

    def tamper(cleared: Cleared) -> None:
        fields = json.loads(cleared.clearance.read_text())
        cleared.clearance.write_text(audit_line.canonical(change(fields)).decode() + "\n")

    return tamper


def state(change: Callable[[Fields], Fields]) -> Callable[[Cleared], None]:
    """Another Statement, signed anew with the trusted key."""

    def tamper(cleared: Cleared) -> None:
        enclosed = envelope.parse(cleared.clearance.read_bytes())
        payload = audit_line.canonical(change(json.loads(enclosed.payload)))
        changed = replace(enclosed, payload=payload)
        signature = keys.sign(cleared.office, cleared.key, PASSPHRASE, changed.signed)
        cleared.clearance.write_text(replace(changed, signatures={cleared.key.id: signature}).text())

    return tamper


def edit(**changed: object) -> Callable[[Cleared], None]:
    """Something else than text, or a time without a zone."""
    return state(lambda fields: fields | {"predicate": fields["predicate"] | changed})


def write_it_otherwise(cleared: Cleared) -> None:
    """The same clearance with a key twice: two readers could read two things."""
    text = cleared.clearance.read_text()
    cleared.clearance.write_text('{"payload":"another",' + text[1:])


def encode(alphabet: Callable[[bytes], bytes]) -> Callable[[Cleared], None]:
    """The same payload in another encoding, as other readers of DSSE allow it."""
    return enclose(lambda one: one | {"payload": alphabet(base64.b64decode(one["payload"])).decode()})


def in_lines(cleared: Cleared) -> None:
    """The same JSON, laid out for people."""
    cleared.clearance.write_text(json.dumps(json.loads(cleared.clearance.read_text()), indent=2, sort_keys=True) + "\n")


def pad(fields: Fields) -> Fields:
    """The same Statement with a blank that JSON allows, in the envelope that was signed."""
    return fields | {"payload": base64.b64encode(base64.b64decode(fields["payload"]) + b" ").decode()}


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (set_the_clock_back, "the clock is behind the last line"),
        (sign_in_the_future, "is dated in the future"),
        (let_nothing_pass, "the clearance is empty"),
        (remove_the_file, "there is no such file"),
        (put_a_folder_in_its_place, "a folder"),
        (lambda cleared: cleared.clearance.unlink(), "cannot be read"),
        (write(""), "is not a clearance"),
        (write("[]"), "is not a clearance"),
        (write("{}"), "is not a clearance"),
        (write('{"schema":"screening-clearance-2"}'), "is a clearance of an earlier version; clear the run again"),
        (edit(key=5), "is not a clearance"),
        (edit(until="2999-01-01"), "is not a clearance"),
        (edit(timeCreated="yesterday"), "is not a clearance"),
        (edit(withheld={"a": None}), "is not a clearance"),
        (edit(earlier=[{"clearance": "", "number": "1", "sha256": "", "stands": True}]), "is not a clearance"),
        (edit(earlier=[{"clearance": "", "number": 1}]), "is not a clearance"),
        (enclose(lambda one: one | {"checkpoint": ""}), "is not a clearance"),
        (enclose(lambda one: one | {"checkpoint": None}), "is not a clearance"),
        (enclose(lambda one: one | {"checkpoint": one["checkpoint"] + "\n"}), "is not a clearance"),
        (edit(properties=["ALL_IS_WELL"]), "is not a clearance"),
        (edit(verifier={"id": "somebody else"}), "is not a clearance"),
        (state(lambda one: one | {"more": 1}), "is not a clearance"),
        (state(lambda one: one | {"subject": [{"digest": one["subject"][0]["digest"]}]}), "is not a clearance"),
        (state(lambda one: one | {"subject": [*one["subject"], one["subject"][0]]}), "is not a clearance"),
        (state(lambda one: one | {"predicateType": "https://in-toto.io/attestation/svr/v0.1"}), "of another kind"),
        (state(lambda one: one | {"_type": "https://in-toto.io/Statement/v0.1"}), "of another kind"),
        (enclose(lambda one: one | {"payloadType": "application/json"}), "holds no in-toto Statement"),
        (enclose(lambda one: one | {"payloadType": 7}), "is not a clearance"),
        (enclose(lambda one: one | {"signatures": one["signatures"] * 2}), "is not a clearance"),
        (enclose(lambda one: one | {"signatures": {}}), "is not a clearance"),
        (
            enclose(lambda one: one | {"signatures": [{"keyid": "", "sig": ""}, *one["signatures"]][::-1]}),
            "is not a cl",
        ),
        (enclose(pad), "is not a clearance"),
        (encode(base64.b32encode), "is not a clearance"),
        (encode(base64.encodebytes), "is not a clearance"),
        (in_lines, "is not a clearance"),
        (write("[" * 100_000), "is not a clearance"),
        (write_it_otherwise, "was edited"),
    ],
)
def test_the_gate_cannot_tell(cleared: Cleared, tamper: Callable[[Cleared], None], says: str) -> None:
    tamper(cleared)
    result = cleared.gate()
    assert result.exit_code == 2
    assert result.files[0].answer is Answer.UNKNOWN
    assert says in result.files[0].reason


def test_one_bit_anywhere_in_the_clearance_lets_nothing_pass(cleared: Cleared) -> None:
    whole = cleared.clearance.read_bytes()
    for position in range(0, len(whole), 11):
        flipped = bytes([whole[position] ^ 1 << position % 8])
        cleared.clearance.write_bytes(whole[:position] + flipped + whole[position + 1 :])
        assert cleared.gate().exit_code in {1, 2}, position
    cleared.clearance.write_bytes(whole)
    assert cleared.gate().exit_code == 0


def test_a_clock_that_was_set_back_is_still_behind_at_the_second_try(cleared: Cleared) -> None:
    set_the_clock_back(cleared)
    assert [cleared.gate().exit_code for _ in range(3)] == [2, 2, 2]


def test_no_files_is_no_yes(cleared: Cleared) -> None:
    done = quickly("gate", "--clearance", cleared.clearance, "--pipeline", cleared.pipeline, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["reason"].startswith("no file was named")


def test_one_file_that_must_not_go_out_stops_the_others(cleared: Cleared) -> None:
    result = cleared.gate(cleared.good, cleared.blocked)
    assert [one.answer for one in result.files] == [Answer.PASS, Answer.REFUSE]
    assert result.exit_code == 1
    assert cleared.gate(cleared.good, cleared.blocked, cleared.folder / "none.jpg").exit_code == 2


def write_the_keys(text: str) -> Callable[[Cleared], object]:
    return lambda cleared: (cleared.office.keys / key_list.TRUSTED).write_text(text)


def damage_the_keys(field: str, value: object) -> Callable[[Cleared], object]:
    def damage(cleared: Cleared) -> None:
        path = cleared.office.keys / key_list.TRUSTED
        path.write_text(json.dumps([one | {field: value} for one in json.loads(path.read_text())]))

    return damage


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda cleared: (cleared.office.keys / key_list.TRUSTED).write_text("{"), "is not a readable list of keys"),
        (damage_the_keys("retired", "yesterday"), "2 of its keys are damaged"),
        (damage_the_keys("revoked", "2020-01-01"), "2 of its keys are damaged"),
        (damage_the_keys("since", None), "2 of its keys are damaged"),
        (damage_the_keys("role", "king"), "2 of its keys are damaged"),
        (damage_the_keys("colour", "red"), "is not a readable list of keys"),
        (write_the_keys("[" * 100_000), "is not a readable list of keys"),
        (write_the_keys('{"a": 1}'), "is not a readable list of keys"),
        (write_the_keys("null"), "is not a readable list of keys"),
        (write_the_keys("[7]"), "is not a readable list of keys"),
        (write_the_keys("\x00"), "is not a readable list of keys"),
        (lambda cleared: cleared.office.audit_log.write_text("no log\n"), "its last line was edited"),
        (lambda cleared: cleared.pipeline.unlink(), "there is no such pipeline file"),
    ],
)
def test_a_gate_that_cannot_read_its_own_configuration_says_no(
    cleared: Cleared, break_it: Callable[[Cleared], object], says: str
) -> None:
    break_it(cleared)
    done = quickly("gate", cleared.good, "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_upload_host_needs_the_public_key_and_nothing_else(cleared: Cleared, tmp_path: Path) -> None:
    host = Office(tmp_path / "host")
    assert gate([cleared.good], cleared.clearance, pipeline=cleared.pipeline, office=host).exit_code == 1
    keys.trust(host, key_list.export(cleared.key))
    assert "does not trust" in gate([cleared.good], cleared.clearance, pipeline=cleared.pipeline, office=host).reason
    keys.trust(host, key_list.export(cleared.second))
    assert key_list.find(host, "B. Second").role == "second"
    assert gate([cleared.good], cleared.clearance, pipeline=cleared.pipeline, office=host).exit_code == 0
    assert sorted(path.name for path in host.keys.iterdir() if path.suffix != ".lock") == [key_list.TRUSTED]


def test_a_policy_past_its_review_date_is_said_and_stops_nothing(
    cleared: Cleared, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = cleared.pipeline.read_text().replace("[batch]", "[batch]\nreview_by = 2020-01-01")
    cleared.pipeline.write_text(text)
    cleared.sign_again(lambda one: replace(one, policy={"name": "quick", "sha256": sha256_of(cleared.pipeline)}))
    done = quickly("gate", cleared.good, "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    assert done.returncode == 0
    assert "the policy was due for review by 2020-01-01" in done.stderr


def test_a_log_cut_or_rebuilt_shows_against_the_clearance(cleared: Cleared) -> None:
    verify = ("audit", "verify", "--against", cleared.clearance)
    assert quickly(*verify).returncode == 0
    cut_the_log(cleared)
    assert quickly("audit", "verify").returncode == 0, "the chain alone cannot know"
    done = quickly(*verify)
    assert done.returncode == 1
    assert "its end was cut off" in done.stdout
    other = Office(cleared.folder / "other")
    key = keys.make(other, "X", PASSPHRASE)
    forged = replace(read(cleared.clearance), key=key.id, signatures={})
    cleared.clearance.write_text(forged.sign(other, key, PASSPHRASE).text())
    assert quickly(*verify).returncode == 2, "a clearance that anybody could have written proves nothing"


def on_a_host(cleared: Cleared) -> Callable[[Path], GateResult]:
    """A gate on a computer that has the keys and neither the log nor the run."""
    host = Office(cleared.folder / "host")
    for key in (cleared.key, cleared.second):
        keys.trust(host, key_list.export(key))
    return lambda clearance: gate([cleared.good], clearance, pipeline=cleared.pipeline, office=host)


def kept(cleared: Cleared, name: str) -> Path:
    """The clearance that lies there, under a name of its own."""
    return Path(shutil.copyfile(cleared.clearance, cleared.folder / name))


def test_a_host_that_saw_a_later_clearance_of_the_run_refuses_the_earlier(cleared: Cleared) -> None:
    asked, first = on_a_host(cleared), kept(cleared, "first.json")
    assert asked(first).exit_code == 0
    cleared.clear()
    assert [asked(cleared.clearance).exit_code, asked(first).exit_code, asked(cleared.clearance).exit_code] == [0, 1, 0]
    assert "a later clearance no longer lets this one stand" in asked(first).reason


def test_two_batches_go_out_in_either_order(cleared: Cleared) -> None:
    asked = on_a_host(cleared)
    first = kept(cleared, "first.json")
    other = cleared.folder / "other run"
    call = ("scan", cleared.shoot, "--out", other, "--pipeline", cleared.pipeline)
    assert quickly(*call).returncode == 1
    OtherRun(cleared.folder).clear()
    later = read(other / "clearance.json")
    assert [one.stands for one in later.earlier] == [True]
    for clearance in (other / "clearance.json", first, other / "clearance.json"):
        assert asked(clearance).exit_code == 0


class OtherRun(Cleared):
    """The same with another run."""

    @property
    def run(self) -> Path:
        return self.folder / "other run"


def cut_back(cleared: Cleared) -> None:
    """The log as it was before the clearance."""
    log = cleared.office.audit_log
    lines = log.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"event":"clearance"' in line)
    log.write_bytes(b"".join(lines[:first]))


def let_it_grow(cleared: Cleared) -> None:
    cut_back(cleared)
    for _ in range(20):
        audit.append(cleared.office.audit_log, "gate", exit=2)


@pytest.mark.parametrize("roll", [cut_back, let_it_grow])
def test_a_host_refuses_what_is_signed_in_a_log_that_was_rolled_back(
    cleared: Cleared, roll: Callable[[Cleared], None]
) -> None:
    asked = on_a_host(cleared)
    cleared.clear()
    assert asked(cleared.clearance).exit_code == 0
    roll(cleared)
    cleared.clear()
    assert cleared.gate().exit_code == 0, "the office itself cannot know"
    refused = asked(cleared.clearance)
    assert refused.exit_code == 1
    assert "no longer lets this one stand" in refused.reason or "was cut or rewritten" in refused.reason


def test_a_host_asks_about_a_new_log_until_its_key_is_trusted_again(cleared: Cleared) -> None:
    asked, log = on_a_host(cleared), cleared.office.audit_log
    assert asked(cleared.clearance).exit_code == 0
    log.unlink()
    assert quickly("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline).returncode == 1
    cleared.clear()
    assert "another audit log than this key's earlier ones" in asked(cleared.clearance).reason
    keys.trust(Office(cleared.folder / "host"), key_list.export(cleared.key))
    assert asked(cleared.clearance).exit_code == 0


def test_the_head_is_a_signed_note_that_others_can_check(cleared: Cleared) -> None:
    note = json.loads(cleared.clearance.read_text())["checkpoint"]
    body, _, signature = note.rpartition("\n\n")
    dash, name, encoded = signature.strip().split(" ")
    origin, number, root, about = body.split("\n")
    (line,) = [one for one in audit.entries(cleared.office.audit_log) if one.number == int(number)]
    assert (dash, name) == ("\u2014", origin)
    assert (base64.b64decode(root).hex(), line.fields["clearance"]) == (line.sha256, about)
    public, marked = base64.b64decode(cleared.key.public), base64.b64decode(encoded)
    assert marked[:4] == hashlib.sha256(f"{name}\n\x01".encode() + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(marked[4:], f"{body}\n".encode())


def test_many_at_once_get_the_right_answer_each_and_leave_the_log_whole(cleared: Cleared) -> None:
    before = audit.head(cleared.office.audit_log).number
    arguments = ("gate", "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    processes = [
        (code, subprocess.Popen(command(*arguments, file), stderr=subprocess.DEVNULL))
        for code, file in [(0, cleared.good), (1, cleared.blocked), (0, cleared.good)]
    ]
    with ThreadPoolExecutor(32) as pool:
        files = [cleared.good, cleared.blocked] * 100
        codes = list(pool.map(lambda file: cleared.gate(file).exit_code, files))
    assert codes == [0, 1] * 100
    assert [process.wait() for _, process in processes] == [code for code, _ in processes]
    assert audit_check.verify(cleared.office.audit_log) == []
    assert audit.head(cleared.office.audit_log).number == before + 203


def put_a_pipe_in_its_place(cleared: Cleared) -> Path:
    cleared.good.unlink()
    os.mkfifo(cleared.good)
    return cleared.good


def make_it_huge(cleared: Cleared) -> Path:
    with cleared.good.open("r+b") as file:
        file.truncate(30_000_000_000)  # takes no room: nothing but the size is ever asked for
    return cleared.good


def link_it_to_a_device(cleared: Cleared) -> Path:
    cleared.good.unlink()
    cleared.good.symlink_to("/dev/zero")
    return cleared.good


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
@pytest.mark.parametrize(
    ("swap", "code", "says"),
    [
        (put_a_pipe_in_its_place, 2, "cannot be read (not a regular file)"),
        (link_it_to_a_device, 2, "cannot be read (not a regular file)"),
        (make_it_huge, 1, "is larger than 300 MB, more than the policy allows"),
    ],
)
def test_nothing_that_is_put_in_a_pictures_place_holds_up_the_gate_or_clear(
    cleared: Cleared, swap: Callable[[Cleared], Path], code: int, says: str
) -> None:
    path = swap(cleared)
    call = ("gate", path, "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    done = quickly(*call)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert cleared.gate(path, keep=True).exit_code == code
    assert cleared.examine().changed == ("good.jpg",)


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
@pytest.mark.parametrize("which", ["clearance", "keys"])
def test_a_pipe_in_place_of_a_file_that_the_gate_reads_does_not_hold_it_up(cleared: Cleared, which: str) -> None:
    path = cleared.clearance if which == "clearance" else cleared.office.keys / key_list.TRUSTED
    path.unlink()
    os.mkfifo(path)
    call = ("gate", cleared.good, "--clearance", cleared.clearance, "--pipeline", cleared.pipeline)
    done = quickly(*call)
    assert done.returncode == 2
    assert "fault in screening" not in done.stderr


def test_the_largest_file_is_the_same_to_the_gate_as_to_a_scan(cleared: Cleared) -> None:
    assert pipeline_file.read("default").most_bytes == Limits().file_megabytes * 1e6 == 300e6
    cleared.pipeline.write_text("[limits]\nfile_megabytes = 0.001\n" + cleared.pipeline.read_text())
    cleared.sign_again(lambda one: replace(one, policy={"name": "quick", "sha256": sha256_of(cleared.pipeline)}))
    assert "is larger than 0.001 MB" in cleared.gate().files[0].reason
    cleared.pipeline.write_text('limits = { file_megabytes = "many" }\n')
    with pytest.raises(ConfigError, match=r"limits\.file_megabytes: must be a number, not 'many'"):
        cleared.gate()


def test_the_gate_loads_nothing_heavy_and_a_hundred_files_take_few_steps_each(cleared: Cleared) -> None:
    for number in range(100):
        shutil.copyfile(cleared.good, cleared.folder / f"{number}.jpg")
    files = sorted(cleared.folder.glob("*.jpg"))
    assert cleared.gate(*files).exit_code == 0
    alone, together = steps(lambda: cleared.gate(files[0])), steps(lambda: cleared.gate(*files))
    assert together - alone < 100 * 150, "clearance, keys, policy and log are read once"
    heavy = "cv2 numpy PIL torch onnx onnxruntime openvino dlib pydantic jinja2".split()
    heavy += ["screening.photo.photo", "screening.pipeline"]
    code = f"import sys, screening; screening.gate; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_gate_is_a_call_away_in_python(cleared: Cleared) -> None:
    assert package.gate is gate
    assert "gate" in package.__all__
    with pytest.raises(AttributeError, match="has no attribute 'gait'"):
        package.gait  # noqa: B018
    assert package.gate([str(cleared.good)], str(cleared.clearance), pipeline=cleared.pipeline)
