"""Feeds a watched folder by a slow copier, kills the watcher now and then, and says what became of each file.

    python -m benchmarks.watch --files 500 --kills 2

Every file must be judged once and lie whole where it belongs. The pictures are drawn; one in five has a position in its
metadata and is blocked; one in ten has a sidecar. The pipeline runs no networks: this is about files, not about
screening.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

import screening
from benchmarks.quick import QUICK

PACKAGE = Path(screening.__file__).parent
# For how long nothing may happen before the watcher counts as stuck, in seconds.
PATIENCE = 120.0
# Seconds for which a file must not change.
WAIT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the files.

    Attributes:
        files: how many were dropped.
        once: how many were judged in one report, and no more.
        again: how many in several, because the watcher was killed before they were moved.
        right: how many lie, whole, where they belong, with their sidecar.
        left: what is still in the folder.
        runs: how many reports there are.
        seconds: how long it took, from the first file to the last move.
    """

    files: int
    once: int
    again: int
    right: int
    left: tuple[str, ...]
    runs: int
    seconds: float


@dataclass(slots=True)
class Feed:
    """A watched folder and what is copied into it.

    Attributes:
        folder: where everything is made.
        files: how many pictures.
    """

    folder: Path
    files: int
    wanted: dict[str, bytes] = field(default_factory=dict)

    def lay_out(self) -> None:
        """Makes the folders, and draws the files by the place where each belongs."""
        for name in ("in", "a", "b"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "quick.toml").write_text(QUICK)
        for number in range(self.files):
            blocked = number % 5 == 0
            name = f"{'b' if blocked else 'a'}/job {number % 3}/DSC_{number:04}.jpg"
            self.wanted[name] = drawn(number, blocked=blocked)
            if number % 10 == 1:
                self.wanted[name.replace(".jpg", ".xmp")] = b"<x:xmpmeta/>"

    def copy(self, pause: float) -> None:
        """Copies the files as a slow connection does: in two pieces, with several others begun in between.

        One in seven is without its second piece for longer than the watcher waits for a file to change.
        """
        quick: list[tuple[Path, bytes]] = []
        slow: list[tuple[Path, bytes]] = []
        for number, (name, data) in enumerate(self.wanted.items()):
            path = self.folder / "in" / name[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data[: len(data) // 2])
            stalls = number % 7 == 0 and path.suffix == ".jpg"
            (slow if stalls else quick).append((path, data[len(data) // 2 :]))
            time.sleep(pause)
            if len(quick) > 3:
                _complete(*quick.pop(0))
            if len(slow) > max(1, 3 * WAIT / pause / 7):
                _complete(*slow.pop(0))
        for path, rest in quick:
            _complete(path, rest)
        time.sleep(2 * WAIT)
        for path, rest in slow:
            _complete(path, rest)

    def start(self) -> subprocess.Popen[bytes]:
        """Starts a watcher."""
        code = "from screening.cli import main; main()"
        places = ("watch", "in", "--found-nothing", "a", "--held", "b", "--runs", "runs", "--pipeline", "quick.toml")
        return subprocess.Popen(
            [sys.executable, "-c", code, *places, "--wait", str(WAIT)],
            cwd=self.folder,
            # the very package that was imported here, wherever this is run
            env=os.environ | {"SCREENING_HOME": str(self.folder / "office"), "PYTHONPATH": str(PACKAGE.parent)},
            stdout=subprocess.DEVNULL,
        )

    def there(self, root: str) -> list[str]:
        """The names of the files below a folder."""
        found = (path for path in (self.folder / root).rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self.folder / root).as_posix() for path in found)

    def moved(self) -> int:
        """How many files were moved."""
        return len(self.there("a")) + len(self.there("b"))

    def judged(self) -> Counter[str]:
        """In how many reports each picture stands."""
        reports = [json.loads(path.read_text()) for path in (self.folder / "runs").rglob("report.json")]
        return Counter(photo["file"] for report in reports for photo in report["photos"])

    def right(self) -> int:
        """How many files lie where they belong, with the bytes that they had."""
        there = {name: self.folder / name for name in self.wanted}
        return sum(path.is_file() and path.read_bytes() == self.wanted[name] for name, path in there.items())


def measure(folder: Path, *, files: int, kills: int, pause: float) -> Outcome:
    """Feeds the files, kills the watcher so many times on the way, and says what became of them.

    Raises:
        TimeoutError: if nothing happens any more.
    """
    feed = Feed(folder, files)
    feed.lay_out()
    began = time.monotonic()
    copier = threading.Thread(target=feed.copy, args=(pause,))
    copier.start()
    watcher = feed.start()
    try:
        for number in range(1, kills + 1):
            _until(feed, number * len(feed.wanted) // (kills + 1))
            watcher.send_signal(signal.SIGKILL)
            watcher.wait()
            watcher = feed.start()
        copier.join()
        _until(feed, len(feed.wanted))
        seconds = time.monotonic() - began
        watcher.send_signal(signal.SIGTERM)
        if watcher.wait(PATIENCE) not in (0, -signal.SIGTERM):  # the latter before it has begun
            raise TimeoutError(f"the watcher ended with {watcher.returncode}")
    finally:
        watcher.kill()
        watcher.wait()
    times = feed.judged()
    pictures = [name for name in feed.wanted if name.endswith(".jpg")]
    return Outcome(
        files=len(feed.wanted),
        once=sum(times[name[2:]] == 1 for name in pictures),
        again=sum(times[name[2:]] > 1 for name in pictures),
        right=feed.right(),
        left=tuple(feed.there("in")),
        runs=len(list((folder / "runs").rglob("report.json"))),
        seconds=seconds,
    )


def drawn(seed: int, *, blocked: bool) -> bytes:
    """A small picture; with a position in its metadata where it is to be blocked."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    exif = Image.Exif()
    if blocked:
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 0.0, 0.0), 3: "W", 4: (1.0, 0.0, 0.0)})
    stream = io.BytesIO()
    said = {"exif": exif} if blocked else {}
    Image.fromarray(coarse).resize((96, 64)).save(stream, "JPEG", **said)
    return stream.getvalue()


def _complete(path: Path, rest: bytes) -> None:
    """Appends the second piece; a file that is gone by now was judged without it, and is found wanting later."""
    with path.open("ab") as file:
        file.write(rest)


def _until(feed: Feed, count: int) -> None:
    """Waits until so many files were moved."""
    seen, since = -1, time.monotonic()
    for _ in _ticks():
        now = feed.moved()
        if now >= count:
            return
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise TimeoutError(f"nothing was moved for {PATIENCE:g} seconds; {now} of {count} were")


def _ticks() -> Iterator[int]:
    for number in itertools.count():
        time.sleep(0.02)
        yield number


def main() -> int:
    """Prints what became of the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two files")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), files=asked.files, kills=asked.kills, pause=asked.pause)
    print(f"{asked.files} pictures, a new one every {asked.pause:g} s, the watcher killed {asked.kills} times")
    print(f"  in one report:           {found.once}")
    print(f"  in several, not moved before the kill: {found.again}")
    print(f"  whole where they belong: {found.right} of {found.files}, sidecars among them")
    print(f"  left in the folder:      {len(found.left)}")
    print(f"  {found.runs} runs in {found.seconds:.0f} s")
    return 0 if found.right == found.files and not found.left else 1


if __name__ == "__main__":
    raise SystemExit(main())
