"""What screening an archive on Ray costs: measured here, and computed for 16 and 1,600 cores.

    python -m benchmarks.scale [FOLDER] [--pictures 120] [--jobs 2] [--archive 10000000]

FOLDER holds pictures; by default those of everyday life below SCREENING_DATA. Prints every figure of docs/scale.md.
Local and Ray take turns in one run; their rates are measured from when each worker has loaded its networks, and are
only as good as the machine is idle. What is computed rests on processor time.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import screening
from benchmarks.quick import QUICK
from screening import config
from screening.photo_report import PhotoReport
from screening.run.cluster import BLOCK
from screening.run.connection import connected

CORES_A_MACHINE = 16
# How many blocks an actor may have in hand, finished ones that nobody has fetched included.
IN_HAND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One scan.

    Attributes:
        rate: pictures a second, once every worker has given its first ones.
        start: seconds until the first picture was there.
        driver: seconds of processor time, a picture, of the process that hands out and collects.
    """

    rate: float
    start: float
    driver: float


def timed(folder: Path, pipeline: str, engine: str, jobs: int, skip: int) -> Timed:
    """Scans a folder and keeps the run for as long as it takes."""
    times: list[float] = []
    spent: list[float] = []

    def progress(_: int) -> AbstractContextManager[Any]:
        def note(_: PhotoReport) -> None:
            times.append(time.perf_counter())
            spent.append(time.process_time())

        return nullcontext(note)

    with tempfile.TemporaryDirectory() as run:
        began = time.perf_counter()
        out = Path(run) / "run"
        screening.scan(folder, out, pipeline=pipeline, engine=engine, jobs=jobs, progress=progress)
    return Timed(
        rate=(len(times) - skip) / (times[-1] - times[skip - 1]),
        start=times[0] - began,
        driver=(spent[-1] - spent[skip - 1]) / (len(times) - skip),
    )


def processor_time(paths: Sequence[Path]) -> float:
    """Seconds of processor time that the default pipeline takes for a picture here, whatever else the machine does.

    The first picture loads the networks, and is not counted.
    """
    import cv2

    cv2.setNumThreads(1)
    pipeline = config.load()
    pipeline.screen(paths[0], name=paths[0].name)
    before = time.process_time()
    for path in paths:
        pipeline.screen(path, name=path.name)
    return (time.process_time() - before) / len(paths)


def throughput(megabytes: int = 100) -> float:
    """Bytes a second that pass through Ray's object store in pieces of one megabyte, there and back."""
    import numpy as np
    import ray

    piece = np.ones(1_000_000, np.uint8)
    began = time.perf_counter()
    for _ in range(megabytes):
        ray.get(ray.put(piece)).copy()
    return megabytes * 1e6 / (time.perf_counter() - began)


def simulated(pictures: int, cores: int, *, each: float, driver: float, seed: int = 1) -> float:
    """Seconds that an archive takes: actors screen blocks, and one driver collects them in turn.

    An actor waits where it has as many blocks in hand as back-pressure allows. The times of pictures vary as those of
    an exponential distribution do, so that those of blocks do as a gamma distribution.

    Args:
        pictures: how many.
        cores: how many actors.
        each: seconds that an actor takes for a picture.
        driver: seconds that the driver takes for a picture.
    """
    rng = random.Random(seed)
    blocks = -(-pictures // BLOCK)
    actors = min(cores, blocks)
    waiting = [(rng.gammavariate(BLOCK, each), actor, (0.0,) * (IN_HAND - 1)) for actor in range(actors)]
    heapq.heapify(waiting)
    collected = 0.0
    given = actors
    while waiting:
        finished, actor, fetched = heapq.heappop(waiting)
        collected = max(collected, finished) + driver * BLOCK
        if given < blocks:
            given += 1
            begins = max(finished, fetched[0])
            heapq.heappush(waiting, (begins + rng.gammavariate(BLOCK, each), actor, (*fetched[1:], collected)))
    return collected


def rows(archive: int, *, each: float, driver: float) -> Iterator[tuple[int, float, float, float]]:
    """For each number of cores: hours, core hours, and how far from linear it is (1 is linear)."""
    for cores in (16, 100, 400, 800, 1600, 3200):
        hours = simulated(archive, cores, each=each, driver=driver) / 3600
        yield cores, hours, hours * cores, archive * each / 3600 / cores / hours


def main() -> None:
    """Measures, computes and prints."""
    said = argparse.ArgumentParser(description="What screening an archive on Ray costs.")
    said.add_argument("folder", nargs="?", type=Path)
    said.add_argument("--pictures", type=int, default=120)
    said.add_argument("--jobs", type=int, default=2)
    said.add_argument("--rounds", type=int, default=2)
    said.add_argument("--archive", type=int, default=10_000_000)
    given = said.parse_args()
    folder = given.folder or Path(os.environ["SCREENING_DATA"]) / "everyday"
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    with tempfile.TemporaryDirectory() as made:
        some, many, nothing = Path(made) / "some", Path(made) / "many", Path(made) / "nothing.toml"
        nothing.write_text(QUICK)
        some.mkdir()
        many.mkdir()
        step = max(1, len(found) // given.pictures)
        for number, path in enumerate(found[::step][: given.pictures]):
            shutil.copy(path, some / f"{number:04}{path.suffix}")
        smallest = min(some.iterdir(), key=lambda path: path.stat().st_size)
        for number in range(20 * given.pictures):
            shutil.copy(smallest, many / f"{number:05}{smallest.suffix}")
        _measured(some, many, str(nothing), given)


def _measured(some: Path, many: Path, nothing: str, given: argparse.Namespace) -> None:
    jobs = given.jobs
    block = max(1, min(BLOCK, given.pictures // (jobs * 8)))
    both: dict[str, list[Timed]] = {"local": [], "ray": []}
    small: dict[str, list[Timed]] = {"local": [], "ray": []}
    for _ in range(given.rounds):
        for engine in both:
            both[engine].append(timed(some, "default", engine, jobs, jobs * block))
            small[engine].append(timed(many, nothing, engine, jobs, jobs * BLOCK))
    with connected("", jobs):
        store = throughput()
    local, ray = (max(one.rate for one in both[engine]) for engine in ("local", "ray"))
    overhead = jobs / max(one.rate for one in small["ray"]) - jobs / max(one.rate for one in small["local"])
    driver = statistics.median(one.driver for one in small["ray"])
    each = processor_time(sorted(some.iterdir())[:40])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{len(list(some.iterdir()))} pictures, {jobs} workers, the best of {given.rounds}; load {load:.0f}")
    print(f"processor time: {each:.3f} s a picture, {1000 * driver:.1f} ms of the driver on Ray")
    print(f"local: {local:.2f} pictures/s")
    print(f"ray:   {ray:.2f} pictures/s, {ray / local:.2f} of local")
    started = {engine: min(one.start for one in both[engine]) for engine in both}
    print(f"start: local {started['local']:.0f} s, ray {started['ray']:.0f} s")
    print(f"ray beside local where a picture takes nothing: {1000 * overhead:+.1f} ms of each core a picture")
    print(f"object store: {store / 1e6:.0f} MB/s")
    print(f"\n{given.archive:,} pictures:")
    print(" cores machines    hours  core hours  of linear")
    for cores, hours, cost, linear in rows(given.archive, each=each, driver=driver):
        print(f"{cores:6} {-(-cores // CORES_A_MACHINE):8} {hours:8.1f} {cost:11,.0f} {linear:10.2f}")
    print(f"the driver alone allows {1 / driver:.0f} pictures/s: linear up to about {each / driver:.0f} cores")


if __name__ == "__main__":
    main()
