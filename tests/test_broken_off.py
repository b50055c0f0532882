"""Every command that writes, killed at every moment at which something reaches the disk, and with a disk that is full.

Afterwards the next start works, nothing that was said to be decided is lost, nothing counts that was not, nothing is
stuck, and the gate lets nothing pass that it should not. A command that comes later is one more line of COMMANDS.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from screening.office import audit, audit_check, key_list, keys
from screening.office.office import Office, make_private
from screening.office.register_file import RegisterFile
from screening.release.gate import gate
from screening.run import copies, tables
from screening.run.decision import Action, Decision
from screening.run.decisions import Decisions
from screening.run.run import Run
from screening.service.tokens import Tokens
from screening.weights import sha256_of
from tests.broken_off import WAYS, Tried, try_out
from tests.cleared import PASSPHRASE, SIGNED, Cleared
from tests.entries import entry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a fork that is safe")
# Words of a program that is in somebody's way, or in its own.
STUCK = ("quicker", "edited", "there already", "fault in screening", "Traceback", "run copied")
TWO = ("fine.jpg", "good.jpg")
# Where they can be written, a scan writes its tables too.
TABLES = ("--parquet",) if find_spec("pyarrow") else ()
# At how many moments each command is broken off in each way; with SCREENING_MOMENTS=1000 it is every one.
MOST = max(2, int(os.environ.get("SCREENING_MOMENTS", "2")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that writes.

    Attributes:
        call: its arguments; words in capitals stand for where things lie, as `said` has them.
        state: what it changes, in whatever form can be compared: afterwards it is as before, or as it is when all goes
            well, and nothing between.
        before: what is done first.
        ended: what ends in the log what was broken off, where the command itself does not when it is said again.
        code: with what it exits when all goes well.
    """

    call: tuple[str, ...]
    state: Callable[[Cleared], object]
    before: Callable[[Cleared], object] = lambda _: None
    ended: Callable[[Cleared], object] = lambda _: None
    code: int = 0


def decided(cleared: Cleared) -> list[Action | None]:
    return [one.action for one in Decisions(cleared.run, cleared.office).current()]


def keep_two_back(cleared: Cleared) -> None:
    both = [Decision(action=Action.REJECT, by="P", sha256=sha256_of(cleared.shoot / name)) for name in TWO]
    Decisions(cleared.run, cleared.office).decide(*both)


def redacted(cleared: Cleared) -> bool:
    """Whether there is a copy; one that is, is as it was noted."""
    run = Run.open(cleared.run, cleared.office, str(cleared.pipeline))
    copies.check(cleared.run, cleared.office, screened_by=run.settings.sha256)
    made = [one.photo for one in run.copies]
    assert all(sha256_of(cleared.run / "redacted" / one.file) == one.sha256 for one in made)
    return bool(made)


def stop_the_scan(cleared: Cleared) -> None:
    """Leaves what a scan has found when it is stopped before its report."""
    for path in cleared.run.iterdir():
        if path.name not in ("journal.jsonl", "previews", "sources.json"):
            path.unlink()


def reported(cleared: Cleared) -> bool:
    """Whether there is a report; one that is, can be cleared, and has whole tables where they were asked for."""
    if not (cleared.run / "report.json").is_file():
        return False
    assert not TABLES or len(tables.parts(cleared.run)) == 1
    return bool(cleared.examine())


def signed(cleared: Cleared) -> bool:
    return cleared.clearance.is_file() and cleared.waits()


def released(cleared: Cleared) -> bool:
    return cleared.clearance.is_file() and cleared.gate().exit_code == 0


def public(cleared: Cleared) -> bool:
    """Whether there is an exported folder, and nothing else was left beside it; one that is, may go out."""
    folder = cleared.folder / "public"
    whole = folder.exists() and gate([folder], pipeline=cleared.pipeline, office=cleared.office).exit_code == 0
    assert whole or not folder.exists()
    return whole


def archived(cleared: Cleared) -> bool:
    """Whether every picture has its sidecar; those that are there are whole, and the next call writes the others."""
    there = list((cleared.folder / "archive").glob("*.xmp"))
    assert all(one.read_text(encoding="utf-8").endswith('<?xpacket end="w"?>\n') for one in there)
    return len(there) == len(list(cleared.shoot.glob("*.jpg")))


def answered(cleared: Cleared) -> int:
    return len(audit.counting(cleared.office.audit_log, "gate"))


def waiting(cleared: Cleared) -> int:
    return len(audit_check.due(cleared.office.audit_log, days=0))


def there(*names: str) -> Callable[[Cleared], bool]:
    """Whether any of these lies in the run."""
    return lambda cleared: any((cleared.run / name).exists() for name in names)


def export_a_key(cleared: Cleared) -> None:
    other = Office(cleared.folder / "other")
    (cleared.folder / "other.json").write_text(key_list.export(keys.make(other, "B. Signer", PASSPHRASE)))


def make_a_key(cleared: Cleared) -> None:
    keys.make(cleared.office, "D. Signer", PASSPHRASE)


def trusted(cleared: Cleared) -> list[tuple[str, bool]]:
    """Whose keys are trusted, and which are revoked; one that is whole signs."""
    return sorted((key.name, bool(key.revoked)) for key in key_list.trusted(cleared.office).values())


def admitted(cleared: Cleared) -> list[tuple[str, bool]]:
    """Whose tokens are accepted, and which are revoked."""
    return [(one.name, bool(one.revoked)) for one in Tokens(cleared.office).all()]


def register_two(cleared: Cleared) -> None:
    make_private(cleared.office.registers)
    for number, expires in (("aa", ""), ("bb", "2020-01-01")):
        RegisterFile(cleared.office.registers).add(entry(number, expires=expires))


def registered(cleared: Cleared) -> tuple[str, ...]:
    return RegisterFile(cleared.office.registers).numbers()


WHO = ("--by", "D. Editor", "--pipeline", "PIPELINE")
SIGN = ("--pipeline", "PIPELINE", "--purpose", "An open day", "--second", "B. Second", "--answers", "ANSWERS")
COMMANDS = {
    "decide": Command(call=("decide", "RUN", "reject", *TWO, *WHO), state=decided),
    "withdraw": Command(call=("decide", "RUN", "withdraw", *TWO, *WHO), before=keep_two_back, state=decided),
    "the page": Command(call=("POST", "RUN", "PIPELINE"), state=decided),
    "redact": Command(call=("redact", "RUN", "--pipeline", "PIPELINE"), state=redacted),
    "scan": Command(
        call=("scan", "SHOOT", "--out", "RUN", "--pipeline", "PIPELINE", *TABLES),
        before=stop_the_scan,
        state=reported,
        code=1,
    ),
    "purge": Command(call=("purge", "RUN", "--yes"), state=there("sources.json", "report.html")),
    "purge --all": Command(
        call=("purge", "RUN", "--yes", "--all"),
        before=keep_two_back,
        state=there("sources.json", "report.json", "decisions.jsonl", "clearance.json"),
    ),
    "audit reviewed": Command(call=("audit", "reviewed", "CLEARANCE"), state=waiting),
    "clear": Command(
        call=("clear", "RUN", *SIGN), before=lambda cleared: cleared.clearance.unlink(), state=signed, code=1
    ),
    "countersign": Command(
        call=("clear", "RUN", "--countersign", "--pipeline", "PIPELINE"),
        before=lambda cleared: cleared.sign(),
        state=released,
        code=1,
    ),
    "export": Command(call=("export", "RUN", "PUBLIC", "--pipeline", "PIPELINE"), state=public),
    "sidecars": Command(call=("sidecars", "RUN", "ARCHIVE", "--pipeline", "PIPELINE"), state=archived),
    "gate": Command(call=("gate", "GOOD", "--clearance", "SIGNED", "--pipeline", "PIPELINE"), state=answered),
    "keys make": Command(call=("keys", "make", "C. Signer"), state=trusted),
    "keys rotate": Command(call=("keys", "rotate", "A. Signer"), state=trusted),
    "keys revoke": Command(call=("keys", "revoke", "A. Signer"), state=trusted, ended=make_a_key),
    "keys trust": Command(call=("keys", "trust", "OTHER"), before=export_a_key, state=trusted),
    "register remove": Command(call=("register", "remove", "aa"), before=register_two, state=registered),
    "tokens make": Command(call=("tokens", "make", "desk"), state=admitted),
    "tokens revoke": Command(
        call=("tokens", "revoke", "desk"), before=lambda cleared: Tokens(cleared.office).make("desk"), state=admitted
    ),
    "register purge": Command(call=("register", "purge", "--expired"), before=register_two, state=registered),
}


def said(command: Command, cleared: Cleared) -> list[object]:
    """Its arguments, about this folder."""
    places: dict[str, object] = {
        "RUN": cleared.run,
        "SHOOT": cleared.shoot,
        "PIPELINE": cleared.pipeline,
        "GOOD": cleared.good,
        "SIGNED": cleared.clearance,
        "PUBLIC": cleared.folder / "public",
        "ARCHIVE": cleared.folder / "archive",
        "CLEARANCE": cleared.named if cleared.clearance.is_file() else "",
        "ANSWERS": cleared.folder / "answers.json",
        "OTHER": cleared.folder / "other.json",
    }
    return [places.get(word, word) for word in command.call]


@dataclass(frozen=True, slots=True)
class Case:
    """A command and how it changes a folder when all goes well, once and twice."""

    command: Command
    before: object
    once: object
    twice: object
    codes: tuple[int | None, int | None]

    def run(self, cleared: Cleared, **how: Any) -> Tried:
        env = {"SCREENING_HOME": str(cleared.office.folder), "SCREENING_PASSPHRASE": PASSPHRASE}
        return try_out(said(self.command, cleared), env=env, **how)

    def refused(self, cleared: Cleared, tried: Tried) -> None:
        """It was not killed, so what it told is true."""
        assert tried.code in (2, *self.codes), tried
        assert not any(word in tried.out for word in STUCK), tried
        found = self.command.state(cleared)
        assert found == (self.before if tried.code == 2 else self.once), (found, tried)

    def started_again(self, cleared: Cleared, *, looked_at: bool) -> None:
        """Whatever became of it, the next start works, and does it or finds it done."""
        found = self.command.state(cleared) if looked_at else None
        if looked_at:
            assert found in (self.before, self.once), found
        again = self.run(cleared)
        assert not any(word in again.out for word in STUCK), again
        if found == self.before and looked_at:
            assert again.code == self.codes[0], again
        assert again.code in self.codes, again
        assert self.command.state(cleared) in (self.once, self.twice), again
        log = cleared.office.audit_log
        self.command.ended(cleared)
        assert audit_check.verify(log) == []
        assert audit.unfinished(log) == [], again


def begin(case_of: Cleared, command: Command, tmp_path: Path, way: str) -> tuple[Cleared, Case, list[int]]:
    """A folder to begin with, and the moments at which to break off, spread over all there are."""
    fresh = case_of.copy(tmp_path / "fresh")
    (fresh.folder / "answers.json").write_text(json.dumps(dict(SIGNED.answers)))
    command.before(fresh)
    whole = fresh.copy(tmp_path / "whole")
    case = Case(command, command.state(fresh), None, None, (None, None))
    first = case.run(whole, at=sys.maxsize, way=way)
    once = command.state(whole)
    second = case.run(whole)
    assert first.code == command.code, first
    assert once != case.before
    chosen = sorted({round((step + 1) / MOST * (first.moments - 1)) for step in range(MOST)})
    return fresh, Case(command, case.before, once, command.state(whole), (first.code, second.code)), chosen


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_broken_off_at_any_moment_is_done_wholly_or_not_at_all_and_can_be_said_again(
    cleared_once: Cleared, tmp_path: Path, name: str, way: str
) -> None:
    fresh, case, moments = begin(cleared_once, COMMANDS[name], tmp_path, way)
    for at in moments:
        cleared = fresh.copy(tmp_path / "now")
        tried = case.run(cleared, at=at, way=way)
        if tried.code is None:
            assert way == "killed"
        else:
            case.refused(cleared, tried)
        if cleared.clearance.is_file() and at % 3 == 0:
            assert cleared.gate(cleared.blocked).exit_code > 0, "a blocked picture passes"
        case.started_again(cleared, looked_at=at % 2 == 1)
        shutil.rmtree(cleared.folder)
    assert len(moments) > (0 if way == "full log" else 1), "it was hardly ever broken off"
