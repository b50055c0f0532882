"""Reads TOML or JSON values into dataclasses, strictly: every key must be known, and "0.5" is not a number."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import types
import typing
from pathlib import Path
from typing import Any

# The types that a list in the file may become.
SEQUENCES = (tuple, list, set, frozenset)
PLAIN: dict[type, str] = {str: "text in quotes", int: "a whole number", bool: "true or false", datetime.date: "a date"}


class ShapeError(ValueError):
    """A value that does not have its type.

    Attributes:
        path: its keys, and its position in any list, joined by dots.
        said: what is wrong with it.
        known: for an unknown key, the keys that there are.
    """

    def __init__(self, path: str, said: str, known: typing.Sequence[str] = ()) -> None:
        super().__init__(f"{path}: {said}" if path else said)
        self.path, self.said, self.known = path, said, known


def typed(shape: Any, value: Any, path: str = "") -> Any:
    """A value as a dataclass, tuple, dictionary or plain type; a whole number is accepted as a float.

    Raises:
        ShapeError: naming the first value that does not fit, or the first unknown key.
    """
    origin, inner = typing.get_origin(shape), typing.get_args(shape)
    if shape is Any:
        return value
    if dataclasses.is_dataclass(shape):
        return _dataclass(shape, value, path)
    if origin in SEQUENCES:
        return _sequence(shape, value, path)
    if origin is dict:
        _check(isinstance(value, dict), path, "a table", value)
        return {key: typed(inner[1], one, _below(path, key)) for key, one in value.items()}
    if origin is typing.Literal:
        _check(any(value == one and type(value) is type(one) for one in inner), path, _one_of(inner), value)
        return value
    if origin in (typing.Union, types.UnionType):
        if value is None and types.NoneType in inner:  # JSON has null, TOML does not
            return None
        return _union([one for one in inner if one is not types.NoneType], value, path)
    return _plain(shape, value, path)


def _plain(shape: Any, value: Any, path: str) -> Any:
    if shape is float:
        _check(type(value) in (int, float), path, "a number", value)
        return float(value)
    if shape in PLAIN:
        _check(type(value) is shape, path, PLAIN[shape], value)
        return value
    if shape is Path:
        _check(isinstance(value, str), path, "a path in quotes", value)
        return Path(value)
    if isinstance(shape, type) and issubclass(shape, enum.Enum):
        _check(value in [one.value for one in shape], path, _one_of([one.value for one in shape]), value)
        return shape(value)
    raise ShapeError(path, f"is of a type that a pipeline file cannot give: {shape}")


def _dataclass(shape: Any, value: Any, path: str) -> Any:
    _check(isinstance(value, dict), path, "a table", value)
    hints = typing.get_type_hints(shape)
    fields = {field.name: field for field in dataclasses.fields(shape) if field.init}
    for key in value:
        if key not in fields:
            raise ShapeError(_below(path, key), "there is no such key", list(fields))
    for name, field in fields.items():
        if name not in value and field.default is field.default_factory is dataclasses.MISSING:
            raise ShapeError(_below(path, name), "this key is missing")
    # in the order of the file, so that its first mistake is reported
    given = {key: typed(hints[key], one, _below(path, key)) for key, one in value.items()}
    try:
        return shape(**given)
    except ShapeError:
        raise
    except ValueError as error:
        raise ShapeError(path, str(error)) from error


def _sequence(shape: Any, value: Any, path: str) -> Any:
    _check(isinstance(value, list), path, "a list", value)
    inner, make = typing.get_args(shape), typing.get_origin(shape)
    each = inner if make is tuple and inner[-1:] != (...,) else inner[:1] * len(value)
    _check(len(each) == len(value), path, f"a list of {len(each)}", value)
    pairs = enumerate(zip(each, value, strict=True), 1)
    return make(typed(one, part, _below(path, number)) for number, (one, part) in pairs)


def _union(shapes: list[Any], value: Any, path: str) -> Any:
    """The value as the first of several types that fits; if none does, the error of the last."""
    for shape in shapes[:-1]:
        try:
            return typed(shape, value, path)
        except ShapeError:
            continue
    return typed(shapes[-1], value, path)


def _check(fits: bool, path: str, wanted: str, value: Any) -> None:
    if not fits:
        raise ShapeError(path, f"must be {wanted}, not {value!r}")


def _one_of(values: typing.Sequence[Any]) -> str:
    return f"one of {', '.join(map(repr, values))}"


def _below(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
