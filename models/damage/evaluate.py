"""Prints the figures of the card: what the stage makes of the labelled pictures that judge.

    python -m models.damage.evaluate DATA [--part tune] [--record]

DATA is the folder that train.py reads. A picture is scored as a pipeline would score it, by the stage with its own
street network, and held or blocked by the thresholds of the default pipeline. `--part tune` shows the pictures that
thresholds are chosen by; nothing is chosen by those of `test`, which are taken unless told otherwise. `--record` writes
the figures into the card. `--all` takes every picture of the sources named, for a network that was trained without
them.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from models.damage.material import Example, Picture, examples
from models.pictures import each, rgb
from models.ranking import area
from models.ship import with_figures
from models.split import Part
from screening import config
from screening.evaluation.intervals import told
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.stages.vehicles import Vehicles

DAMAGED = (
    "collision", "fire", "wreck", "crushed", "major", "moderate", "glass", "windscreen", "part", "damage", "lamp",
    "dent", "minor", "scratch",
)  # fmt: skip
SOUND = ("jam", "road", "street", "sound", "yard", "intact", "other")
KINDS = ("vehicle.damage", "vehicle.damage.scene", "vehicle.damage.fire")
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
# Pictures of damage/whole/good that were taken in the salvage yards where the wrecks are.
YARD = {f"damage/whole/good/good{number}.jpg" for number in range(1494, 1691)}
# Sources that are measured spoilt as well.
SPOILT = ("collision", "fire", "wreck", "jam", "road", "street", "sound")


@dataclass(frozen=True, slots=True)
class Scored:
    """A picture and what the stage makes of it.

    Attributes:
        source: the kind of material.
        name: path below the data folder.
        scores: the highest score of each of KINDS; 0 where it has none.
        verdict: the strictest, by the default pipeline.
    """

    source: str
    name: str
    scores: dict[str, float]
    verdict: Verdict

    @property
    def highest(self) -> float:
        """The highest score of any kind."""
        return max(self.scores.values())


@dataclass(frozen=True, slots=True)
class Scorer:
    """Gives the highest score of each of KINDS in a picture.

    Attributes:
        data: the folder of pictures.
        network: a network of ours by its name, or one on trial by its file.
        spoilt: how the picture is spoilt before, by a name in SPOILING; "" for not at all.
    """

    data: Path
    network: str | Path
    spoilt: str = ""

    def __call__(self, name: str) -> dict[str, float]:
        picture = rgb(self.data / name)
        if self.spoilt:
            picture = SPOILING[self.spoilt](picture)
        stage = Vehicles(network=self.network)  # type: ignore[arg-type]  # a file is nothing that a pipeline could name
        found = list(stage(Photo.from_array(picture), ()))
        return {kind: max((one.score for one in found if one.kind == kind), default=0.0) for kind in KINDS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument("--network", default="damage", help="its name in models/manifest.toml, or an ONNX file")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.TEST, help="which pictures")
    parser.add_argument("--all", nargs="*", default=[], metavar="SOURCE", help="sources to take whole")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--workers", type=int, default=0, help="processes that score")
    parser.add_argument("--scores", type=Path, help="a file to keep the scores in, or to take them from")
    parser.add_argument("--spoilt", action="store_true", help="score spoilt copies of the pictures as well")
    parser.add_argument("--worst", type=int, help="only name so many pictures of each source that went most wrong")
    parser.add_argument("--record", action="store_true", help="write the figures into the card")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    pictures = [one for one in examples(options.data, options.limit) if one.part is options.part]
    if options.all:
        pictures = [one for one in examples(options.data, options.limit) if one.source in options.all]
    rows, shrunk, darkened = (judged(one) for one in scored(pictures, options))
    if options.worst:
        for line in worst(rows, options.worst):
            print(line)
        return
    text = f"The `{options.part}` part, measured on {date.today()}.\n\n"
    text += "\n\n".join(("\n".join(held(rows, shrunk, darkened)), ranks(rows), *(curve(rows, kind) for kind in KINDS)))
    print(text)
    if options.record:
        card = Path(__file__).with_name("card.md")
        card.write_text(with_figures(card, text), encoding="utf-8")


def scored(pictures: list[Example], options: argparse.Namespace) -> list[list[tuple[Example, dict[str, float]]]]:
    """The scores of the pictures as they are, and of those of SPOILT spoilt in each way of SPOILING, if asked."""
    network = Path(options.network).resolve() if options.network.endswith(".onnx") else options.network
    kept = json.loads(options.scores.read_text()) if options.scores and options.scores.is_file() else {}
    found = []
    for spoilt in ("", *SPOILING):
        some = [one for one in pictures if not spoilt or (one.source in SPOILT and options.spoilt)]
        known = kept.setdefault(spoilt, {})
        names = [one.name for one in some if one.name not in known]
        known |= dict(zip(names, each(Scorer(options.data, network, spoilt), names, options.workers), strict=True))
        found.append([(one, known[one.name]) for one in some])
    if options.scores:
        options.scores.write_text(json.dumps(kept))
    return found


def judged(rows: list[tuple[Example, dict[str, float]]]) -> list[Scored]:
    """What the default pipeline makes of the scores; sound cars in salvage yards are named once more, as "yard"."""
    policy, found = config.load().policy, []
    for one, scores in rows:
        verdict = max(policy.lookup(kind)[1].verdict(score) for kind, score in scores.items())
        for source in (one.source, "yard") if one.name in YARD else (one.source,):
            found.append(Scored(source, one.name, scores, verdict))
    return found


def worst(rows: list[Scored], count: int) -> Iterator[str]:
    """For each source the pictures that went most wrong."""
    for source in (*DAMAGED, *SOUND):
        here = [row for row in rows if row.source == source]
        here.sort(key=lambda row: row.highest, reverse=source in SOUND)
        named = (f"{row.name} {' '.join(f'{score:.2f}' for score in row.scores.values())}" for row in here[:count])
        yield f"{source}: {', '.join(named)}"


def held(rows: list[Scored], shrunk: list[Scored], darkened: list[Scored]) -> Iterator[str]:
    """A Markdown table: for each source the share held or blocked, as it is and spoilt, and the share blocked."""
    yield "| source | held or blocked | blocked | 208 px, held or blocked | dark, held or blocked |"
    yield "|---|---|---|---|---|"
    for source in (*DAMAGED, *SOUND):
        here = [[row.verdict for row in some if row.source == source] for some in (rows, rows, shrunk, darkened)]
        least = (Verdict.HOLD, Verdict.BLOCK, Verdict.HOLD, Verdict.HOLD)
        if here[0]:
            cells = (share(one >= low for one in some) if some else "" for some, low in zip(here, least, strict=True))
            yield f"| {source} | {' | '.join(cells)} |"


def share(flagged: Iterable[bool]) -> str:
    """A share with its count and interval."""
    known = list(flagged)
    return told(sum(known), len(known))


def ranks(rows: list[Scored]) -> str:
    """A Markdown table: the area under the ROC curve of each damaged source against each sound one."""
    scores = {source: [row.highest for row in rows if row.source == source] for source in (*DAMAGED, *SOUND)}
    sound = [source for source in SOUND if scores[source]]
    lines = ["| AUC | " + " | ".join(sound) + " |", "|---" * (len(sound) + 1) + "|"]
    for source in DAMAGED:
        if scores[source]:
            cells = [source, *(against(scores[source], scores[other]) for other in sound)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def against(above: list[float], below: list[float]) -> str:
    """The area under the curve of one source against another."""
    return area([True] * len(above) + [False] * len(below), above + below)


def curve(rows: list[Scored], kind: str) -> str:
    """A Markdown table: for each source the share of pictures whose score of a kind reaches each threshold."""
    sources = [source for source in (*DAMAGED, *SOUND) if any(row.source == source for row in rows)]
    lines = [f"| `{kind}` at | " + " | ".join(sources) + " |", "|---" * (len(sources) + 1) + "|"]
    for threshold in THRESHOLDS:
        cells = [f"{threshold:g}"]
        for source in sources:
            scores = [row.scores[kind] for row in rows if row.source == source]
            cells.append(f"{sum(score >= threshold for score in scores) / len(scores):.3f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def small(picture: Picture) -> Picture:
    """Its longer side 208 pixels."""
    factor = min(1.0, 208 / max(picture.shape[:2]))
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def dark(picture: Picture) -> Picture:
    """As at dusk, and saved badly."""
    dusk = np.array(255 * (np.arange(256) / 255) ** 1.8 * 0.6, np.uint8)
    data = cv2.imencode(".jpg", cv2.LUT(picture, dusk), [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


SPOILING: dict[str, Callable[[Picture], Picture]] = {"small": small, "dark": dark}


if __name__ == "__main__":
    main()
