"""Registers, keys and clearances: the log first, then the change; whatever fails, and whenever it is killed."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from screening.finding import ScreeningError
from screening.office import audit, audit_check, key_list, keys, registers
from screening.office.office import Office, make_private
from screening.office.register_file import RELEASE, RegisterError, RegisterFile
from tests.cleared import PASSPHRASE, Cleared
from tests.command import screening
from tests.entries import entry
from tests.failing import Killed, failing

NEW = "another long passphrase"


def attempts(act: Callable[[], object], *, killed: bool) -> Iterator[bool]:
    """Tries something with each of its calls to the disk failing in turn, until all are through; whether it was done.

    A test of it resets what it needs between them.
    """
    for at in itertools.count(1):
        done = False
        with failing(at, killed=killed) as made, contextlib.suppress(Killed):
            try:
                act()
                done = True
            except ScreeningError as error:
                done = "it is no longer used" in str(error)  # it says what was done, and what was not
        yield done
        if len(made) < at:
            return


def office_with(tmp_path: Path) -> Office:
    office = Office(tmp_path / "fresh")
    make_private(office.registers)
    RegisterFile(office.registers).add(entry("aa"))
    RegisterFile(office.registers).add(entry("bb"))
    return office


@pytest.mark.parametrize("killed", [False, True])
def test_an_entry_is_removed_as_the_log_says_at_whatever_moment_it_fails(tmp_path: Path, killed: bool) -> None:
    fresh, office = office_with(tmp_path), Office(tmp_path / "office")
    shutil.copytree(fresh.folder, office.folder)
    told = []
    for done in attempts(lambda: registers.remove(office, RELEASE, "aa"), killed=killed):
        there = RegisterFile(office.registers).numbers()
        if not killed:
            assert done is ("aa" not in there), "what was refused was not done"
        registers.remove(office, RELEASE, "bb")  # the next change ends what was broken off
        assert audit.unfinished(office.audit_log) == []
        said = [line.fields["entry"] for line in audit.counting(office.audit_log, "register")]
        assert said == (["bb"] if "aa" in there else ["aa", "bb"])
        assert audit_check.verify(office.audit_log) == []
        told.append(done)
        shutil.rmtree(office.folder)
        shutil.copytree(fresh.folder, office.folder)
    assert told[0] is False and told[-1] is True and len(told) > 2


@pytest.mark.parametrize("killed", [False, True])
def test_a_person_is_enrolled_as_the_log_says_at_whatever_moment_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    face = np.ones(128, np.float32)
    monkeypatch.setattr(registers, "embedding", lambda path, number: face)  # what a network says is not asked here
    fresh, office = office_with(tmp_path), Office(tmp_path / "office")
    shutil.copytree(fresh.folder, office.folder)
    form, photos = registers.Form(name="Ann Example", reference="REF-7"), [tmp_path / "ann.jpg"]
    told = []
    for done in attempts(lambda: registers.add(office, RELEASE, form, photos), killed=killed):
        new = set(RegisterFile(office.registers).numbers()) - {"aa", "bb"}
        if not killed:
            assert done is bool(new), "what was refused was not done"
        registers.remove(office, RELEASE, "bb")
        assert audit.unfinished(office.audit_log) == []
        said = [line.fields["entry"] for line in audit.counting(office.audit_log, "register")]
        assert said == [*new, "bb"]
        assert audit_check.verify(office.audit_log) == []
        told.append(done)
        shutil.rmtree(office.folder)
        shutil.copytree(fresh.folder, office.folder)
    assert told[0] is False and told[-1] is True and len(told) > 2


def test_a_whole_number_is_that_entry_s_though_others_begin_with_it(tmp_path: Path) -> None:
    file = RegisterFile(tmp_path)
    for number in ("bb", "bb0", "cc1"):
        file.add(entry(number))
    assert [registers.find(file, number).id for number in ("bb", "bb0", "cc")] == ["bb", "bb0", "cc1"]
    for unclear in ("b", "", "dd"):
        with pytest.raises(RegisterError, match="list shows their numbers"):
            registers.find(file, unclear)


@pytest.mark.parametrize("killed", [False, True])
def test_there_is_a_key_to_sign_with_at_whatever_moment_a_rotation_fails(tmp_path: Path, killed: bool) -> None:
    fresh = Office(tmp_path / "fresh")
    keys.make(fresh, "A. Signer", PASSPHRASE)
    office = Office(tmp_path / "office")

    def begin() -> None:
        shutil.rmtree(office.folder, ignore_errors=True)
        shutil.copytree(fresh.folder, office.folder)

    begin()
    told = []
    for done in attempts(lambda: keys.rotate(office, key_list.own(office), NEW), killed=killed):
        key = key_list.own(office)
        new = len(key_list.trusted(office)) == 2
        if not killed:
            assert done is new
        assert key.signed(b"x", keys.sign(office, key, NEW if new else PASSPHRASE, b"x"))
        assert audit.unfinished(office.audit_log) == [], "signing ended what was broken off"
        assert [path.stem for path in office.keys.glob("*.pem")] == [key.id], "no private half lies there beside it"
        assert list(office.keys.glob(".*.part")) == [], "nor half of one"
        said = [line.fields["action"] for line in audit.counting(office.audit_log, "key")]
        assert said == (["made", "rotated"] if new else ["made"])
        told.append(done)
        begin()
    assert told[0] is False and told[-1] is True and len(told) > 4


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("action", ["make", "revoke", "trust"])
def test_a_key_is_on_the_list_as_the_log_says_at_whatever_moment_it_fails(
    tmp_path: Path, action: str, killed: bool
) -> None:
    fresh, other, office = (Office(tmp_path / name) for name in ("fresh", "other", "office"))
    keys.make(fresh, "A. Signer", PASSPHRASE)
    text = key_list.export(keys.make(other, "B. Signer", PASSPHRASE))
    acts: dict[str, Callable[[], object]] = {
        "make": lambda: keys.make(office, "C. Signer", PASSPHRASE),
        "revoke": lambda: keys.revoke(office, key_list.find(office, "A. Signer")),
        "trust": lambda: keys.trust(office, text),
    }
    shutil.copytree(fresh.folder, office.folder)
    before = key_list.trusted(office)
    told = []
    for done in attempts(acts[action], killed=killed):
        changed = key_list.trusted(office) != before
        if not killed:
            assert done is changed
        keys.make(office, "D. Signer", PASSPHRASE)
        assert audit.unfinished(office.audit_log) == []
        said = [line.fields["action"] for line in audit.counting(office.audit_log, "key")]
        assert len(said) == (3 if changed else 2)
        usable = {key.id for key in key_list.trusted(office).values() if not key.revoked and key.name != "B. Signer"}
        assert {path.stem for path in office.keys.glob("*.pem")} == usable
        told.append(done)
        shutil.rmtree(office.folder)
        shutil.copytree(fresh.folder, office.folder)
    assert told[0] is False and told[-1] is True


@pytest.mark.parametrize("killed", [False, True])
def test_a_clearance_that_was_not_given_lets_nothing_pass_at_whatever_moment_it_fails(
    cleared: Cleared, killed: bool
) -> None:
    cleared.clearance.unlink()
    kept = cleared.office.audit_log.read_bytes()
    examined = cleared.examine()
    told = []
    for done in attempts(lambda: cleared.sign(examined=examined), killed=killed):
        said = [line.fields["clearance"] for line in audit.counting(cleared.office.audit_log, "clearance")]
        passes = cleared.clearance.exists() and cleared.waits()
        if passes:
            assert cleared.named in said
        if not killed:
            assert passes is cleared.clearance.exists() is done
        cleared.clear()
        assert cleared.gate().exit_code == 0
        assert audit.unfinished(cleared.office.audit_log) == []
        told.append(done)
        cleared.clearance.unlink()
        cleared.office.audit_log.write_bytes(kept)
    assert told[0] is False and told[-1] is True and len(told) > 3


@pytest.mark.parametrize("broken", ["a folder lies there", "it is not ours to write"])
def test_nothing_is_changed_from_the_command_line_where_the_log_cannot_be_written(
    cleared: Cleared, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    office = cleared.office
    make_private(office.registers)
    RegisterFile(office.registers).add(entry("aa"))
    cleared.clearance.unlink()
    log = office.audit_log
    if broken == "a folder lies there":
        log.replace(office.folder / "aside")
        log.mkdir()
    elif os.name != "posix" or os.geteuid() == 0:
        pytest.skip("everything is ours to write")
    else:
        log.chmod(0o400)
    monkeypatch.setenv("SCREENING_HOME", str(office.folder))
    before = key_list.trusted(office)
    for call in (
        ("register", "remove", "aa"),
        ("register", "purge", "--expired"),
        ("keys", "make", "B. Signer"),
        ("keys", "rotate", "A. Signer"),
        ("keys", "revoke", "A. Signer"),
        ("clear", cleared.run, "--pipeline", cleared.pipeline, "--countersign"),
        ("clear", cleared.run, "--pipeline", cleared.pipeline, "--purpose", "An open day", "--second", "B. Second"),
    ):
        done = screening(*call)
        assert done.returncode == 2, call
        assert "fault in screening" not in done.stderr
    assert RegisterFile(office.registers).numbers() == ("aa",)
    assert key_list.trusted(office) == before
    assert len(list(office.keys.glob("*.pem"))) == 2
    assert not cleared.clearance.exists()


@pytest.mark.parametrize("killed", [False, True])
def test_a_second_signature_counts_as_the_log_says_at_whatever_moment_it_fails(cleared: Cleared, killed: bool) -> None:
    cleared.sign()
    kept, first = cleared.office.audit_log.read_bytes(), cleared.clearance.read_bytes()
    examined = cleared.examine()
    told = []
    for done in attempts(lambda: cleared.countersign(examined), killed=killed):
        passes = cleared.gate().exit_code == 0
        assert passes or cleared.waits()
        if not killed:
            assert passes is done
        cleared.countersign()
        assert cleared.gate().exit_code == 0
        assert audit.unfinished(cleared.office.audit_log) == []
        assert len(audit.counting(cleared.office.audit_log, "countersignature")) == 2
        told.append(done)
        cleared.clearance.write_bytes(first)
        cleared.office.audit_log.write_bytes(kept)
    assert told[0] is False and told[-1] is True and len(told) > 3


def test_a_clearance_is_refused_unless_the_log_says_that_it_was_given(cleared: Cleared) -> None:
    log = cleared.office.audit_log
    *before, begun, end = log.read_bytes().splitlines(keepends=True)[:-2]
    assert b'"begun"' in begun and b'"done"' in end
    for left, says in [([begun], "does not say that this clearance was given"), ([], "no longer contains the line")]:
        log.write_bytes(b"".join([*before, *left]))
        result = cleared.gate()
        assert (result.exit_code, says in result.reason) == (1, True), result.reason
    log.write_bytes(b"".join([*before, begun]))
    audit.end(log, audit.unfinished(log)[0], done=False)
    assert cleared.gate().exit_code == 1
    log.write_bytes(b"".join([*before, begun, end]))
    assert cleared.gate().exit_code == 0
