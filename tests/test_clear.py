"""From a run to a clearance: what is checked again, what is asked, and who may sign."""

from __future__ import annotations

import base64
import contextlib
import datetime
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib import dsse
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key as SecuresystemsKey
from securesystemslib.signer import SSlibKey

from screening import code
from screening.finding import ScreeningError
from screening.office import audit, key_list, keys
from screening.office.office import Office, make_private
from screening.office.register_file import RESTRICTED, RegisterFile
from screening.release import clear, examine
from screening.release.clearance import Clearance, ClearanceError, read
from screening.release.countersign import countersign
from screening.release.departures import Departures, departures
from screening.release.gate import gate
from screening.report import ModelInfo
from screening.run import files
from screening.run.decision import Action, Decision
from screening.run.decisions import DecisionError, Decisions
from screening.run.files import DECISIONS
from screening.weights import manifest, sha256_of
from tests.cleared import PASSPHRASE, QUESTION, QUESTIONS, SIGNED, Cleared, set_the_clock_back
from tests.command import QUICK, command, quickly
from tests.entries import entry
from tests.picture_files import picture
from tests.streets import street


def test_a_run_is_cleared_from_the_command_line(cleared: Cleared, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps({"libel": "No."}))
    cleared.clearance.unlink()
    said = ("--purpose", "An open day", "--answers", tmp_path / "answers.json", "--second", "B. Second", "--days", 3)
    done = quickly("clear", cleared.run, "--pipeline", cleared.pipeline, *said)
    assert done.returncode == 1, "one picture is left out"
    assert "2 may go out, 1 is left out" in done.stdout
    assert "a second person must take responsibility" in done.stderr
    clearance = read(cleared.clearance)
    assert clearance.files == {name: sha256_of(cleared.shoot / name) for name in ("good.jpg", "fine.jpg")}
    assert clearance.withheld == {sha256_of(cleared.blocked): "scene-address"}
    assert (clearance.by, clearance.second, clearance.purpose) == ("A. Signer", "B. Second", "An open day")
    assert clearance.answers == {QUESTION: "no"}
    assert clearance.report == sha256_of(cleared.run / "report.json")
    assert clearance.policy["sha256"] == sha256_of(cleared.pipeline)
    assert "faces" in clearance.off
    *_, entry, end = audit.entries(cleared.office.audit_log)
    assert (entry.event, entry.fields["step"]) == ("clearance", "begun")
    assert (end.fields["step"], end.fields["of"]) == ("done", entry.sha256)
    assert entry.head == clearance.checkpoint.head, "it carries its own line"
    assert entry.fields["clearance"] == clearance.name
    assert "A. Signer" not in cleared.office.audit_log.read_text()
    assert "B. Second is still to sign it: screening clear" in done.stderr
    assert cleared.waits() and cleared.gate().exit_code == 1
    done = quickly("clear", cleared.run, "--pipeline", cleared.pipeline, "--countersign")
    assert done.returncode == 1, "one picture is left out"
    assert f"A. Signer signed: shoot; An open day\n{QUESTION} no\n2 may go out, 1 is left out\n" in done.stdout
    assert read(cleared.clearance).name == clearance.name, "what is signed is the same"
    *_, entry = audit.counting(cleared.office.audit_log, "countersignature", "gate")
    assert (entry.event, entry.fields["clearance"]) == ("countersignature", clearance.name)
    assert cleared.gate().exit_code == 0
    if os.name == "posix":
        assert stat.S_IMODE(cleared.clearance.stat().st_mode) == 0o600


def test_a_script_that_leaves_a_question_open_gets_no_clearance(cleared: Cleared) -> None:
    cleared.clearance.unlink()
    done = quickly(
        "clear", cleared.run, "--pipeline", cleared.pipeline, "--purpose", "An open day", "--second", "B. Second"
    )
    assert done.returncode == 2
    assert f"this question has no answer: {QUESTION}" in done.stderr
    assert not cleared.clearance.exists()


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"libel": "yes"}, "libel: was answered with yes, so nothing goes out"),
        ({"libel": "no", "colour": "red"}, "colour: this policy asks no such question"),
        ({QUESTION: "no"}, "this policy asks no such question"),
        ({"libel": False}, "is not a JSON file that maps question ids to answers"),
        (["libel"], "is not a JSON file that maps question ids to answers"),
        ('{"libel": "yes", "libel": "no"}', "answers libel more than once"),
    ],
)
def test_a_script_whose_answers_do_not_do_gets_no_clearance(
    cleared: Cleared, tmp_path: Path, answers: object, says: str
) -> None:
    cleared.clearance.unlink()
    (tmp_path / "answers.json").write_text(answers if isinstance(answers, str) else json.dumps(answers))
    said = ("--purpose", "An open day", "--second", "B. Second", "--answers", tmp_path / "answers.json")
    done = quickly("clear", cleared.run, "--pipeline", cleared.pipeline, *said)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert not cleared.clearance.exists()


def test_what_a_reviewer_answered_is_not_answered_otherwise_by_the_signer(cleared: Cleared) -> None:
    there = Decisions(cleared.run, cleared.office)
    there.decide(Decision(by="D. Editor", question="libel", answer="yes"))
    with pytest.raises(ClearanceError, match="libel: was answered with yes in the review, so nothing goes out"):
        cleared.clear()
    there.decide(Decision(by="D. Editor", question="libel", answer="no"))
    assert cleared.clear().answers == {QUESTION: "no"}


def test_a_second_person_answers_for_what_would_stop_the_batch_and_says_why(cleared: Cleared) -> None:
    examined = cleared.examine()
    batch = examined.run.settings.batch
    asked = tuple(replace(one, second_person=True) for one in batch.question)
    settings = replace(examined.run.settings, batch=replace(batch, question=asked))
    examined = replace(examined, run=replace(examined.run, settings=settings), answers={"libel": "yes"})
    reason = {"libel": "Yes: our lawyer has agreed"}
    for answers, second in (({"libel": "yes"}, "B. Second"), (reason, ""), (reason, "-"), ({}, "B. Second")):
        with pytest.raises(ClearanceError, match=r'libel: was answered with .*or answer "yes: " with the reason'):
            clear.check_answers(examined, answers, second)
    clear.check_answers(examined, reason, "B. Second")


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_person_at_a_terminal_is_asked_and_the_passphrase_does_not_show(
    cleared: Cleared, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.delenv("SCREENING_PASSPHRASE")
    terminal, keyboard = pty.openpty()
    call = command("clear", cleared.run, "--pipeline", cleared.pipeline)
    process = subprocess.Popen(call, stdin=keyboard, stdout=keyboard, stderr=keyboard, start_new_session=True)
    shown = ""
    for question, typed in [
        ("Which policing purpose", "An open day"),
        (f"{QUESTION} (yes/no)", "No."),
        ("Who is the second person?", "B. Second"),
        ("Passphrase:", PASSPHRASE),
        ("left out", ""),
    ]:
        while question not in shown and process.poll() is None:
            shown += os.read(terminal, 4096).decode()
        os.write(terminal, f"{typed}\n".encode() if typed else b"")
    assert process.wait() == 1
    os.close(terminal)
    os.close(keyboard)
    assert "2 may go out, 1 is left out" in shown
    assert PASSPHRASE not in shown
    assert read(cleared.clearance).second == "B. Second"


def test_a_purpose_that_the_scan_was_given_is_asked_nobody_again(cleared: Cleared, tmp_path: Path) -> None:
    own, run, answers = tmp_path / "own.toml", tmp_path / "again", tmp_path / "answers.json"
    own.write_text(QUICK + QUESTIONS + '[[batch.question]]\nid = "purpose"\nask = "Which purpose does it serve?"\n')
    answers.write_text('{"libel": "no"}')
    assert quickly("scan", cleared.shoot, "--out", run, "--pipeline", own, "--purpose", "An open day").returncode == 1
    done = quickly("clear", run, "--pipeline", own, "--answers", answers, "--second", "B. Second")
    assert done.returncode == 1, done.stderr
    said = read(run / "clearance.json")
    assert (said.purpose, said.answers["Which purpose does it serve?"]) == ("An open day", "An open day")


def edit_the_report(cleared: Cleared) -> None:
    path = cleared.run / "report.json"
    path.write_text(path.read_text().replace('"score": 1.0', '"score": 0.1'))


def change_the_policy(cleared: Cleared) -> None:
    cleared.pipeline.write_text(cleared.pipeline.read_text().replace("block = 0.5", "block = 0.6"))


def edit_the_log(cleared: Cleared) -> None:
    log = cleared.office.audit_log
    log.write_text(log.read_text().replace('"clear":2', '"clear":3'))


def remove_the_report(cleared: Cleared) -> None:
    (cleared.run / "report.json").unlink()


def remove_the_sources(cleared: Cleared) -> None:
    (cleared.run / "sources.json").unlink()


def take_the_id_away(cleared: Cleared) -> None:
    """What a run of an earlier version looks like."""
    report = cleared.run / "report.json"
    fields = json.loads(report.read_text())
    del fields["run"]
    report.write_text(json.dumps(fields))
    audit.append(cleared.office.audit_log, "scan", report=sha256_of(report))


def take_the_run_to_another_office(cleared: Cleared) -> None:
    cleared.office.audit_log.unlink()


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (edit_the_report, "has changed since the scan"),
        (change_the_policy, "is not the pipeline that .* was scanned with"),
        (take_the_id_away, "was scanned by an earlier version; scan again"),
        (edit_the_log, "line 1 was edited"),
        (set_the_clock_back, "the clock is behind the last line"),
        (remove_the_report, "contains no readable report.json"),
        (remove_the_sources, "contains no readable sources.json"),
        (take_the_run_to_another_office, "or was scanned elsewhere"),
    ],
)
def test_a_run_that_is_not_as_scan_left_it_is_not_cleared(
    cleared: Cleared, tamper: Callable[[Cleared], None], says: str
) -> None:
    tamper(cleared)
    with pytest.raises(ScreeningError, match=says):
        cleared.examine()


def scanned_again(cleared: Cleared) -> None:
    home = {"SCREENING_HOME": str(cleared.office.folder)}
    call = command("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert subprocess.run(call, env={**os.environ, **home}, capture_output=True).returncode == 1


def test_a_register_that_may_lift_less_than_it_did_wants_a_new_scan_whatever_the_log_says(cleared: Cleared) -> None:
    folder, aside = cleared.office.registers, cleared.folder / "aside"
    release, restricted = RegisterFile(folder), RegisterFile(folder, RESTRICTED)
    make_private(folder)
    release.add(entry("aa"))
    shutil.copytree(folder, cleared.folder / "older")
    release.add(entry("bb"))
    restricted.add(entry("cc"))
    scanned_again(cleared)
    cleared.clear()
    assert cleared.gate().exit_code == 0
    shutil.copytree(folder, aside)

    def put_back(kept: Path = aside) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, folder)

    def with_a_tool_of_ones_own() -> None:
        with contextlib.closing(sqlite3.connect(release.path)) as database, database:
            database.execute("DELETE FROM entry WHERE id = 'bb'")

    def added_and_removed() -> None:
        release.add(entry("dd"))
        release.remove(["dd"])

    changes: list[tuple[Callable[[], object], bool]] = [
        (lambda: release.add(entry("dd")), False),
        (lambda: release.remove(["aa"]), True),
        (lambda: release.remove(["aa", "bb"]), True),
        (added_and_removed, True),  # it may have lifted something in between
        (lambda: restricted.add(entry("dd")), True),
        (with_a_tool_of_ones_own, True),
        (lambda: put_back(cleared.folder / "older"), True),
        (lambda: shutil.rmtree(folder), True),
    ]
    for change, stops in changes:
        lines = audit.head(cleared.office.audit_log)
        change()
        assert audit.head(cleared.office.audit_log) == lines, "the log says nothing of it"
        if stops:
            with pytest.raises(ClearanceError, match="the registers have changed since"):
                cleared.examine()
            assert "somebody was removed from the release register" in cleared.gate().reason
        else:
            assert cleared.examine().released
        assert cleared.gate().exit_code == (1 if stops else 0)
        put_back()
    # an upload host has the public key, and no registers or others
    host = Office(cleared.folder / "host")
    for key in (cleared.key, cleared.second):
        keys.trust(host, key_list.export(key))
    make_private(host.registers)
    RegisterFile(host.registers).add(entry("zz"))
    assert gate([cleared.good], cleared.clearance, pipeline=cleared.pipeline, office=host).exit_code == 0
    # after the key was replaced it is the log that tells where the clearance was signed
    keys.rotate(cleared.office, cleared.key, PASSPHRASE)
    assert cleared.gate().exit_code == 0
    release.remove(["aa"])
    assert cleared.gate().exit_code == 1
    release.path.write_bytes(b"no database")
    assert cleared.gate().exit_code == 2


def test_a_run_that_other_code_screened_is_scanned_again(cleared: Cleared, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code.version()
    assert files.report_fields(cleared.run)["code"] == before
    assert code.version(["tests.red_stage:Reds"]) != before
    monkeypatch.setattr(code, "_package", lambda: "of another version")
    with pytest.raises(ClearanceError, match="was screened by another version of the program; scan again"):
        cleared.examine()


def test_a_change_in_any_source_file_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stages").mkdir()
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    seen = set()
    for name, text in [("a.py", "1"), ("a.py", "2"), ("stages/b.py", "2"), ("stages/c.py", ""), ("c.txt", "")]:
        (tmp_path / name).write_text(text)
        code._package.cache_clear()
        seen.add(code.version())
    code._package.cache_clear()
    assert len(seen) == 4, "what is no source file does not count"


def test_networks_that_changed_since_the_scan_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = manifest()
    ours = next(name for name, weights in known.items() if not weights.package)
    ran = [ModelInfo(name=ours, sha256=known[ours].sha256)]
    examine.check_models(ran)
    other = known | {ours: replace(known[ours], sha256="0" * 64)}
    monkeypatch.setattr(examine, "manifest", lambda: other)
    with pytest.raises(ClearanceError, match="scanned with another network"):
        examine.check_models(ran)
    # the same entry in the manifest, other bytes in the file
    monkeypatch.setattr(examine, "manifest", lambda: known | {ours: replace(known[ours], file="manifest.toml")})
    with pytest.raises(ClearanceError, match="its file is not the one we know"):
        examine.check_models(ran)
    monkeypatch.setattr(examine, "manifest", dict)
    with pytest.raises(ClearanceError, match="scanned with another network"):
        examine.check_models(ran)


def test_a_picture_that_changed_or_went_is_left_out(cleared: Cleared) -> None:
    cleared.good.write_bytes(cleared.blocked.read_bytes())
    examined = cleared.examine()
    assert examined.changed == ("good.jpg",)
    assert set(examined.left_out) == {"good.jpg", "with_a_place.jpg"}
    assert examined.released == {sha256_of(cleared.shoot / "fine.jpg")}
    (cleared.shoot / "fine.jpg").unlink()
    with pytest.raises(ClearanceError, match="nothing in it may go out"):
        cleared.clear()


def test_a_picture_blocked_under_one_name_is_not_cleared_under_another(cleared: Cleared) -> None:
    shutil.copyfile(cleared.good, cleared.shoot / "OFFICIAL-SENSITIVE.jpg")
    report = cleared.run / "report.json"
    fields = json.loads(report.read_text())
    twin = next(photo for photo in fields["photos"] if photo["file"] == "good.jpg")
    blocked = next(photo for photo in fields["photos"] if photo["verdict"] == "block")
    fields["photos"].append(twin | {"file": "OFFICIAL-SENSITIVE.jpg", "findings": blocked["findings"]})
    report.write_text(json.dumps(fields))
    audit.append(cleared.office.audit_log, "scan", report=sha256_of(report))
    examined = cleared.examine()
    assert sha256_of(cleared.good) not in examined.released
    assert "good.jpg" in examined.left_out


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (replace(SIGNED, purpose=" "), "a release serves a policing purpose"),
        (replace(SIGNED, answers={}), "this question has no answer"),
        (replace(SIGNED, purpose="x"), "a release serves a policing purpose"),
        (replace(SIGNED, purpose="- - -"), "a release serves a policing purpose"),
        (replace(SIGNED, answers={"libel": " "}), "libel: this question has no answer"),
        (replace(SIGNED, answers={"libel": "yes"}), "libel: was answered with yes, so nothing goes out"),
        (replace(SIGNED, answers={"libel": "YES."}), "libel: was answered with yes, so nothing goes out"),
        (replace(SIGNED, answers={"libel": "yes, badly"}), "libel: needs yes or no"),
        (replace(SIGNED, answers={"libel": "n"}), "libel: needs yes or no"),
        (replace(SIGNED, answers={"lible": "no"}), "lible: this policy asks no such question; did you mean 'libel'"),
        (replace(SIGNED, second=""), "a second person must take responsibility.*stages switched off"),
        (replace(SIGNED, second="a.  SIGNER"), "must not be the signer"),
        (replace(SIGNED, second="A.  SIGNER."), "must not be the signer"),
        (replace(SIGNED, second="A.\u200b Signer"), "must not be the signer"),
        (replace(SIGNED, second="\uff21. Signer"), "must not be the signer"),  # a wide A
        (replace(SIGNED, second="."), "a second person must take responsibility"),
        (replace(SIGNED, second="\u200b"), "a second person must take responsibility"),
        (replace(SIGNED, second="C. Third"), "C. Third: has no key to sign second with"),
    ],
)
def test_what_a_person_must_say_first(cleared: Cleared, said: clear.SignOff, says: str) -> None:
    with pytest.raises(ClearanceError, match=says):
        cleared.clear(said)


def test_the_policy_may_want_a_signer_who_neither_photographed_nor_overrode(cleared: Cleared) -> None:
    examined = cleared.examine()
    batch = replace(examined.run.settings.batch, separate_signer=True)
    strict = replace(examined, run=replace(examined.run, settings=replace(examined.run.settings, batch=batch)))
    clear.check(strict, SIGNED, cleared.office, cleared.key)

    def taken_by(name: str) -> examine.Examined:
        report = strict.run.report
        report = replace(report, batch=replace(report.batch, photographer=name))
        return replace(strict, run=replace(strict.run, report=report))

    for wrong, says in [
        (taken_by("a. signer"), "requires another signer"),
        (taken_by(""), "who took the pictures"),
        (replace(strict, overrode=frozenset({"A. Signer"})), "requires another signer"),
    ]:
        with pytest.raises(ClearanceError, match=says):
            clear.check(wrong, SIGNED, cleared.office, cleared.key)


def test_the_default_pipeline_needs_no_second_name(cleared: Cleared) -> None:
    assert departures("default").why == departures("strict").why == ""
    why = cleared.examine().departures.why
    assert "stages switched off or with other options: faces" in why
    assert "questions not asked, or asked differently: purpose, reputation" in why
    assert "kinds judged less strictly" in Departures(looser=("face",)).why


def test_a_clearance_is_read_back_as_it_was_written(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    assert isinstance(clearance, Clearance)
    assert clearance.text() == cleared.clearance.read_text()
    assert clearance.signed_by(cleared.key)


def decide_something(cleared: Cleared) -> None:
    Decisions(cleared.run, cleared.office).decide(
        Decision(action=Action.REJECT, by="D", sha256=sha256_of(cleared.good))
    )


def change_a_picture(cleared: Cleared) -> None:
    cleared.good.write_bytes(cleared.blocked.read_bytes())


def revoke_the_first(cleared: Cleared) -> None:
    keys.revoke(cleared.office, cleared.key)


def add_a_file(cleared: Cleared) -> None:
    clearance = read(cleared.clearance)
    cleared.clearance.write_text(replace(clearance, files={**clearance.files, "new.jpg": "0" * 64}).text())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda cleared: cleared.clearance.unlink(), "cannot be read"),
        (scanned_again, "is not as it was when A. Signer signed; clear it again"),
        (decide_something, "is not as it was when A. Signer signed; clear it again"),
        (change_a_picture, "is not as it was when A. Signer signed; clear it again"),
        (revoke_the_first, "its key is not trusted or was revoked"),
        (add_a_file, "was edited, or its key is not trusted"),
    ],
)
def test_a_second_person_signs_what_the_first_signed_or_nothing(
    cleared: Cleared, change: Callable[[Cleared], object], says: str
) -> None:
    cleared.sign()
    change(cleared)
    before = cleared.clearance.read_bytes() if cleared.clearance.exists() else b""
    with pytest.raises(ClearanceError, match=says):
        cleared.countersign()
    assert (cleared.clearance.read_bytes() if before else b"") == before


def test_only_the_second_person_signs_second_and_once_is_enough(cleared: Cleared) -> None:
    third = keys.make(cleared.office, "C. Third", PASSPHRASE)
    cleared.sign()
    examined = cleared.examine()
    for key, says in ((cleared.key, "signed it already"), (third, "is not the second person that A. Signer named")):
        with pytest.raises(ClearanceError, match=says):
            countersign(examined, cleared.office, key, PASSPHRASE)
    lines = [audit.head(cleared.office.audit_log).number for _ in range(2) if cleared.countersign(examined)]
    assert lines[0] == lines[1], "the second time there is nothing to do"
    with pytest.raises(ClearanceError, match="has a key that signs second, after somebody else"):
        clear.issue(examined, replace(SIGNED, second="A. Signer"), cleared.office, cleared.second, PASSPHRASE)


def test_other_programs_verify_the_envelope_and_read_the_statement(cleared: Cleared) -> None:
    known: list[SecuresystemsKey] = [
        SSlibKey(key.id, "ed25519", "ed25519", {"public": base64.b64decode(key.public).hex()})
        for key in key_list.trusted(cleared.office).values()
    ]
    fields = json.loads(cleared.clearance.read_text())
    enclosed = dsse.Envelope.from_dict(fields)
    assert enclosed.verify(known, 2).keys() == {cleared.key.id, cleared.second.id}
    assert enclosed.pae() == read(cleared.clearance).body
    stated = json_format.Parse(enclosed.payload, statement_pb2.Statement())
    statement = Statement.copy_from_pb(stated)
    statement.validate()
    assert {one.name: one.digest["sha256"] for one in stated.subject} == read(cleared.clearance).files
    enclosed.payload += b" "
    with pytest.raises(VerificationError):
        enclosed.verify(known, 1)


def test_what_is_decided_or_scanned_after_the_examination_is_not_signed_over(cleared: Cleared) -> None:
    kept = cleared.clearance.read_bytes()
    examined = cleared.examine()
    reject = Decision(action=Action.REJECT, by="D. Editor", sha256=sha256_of(cleared.good))
    Decisions(cleared.run, cleared.office).decide(reject)
    with pytest.raises(ClearanceError, match="was scanned or reviewed in the meantime; clear it again"):
        clear.issue(examined, SIGNED, cleared.office, cleared.key, PASSPHRASE)
    examined = cleared.examine()
    decisions = cleared.run / DECISIONS
    decisions.write_bytes(b"")
    with pytest.raises(DecisionError, match="is missing"):
        clear.issue(examined, SIGNED, cleared.office, cleared.key, PASSPHRASE)
    assert cleared.clearance.read_bytes() == kept


def test_a_folder_is_used_again_after_what_was_in_it_went_and_a_new_scan_keeps_what_was_decided(
    cleared: Cleared,
) -> None:
    scan = ("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    reject = Decision(action=Action.REJECT, by="D. Editor", sha256=sha256_of(cleared.good))

    def decided() -> list[str]:
        assert quickly(*scan).returncode == 1
        there = Decisions(cleared.run, cleared.office)
        there.history()
        return [one.sha256 for one in there.decide(reject) and there.current()]

    assert decided() == [reject.sha256]
    first = files.identity(cleared.run)
    assert quickly(*scan).returncode == 1
    assert cleared.examine().withheld[reject.sha256] == "rejected", "the same run, scanned again"
    for gone in ("*", "*.*"):  # all of it; and all that is not hidden, as `rm RUN/*` leaves it
        for path in cleared.run.glob(gone):
            if gone == "*" or not path.name.startswith("."):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(cleared.run / "previews", ignore_errors=True)
        assert quickly(*scan).returncode == 1
        assert cleared.examine().left_out == (cleared.blocked.name,), "another run"
        assert files.identity(cleared.run) != first
        assert decided() == [reject.sha256]
    assert quickly("purge", cleared.run, "--yes").returncode == 0
    assert decided() == [reject.sha256], "what was decided outlives a purge of the pictures"
    assert quickly("purge", cleared.run, "--all", "--yes").returncode == 0
    assert quickly(*scan).returncode == 1
    assert cleared.examine().left_out == (cleared.blocked.name,)


def test_a_copy_of_a_run_without_its_decisions_is_not_cleared(cleared: Cleared) -> None:
    reject = Decision(action=Action.REJECT, by="D. Editor", sha256=sha256_of(cleared.good))
    Decisions(cleared.run, cleared.office).decide(reject)
    other = cleared.folder / "other"
    shutil.copytree(cleared.run, other)
    assert examine.examine(other, str(cleared.pipeline), cleared.office).withheld[reject.sha256] == "rejected"
    (other / DECISIONS).unlink()
    with pytest.raises(DecisionError, match="is missing"):
        examine.examine(other, str(cleared.pipeline), cleared.office)


def test_a_wrong_passphrase_writes_nothing(cleared: Cleared) -> None:
    cleared.clearance.unlink()
    lines = audit.head(cleared.office.audit_log).number
    with pytest.raises(key_list.KeysError, match="does not open it"):
        clear.issue(cleared.examine(), SIGNED, cleared.office, cleared.key, "something else")
    assert not cleared.clearance.exists()
    assert audit.head(cleared.office.audit_log).number == lines


@pytest.mark.parametrize("own", [False, True], ids=["the office's register", "one that the pipeline names"])
def test_what_relies_on_an_entry_of_a_register_goes_out_until_its_last_day_is_over(
    cleared: Cleared, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cleared.folder / "elsewhere" if own else cleared.office.registers
    named = f"[[stage]]\nuse = 'register'\nfolder = '{folder}'\n" if own else ""
    stages = f'use = "metadata"\n[[stage]]\nuse = "tests.red_stage:Released"\n{named}'
    rule = '[rules.identifiable-person]\nsays = "Agreed."\nlifted_by = "A form."\nkinds = { "face" = {} }\n'
    cleared.pipeline.write_text(cleared.pipeline.read_text().replace('use = "metadata"\n', stages) + rule)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    cleared.good.write_bytes(picture(rgb=street()))
    make_private(folder)
    now = datetime.datetime.now(datetime.UTC)
    last = (now + datetime.timedelta(days=2)).date()
    for number, day in (("aa", "2001-01-01"), ("bb", "2999-01-01"), ("cc", last.isoformat()), ("dd", "")):
        RegisterFile(folder).add(entry(number, expires=day))
    assert quickly("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline).returncode == 1
    assert cleared.clear().until == f"{last}T23:59:59.999+00:00"
    assert cleared.clear(replace(SIGNED, days=1)).until < last.isoformat()
    monkeypatch.setattr(examine, "moment", lambda: now + datetime.timedelta(days=3))
    with pytest.raises(ClearanceError, match="relies on the release register, where an entry has since expired"):
        cleared.examine()
