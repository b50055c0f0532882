"""A small shoot, scanned and cleared, for the tests that tamper with it."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from screening.office import audit, audit_line, checkpoint, key_list, keys
from screening.office.audit_line import Entry
from screening.office.checkpoint import Checkpoint
from screening.office.key_list import Key
from screening.office.office import Office
from screening.release import clear, examine
from screening.release.clearance import Clearance, read
from screening.release.countersign import countersign
from screening.release.examine import Examined
from screening.release.gate import gate
from screening.release.gate_result import GateResult
from screening.run import files
from tests.command import QUICK, quickly
from tests.picture_files import picture, scenery
from tests.streets import PLACE

PASSPHRASE = "correct horse battery"
QUESTION = "Could anything in it be libellous?"
QUESTIONS = f"""
[batch]
[[batch.question]]
id = "libel"
ask = "{QUESTION}"
answer = "yes/no"
stops = "yes"
"""
SIGNED = clear.SignOff(purpose="An open day", answers={"libel": "No."}, second="B. Second")


@dataclass(frozen=True, slots=True)
class Cleared:
    """A folder with an office, a shoot of two clear pictures and a blocked one, its run, and a clearance."""

    folder: Path

    @property
    def office(self) -> Office:
        return Office(self.folder / "office")

    @property
    def shoot(self) -> Path:
        return self.folder / "shoot"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def pipeline(self) -> Path:
        return self.folder / "quick.toml"

    @property
    def clearance(self) -> Path:
        return self.run / "clearance.json"

    @property
    def named(self) -> str:
        """What the log calls the clearance."""
        return read(self.clearance).name

    @property
    def good(self) -> Path:
        return self.shoot / "good.jpg"

    @property
    def blocked(self) -> Path:
        return self.shoot / "with_a_place.jpg"

    @property
    def key(self) -> Key:
        return key_list.find(self.office, "A. Signer")

    @property
    def second(self) -> Key:
        return key_list.find(self.office, "B. Second")

    def gate(self, *paths: Path, keep: bool = False) -> GateResult:
        """What the gate says of these files, or of the good one."""
        return gate(paths or [self.good], self.clearance, pipeline=self.pipeline, office=self.office, keep=keep)

    def examine(self) -> Examined:
        return examine.examine(self.run, str(self.pipeline), self.office)

    def sign(self, said: clear.SignOff = SIGNED, examined: Examined | None = None) -> Clearance:
        """The first signature."""
        return clear.issue(examined or self.examine(), said, self.office, self.key, PASSPHRASE)

    def countersign(self, examined: Examined | None = None) -> Clearance:
        """The second one."""
        return countersign(examined or self.examine(), self.office, self.second, PASSPHRASE)

    def clear(self, said: clear.SignOff = SIGNED, examined: Examined | None = None) -> Clearance:
        """Both."""
        examined = examined or self.examine()
        self.sign(said, examined)
        return self.countersign(examined)

    def waits(self) -> bool:
        """Whether nothing is missing but the second signature."""
        return "B. Second is still to sign it" in self.gate().reason

    def sign_again(self, change: Callable[[Clearance], Clearance]) -> None:
        """What somebody who holds the key, and can write to the log, would write in the clearance's place."""
        log, run = self.office.audit_log, files.identity(self.run)
        changed = replace(read(self.clearance), signatures={}, earlier=checkpoint.earlier(log, run))
        changed = change(changed)
        for key in (self.key, self.second):
            changed = changed.sign(self.office, key, PASSPHRASE)
        line = audit.append(log, "clearance", clearance=changed.name, run=run, until=changed.until)
        head = Checkpoint(checkpoint.origin(log), line.head, changed.name).sign(self.office, self.key, PASSPHRASE)
        self.clearance.write_text(replace(changed, checkpoint=head).text())

    def copy(self, to: Path) -> Cleared:
        """The same in another folder."""
        shutil.copytree(self.folder, to)
        moved = Cleared(to)
        names = json.loads((moved.run / "sources.json").read_text())
        (moved.run / "sources.json").write_text(json.dumps({name: str(moved.shoot / name) for name in names}))
        return moved


def make_cleared(folder: Path) -> Cleared:
    """Draws, scans and clears."""
    made = Cleared(folder)
    made.shoot.mkdir()
    made.pipeline.write_text(QUICK + QUESTIONS)
    made.good.write_bytes(picture(rgb=scenery(seed=1)))
    (made.shoot / "fine.jpg").write_bytes(picture(rgb=scenery(seed=2)))
    made.blocked.write_bytes(picture(rgb=scenery(seed=3), gps=PLACE))
    home = os.environ["SCREENING_HOME"]
    os.environ["SCREENING_HOME"] = str(made.office.folder)
    try:
        done = quickly("scan", made.shoot, "--out", made.run, "--pipeline", made.pipeline, "--photographer", "C. Lens")
    finally:
        os.environ["SCREENING_HOME"] = home
    assert done.returncode == 1, done.stderr
    keys.make(made.office, "A. Signer", PASSPHRASE)
    keys.make(made.office, "B. Second", PASSPHRASE, key_list.SECOND)
    made.clear()
    return made


def later(moment: str, days: float) -> str:
    """A moment moved by some days."""
    return (datetime.datetime.fromisoformat(moment) + datetime.timedelta(days=days)).isoformat(timespec="milliseconds")


def set_the_clock_back(cleared: Cleared) -> None:
    """The log's last line is of tomorrow, as it is when the clock was put back a day since."""
    log = cleared.office.audit_log
    *lines, final = log.read_text().splitlines(keepends=True)
    fields = json.loads(final)
    fields["at"] = later(fields["at"], 1)
    fields["sha256"] = audit_line.digest(Entry(**fields))
    log.write_text("".join([*lines, audit_line.canonical(fields).decode() + "\n"]))
