"""How well the numbers network tells the numbers of houses from the rest of labelled photographs, as the product runs
it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.pictures import pictures_in, rgb
from models.split import Part, Split
from screening.evaluation.intervals import told
from screening.photo.photo import Photo
from screening.street.number_finder import NumberSeen, number_places

SCORES = (0.3, 0.5, 0.7)
# Legible numbers' signs are counted by their height in pixels.
HEIGHTS = ((8, 14), (14, 46), (46, 10_000))
# Folders in which hardly any number is to be seen.
WITHOUT = ("everyday", "faces", "plates", "scene_text")
# How far from a number's sign the middle of what was found may be, in pixels.
SLACK = 5


@dataclass(frozen=True, slots=True)
class _Front:
    """A labelled front: what was seen, its legible numbers, and whether it has a number or a street's name at all."""

    seen: Sequence[NumberSeen]
    numbers: tuple[tuple[float, float, float, float], ...]
    named: bool


def figures(data: Path, part: Part, network: str | Path) -> Iterator[str]:
    """The card's tables, on one part of the split."""
    split = Split.of(data)
    fronts = list(_fronts(data, split, part, network))
    yield f"The `{part}` part, measured on {date.today().isoformat()}."
    yield ""
    scores = " | ".join(f"from {score:.1f}" for score in SCORES)
    yield f"| numbers and pictures | {scores} |"
    yield "|---|" + "---|" * len(SCORES)
    for low, high in HEIGHTS:
        pairs = [(box, front) for front in fronts for box in front.numbers if low <= box[3] - box[1] < high]
        cells = [sum(_found(box, front, score) for box, front in pairs) for score in SCORES]
        most = f"{low} to {high - 1}" if high < 1000 else f"{low} and more"
        yield _row(f"legible numbers, signs of {most} pixels: found", cells, len(pairs))
    empty = [front.seen for front in fronts if not front.named]
    yield _row("fronts without number or street: taken for one", _flagged(empty), len(empty))
    for folder in WITHOUT:
        paths = _of(data, folder, part, split)
        seen = [number_places(Photo.from_array(rgb(path)), network=network) for path in paths]
        yield _row(f"{folder}: taken for one", _flagged(seen), len(seen))


def highest(data: Path, part: Part, network: str | Path) -> list[float]:
    """For each picture of one part that shows no number, how surely the likeliest place looks like one. Street pictures
    are left out: some show numbers that nobody labelled."""
    split = Split.of(data)
    seen = [front.seen for front in _fronts(data, split, part, network) if not front.named]
    for folder in ("everyday", "faces"):
        seen += [number_places(Photo.from_array(rgb(path)), network=network) for path in _of(data, folder, part, split)]
    return [max((one.score for one in places), default=0.0) for places in seen]


def _of(data: Path, folder: str, part: Part, split: Split) -> list[Path]:
    return [path for path in pictures_in(data / folder) if split.part(path.relative_to(data).as_posix()) is part]


def _fronts(data: Path, split: Split, part: Part, network: str | Path) -> Iterator[_Front]:
    folder = data / "house_numbers"
    entries = json.loads((folder / "labels.json").read_text(encoding="utf-8")) if folder.is_dir() else ()
    for entry in entries:
        if split.part(f"house_numbers/{entry['file']}") is part:
            boxes = [
                tuple(item["box"]) for item in entry["items"] if item["kind"] == "house_number" and item["legible"]
            ]
            named = any(item["kind"] in ("house_number", "street") for item in entry["items"])
            seen = number_places(Photo.from_array(rgb(folder / entry["file"])), network=network)
            yield _Front(seen, tuple(boxes), named)


def _found(box: tuple[float, float, float, float], front: _Front, least: float) -> bool:
    left, top, right, bottom = box
    middles = [one.box.centre for one in front.seen if one.score >= least]
    return any(
        left - SLACK < x < right + SLACK and top - SLACK < y < bottom + SLACK for x, y in middles
    )  # fmt: skip


def _flagged(pictures: Sequence[Sequence[NumberSeen]]) -> list[int]:
    return [sum(any(one.score >= score for one in seen) for seen in pictures) for score in SCORES]


def _row(name: str, counts: Sequence[int], of: int) -> str:
    return f"| {name} | " + " | ".join(told(count, of) for count in counts) + " |"
