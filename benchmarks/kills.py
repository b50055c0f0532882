"""Kills a scan on Ray again and again, its driver and its actors, and says whether anything was lost or done twice.

    python -m benchmarks.kills [--kills 20] [--pictures 2000] [--jobs 2]

Draws small pictures, every fourth with a position, starts a cluster of this computer alone and scans them on it. Every
second kill is of the driver, after which the scan is started again; the others are of an actor. At the end the report
is compared, but for times, with that of a scan without Ray that nobody disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import screening
from benchmarks.quick import QUICK
from screening.run.connection import ALONE, SILENT

# Starts a cluster as a scan does, says where, and ends it when nobody listens any more.
BEGIN = """
import sys
from screening.run.connection import connected
with connected("", int(sys.argv[1])):
    import ray
    print(ray.get_runtime_context().gcs_address, flush=True)
    sys.stdin.read()
"""
COMMAND = (sys.executable, "-c", "from screening.cli import main; main()")
# Seconds between two kills of actors.
PAUSE = 2.0


def drawn(folder: Path, count: int) -> None:
    """Draws small pictures, no two alike, every fourth with a position."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(1)
    folder.mkdir()
    for number in range(count):
        image = Image.fromarray(random.integers(0, 255, (12, 16, 3), np.uint8)).resize((320, 240))
        exif = Image.Exif()
        if number % 4 == 0:
            exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 28.0, 0.0), 3: "W", 4: (1.0, 53.0, 0.0)})
        image.save(folder / f"{number:05}.jpg", exif=exif)


def actors() -> list[int]:
    """The processes of Ray's actors that screen."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "ray::MapWorker" in line]


def report(run: Path) -> dict[str, Any]:
    """A report without its times and the run's id."""
    fields: dict[str, Any] = json.loads((run / "report.json").read_text())
    for one in (fields, *fields["photos"]):
        one |= {name: "" for name in ("seconds", "started", "run") if name in one}
    return fields


def killed(scan: list[str], kills: int) -> tuple[int, int]:
    """Scans until it is done; how many drivers and actors were killed on the way."""
    drivers = workers = 0
    while True:
        process = subprocess.Popen(scan, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        process.stderr.readline()  # the first line of progress: some pictures are done
        while process.poll() is None and workers < min(drivers + 1, kills - drivers):
            for actor in actors()[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(actor, signal.SIGKILL)
                    workers += 1
            time.sleep(PAUSE)
        if process.poll() is None and drivers + workers < kills:
            process.kill()
            drivers += 1
        process.communicate()
        if process.returncode != -signal.SIGKILL:
            return drivers, workers


def main() -> None:
    """Kills, compares and prints."""
    said = argparse.ArgumentParser(description="Kills a scan on Ray again and again.")
    said.add_argument("--kills", type=int, default=20)
    said.add_argument("--pictures", type=int, default=2000)
    said.add_argument("--jobs", type=int, default=2)
    given = said.parse_args()
    os.environ |= {**ALONE, **SILENT, "RAY_AUTH_TOKEN": os.urandom(32).hex()}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["SCREENING_HOME"] = str(folder / "office")
        drawn(folder / "shoot", given.pictures)
        pipeline = folder / "pipeline.toml"
        pipeline.write_text(QUICK)
        begun = subprocess.Popen(
            [sys.executable, "-c", BEGIN, str(given.jobs)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert begun.stdout
        address = begun.stdout.readline().strip()
        call = ["scan", str(folder / "shoot"), "--out", str(folder / "run"), "--pipeline", str(pipeline)]
        drivers, workers = killed([*COMMAND, *call, "--engine", "ray", "--address", address], given.kills)
        begun.communicate("")
        undisturbed = folder / "undisturbed"
        screening.scan(folder / "shoot", undisturbed, pipeline=pipeline, jobs=given.jobs)
        same = json.dumps(report(folder / "run")) == json.dumps(report(undisturbed))
        journal = [
            json.loads(line)["photo"]["file"] for line in (folder / "run/journal.jsonl").read_text().splitlines()
        ]
    print(f"{drivers} drivers and {workers} actors killed, {given.pictures} pictures")
    print(f"the report is {'the same' if same else 'ANOTHER'} but for times")
    print(f"the journal has {len(journal)} results, {len(journal) - len(set(journal))} of them twice")


if __name__ == "__main__":
    main()
