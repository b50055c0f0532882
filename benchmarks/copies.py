"""What redacted copies show when they are screened again: whether the masks themselves are taken for something.

    python -m benchmarks.copies [--data FOLDER] [--pictures 200] [--sets faces plates scene_text] [--fill auto] [--list]

Pictures of the sets in FOLDER, by default what SCREENING_DATA names, are scanned by the default pipeline; everything
that is held or blocked is redacted. It prints how many copies were made, how many of them keep every block outside the
masks, in how many what was redacted is found again, how many were covered with larger masks than asked for, and in how
many the mask itself is held or blocked for something that the original did not show there. With Wilson 95% intervals.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.pictures import pictures_in
from screening.evaluation.intervals import told
from screening.finding import Box

SETS = ("faces", "plates", "scene_text")
MARGIN = 0.2
Fields = dict[str, Any]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SCREENING_DATA")
    parser.add_argument("--data", type=Path, default=Path(data) if data else None, required=not data)
    parser.add_argument("--pictures", type=int, default=200, help="pictures of all sets together")
    parser.add_argument("--sets", nargs="*", default=SETS, help="folders below FOLDER")
    parser.add_argument("--fill", default="auto", help="as for screening redact")
    parser.add_argument("--list", action="store_true", help="say what was found again, and what masks were taken for")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shoot, run = Path(folder, "shoot"), Path(folder, "run")
        each = max(1, options.pictures // len(options.sets))
        for name in options.sets:
            there = pictures_in(options.data / name)
            for path in random.Random(0).sample(there, min(each, len(there))):
                (shoot / name).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, shoot / name)
        os.environ["SCREENING_HOME"] = str(Path(folder, "office"))
        screening("scan", str(shoot), "--out", str(run), "--purpose", "benchmark")
        made = json.loads(screening("redact", str(run), "--fill", options.fill, "--json"))
        table(run, made, listed=options.list)


def screening(*arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-c", "from screening.cli import main; main()", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True, encoding="utf-8").stdout


def table(run: Path, made: list[Fields], *, listed: bool) -> None:
    """Prints the figures of a run."""
    originals = {one["file"]: one for one in json.loads((run / "report.json").read_text(encoding="utf-8"))["photos"]}
    noted = [json.loads(line) for line in (run / "copies.jsonl").read_text(encoding="utf-8").splitlines()]
    copies = {one["photo"]["sha256"]: one["photo"] for one in noted}
    counts, taken = Counter[str](), Counter[str]()
    for one in made:
        counts["every block outside the masks kept"] += one["encoding"] == "kept"
        counts["what was redacted is found again"] += bool(one["still"])
        counts["larger masks than asked for"] += one["margin"] > MARGIN
        masks = list(mask_findings(originals[one["file"]], copies.get(one["sha256"], {"findings": []})))
        counts["a mask is held or blocked itself"] += bool(masks)
        counts["a mask is blocked itself"] += any(found["verdict"] == "block" for found in masks)
        taken.update(f"{found['kind']}, {found['verdict']}" for found in masks)
        if listed and (one["still"] or masks):
            print(f"    {one['file']}: {'; '.join([*one['still'], *(found['evidence'] for found in masks)])}")
    print(f"| of {len(made)} copies of {len(originals)} pictures | |\n|---|---|")
    for what, count in counts.items():
        print(f"| {what} | {told(count, len(made))} |")
    for kind, count in taken.most_common():
        print(f"| taken for {kind} | {count} |")


def mask_findings(original: Fields, copy: Fields) -> Iterator[Fields]:
    """What holds or blocks a copy, lies on what was redacted, and was not found in the original."""
    before = [(one["rule"], Box(*one["box"]), one["verdict"] != "clear") for one in original["findings"] if one["box"]]
    for found in copy["findings"]:
        if found["verdict"] == "clear" or not found["box"]:
            continue
        box = Box(*found["box"])
        known = any(rule == found["rule"] and box.iou(place) >= 0.3 for rule, place, _ in before)
        if not known and any(held and box.inside(place.grow(MARGIN)) > 0.3 for _, place, held in before):
            yield found


if __name__ == "__main__":
    main()
