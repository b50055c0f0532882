"""A value of a TOML file is what its type says, or the answer names its key and what it must be."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from screening.typed import ShapeError, typed


class Colour(enum.StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError("share must not lie above 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    name: str
    inner: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] | None = None


FITS: list[tuple[Any, Any, Any]] = [
    (float, 1, 1.0),  # TOML writes 0 where it means 0.0
    (float | None, 2, 2.0),
    (int | str, "a", "a"),
    (bool, True, True),
    (datetime.date, datetime.date(2027, 1, 1), datetime.date(2027, 1, 1)),
    (Path, "a/b", Path("a/b")),
    (Colour, "red", Colour.RED),
    (Literal["a", 1], 1, 1),
    (tuple[int, str], [1, "a"], (1, "a")),
    (frozenset[str], ["a", "a"], frozenset({"a"})),
    (dict[str, Any], {"a": [1]}, {"a": [1]}),
    (Outer, {"name": "x", "inner": [{"share": 1}]}, Outer(name="x", inner=(Inner(share=1.0),))),
    (Outer, {"name": "x", "by_name": {"a.b": {}}}, Outer(name="x", by_name={"a.b": Inner()})),
]


@pytest.mark.parametrize(("shape", "value", "made"), FITS)
def test_what_fits_becomes_what_its_type_says(shape: Any, value: Any, made: Any) -> None:
    assert typed(shape, value) == made
    assert type(typed(shape, value)) is type(made)


REFUSED: list[tuple[Any, Any, str]] = [
    (float, "0.5", "must be a number, not '0.5'"),
    (float, True, "must be a number, not True"),  # to Python, true is 1
    (int, True, "must be a whole number, not True"),
    (int, 1.0, "must be a whole number, not 1.0"),
    (str, 1, "must be text in quotes, not 1"),
    (bool, 1, "must be true or false, not 1"),
    (datetime.date, "2027-01-01", "must be a date"),
    (datetime.date, datetime.datetime(2027, 1, 1), "must be a date"),
    (Path, 1, "must be a path"),
    (Colour, "blue", "must be one of 'red'"),
    (Literal["a", "b"], "c", "must be one of 'a', 'b', not 'c'"),
    (Literal[1], True, "must be one of 1, not True"),
    (tuple[str, ...], "a", "must be a list, not 'a'"),  # which is one of letters to Python
    (tuple[int, str], [1], "must be a list of 2"),
    (tuple[str, ...], ["a", 2], "2: must be text in quotes, not 2"),
    (dict[str, float], {"a": "b"}, "a: must be a number, not 'b'"),
    (float | None, "a", "must be a number, not 'a'"),
    (Outer, [], "must be a table"),
    (Outer, {}, "name: this key is missing"),
    (Outer, {"name": "x", "nme": "y"}, "nme: there is no such key"),
    (Outer, {"name": "x", "inner": [{}, {"share": 2}]}, "inner.2: share must not lie above 1"),
    (Outer, {"name": "x", "by_name": {"a": {"shar": 1}}}, "by_name.a.shar: there is no such key"),
    (complex, 1, "is of a type that a pipeline file cannot give"),
]


@pytest.mark.parametrize(("shape", "value", "said"), REFUSED)
def test_what_does_not_fit_is_named_by_its_key(shape: Any, value: Any, said: str) -> None:
    with pytest.raises(ShapeError) as raised:
        typed(shape, value)
    assert str(raised.value).startswith(said)
