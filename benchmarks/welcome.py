"""How many welcome pictures the default pipeline blocks or holds, and for what: counts and Wilson 95% intervals.

    python -m benchmarks.welcome [--data FOLDER] [--limit N] [--only SET ...] [--list]

`drawn` are the pictures of `fixtures/make_welcome.py`, made for the occasion: signs, clothes, codes and appliances in
which there is nothing to find. With FOLDER, by default what SCREENING_DATA names, also real ones, as far as they are
there: everyday/, scene_text/, and the street fronts of house_numbers/ that show no house number, street or plate. Of
the real ones some show people, which hold for a release form: those are counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from fixtures import draw, make_welcome
from models.pictures import pictures_in
from screening import config
from screening.evaluation.intervals import told
from screening.policy import Verdict

# Whoever can be recognised is asked for a release form: that is no false alarm.
FORM = "identifiable-person"
ANYTHING = "anything, but for a release form"
NAMED = ("house_number", "street", "plate")
# The rules that have a row for each set, whether anything was flagged for them or not.
ROWS = (ANYTHING, "number-plate", "scene-address")


def sets(data: Path | None, drawn: Path) -> Iterator[tuple[str, list[Path]]]:
    """Each set of pictures with its name."""
    for name, picture in make_welcome.pictures():
        draw.save_jpeg(picture, drawn / name)
    yield "drawn", sorted(drawn.iterdir())
    if data is None:
        return
    for folder in ("everyday", "scene_text"):
        yield folder, pictures_in(data / folder)
    fronts = data / "house_numbers" / "labels.json"
    entries = json.loads(fronts.read_text(encoding="utf-8")) if fronts.is_file() else []
    bare = [one["file"] for one in entries if not any(item["kind"] in NAMED for item in one["items"])]
    yield "street fronts", [fronts.parent / file for file in bare]


def verdicts(path: Path) -> dict[str, Verdict]:
    """The strictest verdict of one picture under each rule, and under all but the one about release forms."""
    worst: dict[str, Verdict] = {}
    for one in config.load().screen(path, name=path.name).judgements:
        for rule in (one.rule, *(() if one.rule == FORM else (ANYTHING,))):
            worst[rule] = max(worst.get(rule, Verdict.CLEAR), one.verdict)
    return worst


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SCREENING_DATA")
    parser.add_argument("--data", type=Path, default=Path(data) if data else None)
    parser.add_argument("--limit", type=int, default=10**9, help="at most so many pictures a set")
    parser.add_argument("--only", nargs="*", default=[], help="sets whose name begins so")
    parser.add_argument("--list", action="store_true", help="name the pictures that were blocked or held")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="pictures screened in parallel")
    options = parser.parse_args()
    print("| pictures | rule | blocked | held |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, paths in sets(options.data, Path(folder)):
            if not paths or (options.only and not any(name.startswith(one) for one in options.only)):
                continue
            chosen = random.Random(0).sample(paths, min(options.limit, len(paths)))
            with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
                results = list(pool.map(verdicts, chosen, chunksize=4))
            table(name, results)
            if options.list:
                for path, worst in zip(chosen, results, strict=True):
                    said = ", ".join(f"{rule}: {worst[rule].name.lower()}" for rule in worst if worst[rule])
                    print(f"    {path.name}: {said}") if said else None


def table(name: str, results: list[dict[str, Verdict]]) -> None:
    """Prints the rows of one set."""
    counts = {verdict: Counter(rule for one in results for rule in one if one[rule] == verdict) for verdict in Verdict}
    seen = set(counts[Verdict.BLOCK] + counts[Verdict.HOLD]) - {FORM}
    for rule in (*ROWS, *sorted(seen - set(ROWS))):
        blocked, held = (told(counts[verdict][rule], len(results)) for verdict in (Verdict.BLOCK, Verdict.HOLD))
        print(f"| {name} | {rule} | {blocked} | {held} |")


if __name__ == "__main__":
    main()
