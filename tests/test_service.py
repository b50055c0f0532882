"""`screening serve`: what is accepted is kept and screened, whatever happens, and nothing that it says clears."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from screening.office import audit, audit_check, key_list, keys
from screening.release import clear, examine
from screening.release.countersign import countersign
from tests.cleared import PASSPHRASE
from tests.command import QUICK
from tests.picture_files import picture, scenery
from tests.service import Service, served
from tests.streets import PLACE

CLEAR, PLACED = picture(rgb=scenery(seed=1)), picture(rgb=scenery(seed=3), gps=PLACE)
SLOW = QUICK + '\n[[stage]]\nuse = "tests.slow_stage:Slow"\n'


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


def documented() -> list[str]:
    """The requests of docs/service.md, in their order."""
    text = (Path(__file__).parents[1] / "docs/service.md").read_text(encoding="utf-8")
    return re.findall(r"^curl .+$", text, re.MULTILINE)


def curl(service: Service, folder: Path, line: str, id: str = "") -> subprocess.CompletedProcess[str]:
    """Makes a request as a new user would."""
    env = {**os.environ, "SERVICE": f"http://{service.host}", "TOKEN": service.token, "ID": id, "KEY": "of-this-batch"}
    return subprocess.run(["sh", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("curl") or os.name != "posix", reason="needs curl and a shell, as a new user does")
def test_a_batch_is_screened_reported_copied_and_gated_only_by_what_people_signed(
    tmp_path: Path, pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, "--pipeline", pipeline) as service:
        (tmp_path / "a.jpg").write_bytes(CLEAR)
        (tmp_path / "b.jpg").write_bytes(PLACED)
        send, *fetch, ask_the_gate, remove, send_again = documented()
        broken = service.send(("broken.jpg", CLEAR[:200]), copies="redacted")
        sent = str(json.loads(curl(service, tmp_path, send).stdout)["id"])
        unread = service.until(broken, "done", "failed")
        assert (unread["found"], unread["reason"]) == ({"clear": 0, "held": 0, "blocked": 1}, "")
        assert service.ask("DELETE", f"/v1/batches/{broken}")[0] == 202
        said = service.until(sent, "done", "failed")
        assert said["found"] == {"clear": 1, "held": 0, "blocked": 1}, said
        assert said["pictures"] == ["a.jpg", "b.jpg"]
        assert [curl(service, tmp_path, line, sent).returncode for line in fetch] == [0] * 4
        assert (tmp_path / "report.html").is_file()
        assert curl(service, tmp_path, ask_the_gate, sent).returncode == 22
        assert not said["signed"]
        here = f"/v1/batches/{sent}"
        _, report, headers = service.ask("GET", f"{here}/report")
        assert [one["verdict"] for one in report["report"]["photos"]] == ["clear", "block"]
        assert report["report"]["batch"]["name"] == "Open day"
        assert "a clearance" in report["notice"] and "a clearance" in headers["x-screening-notice"]
        assert service.ask("GET", f"{here}/report.html")[1].startswith(b"<!DOCTYPE html>")
        (copy,) = service.ask("GET", f"{here}/copies")[1]["copies"]
        assert copy["verdict"] == "clear"
        redacted = service.ask("GET", f"{here}/copies/1")[1]
        assert redacted[:3] == b"\xff\xd8\xff"

        def gated(data: bytes) -> tuple[int, str]:
            status, answer, _ = service.ask("POST", f"{here}/gate", data)
            return status, answer["answer"]

        # clear is no clearance
        assert gated(CLEAR) == (409, "unknown")
        monkeypatch.setenv("SCREENING_HOME", str(service.office.folder))
        keys.make(service.office, "A. Signer", PASSPHRASE)
        keys.make(service.office, "B. Second", PASSPHRASE, key_list.SECOND)
        run = service.office.folder / "service" / "batches" / sent / "run"
        examined = examine.examine(run, str(pipeline), service.office)
        signed = clear.SignOff(purpose="An open day", answers={}, second="B. Second")
        clear.issue(examined, signed, service.office, key_list.find(service.office, "A. Signer"), PASSPHRASE)
        countersign(examined, service.office, key_list.find(service.office, "B. Second"), PASSPHRASE)
        assert service.until(sent, "done")["signed"]
        assert [gated(data)[0] for data in (CLEAR, redacted, PLACED, CLEAR + b"-", b"")] == [200, 200, 409, 409, 409]
        assert curl(service, tmp_path, ask_the_gate, sent).returncode == 0
        # of a batch that was removed nothing is left but lines of the log
        assert curl(service, tmp_path, remove, sent).returncode == 0
        assert service.ask("GET", here)[0] == service.ask("GET", f"{here}/report")[0] == 404
        assert service.ask("POST", f"{here}/gate", CLEAR)[0] == 404
        assert list((service.office.folder / "service" / "batches").iterdir()) == []
        assert b"b.jpg" not in (service.office.folder / "service" / "state.sqlite3").read_bytes()
        first, again = (json.loads(curl(service, tmp_path, send_again).stdout)["id"] for _ in range(2))
        assert first == again != sent
        assert service.until(first, "done")["pictures"] == ["a.jpg"]
        assert service.end() == 0
        log = service.office.audit_log
        assert audit_check.verify(log) == [] and audit.unfinished(log) == []
        events = [line.event for line in audit.entries(log)]
        assert [event for event in events if event in ("token", "scan", "clearance", "purge")][:2] == ["token", "scan"]
        assert {"gate", "purge", "redaction"} <= set(events)
        # neither names nor what was found
        lines = [json.loads(line) for line in service.log().splitlines()]
        assert not any(word in service.log() for word in (".jpg", "place", "Open day", service.token))
        assert {"accepted", "screened", "purged", "request", "stopped"} <= {line["event"] for line in lines}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_what_was_accepted_is_screened_once_whatever_ends_the_service(tmp_path: Path, pipeline: Path) -> None:
    pipeline.write_text(SLOW)
    with served(tmp_path, "--pipeline", pipeline) as service:
        names = [f"{number:02}.jpg" for number in range(8)]
        first = service.send(*((name, picture(rgb=scenery(seed=n))) for n, name in enumerate(names)))
        second = service.send(("last.jpg", CLEAR))
        while not service.until(first, "accepted", "screening", "done")["screened"]:
            pass
        service.end(signal.SIGKILL)
        service.start()
        assert service.until(first, "accepted", "screening", "done")["pictures"] == names
        # told to stop, it keeps what waits
        assert service.end() == 0
        service.start()
        assert service.until(first, "done", "failed")["found"] == {"clear": 8, "held": 0, "blocked": 0}
        assert service.until(second, "done", "failed")["found"] == {"clear": 1, "held": 0, "blocked": 0}
        scans = [line.fields["photos"] for line in audit.entries(service.office.audit_log) if line.event == "scan"]
        assert scans == [8, 1]
        assert all(json.loads(line)["event"] for line in service.log().splitlines())
        assert list((service.office.folder / "service" / "arriving").iterdir()) == []
