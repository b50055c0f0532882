"""What should have happened to each picture, as a person wrote it down; docs/labels.md describes the format."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from screening.finding import ScreeningError

COLUMNS = ("file", "about", "present")
# In `about`: whatever the file's other lines do not name.
NOTHING_ELSE = "*"
PRESENT = {"yes": True, "no": False}


class LabelError(ScreeningError, ValueError):
    """A file of labels that cannot be read, or contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One line: whether a picture shows what a rule forbids.

    Attributes:
        file: the picture's path relative to the shoot, with forward slashes.
        about: a rule or a kind.
        present: whether it is there.
    """

    file: str
    about: str
    present: bool


def read(path: Path) -> tuple[Label, ...]:
    """The labels of a .csv or .jsonl file, one for each picture and rule or kind, those of `*` written out.

    Raises:
        LabelError: naming the file and the line.
    """
    said: dict[tuple[str, str], bool] = {}
    for line, row in _rows(path):
        label = _label(row, f"{path}:{line}")
        if said.setdefault((label.file, label.about), label.present) is not label.present:
            raise LabelError(f"{path}:{line}: {label.file} was said both to show {label.about} and not to; keep one")
    if not said:
        raise LabelError(f"{path}: holds no labels; add a line for each picture")
    subjects = dict.fromkeys(about for _, about in said if about != NOTHING_ELSE)
    for file in [file for file, about in said if about == NOTHING_ELSE]:
        for about in subjects:
            said.setdefault((file, about), False)
    return tuple(
        Label(file=file, about=about, present=present)
        for (file, about), present in said.items()
        if about != NOTHING_ELSE
    )


def _label(row: Mapping[str, object], where: str) -> Label:
    if extra := [str(name) for name in row if name not in COLUMNS]:
        raise LabelError(f"{where}: has {extra[0]!r}, which is none of {', '.join(COLUMNS)}")
    file, about, present = (row.get(name) for name in COLUMNS)
    if not isinstance(file, str) or not file or not isinstance(about, str) or not about:
        raise LabelError(f"{where}: a label names a file, and the rule or kind that it is about")
    if not isinstance(present, str) or present not in PRESENT:
        raise LabelError(f'{where}: present is "yes" or "no", not {present!r}')
    if about == NOTHING_ELSE and PRESENT[present]:
        raise LabelError(f'{where}: "*" says that nothing else is there; its present is "no"')
    return Label(file=file, about=about, present=PRESENT[present])


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Every line that is not empty, with its number."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read as UTF-8 text; name a .csv or .jsonl file") from error
    if path.suffix == ".csv":
        rows = csv.DictReader(text.splitlines())
        for row in rows:
            yield rows.line_num, row
    elif path.suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                yield number, _object(line, f"{path}:{number}")
    else:
        raise LabelError(f"{path}: labels are a .csv or a .jsonl file")


def _object(line: str, where: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise LabelError(f"{where}: is no JSON; write one object a line") from error
    if not isinstance(row, dict):
        raise LabelError(f"{where}: is no JSON object; write one a line")
    return row
