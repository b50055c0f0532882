"""Decisions: what each lifts by the rule book, that none is lost or forged, and what a clearance makes of them."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screening import config
from screening.finding import Box, Finding
from screening.office import audit, audit_check
from screening.office.audit_line import AuditError
from screening.office.office import Office
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Thresholds, Verdict
from screening.release import clear
from screening.release.clearance import ClearanceError
from screening.release.redact import Choice, _marked
from screening.run.decision import Action, Decision, about_each
from screening.run.decisions import NEXT, DecisionError, Decisions
from screening.run.files import DECISIONS
from screening.run.outcome import carried, outcomes
from screening.run.rules import refusal, ways
from screening.web.shown import shown_finding
from screening.weights import sha256_of
from tests.cleared import SIGNED, Cleared
from tests.command import quickly

PICTURE = "a" * 64
BOX = Box(10, 10, 50, 50)


def judgement(
    rule: str, kind: str, verdict: Verdict, box: Box | None = BOX, evidence: str = "something", frame: str = ""
) -> Judgement:
    return Judgement(Finding(kind, 0.9, evidence, box, frame=frame), rule, verdict, Thresholds())


FACE = judgement("identifiable-person", "face.identifiable", Verdict.HOLD)
CHILD = judgement("juvenile", "juvenile.face", Verdict.BLOCK)
SCHOOL = judgement("juvenile", "juvenile.school", Verdict.BLOCK)
PLATE = judgement("number-plate", "vehicle.plate.uk", Verdict.BLOCK)
TAPE = judgement("scene-scope", "scene.tape", Verdict.HOLD)
CREDIT = judgement("copyright", "copyright.credit", Verdict.HOLD, None)
BROKEN = judgement("unscreened", "error.faces", Verdict.BLOCK, None)


def decision(action: Action, one: Judgement = PLATE, **fields: Any) -> Decision:
    """A decision about the only finding of a picture."""
    made = Decision(action=action, by=fields.pop("by", "A. Reviewer"))
    return replace(about_each(photo(one), made)[0], **fields)


def photo(*judgements: Judgement) -> PhotoReport:
    return PhotoReport(file="a.jpg", sha256=PICTURE, width=100, height=100, judgements=judgements)


@pytest.fixture
def decisions(tmp_path: Path) -> Decisions:
    (tmp_path / "run").mkdir()
    return Decisions(tmp_path / "run", Office(tmp_path / "office"))


@pytest.mark.parametrize(
    ("one", "action", "fields", "allowed"),
    [
        (TAPE, Action.ACCEPT, {}, True),  # the condition of a hold, confirmed
        (PLATE, Action.ACCEPT, {}, False),  # a block is no hold
        (FACE, Action.ACCEPT, {}, False),  # a person who can be identified has signed something
        (FACE, Action.RELEASE, {}, False),
        (FACE, Action.RELEASE, {"reference": "x-1"}, False),  # no reference of anything
        (FACE, Action.RELEASE, {"reference": "FORM-7"}, True),
        (CHILD, Action.RELEASE, {"reference": "FORM-7"}, False),  # a child's own signature is none
        (CHILD, Action.PARENTAL, {"reference": "PARENT-3"}, True),
        (CHILD, Action.PARENTAL, {}, False),
        (FACE, Action.PARENTAL, {"reference": "PARENT-3"}, False),
        (SCHOOL, Action.PARENTAL, {"reference": "PARENT-3"}, False),  # some boards forbid school pictures outright
        (PLATE, Action.RELEASE, {"reference": "FORM-7"}, False),
        (CHILD, Action.ADULT, {}, False),  # who knows, and how?
        (CHILD, Action.ADULT, {"reason": "PC Hill has worked with her since 2019"}, True),
        (replace(SCHOOL, verdict=Verdict.HOLD), Action.PARENTAL, {"reference": "PARENT-3"}, True),  # this one does not
        (SCHOOL, Action.OVERRIDE, {"reason": "a closed school, now the police station"}, True),
        (SCHOOL, Action.ADULT, {"reason": "PC Hill has worked with her since 2019"}, False),
        (PLATE, Action.ADULT, {"reason": "PC Hill has worked with her since 2019"}, False),
        (CREDIT, Action.ACCEPT, {}, False),
        (CREDIT, Action.ACCEPT, {"reference": "LICENCE-9"}, True),
        (PLATE, Action.OVERRIDE, {}, False),
        (PLATE, Action.OVERRIDE, {"reason": "because"}, False),
        (PLATE, Action.OVERRIDE, {"reason": "ok fine"}, False),
        (PLATE, Action.OVERRIDE, {"reason": "Because because BECAUSE"}, False),
        (PLATE, Action.OVERRIDE, {"reason": "x y z 1 2 3"}, False),
        (PLATE, Action.OVERRIDE, {"reason": "museum car, plate withdrawn in 1974"}, True),
        (BROKEN, Action.OVERRIDE, {"reason": "it looks all right to me"}, False),  # not knowing is never let pass
        (PLATE, Action.OVERRIDE, {"reason": "museum car, out of use", "by": " "}, False),  # by nobody
        (PLATE, Action.OVERRIDE, {"reason": "museum car, out of use", "by": "."}, False),
        (PLATE, Action.OVERRIDE, {"reason": ". ."}, False),  # says nothing
        (PLATE, Action.REJECT, {}, True),
    ],
)
def test_a_decision_lifts_what_the_rule_book_lets_it(
    one: Judgement, action: Action, fields: dict[str, str], allowed: bool
) -> None:
    made = decision(action, one, **fields)
    assert (refusal(made, one) == "") is allowed
    (after,) = outcomes([photo(one)], [made])
    lifts = allowed and action is not Action.REJECT
    assert after.verdict is (Verdict.CLEAR if lifts else Verdict.BLOCK if action is Action.REJECT else one.verdict)


# How the rule book's text, which the report and `explain` show, names what a person can do.
NAMED = {
    Action.ACCEPT: "sign-off",
    Action.RELEASE: "release form",
    Action.PARENTAL: "parental permission",
    Action.ADULT: "adult, known to us",
    Action.OVERRIDE: "override",
    Action.REDACT: "redact",
}
KINDS = [
    (rule, kind, verdict)
    for rule, book in config.load().policy.rules.items()
    for kind, marks in book.kinds.items()
    for verdict, mark in ((Verdict.HOLD, marks.hold), (Verdict.BLOCK, marks.block))
    if mark is not None and rule != "unscreened"
]


@pytest.mark.parametrize(("rule", "kind", "verdict"), KINDS)
def test_what_the_report_says_lifts_a_finding_is_what_deciding_lets_it(rule: str, kind: str, verdict: Verdict) -> None:
    one = judgement(rule, kind, verdict)
    said = config.load().policy.rules[rule].lifted_by.casefold()
    named = {action for action, words in NAMED.items() if words in said}
    assert named & set(ways(one)), f"{rule} says: {said}"
    for action in Action:
        made = decision(action, one, reason="known to us since 2019", reference="FORM-7")
        (after,) = outcomes([photo(one)], [made])
        lifts = action in ways(one) and action is not Action.REDACT  # which lifts it on the copy
        assert (after.verdict is Verdict.CLEAR) == lifts, action


RELEASED = replace(FACE, verdict=Verdict.CLEAR)  # by a match in the register


@pytest.mark.parametrize("face", [FACE, RELEASED])
def test_whoever_is_involved_is_blocked_and_no_form_lifts_it(face: Judgement, decisions: Decisions) -> None:
    involved = decision(Action.INVOLVED, face)
    (after,) = outcomes([photo(face, TAPE)], [involved])
    assert (after.verdict, after.rule, len(after.open)) == (Verdict.BLOCK, "wanted-person", 2)
    decisions.decide(involved)
    for action in (Action.RELEASE, Action.PARENTAL, Action.ADULT, Action.ACCEPT):
        with pytest.raises(DecisionError, match="no form lifts that"):
            decisions.decide(decision(action, face, reference="FORM-7"))
    assert decisions.current() == [replace(involved, after="")]
    decisions.decide(decision(Action.OVERRIDE, face, reason="she asked for this herself"))
    assert outcomes([photo(face)], decisions.current())[0].verdict is Verdict.CLEAR
    decisions.decide(involved)
    decisions.decide(decision(Action.WITHDRAW, face))
    assert outcomes([photo(face)], decisions.current())[0].verdict is face.verdict


@pytest.mark.parametrize("one", [TAPE, PLATE, CHILD, BROKEN])
def test_only_a_face_can_be_of_somebody_involved(one: Judgement) -> None:
    assert refusal(decision(Action.INVOLVED, one), one)


def test_the_review_page_asks_it_of_a_face_whether_it_holds_or_the_register_knows_it() -> None:
    rule = config.load().policy.rules["wanted-person"]
    asked = [Action.INVOLVED in shown_finding(one, rule)["may"] for one in (FACE, RELEASED, TAPE, CHILD)]
    assert asked == [True, True, False, False]


@pytest.mark.parametrize("face", [FACE, RELEASED])
def test_redacting_by_the_review_covers_the_face_of_somebody_involved(face: Judgement) -> None:
    (after,) = outcomes([photo(face, PLATE)], [decision(Action.INVOLVED, face)])
    assert _marked(after, Choice()) == [face]


def test_a_copy_that_still_shows_somebody_involved_is_blocked_too() -> None:
    (original,) = outcomes([photo(FACE, PLATE)], [decision(Action.INVOLVED, FACE)])
    copy = replace(photo(FACE), sha256="c" * 64)
    (after,) = outcomes([copy], list(carried(original, copy)))
    assert (after.verdict, after.rule) == (Verdict.BLOCK, "wanted-person")


def test_nothing_lifts_what_could_not_be_screened() -> None:
    assert ways(BROKEN) == {}


def test_one_finding_decided_leaves_the_others_open() -> None:
    made = [decision(Action.OVERRIDE, reason="museum car, out of use")]
    (after,) = outcomes([photo(PLATE, TAPE)], made)
    assert (after.verdict, after.rule, after.open) == (Verdict.HOLD, "scene-scope", (TAPE,))
    assert after.decided == ((PLATE, made[0]),)


HELD = ("scene-scope", "scene.tape", Verdict.HOLD)
ALIKE = [
    judgement(*HELD, BOX, "a face 40 px high"),
    judgement(*HELD, BOX, "a face 40 px high (frame 2)", "frame 2"),
    judgement(*HELD, BOX, "a face 40 px high (frame 3)", "frame 3"),
    judgement(*HELD, Box(60, 60, 90, 70), "phone, 11 digits"),
    judgement(*HELD, Box(60, 60, 90, 70), "phone, 11 digits"),  # two on one line of text
    judgement(*HELD, Box(60, 60, 90, 71), "phone, 9 digits"),
    judgement(*HELD, None, "somebody else in Exif.Image.Copyright"),
    judgement(*HELD, None, "somebody else in Iptc.Application2.Copyright"),
    judgement(*HELD, None, "phone, 11 digits, in Xmp.dc.description"),
    judgement(*HELD, None, "phone, 11 digits, in Xmp.dc.description"),
]


@pytest.mark.parametrize("number", range(len(ALIKE)))
def test_one_decision_lifts_one_finding(number: int, decisions: Decisions) -> None:
    accept = Decision(action=Action.ACCEPT, by="A. Reviewer")
    made = about_each(photo(*ALIKE), accept)[number]
    decisions.decide(*(one for one in about_each(photo(*ALIKE), accept) if one != made))
    decisions.decide(made)
    assert len(decisions.current()) == len(ALIKE), "none of them replaced another"
    (after,) = outcomes([photo(*ALIKE)], [made])
    assert [id(one) for one, _ in after.decided] == [id(ALIKE[number])]
    assert len(after.open) == len(ALIKE) - 1
    (again,) = outcomes([photo(*(replace(one) for one in ALIKE))], decisions.current())
    assert again.verdict is Verdict.CLEAR, "a new scan of the same bytes keeps them all"


def test_a_decision_that_could_be_about_several_findings_is_about_none() -> None:
    made = decision(Action.OVERRIDE, reason="museum car, out of use")
    halves = [
        replace(PLATE, finding=replace(PLATE.finding, box=box)) for box in (Box(10, 10, 34, 50), Box(26, 10, 50, 50))
    ]
    (after,) = outcomes([photo(*halves)], [made])
    assert after.open == tuple(halves)
    (after,) = outcomes([photo(*halves[:1])], [made])
    assert after.verdict is Verdict.CLEAR
    # a decision from before there were marks counts for what has a place in the first picture, and for nothing else
    for number, one in enumerate(about_each(photo(*ALIKE), Decision(action=Action.ACCEPT, by="A"))):
        (after,) = outcomes([photo(*ALIKE)], [replace(one, mark="")])
        assert [id(found) for found, _ in after.decided] == ([id(ALIKE[0])] if number < 3 else [])
    assert b"mark" not in made.line, "their lines are read as they were written"


def test_the_words_of_what_has_a_place_may_differ_from_scan_to_scan() -> None:
    made = decision(Action.ACCEPT, judgement(*HELD, BOX, "a face 40 px high"))
    (after,) = outcomes([photo(judgement(*HELD, Box(10, 10, 51, 51), "a face 41 px high"))], [made])
    assert after.verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("mark", "lifted"),
    [
        ("(frame 2)", [1]),  # as decisions have always written it
        ("(frame 3)", [2]),
        ("(frame 4)", []),
        ("", [0]),
    ],
)
def test_a_decision_made_before_frames_were_a_field_is_about_the_same_frame(mark: str, lifted: list[int]) -> None:
    made = replace(decision(Action.ACCEPT, ALIKE[0]), mark=mark)
    (after,) = outcomes([photo(*ALIKE[:3])], [made])
    assert [ALIKE.index(one) for one, _ in after.decided] == lifted


def test_what_an_evidence_says_in_brackets_is_no_frame() -> None:
    made = decision(Action.ACCEPT, judgement(*HELD, BOX, "a badge (frame 2)"))
    (after,) = outcomes([photo(judgement(*HELD, BOX, "a badge"))], [made])
    assert after.verdict is Verdict.CLEAR


def test_a_rejected_picture_stays_back_whatever_else_is_decided() -> None:
    made = [decision(Action.REJECT, TAPE), decision(Action.OVERRIDE, reason="museum car, out of use")]
    (after,) = outcomes([photo(PLATE, TAPE)], made)
    assert after.verdict is Verdict.BLOCK
    (clear,) = outcomes([photo()], [Decision(action=Action.REJECT, by="A", sha256=PICTURE)])
    assert (clear.verdict, clear.rule) == (Verdict.BLOCK, "rejected")


@pytest.mark.parametrize(
    ("box", "sha256", "kept"),
    [
        (Box(12, 11, 52, 51), PICTURE, True),  # the same place, seen by another version
        (Box(60, 60, 90, 90), PICTURE, False),  # another plate
        (None, PICTURE, False),
        (BOX, "b" * 64, False),  # other bytes
    ],
)
def test_a_new_scan_keeps_a_decision_and_a_changed_picture_loses_it(box: Box | None, sha256: str, kept: bool) -> None:
    again = replace(photo(judgement(PLATE.rule, PLATE.finding.kind, Verdict.BLOCK, box)), sha256=sha256)
    (after,) = outcomes([again], [decision(Action.OVERRIDE, reason="museum car, out of use")])
    assert (after.verdict is Verdict.CLEAR) is kept


def test_the_last_decision_counts_and_all_are_kept(decisions: Decisions) -> None:
    (first,) = decisions.decide(decision(Action.REJECT))
    (second,) = decisions.decide(decision(Action.OVERRIDE, reason="museum car, out of use"))
    assert decisions.current() == [second]
    decisions.decide(decision(Action.WITHDRAW))
    assert decisions.current() == []
    assert decisions.history()[:2] == [first, second]
    log = decisions.office.audit_log
    assert audit.unfinished(log) == []
    events = [entry.event for entry in audit.counting(log)]
    assert events == ["decision", "override", "decision"]
    assert "museum" not in log.read_text(), "reasons live in the run"


def test_nobody_replaces_a_decision_that_they_did_not_see(decisions: Decisions) -> None:
    (seen,) = decisions.add(decision(Action.REJECT, by="B. Quick"))
    with pytest.raises(DecisionError, match=r"somebody else was quicker: B\. Quick decided this"):
        decisions.add(decision(Action.OVERRIDE, reason="museum car, out of use"))
    decisions.add(decision(Action.OVERRIDE, reason="museum car, out of use", after=seen.id))


def test_many_at_once_lose_nothing(decisions: Decisions) -> None:
    many = [replace(decision(Action.REJECT), sha256=f"{number:064}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decisions.add, many))
    assert {one.sha256 for one in decisions.history()} == {one.sha256 for one in many}


def test_six_programs_that_decide_and_check_at_once_raise_no_false_alarm(decisions: Decisions) -> None:
    code = """
import sys
from pathlib import Path
from screening.run.decision import Action, Decision
from screening.run.decisions import Decisions
from screening.office.office import Office
there = Decisions(Path(sys.argv[1]), Office(Path(sys.argv[2])))
seen = 0
for number in range(10):
    there.decide(Decision(action=Action.REJECT, by="A", sha256=f"{int(sys.argv[3]) * 1000 + number:064}"))
    for _ in range(3):
        found = len(there.history())
        assert found > max(seen - 1, number), "what was there before is gone"
        seen = found
"""
    places = (str(decisions.path.parent), str(decisions.office.folder))
    commands = [[sys.executable, "-c", code, *places, str(one)] for one in range(6)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    assert [process.communicate()[1] for process in started] == [""] * 6
    assert len(decisions.history()) == 60
    assert audit.unfinished(decisions.office.audit_log) == []


def edits(decisions: Decisions) -> Iterator[tuple[str, str]]:
    """Ways to tamper with two decisions, as the file's new text and what is said of it."""
    text = decisions.path.read_text()
    first, second = text.splitlines(keepends=True)
    forged = replace(decision(Action.OVERRIDE, reason="nothing to see"), sha256="c" * 64).line.decode() + "\n"
    yield text.replace("out of use", "in daily use"), "does not know"
    yield second, "is missing"  # a rejection removed
    yield "", "is missing"
    yield second + first, "reordered"
    yield first + second + first, "or repeated"
    yield first + second + forged, "does not know"
    yield text.replace('"action":"reject"', '"action":"wave"'), "not a decision"


def test_an_edited_added_or_removed_decision_shows(decisions: Decisions) -> None:
    decisions.add(replace(decision(Action.REJECT), sha256="b" * 64))
    decisions.add(decision(Action.OVERRIDE, reason="museum car, out of use"))
    decisions.history()
    whole = decisions.path.read_text()
    for text, said in edits(decisions):
        decisions.path.write_text(text)
        with pytest.raises(DecisionError, match=said):
            decisions.history()
    decisions.path.write_text(whole)
    decisions.history()


STEPS = {
    "before the log knows": (False, "", False),  # only the new file is there
    "before it is in its place": (True, "", True),
    "before the log says that it is done": (True, "in place", True),
    "and the new file is gone": (True, "gone", False),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("opened_by", ["a reader", "somebody who decides"])
def test_what_was_half_decided_is_decided_wholly_or_not_at_all(decisions: Decisions, step: str, opened_by: str) -> None:
    logged, then, stands = STEPS[step]
    (kept,) = decisions.add(decision(Action.REJECT, TAPE))
    log, staged = decisions.office.audit_log, decisions.path.with_name(NEXT)
    half = [decision(Action.REJECT, PLATE), decision(Action.REJECT, FACE)]
    staged.write_bytes(b"".join(one.line + b"\n" for one in (kept, *half)))
    if logged:
        audit.begin(log, "decision", run=decisions.run, decisions=[{"decision": one.id} for one in half])
    if then == "in place":
        staged.replace(decisions.path)
    elif then == "gone":
        staged.unlink()
    wanted = [kept, *half] if stands else [kept]
    if opened_by == "a reader":
        assert Decisions(decisions.path.parent, decisions.office).history() == wanted
    else:
        wanted += decisions.decide(decision(Action.REJECT, CREDIT))
    assert decisions.history() == wanted
    assert (audit.unfinished(log), audit_check.verify(log), staged.exists()) == ([], [], False)
    if not stands:
        decisions.add(*half)  # nobody was quicker


def test_a_tail_of_the_file_that_lost_its_end_does_not_count(decisions: Decisions) -> None:
    (kept,) = decisions.add(decision(Action.REJECT, TAPE))
    decisions.path.write_bytes(kept.line + b"\n" + decision(Action.REJECT, PLATE).line[:40])
    (next_one,) = decisions.decide(decision(Action.REJECT, CREDIT))
    assert decisions.history() == [kept, next_one]


def test_nothing_is_decided_where_the_log_cannot_be_written(
    decisions: Decisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = decisions.add(decision(Action.REJECT, TAPE))

    def full(*_: object, **__: object) -> None:
        raise AuditError("No space left on device")

    monkeypatch.setattr(audit, "append", full)
    with pytest.raises(AuditError, match="No space"):
        decisions.add(decision(Action.REJECT, PLATE))
    assert decisions.history() == [kept]
    monkeypatch.undo()
    assert decisions.history() == [kept]
    monkeypatch.setattr(audit, "end", full)  # the disk filled up meanwhile: what is decided stands
    (second,) = decisions.add(decision(Action.REJECT, PLATE))
    assert decisions.history() == [kept, second]
    monkeypatch.undo()
    assert decisions.history() == [kept, second]
    assert audit.unfinished(decisions.office.audit_log) == []


def test_a_run_on_a_disk_that_cannot_be_written_is_read_and_what_was_half_decided_does_not_count(
    decisions: Decisions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (kept,) = decisions.add(decision(Action.REJECT, TAPE))
    half = decision(Action.REJECT, PLATE)
    staged = decisions.path.with_name(NEXT)
    staged.write_bytes(kept.line + b"\n" + half.line + b"\n")
    audit.begin(decisions.office.audit_log, "decision", run=decisions.run, decisions=[{"decision": half.id}])
    there = {file: file.read_bytes() for file in decisions.path.parent.parent.rglob("*") if file.is_file()}

    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("filelock.FileLock.acquire", read_only)
    assert decisions.history() == [kept]
    assert "does not count; decide again" in caplog.text
    with pytest.raises(DecisionError, match="Read-only"):
        decisions.add(decision(Action.REJECT, FACE))
    assert {file: file.read_bytes() for file in there} == there
    monkeypatch.undo()
    assert decisions.history() == [kept, half]


def test_a_folder_that_is_not_there_is_not_made_by_reading_its_decisions(tmp_path: Path) -> None:
    with pytest.raises(DecisionError, match="no such folder"):
        Decisions(tmp_path / "misspelt", Office(tmp_path / "office")).history()
    assert list(tmp_path.iterdir()) == []


def test_killing_the_one_who_decides_loses_nothing_that_was_said_to_be_saved(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    code = """
import sys
from pathlib import Path
from screening.run.decision import Action, Decision
from screening.run.decisions import Decisions
from screening.office.office import Office
there = Decisions(Path(sys.argv[1]) / "run", Office(Path(sys.argv[1]) / "office"))
for number in range(1000):
    there.decide(Decision(action=Action.REJECT, by="A", sha256=f"{int(sys.argv[2]) * 1000 + number:064}"))
    print(number, flush=True)
"""
    said = 0
    for turn in range(4):
        command = [sys.executable, "-c", code, str(tmp_path), str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for _ in range(3 + turn):
                assert process.stdout.readline()
                said += 1
            process.kill()
    there = Decisions(tmp_path / "run", Office(tmp_path / "office"))
    there.add(decision(Action.REJECT))
    assert len(there.history()) > said


def test_from_the_command_line_to_the_gate(cleared: Cleared) -> None:
    name, run = cleared.blocked.name, cleared.run
    blocked = quickly("explain", name, "--run", run, "--pipeline", cleared.pipeline)
    assert blocked.returncode == 1
    assert "block scene-address" in blocked.stdout
    assert "Lifted by: Redaction." in blocked.stdout
    assert "not looked for" not in blocked.stdout
    clear = quickly("explain", cleared.good, "--run", run, "--pipeline", cleared.pipeline)
    assert clear.stdout.endswith("not looked for: handwriting\n"), "nothing found says nothing about it"
    told = ("--by", "D. Editor", "--pipeline", cleared.pipeline)
    short = quickly("decide", run, "override", name, *told, "--reason", "fine")
    assert short.returncode == 2
    assert "an override needs a reason of at least 3 different words" in short.stderr
    assert not (run / DECISIONS).exists()
    done = quickly("decide", run, "override", name, *told, "--reason", "the place is our own open day")
    assert done.returncode == 0, done.stderr
    assert f"{name}: clear" in done.stdout
    explained = quickly("explain", cleared.blocked, "--run", run, "--pipeline", cleared.pipeline, "--json")
    assert explained.returncode == 0
    (found,) = json.loads(explained.stdout)["findings"]
    assert found["decision"]["by"] == "D. Editor"
    assert cleared.gate().exit_code == 1, "the clearance that lies in the run is older than the decision"
    cleared.clear()
    assert cleared.gate(cleared.blocked, cleared.good).exit_code == 0
    quickly("decide", run, "reject", cleared.good.name, *told)
    assert cleared.gate().exit_code == 1
    assert cleared.clear().withheld == {sha256_of(cleared.good): "rejected"}
    assert cleared.gate().exit_code == 1
    (run / DECISIONS).write_text("")  # the rejection is wiped away
    with pytest.raises(DecisionError, match="is missing"):
        cleared.clear()


def test_a_rejection_on_the_command_line_is_of_the_picture_and_only_a_withdrawal_ends_it(cleared: Cleared) -> None:
    name, run = cleared.blocked.name, cleared.run
    told = (name, "--by", "D. Editor", "--pipeline", cleared.pipeline)
    why = ("--reason", "the place is our own open day")
    assert f"{name}: block" in quickly("decide", run, "reject", *told).stdout
    assert f"{name}: block (rejected)" in quickly("decide", run, "override", *told, *why).stdout
    assert quickly("decide", run, "withdraw", *told, "--rule", "scene-address").returncode == 0
    assert f"{name}: block (rejected)" not in quickly("decide", run, "override", *told[:1], *told[1:3]).stdout
    assert f"{name}: block (rejected)" in quickly("decide", run, "override", *told, *why).stdout
    # one that was made on the page is withdrawn in the same way
    assert "2 decisions recorded" in quickly("decide", run, "withdraw", *told).stdout
    Decisions(run, cleared.office).decide(Decision(action=Action.REJECT, by="P", sha256=sha256_of(cleared.blocked)))
    assert f"{name}: block (scene-address)" in quickly("decide", run, "withdraw", *told).stdout
    assert Decisions(run, cleared.office).current() == []
    nothing = quickly("decide", run, "withdraw", *told)
    assert (nothing.returncode, "nothing was decided about it" in nothing.stderr) == (2, True)
    nobody = quickly("decide", run, "reject", name, "--by", " ", "--pipeline", cleared.pipeline)
    assert (nobody.returncode, "--by" in nobody.stderr) == (2, True)


def test_who_overrode_a_finding_is_known_to_the_signing(cleared: Cleared) -> None:
    done = quickly(
        *("decide", cleared.run, "override", cleared.blocked.name, "--by", "A. Signer", "--reason", "our own open day"),
        *("--pipeline", cleared.pipeline),
    )
    assert done.returncode == 0, done.stderr
    examined = cleared.examine()
    assert examined.overrode == {"A. Signer"}
    batch = replace(examined.run.settings.batch, separate_signer=True)
    strict = replace(examined, run=replace(examined.run, settings=replace(examined.run.settings, batch=batch)))
    with pytest.raises(ClearanceError, match="overrode a finding"):
        clear.check(strict, SIGNED, cleared.office, cleared.key)


@pytest.mark.parametrize("name", ["default.toml", "own.toml"])  # one called like a shipped one, one that is none
def test_findings_are_never_judged_by_another_policy_than_the_runs_own(cleared: Cleared, name: str) -> None:
    own = cleared.folder / name
    own.write_text(cleared.pipeline.read_text())
    run = cleared.folder / "again"
    assert quickly("scan", cleared.shoot, "--out", run, "--pipeline", own).returncode == 1
    labels = cleared.folder / "labels.csv"
    labels.write_text("file,about,present\nfine.jpg,scene-address,no\n")
    picture = cleared.blocked.name
    for call in (
        ("explain", picture, "--run", run),
        ("redact", run),
        ("decide", run, "reject", picture, "--by", "A"),
        ("evaluate", labels, "--run", run),
    ):
        refused = quickly(*call)
        assert refused.returncode == 2, call
        said = {
            "own": "was scanned with a pipeline file called own: name it with --pipeline",
            "default": "that ships with the program is not the one that it was scanned with, or has changed since",
        }
        assert said[own.stem] in refused.stderr
    named = quickly("redact", run, "--pipeline", "strict")
    assert (named.returncode, "the pipeline strict that ships" in named.stderr) == (2, True)
    assert quickly("evaluate", labels, "--run", run, "--pipeline", own).returncode == 0
