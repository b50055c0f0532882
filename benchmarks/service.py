"""Holds the service at twice what it can do, with slow and broken clients, and kills it now and then.

    python -m benchmarks.service --minutes 5 --kills 3

Every batch that was accepted must be answered, with the verdicts and hashes of what was sent, and the memory of the
server must not grow. The pictures are drawn; one in four has a position in its metadata and is blocked. The pipeline
runs no networks: this is about the service, not about screening.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import IN_BATCH, PATIENCE, WAITING, Load, Served
from benchmarks.watch import drawn
from screening.office import audit_check

# How many clients send; how many different pictures are drawn; batches by which the capacity is measured.
CLIENTS, DRAWN, BEFORE = 6, 24, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the load.

    Attributes:
        capacity: pictures a second that it screens, by a few batches beforehand.
        offered: pictures a second that were offered.
        accepted, answered, wrong, refused: batches accepted, answered rightly, answered wrongly, refused with 429.
        broken: requests of broken and slow clients.
        odd: other answers to whole batches, by status; 0 where the connection broke, as at a kill.
        waits: seconds from sending a batch to the answer that it is accepted, sorted.
        memory: megabytes of the server, every second since its last start.
        kills: how often it was killed.
        log, log_bytes: what is wrong with the audit log; its size, which every answer of the gate reads.
        code: its exit code when it was told to stop.
    """

    capacity: float
    offered: float
    accepted: int
    answered: int
    wrong: int
    refused: int
    broken: int
    odd: dict[str, int]
    waits: tuple[float, ...]
    memory: tuple[float, ...]
    kills: int
    log: tuple[str, ...]
    log_bytes: int
    code: int


def measure(folder: Path, *, seconds: float, kills: int, before: int = BEFORE) -> Outcome:
    """Holds a service at twice its capacity for so long, kills it so many times in the first third, and checks.

    Raises:
        TimeoutError: if what was accepted is not answered.
    """
    pictures = tuple((f"{'ab'[one % 4 == 0]}{one:02}.jpg", drawn(one, blocked=one % 4 == 0)) for one in range(DRAWN))
    served = Served(folder)
    served.start()
    memory: list[float] = []
    try:
        capacity = _capacity(served, pictures, before)
        load = Load(served, pictures, pace=IN_BATCH / (2 * capacity))
        threads = [threading.Thread(target=one, daemon=True) for one in (*[load.client] * CLIENTS, load.nuisance)]
        asker = threading.Thread(target=load.asker, daemon=True)
        for thread in (*threads, asker):
            thread.start()
        began, killed = time.monotonic(), 0
        while (spent := time.monotonic() - began) < seconds:
            if killed < kills and spent > (killed + 1) * seconds / 3 / (kills + 1):
                served.end(signal.SIGKILL)
                served.start()
                killed, memory = killed + 1, []
            time.sleep(1)
            memory.append(served.megabytes())
        load.over.set()
        for thread in (*threads, asker):
            thread.join(PATIENCE)
        if asker.is_alive():
            raise TimeoutError(f"{len(load.pending)} batches that were accepted are not answered")
        code = served.end(signal.SIGTERM)
    finally:
        served.process.kill()
        served.process.wait()
    counts = dict(load.counts)
    return Outcome(
        capacity=capacity,
        offered=2 * capacity,
        accepted=counts.pop("202", 0),
        answered=counts.pop("answered", 0),
        wrong=counts.pop("wrong", 0),
        refused=counts.pop("429", 0),
        broken=counts.pop("broken", 0),
        odd=counts,
        waits=tuple(sorted(load.waits)),
        memory=tuple(memory),
        kills=killed,
        log=tuple(audit_check.verify(served.office.audit_log)),
        log_bytes=served.office.audit_log.stat().st_size,
        code=code,
    )


def _capacity(served: Served, pictures: tuple[tuple[str, bytes], ...], batches: int) -> float:
    """Pictures a second that are screened while some always wait, the first batch left out."""
    load = Load(served, pictures)
    load.over.set()
    load.send()
    load.asker()
    began = time.monotonic()
    for _ in range(batches):
        load.send()
    load.asker()
    return batches * IN_BATCH / (time.monotonic() - began)


def _lines(found: Outcome) -> Iterator[str]:
    yield f"capacity {found.capacity:.2f} pictures a second; offered {found.offered:.2f}"
    yield f"batches of {IN_BATCH}: {found.accepted} accepted, {found.answered} answered rightly, {found.wrong} wrongly"
    yield f"{found.refused} refused with 429, at most {WAITING} pictures waiting; other answers {found.odd or 'none'}"
    yield f"{found.broken} requests of slow and broken clients; killed {found.kills} times"
    if found.waits:
        late = found.waits[int(len(found.waits) * 0.95)]
        yield f"accepted within {statistics.median(found.waits):.3f} s (median), {late:.3f} s (95 %)"
    fifth = max(1, len(found.memory) // 5)
    parts = [found.memory[start : start + fifth] for start in range(0, 5 * fifth, fifth)]
    memory = ", ".join(f"{statistics.median(part):.1f}" for part in parts if part)
    yield f"memory of the server since its last start, fifth by fifth: {memory} MB"
    wrong = ", ".join(found.log) or "nothing wrong"
    yield f"audit log of {found.log_bytes / 1e6:.1f} MB: {wrong}; exit code when told to stop: {found.code}"


def main() -> None:
    """Measures, prints the figures, and exits 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--kills", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), seconds=60 * chosen.minutes, kills=chosen.kills)
    for line in _lines(found):
        print(line)
    raise SystemExit(1 if found.wrong or found.log or found.code or found.answered != found.accepted else 0)


if __name__ == "__main__":
    main()
