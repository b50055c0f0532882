"""Checks the shape of a report, because whoever can write to a run can write anything there."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, TypeGuard

Shape = Mapping[str, tuple[type, ...]]
NUMBER = (int, float)
REPORT: Shape = {
    **dict.fromkeys(("batch", "policy", "rules"), (dict,)),
    **dict.fromkeys(("models", "photos", "aside"), (list,)),
    **dict.fromkeys(("started", "tool"), (str,)),
    "seconds": NUMBER,
    "stopped": (bool,),
}
BATCH: Shape = {
    **dict.fromkeys(("name", "purpose", "shoot", "photographer"), (str,)),
    "scene": (bool,),
    "questions": (list,),
}
NAMED: Shape = {"name": (str,), "sha256": (str,)}
PHOTO: Shape = {
    **dict.fromkeys(("file", "sha256"), (str,)),
    **dict.fromkeys(("width", "height"), (int,)),
    "seconds": NUMBER,
    "findings": (list,),
}
FINDING: Shape = {
    **dict.fromkeys(("kind", "evidence", "stage"), (str,)),
    "score": NUMBER,
    "box": (list, NoneType),
}


def whole(fields: Mapping[str, Any]) -> bool:
    """Whether the report, its pictures and their findings have all fields of this version, with the right types."""
    return (
        _has(fields, REPORT)
        and _has(fields["batch"], BATCH)
        and all(_has(one, NAMED) for one in (fields["policy"], *fields["models"]))
        and all(isinstance(rule, dict) for rule in fields["rules"].values())
        and all(_has(photo, PHOTO) and all(map(_found, photo["findings"])) for photo in fields["photos"])
    )


def _found(finding: object) -> bool:
    if not _has(finding, FINDING):
        return False
    box = finding["box"]
    return box is None or (len(box) == 4 and all(isinstance(side, int) for side in box))


def _has(fields: object, shape: Shape) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(fields, dict) and all(isinstance(fields.get(name), types) for name, types in shape.items())
