"""How fast a shoot is screened, in ratios from one run: to the least that it could take, and to other tools.

    python -m benchmarks.speed [--photos 6] [--rounds 3] [--megapixels 12 24 45] [--real] [--peers] [--masked] [--scan]

Draws photographs (two faces, two cars with plates, five lines of text each), has every contender look at each in turn,
round after round, and prints the median seconds of one core, and the ratio to what screening took for the same picture
in the same round, with the 95 % interval of its median. `--real` adds labelled photographs, enlarged; `--masked` adds
processors without AMX and without AVX-512, where this one has them; `--scan` adds what a whole scan reaches on all
cores, its memory, and what the sandbox costs. `--chart FILE` draws the parts, and `--record` keeps the ratios in
benchmarks/speed.json: later runs say what has become slower by more than a tenth. Ratios hold from machine to machine
of one kind; seconds do not.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.contenders import PEERS, Bench
from benchmarks.photographs import drawn, real
from screening import config
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.report import Batch
from screening.run import shoot
from screening.run.scan import Scan

RECORD = Path(__file__).with_suffix(".json")
# What is called slower than it was: the ratios of one machine to the next run differ by some per cent.
SLOWER = 1.10
# What processors without AMX, and without AVX-512, have; and OpenCV's number of what they lack.
MASKS = {"AVX512_CORE_VNNI": "AMX", "AVX2": "AVX512"}
# A picture, a part and a round give one time.
Times = dict[str, list[float]]


class Timer(Protocol):
    """Whatever says what a contender's parts took for a picture, as a `Bench` does."""

    def seconds(self, contender: str, path: Path) -> dict[str, float]:
        """Seconds of one core, by part."""


def compete(bench: Timer, contenders: Sequence[str], paths: Sequence[Path], rounds: int) -> Times:
    """The seconds of each part of each contender, picture by picture, the contenders in turn."""
    times: Times = {}
    for _ in range(rounds):
        for path in paths:
            for contender in contenders:
                for part, seconds in bench.seconds(contender, path).items():
                    times.setdefault(part, []).append(seconds)
    return times


def median_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, and the 95 % interval of the true one from the ranks of the values (no distribution is assumed); all
    of them, where there are fewer than six."""
    ordered = sorted(values)
    count = len(ordered)
    below, rank = 0.0, 0
    # how often so few of the values lie below the true median: a coin thrown `count` times
    while (below := below + math.comb(count, rank) / 2**count) <= 0.025:
        rank += 1
    rank = max(rank - 1, 0)
    return statistics.median(ordered), ordered[rank], ordered[count - 1 - rank]


def ratios(times: Times, to: str) -> dict[str, tuple[float, float, float]]:
    """How many times as long as another part each took for the same picture in the same round."""
    return {
        part: median_interval([one / other for one, other in zip(values, times[to], strict=True)])
        for part, values in times.items()
    }


def table(title: str, times: Times) -> Iterator[str]:
    """Lines of Markdown."""
    yield f"| {title} | median, ms of one core | times screening (95 %) |"
    yield "|---|---|---|"
    for part, (ratio, low, high) in ratios(times, "screening").items():
        yield f"| {part} | {statistics.median(times[part]) * 1000:.0f} | {ratio:.3f} ({low:.3f}-{high:.3f}) |"
    yield ""


def slower(name: str, times: Times, recorded: dict[str, dict[str, float]]) -> Iterator[str]:
    """What takes more than a tenth longer than when it was recorded, in units of the least that it could take."""
    for part, (ratio, _, _) in ratios(times, "floor").items():
        before = recorded.get(name, {}).get(part)
        # what is next to nothing varies by more than its own size
        if before and ratio > SLOWER * before and ratio - before > 0.01:
            yield f"slower than recorded: {name}, {part}: {ratio:.3f} times the floor instead of {before:.3f}"


def chart(times: Times, file: Path) -> None:
    """Draws what each part takes, in parts of the whole."""
    from matplotlib import pyplot

    shares = {
        part: ratio for part, (ratio, _, _) in ratios(times, "screening").items() if part not in ("screening", *PEERS)
    }
    shares = dict(sorted(shares.items(), key=lambda item: item[1]))
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    axes.barh(list(shares), list(shares.values()), color=["#888" if part == "floor" else "#3465a4" for part in shares])
    axes.set_xlabel("share of what screening takes; floor: each network once, and one decoding")
    figure.savefig(file, metadata={"Date": None})


def scan_rate(folder: Path) -> tuple[float, float]:
    """Pictures per second between the first verdict and the last, and seconds to the first verdict."""
    pipeline = config.load()
    times: list[float] = []

    def note(_: PhotoReport) -> None:
        times.append(time.perf_counter())

    began = time.perf_counter()
    Scan(pipeline=pipeline, standard=pipeline.policy)(shoot.walk([folder]), batch=Batch(name="speed"), progress=note)
    # each worker's first picture waits for the networks to load
    jobs = os.cpu_count() or 1
    return (len(times) - jobs) / (times[-1] - times[jobs - 1]), times[0] - began


def opened(paths: list[Path], *, isolated: bool) -> float:
    """Seconds of one core, here and in the sandbox, to open pictures and ask what their files say and carry."""
    from screening.photo import metadata
    from screening.photo.carried import carried
    from screening.photo.files import Limits
    from screening.sandbox.process import Sandbox
    from screening.sandbox.untrusted import opened

    sandbox = Sandbox(Limits())
    began = time.process_time()
    for path in paths:
        data = path.read_bytes()
        photo = opened(sandbox, data, path.name, Limits()) if isolated else Photo.from_bytes(data, name=path.name)
        metadata.read(photo)
        list(photo.others())
        list(carried(photo))
    spent = time.process_time() - began + sum(map(spent_by, children(os.getpid())))
    sandbox.stop()
    return spent


def children(process: int) -> list[int]:
    """The processes that one has started, and those that these have, as Linux lists them."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [one for child in map(int, listed) for one in (child, *children(child))]


def spent_by(process: int) -> float:
    """Seconds for which a process had a core."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sandbox_cost(paths: list[Path]) -> float:
    """What a picture takes more of one core where it is decoded in a sandbox, in seconds; 0 where there is none.

    The sandbox's start counts once for a worker, not for a picture.
    """
    from screening.sandbox import bubblewrap

    if not bubblewrap.works():
        return 0.0
    once, several = paths[:1], paths[:1] * 9
    each = {
        isolated: opened(several, isolated=isolated) - opened(once, isolated=isolated) for isolated in (True, False)
    }
    return (each[True] - each[False]) / 8


def peak_memory() -> float:
    """The peak memory of the largest worker process, in MB (0 if the system does not say)."""
    try:
        import resource
    except ImportError:
        return 0.0
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / scale


def whole_scan(paths: Sequence[Path], folder: Path) -> Iterator[str]:
    """What a scan of the pictures reaches on all cores."""
    for path in paths:
        (folder / path.name).hardlink_to(path)
    rate, first = scan_rate(folder)
    yield f"scan: {rate:.2f} pictures/s on {os.cpu_count()} cores, first verdict after {first:.1f} s"
    yield f"largest worker: {peak_memory():.0f} MB"
    yield f"the sandbox: {sandbox_cost(list(paths)) * 1000:.0f} ms of one core more a picture"
    yield ""


def masks() -> list[str]:
    """The instruction sets to limit this processor to: those beyond which it has more."""
    import cv2

    has = {"AMX": "amx_tile" in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else False}
    has["AVX512"] = cv2.checkHardwareSupport(13)
    return ["", *(mask for mask, more in MASKS.items() if has[more])]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=6, help="how many of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[12.0])
    parser.add_argument("--chart", type=Path, help="an SVG or PNG file to draw")
    for name in ("real", "peers", "masked", "scan", "record"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        kinds = {f"drawn, {size:g} MP": drawn(folder, size, options.photos) for size in options.megapixels}
        if options.real:
            kinds[f"real, {options.megapixels[0]:g} MP"] = real(folder, options.megapixels[0], options.photos)
        first = next(iter(kinds))
        for mask in masks() if options.masked else [""]:
            bench = Bench(mask)
            for kind, paths in kinds.items():
                # the slow ones are compared once
                others = PEERS if options.peers and kind == first and not mask else ()
                times = compete(bench, ("screening", "parts", "floor", *others), paths, options.rounds)
                name = f"{kind}, {mask or 'all instructions'}"
                print(*table(name, times), *slower(name, times, recorded), sep="\n", flush=True)
                if options.chart and kind == first and not mask:
                    chart(times, options.chart)
                if options.record:
                    recorded[name] = {part: round(ratio, 3) for part, (ratio, _, _) in ratios(times, "floor").items()}
            bench.stop()
        if options.scan:
            (folder / "shoot").mkdir()
            print(*whole_scan(kinds[first], folder / "shoot"), sep="\n")
    if options.record:
        RECORD.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
