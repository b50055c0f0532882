"""Builds a pipeline from its file: the settings, and the stages in order.

A file may say `extends = "default"` and list only what differs; `without = ["codes"]` leaves stages out.
A file that names `package.module:Class` imports that code: it is trusted like code.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from screening import kinds, pipeline_file, settings
from screening.force import Force
from screening.pipeline import Pipeline
from screening.pipeline_file import ConfigError, did_you_mean, names
from screening.stages import STAGES, Stage

__all__ = ["ConfigError", "load", "names"]


def load(pipeline: str | Path = "default") -> Pipeline:
    """A pipeline by the name of one that ships with the project, or by the path of a TOML file.

    Raises:
        ConfigError: if it cannot be read, has an unknown key or a value of the wrong type, if a stage comes before one
            whose findings it reads, or if a rule names a kind that no stage declares.
    """
    found = pipeline_file.read(pipeline)
    path, chosen = found.path, settings.of(found)
    stages = tuple(
        _stage(dict(table), chosen.force, f"{path}: stage {number}")
        for number, table in enumerate(found.tables["stage"], 1)
    )
    _refuse_twins([stage.name for stage in stages], path)
    _refuse_blind(stages, path)
    if wrong := kinds.unknown(chosen.policy, stages):
        raise ConfigError(f"{path}: rules.{wrong}")
    return Pipeline(stages=stages, **{one.name: getattr(chosen, one.name) for one in dataclasses.fields(chosen)})


def _stage(table: dict[str, Any], force: Force, where: str) -> Stage:
    """The stage that a `[[stage]]` table describes."""
    use = table.pop("use", None)
    if not isinstance(use, str):
        raise ConfigError(f'{where}: does not say which stage it is; add use = "..." with one of {", ".join(STAGES)}')
    if use not in STAGES and ":" not in use:
        raise ConfigError(f"{where}: no stage is called {use!r}{did_you_mean(use, STAGES)}")
    module, _, name = STAGES.get(use, use).partition(":")
    try:
        stage_class = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{where}: {use} cannot be imported: {error}") from error
    if "force" in table:
        raise ConfigError(f"{where} ({use}): force: belongs in the table [force], for every stage")
    says = all(hasattr(stage_class, one) for one in ("name", "kinds"))
    if not dataclasses.is_dataclass(stage_class) or "__call__" not in vars(stage_class) or not says:
        said = "a stage is a callable frozen dataclass with a name and kinds"
        raise ConfigError(f"{where}: {use} is not a stage: {said}")
    stage = settings.fitted(cast("type[Any]", stage_class), table, where=f"{where} ({use}): ")
    if any(field.name == "force" for field in dataclasses.fields(stage_class)):
        stage = dataclasses.replace(stage, force=force)
    return cast(Stage, stage)


def _refuse_twins(stages: list[str], path: Path) -> None:
    if not stages:
        raise ConfigError(f"{path}: has no [[stage]]: it would look for nothing")
    for name in stages:
        if stages.count(name) > 1:
            raise ConfigError(f"{path}: stage {name!r} appears twice")


def _refuse_blind(stages: Sequence[Stage], path: Path) -> None:
    """Refuses a stage that comes before one whose findings it reads: it would silently find nothing. Leaving that
    one out altogether may be intended, and every report and clearance says so."""
    names = [stage.name for stage in stages]
    for number, stage in enumerate(stages):
        for source in getattr(stage, "after", ()):
            if source in names[number:]:
                raise ConfigError(
                    f"{path}: stage {stage.name!r} comes before {source!r}, whose findings it reads; "
                    f"put {source!r} first"
                )
