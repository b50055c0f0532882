"""Labels from existing sources: a run's review, and the box files of other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from screening.evaluation.evaluate import marked
from screening.evaluation.labels import NOTHING_ELSE, Label, LabelError, Thing
from screening.finding import Box
from screening.policy import Judgement, Verdict
from screening.run.decision import Action, Decision
from screening.run.outcome import Outcome
from screening.weights import read_bytes

# What a decision says about what is there. An override says nothing about that.
THERE = (Action.ACCEPT, Action.RELEASE, Action.PARENTAL, Action.INVOLVED, Action.REDACT, Action.DRAW)
NOT_THERE = (Action.ADULT,)
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")


def of_review(after: Sequence[Outcome], current: Sequence[Decision]) -> tuple[list[Label], int]:
    """The labels that follow from the decisions on a run, and how many decisions say nothing.

    A met condition, a form, a permission, a redaction and what somebody drew say that it is there; "an adult" says that
    no juvenile is.
    Labels say that nothing is there, or where everything is, only if every finding of the rule was decided that way. A
    picture that somebody agreed is clear shows nothing else, unless a release made it clear. An override, or a picture
    that was kept back, does not say what is there.
    """
    labels: list[Label] = []
    silent = 0
    photos = {one.photo.sha256: one.photo for one in after if one.photo.screened}
    for one in after:
        said = {judgement: decision.action for judgement, decision in one.decided if marked(judgement)}
        silent += sum(action not in (*THERE, *NOT_THERE, Action.REJECT) for action in said.values())
        asked = [judgement for judgement in one.photo.judgements if marked(judgement) and one.photo.screened]
        for rule in dict.fromkeys(judgement.rule for judgement in asked):
            answers = [(judgement, said.get(judgement)) for judgement in asked if judgement.rule == rule]
            labels += _of_rule(one.photo.file, rule, answers)
    for decision in current:
        photo = photos.get(decision.sha256)
        if decision.action is Action.AGREE and photo:
            released = any(marked(one) for one in photo.judgements if one.verdict is Verdict.CLEAR)
            labels += [] if released else [Label(file=photo.file, about=NOTHING_ELSE, present=False)]
            silent += released
        silent += decision.action is Action.REJECT
    return labels, silent


def _of_rule(file: str, rule: str, answers: Sequence[tuple[Judgement, Action | None]]) -> Iterator[Label]:
    """A picture's label for a rule, if one follows from the decision on each of its findings (None: undecided)."""
    there = [judgement.finding.box for judgement, action in answers if action in THERE]
    complete = all(action in (*THERE, *NOT_THERE) for _, action in answers)
    if there or complete:
        things = tuple(Thing(box=box) for box in there if box and complete)
        yield Label(file=file, about=rule, present=bool(there), things=things)


def of_coco(path: Path, names: Mapping[str, str]) -> list[Label]:
    """The labels of a COCO file (images, annotations, categories); `names` says which rule each category is about.

    A picture without an annotation of a named category is a negative for it.

    Raises:
        LabelError: if it is not such a file, or names none of these categories.
    """
    try:
        fields: dict[str, Any] = json.loads(read_bytes(path).decode())
        images = {image["id"]: str(image["file_name"]) for image in fields["images"]}
        categories = {one["id"]: str(one["name"]) for one in fields["categories"]}
        boxes = [
            (images[one["image_id"]], categories[one["category_id"]], _from_corner(*one["bbox"]))
            for one in fields["annotations"]
        ]
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LabelError(f"{path}: is not a COCO file with images, annotations and categories") from error
    return _joined(path, list(images.values()), boxes, list(categories.values()), names)


def of_yolo(folder: Path, names: Mapping[str, str]) -> list[Label]:
    """The labels of a YOLO folder: a .txt beside each picture, or in `labels` beside `images`, and classes.txt or
    data.yaml with the classes' names.

    Raises:
        LabelError: if it is not such a folder, a line is invalid, or it has none of these classes.
    """
    classes = _classes(folder)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not files:
        raise LabelError(f"{folder}: contains no pictures; a YOLO folder has a .txt for each")
    boxes = []
    for file in files:
        name = file.relative_to(folder).as_posix()
        said = [file.with_suffix(".txt"), folder / _beside(name)]
        text = next((path for path in said if path.is_file()), None)
        boxes += [(name, label, box) for label, box in _yolo(text, file, classes)] if text else []
    return _joined(folder, [file.relative_to(folder).as_posix() for file in files], boxes, classes, names)


def _beside(name: str) -> str:
    """The path of a picture's boxes in `labels` beside `images`."""
    parts = ["labels" if part == "images" else part for part in Path(name).parts]
    return Path(*parts).with_suffix(".txt").as_posix()


def _yolo(text: Path, file: Path, classes: Sequence[str]) -> Iterator[tuple[str, Box]]:
    from PIL import Image, ImageOps

    with Image.open(file) as image:
        width, height = ImageOps.exif_transpose(image).size
    try:
        lines = read_bytes(text).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{text}: cannot be read; check the file") from error
    for number, line in enumerate(lines, 1):
        try:
            index, x, y, wide, high = line.split()
            left, top = (float(x) - float(wide) / 2) * width, (float(y) - float(high) / 2) * height
            yield classes[int(index)], _from_corner(left, top, float(wide) * width, float(high) * height)
        except (ValueError, IndexError) as error:
            raise LabelError(f"{text}:{number}: is not a class with a centre, a width and a height") from error


def _classes(folder: Path) -> list[str]:
    import yaml

    for name in ("classes.txt", "data.yaml", "dataset.yaml"):
        file = folder / name
        if not file.is_file():
            continue
        try:
            text = read_bytes(file).decode()
            if name == "classes.txt":
                return text.split("\n")[: len(text.splitlines())]
            said = yaml.safe_load(text)["names"]
            return [str(one) for one in (said.values() if isinstance(said, dict) else said)]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise LabelError(f"{file}: does not name the classes") from error
    raise LabelError(f"{folder}: contains neither classes.txt nor data.yaml with the classes' names")


def _joined(
    where: Path,
    files: Sequence[str],
    boxes: Sequence[tuple[str, str, Box]],
    known: Sequence[str],
    names: Mapping[str, str],
) -> list[Label]:
    if not names or (unknown := [name for name in names if name not in known]):
        wrong = f"has no {unknown[0]!r}" if names else "names its own things"
        raise LabelError(f"{where}: {wrong}; give --as NAME=RULE for some of: {', '.join(dict.fromkeys(known))}")
    things: dict[tuple[str, str], list[Thing]] = {}
    for file, name, box in boxes:
        if name in names:
            things.setdefault((file, names[name]), []).append(Thing(box=box))
    return [
        Label(file=file, about=about, present=(file, about) in things, things=tuple(things.get((file, about), ())))
        for file in files
        for about in dict.fromkeys(names.values())
    ]


def _from_corner(left: float, top: float, width: float, height: float) -> Box:
    return Box(
        round(left), round(top), max(round(left) + 1, round(left + width)), max(round(top) + 1, round(top + height))
    )
