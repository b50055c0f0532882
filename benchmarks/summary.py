"""How long `screening summary` takes for an archive, and how much memory.

    python -m benchmarks.summary [--pictures 1000000] [--pipeline strict]

Writes the tables of a run of so many pictures as docs/scale.md describes them, with 1.5 findings a picture, and runs
the command in a process of its own: by rule, month and folder, as the findings were judged, and judged anew.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from screening import config
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.run import tables

FINDINGS = (
    Finding("face.identifiable", 0.97, "a face, 240 px high", Box(300, 200, 540, 440), stage="faces"),
    Finding("vehicle.plate.uk", 0.93, "plate, ends R", Box(700, 550, 900, 600), stage="plates"),
    Finding("copyright.credit", 0.8, "credit names somebody else", stage="metadata"),
)
# Pictures that are drawn; the archive has them in one folder after another, each some days after the one before.
DRAWN = 1000
PHOTOS = """
SELECT * REPLACE (turn || '/' || file AS file, sha256(turn || '/' || file) AS sha256, CAST(turn AS VARCHAR) AS folder,
                  to_timestamp(1.4e9 + 300_000 * turn) AS modified)
FROM read_parquet(?), range(?, ?) AS turns (turn)
"""
FINDINGS_TOO = "SELECT * REPLACE (turn || '/' || file AS file) FROM read_parquet(?), range(?, ?) AS turns (turn)"
RUN = """
import resource, sys
from screening.cli import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"{used.ru_utime + used.ru_stime:.1f} s of processor time, peak {peak:.0f} MB", file=sys.stderr)
"""


def write(folder: Path, pictures: int) -> None:
    """The tables of a run, in as many parts as a scan writes: a few pictures, over and over under other names."""
    policy = config.load().policy
    kinds = [judged(list(FINDINGS[:count]), policy, scene=True) for count in range(len(FINDINGS) + 1)]
    drawn = [
        PhotoReport(
            file=f"IMG_{number:04}.jpg",
            sha256=f"{number:064x}",
            width=6000,
            height=4000,
            judgements=kinds[number % len(kinds)],
            seconds=1.5,
            look=f"{number:036x}",
        )
        for number in range(DRAWN)
    ]
    about = {"run": "archive", "batch": "archive", "policy": "1" * 64, "scene": True}
    with tempfile.TemporaryDirectory() as made, duckdb.connect() as database:
        tables.write(Path(made), drawn, about, {}, text=False)
        (few,) = tables.parts(Path(made))
        (folder / "parquet").mkdir(parents=True)
        count, turns = -(-pictures // tables.PART), tables.PART // DRAWN
        for part in range(count):
            for name, asked, source in zip(tables.TABLES, (PHOTOS, FINDINGS_TOO), few, strict=True):
                place = folder / "parquet" / f"{name}-{part + 1:05}-of-{count:05}.parquet"
                database.execute(
                    f"COPY ({asked}) TO '{place}' (COMPRESSION zstd, KV_METADATA {{schema: '{tables.SCHEMA}'}})",
                    [str(source), part * turns, (part + 1) * turns],
                )


def main() -> None:
    """Draws, runs and prints."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--pictures", type=int, default=1_000_000)
    said.add_argument("--pipeline", default="strict")
    given = said.parse_args()
    with tempfile.TemporaryDirectory() as made:
        run = Path(made) / "run"
        write(run, given.pictures)
        size = sum(path.stat().st_size for path in (run / "parquet").iterdir())
        print(f"{given.pictures:,} pictures, tables of {size / 1e6:.0f} MB")
        for options in ((), ("--pipeline", given.pipeline)):
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", RUN, "summary", str(run), "--json", *options],
                capture_output=True,
                text=True,
                check=True,
                env=os.environ | {"SCREENING_HOME": made},
            )
            took = time.perf_counter() - began
            rows = done.stdout.count('"block"')
            print(f"{' '.join(options) or 'as judged'}: {rows} rows in {took:.1f} s, {done.stderr.strip()}")


if __name__ == "__main__":
    main()
