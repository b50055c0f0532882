"""Pictures screened on Ray: the same report as without it, whoever is killed on the way."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import screening as package
from screening import config
from screening.run import cluster
from screening.run.cluster import Actor, Cluster
from screening.run.connection import ALONE, SILENT, ClusterError
from screening.run.crew import Task
from screening.run.shoot import Entry
from tests import PATIENCE
from tests.command import QUICK, command, screening
from tests.picture_files import picture, scenery
from tests.streets import PLACE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray's clusters are tested on Linux alone")
ROOT = Path(__file__).parents[1]
# Starts a cluster as a scan does, says where, and ends it when nobody listens any more.
BEGIN = """
import sys
from screening.run.connection import connected
with connected("", 2):
    import ray
    print(ray.get_runtime_context().gcs_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(office: Path) -> Iterator[str]:
    """Where Ray runs, with two cores, for all scans of this file."""
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))))
        for name, value in {**ALONE, **SILENT, "RAY_AUTH_TOKEN": "0" * 64}.items():
            patch.setenv(name, value)
        begun = subprocess.Popen(
            [sys.executable, "-c", BEGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert begun.stdout
        yield begun.stdout.readline().strip()
        begun.communicate("")


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve pictures, of which every fourth says where it was taken, and a file that is none."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    folder = tmp_path / "shoot"
    folder.mkdir()
    for number in range(12):
        rgb = scenery(300, 200, seed=number)
        data = picture(rgb=rgb, gps=PLACE) if number % 4 == 0 else picture(rgb=rgb)
        (folder / f"{number:02}.jpg").write_bytes(data)
    (folder / os.fsdecode(b"no-\xff-picture.jpg")).write_bytes(b"no picture")
    return folder


def pipeline(folder: Path, *, seconds: int = 60) -> Path:
    """A pipeline file whose one stage does as the names of files say, a twentieth of a second for most."""
    path = folder / "slow.toml"
    stages = 'use = "metadata"\n[[stage]]\nuse = "tests.slow_stage:Slow"'
    path.write_text(f"[limits]\nseconds = {seconds}\n" + QUICK.replace('use = "metadata"', stages))
    return path


def begun(shoot: Path, address: str, out: str, *more: object) -> subprocess.Popen[str]:
    """A scan on Ray, once some pictures are done."""
    call = ("scan", shoot, "--out", shoot.parent / out, "--engine", "ray", "--address", address, *more)
    process = subprocess.Popen(
        command(*call),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that runs the tests in the background has its children ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr
    process.stderr.readline()  # the first line of progress
    return process


def report(run: Path) -> dict[str, Any]:
    """A report without its times and the run's id."""
    fields: dict[str, Any] = json.loads((run / "report.json").read_text())
    for one in (fields, *fields["photos"]):
        one |= {name: "" for name in ("seconds", "started", "run") if name in one}
        for finding in one.get("findings", ()):
            finding["evidence"] = re.sub(r"with \d+ of processor time", "with some processor time", finding["evidence"])
    return fields


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kill_actors() -> int:
    """Kills the processes of Ray's actors that screen, and says how many there were."""
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    actors = [int(line.split()[0]) for line in found if "ray::MapWorker" in line]
    for process in actors:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(actors)


def test_the_report_is_the_local_one_whatever_happens_to_ray_and_to_the_processes_of_pictures(
    address: str, shoot: Path
) -> None:
    for name in ("13-hangs.jpg", "14-crashes.jpg", "15-killed.jpg"):
        (shoot / name).write_bytes((shoot / "01.jpg").read_bytes())
    slow = pipeline(shoot.parent, seconds=5)
    scan = begun(shoot, address, "remote", "--pipeline", slow)
    assert kill_actors() > 0
    _, err = scan.communicate(timeout=PATIENCE)
    assert (scan.returncode, "Traceback" in err) == (2, False), err
    package.scan(shoot, shoot.parent / "local", pipeline=slow, jobs=2)
    remote, local = report(shoot.parent / "remote"), report(shoot.parent / "local")
    assert json.dumps(remote) == json.dumps(local)
    said = {photo["file"]: photo["findings"][0]["evidence"] for photo in remote["photos"] if photo["findings"]}
    assert "crashed the program (code 3)" in said["14-crashes.jpg"]
    assert "was stopped by the system" in said["15-killed.jpg"]


def test_a_scan_that_is_killed_and_then_stopped_goes_on_where_it_was(address: str, shoot: Path) -> None:
    for number in range(100, 300):
        (shoot / f"{number}.jpg").write_bytes((shoot / "01.jpg").read_bytes())
    # a stage of one's own would leave it without a journal
    quick = shoot.parent / "quick.toml"
    quick.write_text(QUICK)
    killed = begun(shoot, address, "run", "--pipeline", quick)
    killed.kill()
    killed.communicate(timeout=PATIENCE)
    stopped = begun(shoot, address, "run", "--pipeline", quick)
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=PATIENCE)
    assert (stopped.returncode, "Traceback" in err) == (130, False), err
    assert "Stopped before the end" in out
    done = package.scan(shoot, shoot.parent / "run", pipeline=quick, jobs=1)
    assert done.taken_up > 0
    assert [photo.file for photo in done.photos] == names(shoot)
    assert sum(photo.screened for photo in done.photos) == 212
    journal = (shoot.parent / "run" / "journal.jsonl").read_text().splitlines()
    lines = [json.loads(line)["photo"]["file"] for line in journal]
    assert len(lines) == len(set(lines)) == 212


def test_a_computer_with_other_registers_or_another_program_screens_nothing(shoot: Path) -> None:
    task = pickle.dumps(Task(config.load(), True, None, False))
    with pytest.raises(ClusterError, match="has another version of screening, or other networks or registers"):
        Actor(task, ("another",), str(shoot), {})


def test_a_cluster_of_its_own_listens_to_this_computer_alone(address: str) -> None:
    assert address.startswith("127.0.0.1:")


def test_what_a_lost_computer_had_in_hand_is_given_to_the_others(shoot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[int]] = []

    def answers(waiting: dict[int, Any], *_: object) -> Iterator[tuple[int, None]]:
        given.append(list(waiting))
        yield next(iter(waiting)), None
        yield given[0][0], None  # again
        if len(given) < 3:
            raise cluster._LostError

    monkeypatch.setattr(cluster, "connected", lambda *_: nullcontext())
    monkeypatch.setattr(cluster, "translated", lambda *_: nullcontext())
    monkeypatch.setattr(cluster, "_answers", answers)
    entries = [Entry(name, Path(name)) for name in "abc"]
    task = Task(config.load(), True, None, False)
    assert [entry for entry, _ in Cluster()(entries, task)] == entries
    assert given == [[0, 1, 2], [1, 2], [2]]


def test_without_ray_one_line_says_what_to_install_and_the_local_engine_does_not_ask(shoot: Path) -> None:
    (shoot.parent / "quick.toml").write_text(QUICK)
    code = "import sys; sys.modules['ray'] = None; from screening.cli import main; main()"
    call = ["scan", str(shoot), "--pipeline", str(shoot.parent / "quick.toml")]
    for more, exits, said in ((["--engine", "ray"], 2, 'install "screening[cluster]"'), (["--quiet"], 2, "")):
        done = subprocess.run([sys.executable, "-c", code, *call, *more], capture_output=True, text=True, check=False)
        assert done.returncode == exits
        assert len(done.stderr.splitlines()) == (1 if said else 0)
        assert said in done.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--engine", "rays"], "'local', 'ray'"),
        (["--address", "auto"], "add --engine ray"),
        (["--engine", "ray", "--address", "x:1", "--annotate", "--out", "y"], "leave one of them out"),
    ],
)
def test_a_wrong_engine_is_answered_in_words(shoot: Path, options: list[str], says: str) -> None:
    done = screening("scan", shoot, *options)
    assert done.returncode == 2
    assert says in done.stderr
