"""How many British number plates are read correctly, character for character, in labelled street photographs.

    python -m benchmarks.registrations [--data FOLDER] [--list]

FOLDER (by default what SCREENING_DATA names) holds plates/. registrations.json lists 69 plates in 66 of its pictures
that could be read by eye, from 50 pixels wide. A registration leads to a person, so the file keeps only a hash of each,
made with the name of the picture. Most of these pictures were used during development.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from screening import config
from screening.evaluation.intervals import told
from screening.policy import Verdict


def fingerprint(file: str, registration: str) -> str:
    """The fingerprint of a registration in a picture, as stored in registrations.json."""
    bare = "".join(character for character in registration.upper() if character.isalnum())
    return hashlib.sha256(f"{file} {bare}".encode()).hexdigest()[:16]


def read(path: Path) -> tuple[set[str], bool]:
    """The fingerprints of all plates that a scan reads in a picture, and whether it blocks the picture for a plate."""
    judged = [one for one in config.load().screen(path, name=path.name).judgements if one.rule == "number-plate"]
    texts = {fingerprint(path.name, one.finding.text) for one in judged if one.finding.text}
    return texts, any(one.verdict == Verdict.BLOCK for one in judged)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SCREENING_DATA", "")))
    parser.add_argument("--list", action="store_true", help="name the pictures in which a plate was read wrongly")
    options = parser.parse_args()
    known = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    folder = options.data / "plates"
    if not folder.is_dir():
        sys.exit("registrations: no labelled pictures; set SCREENING_DATA or --data to the folder that holds plates/")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        results = dict(zip(known, pool.map(read, [folder / file for file in known], chunksize=4), strict=True))
    right = sum(len(set(plates) & results[file][0]) for file, plates in known.items())
    figures = {
        "read right": (right, sum(len(plates) for plates in known.values())),
        "pictures blocked": (sum(blocked for _, blocked in results.values()), len(known)),
    }
    for name, (hits, of) in figures.items():
        print(f"{name}: {told(hits, of)}")
    for file, plates in known.items() if options.list else ():
        if set(plates) - results[file][0]:
            print(file, file=sys.stderr)


if __name__ == "__main__":
    main()
