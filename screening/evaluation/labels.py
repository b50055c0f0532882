"""What should have happened to each picture, as a person wrote it down; docs/labels.md describes the format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from screening.finding import Box, ScreeningError
from screening.render.table import guarded, unguarded
from screening.weights import read_bytes

COLUMNS = ("file", "about", "present")
# Optional columns: where something is, and its text.
MORE = ("box", "text")
# In `about`: everything that the file's other lines do not name.
NOTHING_ELSE = "*"
PRESENT = {"yes": True, "no": False}


class LabelError(ScreeningError, ValueError):
    """A file of labels cannot be read, or contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that a picture shows: where, in pixels of the upright picture, and what it says, if known."""

    box: Box
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Whether a picture shows what a rule forbids.

    Attributes:
        file: the picture's path relative to the shoot, with forward slashes.
        about: a rule or a kind.
        present: whether it is there.
        things: all of them, if their boxes are labelled.
    """

    file: str
    about: str
    present: bool
    things: tuple[Thing, ...] = ()


def read(path: str | Path) -> tuple[Label, ...]:
    """The labels of a .csv or .jsonl file, one for each picture and rule or kind, with `*` expanded.

    Raises:
        LabelError: naming the file and the line.
    """
    path = Path(path)
    said: dict[tuple[str, str], Label] = {}
    placed: dict[tuple[str, str], bool] = {}
    for line, row in _rows(path):
        where = f"{path}:{line}"
        label = _label(row, where)
        key = label.file, label.about
        before = said.get(key, label)
        if before.present is not label.present:
            raise LabelError(f"{where}: {label.file} is said both to show {label.about} and not to; keep one")
        if placed.setdefault(key, bool(label.things)) is not bool(label.things):
            raise LabelError(f"{where}: {label.about} has a box in one line of {label.file} and none in another")
        things = label.things if before is label else before.things + label.things
        said[key] = replace(label, things=things)
    if not said:
        raise LabelError(f"{path}: contains no labels; add a line for each picture")
    subjects = dict.fromkeys(about for _, about in said if about != NOTHING_ELSE)
    for file in [file for file, about in said if about == NOTHING_ELSE]:
        for about in subjects:
            said.setdefault((file, about), Label(file=file, about=about, present=False))
    return tuple(label for label in said.values() if label.about != NOTHING_ELSE)


def table(labels: Iterable[Label]) -> str:
    """Labels as CSV text, one line per object."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*COLUMNS, *MORE))
    for label in labels:
        present = "yes" if label.present else "no"
        for thing in label.things or (None,):
            box = thing and f"{thing.box.left} {thing.box.top} {thing.box.right} {thing.box.bottom}"
            row = (label.file, label.about, present, box or "", thing.text if thing else "")
            writer.writerow([guarded(cell) for cell in row])
    return stream.getvalue()


def _label(row: Mapping[str, object], where: str) -> Label:
    if extra := [str(name) for name in row if name not in (*COLUMNS, *MORE)]:
        raise LabelError(f"{where}: has {extra[0]!r}, which is none of {', '.join((*COLUMNS, *MORE))}")
    file, about, present = (row.get(name) for name in COLUMNS)
    if not isinstance(file, str) or not file or not isinstance(about, str) or not about:
        raise LabelError(f"{where}: a label needs a file, and the rule or kind that it is about")
    if not isinstance(present, str) or present not in PRESENT:
        raise LabelError(f'{where}: present must be "yes" or "no", not {present!r}')
    if about == NOTHING_ELSE and PRESENT[present]:
        raise LabelError(f'{where}: "*" says that nothing else is there; its present must be "no"')
    box, text = _box(row.get("box"), where), row.get("text") or ""
    if not isinstance(text, str) or (text and not box):
        raise LabelError(f"{where}: text is what is written in a box; give the box too")
    if box and not PRESENT[present]:
        raise LabelError(f'{where}: a box says where something is; its present must be "yes"')
    return Label(file=file, about=about, present=PRESENT[present], things=(Thing(box=box, text=text),) if box else ())


def _box(said: object, where: str) -> Box | None:
    if said is None or said == "":
        return None
    sides = said.split() if isinstance(said, str) else said
    try:
        left, top, right, bottom = (round(float(side)) for side in cast("list[float | str]", sides))
        return Box(left, top, right, bottom)
    except (ValueError, TypeError, OverflowError) as error:
        raise LabelError(f"{where}: a box is four numbers, left, top, right, bottom, not {said!r}") from error


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Every line that is not empty, with its number."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise LabelError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read as UTF-8 text; name a .csv or .jsonl file") from error
    if path.suffix == ".csv":
        # not split into lines first: a name can contain a line break
        rows = csv.DictReader(io.StringIO(text, newline=""))
        for row in rows:
            yield (
                rows.line_num,
                {name: unguarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()},
            )
    elif path.suffix == ".jsonl":
        for number, line in enumerate(re.split(r"\r\n|[\r\n]", text), start=1):
            if line.strip():
                yield number, _object(line, f"{path}:{number}")
    else:
        raise LabelError(f"{path}: labels must be a .csv or .jsonl file")


def _object(line: str, where: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{where}: is not JSON; write one object per line") from error
    if not isinstance(row, dict):
        raise LabelError(f"{where}: is not a JSON object; write one per line")
    return row
