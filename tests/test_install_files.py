"""The files for installers that do not read this project's settings say what the settings say."""

from __future__ import annotations

import importlib.metadata
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lines(name: str) -> list[str]:
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def names(requirements: Iterable[str]) -> set[str]:
    """What is to be installed on this computer, without anybody's extras."""
    wanted = map(Requirement, requirements)
    return {canonicalize_name(one.name) for one in wanted if not one.marker or one.marker.evaluate({"extra": ""})}


def test_the_overrides_are_those_of_the_settings() -> None:
    assert lines("overrides.txt") == SETTINGS["tool"]["uv"]["override-dependencies"]


def test_every_requirement_is_of_the_pinned_version() -> None:
    pins = map(Requirement, SETTINGS["tool"]["uv"]["constraint-dependencies"])
    pinned = {one.name: one.specifier for one in pins}
    assert {one.name: one.specifier for one in map(Requirement, lines("requirements.txt"))}.items() <= pinned.items()


def test_what_a_requirement_needs_is_required_too() -> None:
    here, never = names(lines("requirements.txt")), {Requirement(line).name for line in lines("overrides.txt")}
    missing = names(SETTINGS["project"]["dependencies"]) - here
    for name in here:
        missing |= names(importlib.metadata.requires(name) or ()) - here - never
    assert missing == set()
