"""What the default pipeline finds and flags on labelled pictures: one table, with counts and Wilson 95% intervals.

    python -m benchmarks.accuracy [--data FOLDER] [--limit N] [--only SET ...] [--part test] [--json FILE]
        [--list]

FOLDER (by default what SCREENING_DATA names) holds plates/, house_numbers/, documents/, faces/, everyday/ and damage/
as docs/figures.md describes them. A row counts pictures: of those that should be held or blocked for a rule, how many
were (recall); of those that should not, how many were nevertheless (flag rate). `--part test` takes only pictures by
which nothing was chosen (models/split.json), `--part train tune` those to choose by.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from models.split import Part, Split
from screening import config
from screening.evaluation.intervals import wilson
from screening.policy import Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one picture: should it be flagged for the rule?"""

    row: str
    path: Path
    rule: str
    wanted: bool
    least: Verdict = Verdict.HOLD


def cases(data: Path) -> Iterator[Case]:
    """Every question that the labels answer."""
    yield from _plates(data / "plates")
    yield from _house_numbers(data / "house_numbers")
    yield from _documents(data / "documents")
    yield from _faces(data / "faces")
    for path in _pictures(data / "everyday"):
        for rule in ("number-plate", "scene-address", "protective-marking", "personal-details", "graphic", "juvenile"):
            yield Case("everyday", path, rule, False)
    yield from _damage(data / "damage" / "whole")


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))


def _plates(folder: Path) -> Iterator[Case]:
    if not (folder / "labels.json").is_file():
        return
    for entry in json.loads((folder / "labels.json").read_text()):
        widest = max((right - left for left, _, right, _ in entry["plates"]), default=0)
        path = folder / entry["file"]
        if widest >= 45:
            yield Case("plate at least 45 px wide", path, "number-plate", True, Verdict.BLOCK)
        yield Case("street scenes", path, "graphic", False)
        yield Case("street scenes", path, "protective-marking", False)


def _house_numbers(folder: Path) -> Iterator[Case]:
    if not (folder / "labels.json").is_file():
        return
    for entry in json.loads((folder / "labels.json").read_text()):
        kinds = {(item["kind"], item["legible"]) for item in entry["items"]}
        path = folder / entry["file"]
        if ("house_number", True) in kinds:
            yield Case("street fronts, legible number", path, "scene-address", True)
        elif not any(kind in ("house_number", "street") for kind, _ in kinds):
            yield Case("street fronts without number or name", path, "scene-address", False)


def _documents(folder: Path) -> Iterator[Case]:
    for path in _pictures(folder / "marked"):
        number = int(re.findall(r"\d+", path.stem)[0])
        yield Case("declassified pages", path, "protective-marking", number not in (2, 5, 9))
    for path in _pictures(folder / "receipts"):
        yield Case("receipts", path, "protective-marking", False)


def _faces(folder: Path) -> Iterator[Case]:
    if not (folder / "labels.json").is_file():
        return
    for entry in json.loads((folder / "labels.json").read_text()):
        yield Case("faces", folder / entry["file"], "identifiable-person", True)


def _damage(folder: Path) -> Iterator[Case]:
    for path in _pictures(folder / "damage"):
        yield Case("wrecks, trained on", path, "graphic", True)
    for path in _pictures(folder / "good"):
        yield Case("undamaged cars, trained on", path, "graphic", False)


def verdicts(path: Path) -> dict[str, int]:
    """The strictest verdict under each rule for one picture."""
    report = config.load().screen(path, name=path.name)
    worst: dict[str, int] = {}
    for one in report.judgements:
        worst[one.rule] = max(worst.get(one.rule, 0), int(one.verdict))
    return worst


def sample(chosen: Iterable[Case], limit: int) -> list[Case]:
    """At most `limit` pictures of each row, the same ones every time."""
    rows: dict[str, list[Path]] = {}
    wanted = list(chosen)
    for case in wanted:
        paths = rows.setdefault(case.row, [])
        if case.path not in paths:
            paths.append(case.path)
    kept = {row: set(random.Random(0).sample(paths, min(limit, len(paths)))) for row, paths in rows.items()}
    return [case for case in wanted if case.path in kept[case.row]]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SCREENING_DATA", "")))
    parser.add_argument("--limit", type=int, default=10**9, help="at most so many pictures a row")
    parser.add_argument("--only", nargs="*", default=[], help="rows whose name begins so")
    parser.add_argument("--part", nargs="+", type=Part, default=list(Part), help="train, tune or test; all by default")
    parser.add_argument("--json", type=Path, help="also write the rows there")
    parser.add_argument("--list", action="store_true", help="name the pictures that were judged wrongly")
    options = parser.parse_args()
    chosen = [c for c in cases(options.data) if not options.only or any(c.row.startswith(o) for o in options.only)]
    split = Split.of(options.data)
    chosen = [c for c in chosen if split.part(c.path.relative_to(options.data).as_posix()) in options.part]
    if not chosen or not str(options.data):
        sys.exit("accuracy: no labelled pictures; set SCREENING_DATA or --data to their folder")
    chosen = sample(chosen, options.limit)
    paths = sorted({case.path for case in chosen})
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        results = dict(zip(paths, pool.map(verdicts, paths, chunksize=4), strict=True))
    rows: dict[tuple[str, str, bool], list[Case]] = {}
    for case in chosen:
        rows.setdefault((case.row, case.rule, case.wanted), []).append(case)
    table = []
    print("| pictures | rule | figure | count | share | Wilson 95% |\n|---|---|---|---|---|---|")
    for (row, rule, wanted), group in rows.items():
        flagged = [case for case in group if results[case.path].get(rule, 0) >= case.least]
        low, high = wilson(len(flagged), len(group))
        figure = "recall" if wanted else "flag rate"
        count, share = f"{len(flagged)} of {len(group)}", len(flagged) / len(group)
        print(f"| {row} | {rule} | {figure} | {count} | {share:.3f} | {low:.3f}-{high:.3f} |")
        table.append({"pictures": row, "rule": rule, "figure": figure, "hits": len(flagged), "of": len(group)})
        if options.list:
            for case in group:
                if (case in flagged) != wanted:
                    print(f"    {case.path.name}", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(table, indent=2))


if __name__ == "__main__":
    main()
