"""Gate answers per second, how many of them are wrong, and how long a hundred pictures take.

    python -m benchmarks.gate [--calls 10000] [--processes 8] [--threads 16] [--megabytes 6]

Signs a clearance in a folder of its own, asks the gate from many processes and threads at once about a cleared and a
withheld picture in turn, and checks every answer and the log that they leave. Then `screening gate` on a hundred files.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from screening import pipeline_file
from screening.office import audit, audit_check, keys
from screening.office.checkpoint import Checkpoint, origin
from screening.office.office import Office
from screening.office.register_file import noted
from screening.release.clearance import Clearance
from screening.release.gate import gate
from screening.weights import manifest

FILES, PASSPHRASE = 100, "a passphrase for a benchmark"


def cleared(folder: Path, megabytes: float) -> Path:
    """A hundred files that look like pictures to the gate, one of them withheld, and their clearance."""
    office, hashes = Office(folder / "office"), []
    for number in range(FILES + 1):
        data = secrets.token_bytes(round(megabytes * 1e6) if number < FILES else 1000)
        (folder / f"{number:03}.jpg").write_bytes(data)
        hashes.append(hashlib.sha256(data).hexdigest())
    key = keys.make(office, "A benchmark", PASSPHRASE)
    clearance = Clearance(
        batch="benchmark",
        purpose="benchmark",
        answers={},
        report="",
        decisions="",
        registers=noted(office.registers),
        files={f"{number:03}.jpg": sha256 for number, sha256 in enumerate(hashes[:-1])},
        withheld={hashes[-1]: "number-plate"},
        policy={"name": "default", "sha256": pipeline_file.read().sha256},
        looser=(),
        off=(),
        foreign=(),
        models={weights.name: weights.sha256 for weights in manifest().values()},
        earlier=(),
        by=key.name,
        second="",
        system_user="",
        key=key.id,
        at="2020-01-01T00:00:00+00:00",
        until="2999-01-01T00:00:00+00:00",
    ).sign(office, key, PASSPHRASE)
    said = {"clearance": clearance.name, "released": FILES, "withheld": 1}
    line = audit.append(office.audit_log, "clearance", **said)
    head = Checkpoint(origin(office.audit_log), line.head, clearance.name).sign(office, key, PASSPHRASE)
    (folder / "clearance.json").write_text(replace(clearance, checkpoint=head).text())
    return folder / "clearance.json"


def ask(number: int, folder: Path) -> bool:
    """Whether the gate's answer is right."""
    file, expected = [("small.jpg", 0), (f"{FILES:03}.jpg", 1), ("none.jpg", 2)][number % 3]
    result = gate([folder / file], folder / "clearance.json", office=Office(folder / "office"))
    return result.exit_code == expected


def ask_many(numbers: range, folder: Path, threads: int) -> int:
    """How many answers are wrong."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(not right for right in pool.map(partial(ask, folder=folder), numbers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--megabytes", type=float, default=6.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cleared(folder, options.megabytes)
        log = folder / "office" / "audit.jsonl"
        (folder / "small.jpg").write_bytes((folder / "000.jpg").read_bytes())
        before, began = audit.head(log).number, time.perf_counter()
        shares = [range(first, options.calls, options.processes) for first in range(options.processes)]
        with ProcessPoolExecutor(options.processes, multiprocessing.get_context("spawn")) as pool:
            wrong = sum(pool.map(partial(ask_many, folder=folder, threads=options.threads), shares))
        seconds = time.perf_counter() - began
        lines = audit.head(log).number - before
        damage = audit_check.verify(log)
        print(f"{options.calls} calls, {options.processes} processes of {options.threads} threads: {seconds:.1f} s")
        print(f"wrong answers: {wrong}; lines in the log: {lines}; damaged lines: {len(damage)}")
        files = [str(folder / f"{number:03}.jpg") for number in range(FILES)]
        call = [sys.executable, "-c", "from screening.cli import main; main()", "gate", "--clearance"]
        for _ in range(3):
            began = time.perf_counter()
            code = subprocess.run(
                [*call, str(folder / "clearance.json"), *files],
                check=False,
                env={**os.environ, "SCREENING_HOME": str(folder / "office")},
            ).returncode
            seconds = time.perf_counter() - began
            print(f"screening gate on {FILES} files of {options.megabytes:g} MB: exit {code}, {seconds:.2f} s")
    return int(bool(wrong or damage or lines != options.calls or code))


if __name__ == "__main__":
    raise SystemExit(main())
