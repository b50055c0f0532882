"""Reads a pipeline file: stages in order, then limits, the force, the batch and the rules.

A file may say `extends = "default"` and hold only what differs; of stages, `without = ["codes"]` leaves some out.
A file that names `package.module:Class` imports that code: it is trusted like code.
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import json
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from screening import kinds, pipeline_file
from screening.force import Force
from screening.photo.files import Limits
from screening.pipeline import Pipeline
from screening.pipeline_file import ConfigError, did_you_mean, names
from screening.policy import Policy, PolicyError, Rule
from screening.questions import BatchSettings
from screening.stages import STAGES, Stage

__all__ = ["ConfigError", "PipelineFile", "default_batch", "default_policy", "load", "names"]
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFile:
    """The tables of a pipeline file; those of the stages are read by the stages' own fields."""

    stage: tuple[dict[str, Any], ...]
    rules: dict[str, Rule]
    limits: Limits = Limits()
    force: Force = Force()
    batch: BatchSettings = BatchSettings()


def load(pipeline: str | Path = "default") -> Pipeline:
    """A pipeline by the name of one that ships with the project, or by the path of a TOML file.

    Raises:
        ConfigError: if it cannot be read, has a key it should not have, or a value of the wrong type, or if a stage
            stands before one whose findings it reads, or if a rule names a kind that no stage declares.
    """
    found = pipeline_file.read(pipeline)
    path = found.path
    _refuse_half_rules(found.tables, path)
    file = _read(PipelineFile, found.tables, where=f"{path}: ")
    policy = _policy(file, path)
    stages = tuple(
        _stage(dict(table), file.force, f"{path}: stage {number}") for number, table in enumerate(file.stage, 1)
    )
    _refuse_twins([stage.name for stage in stages], path)
    _refuse_blind(stages, path)
    if wrong := kinds.unknown(policy, stages):
        raise ConfigError(f"{path}: rules.{wrong}")
    return Pipeline(
        name=path.stem,
        sha256=found.sha256,
        stages=stages,
        policy=policy,
        limits=file.limits,
        force=file.force,
        batch=_batch(file, path),
        foreign=tuple(table["use"] for table in file.stage if table["use"] not in STAGES),
    )


def default_policy() -> Policy:
    """The rules of the default pipeline, which others are compared with; none of its stages is imported."""
    return _policy(*_default())


def default_batch() -> BatchSettings:
    """What the default pipeline asks of a batch before it goes out."""
    return _batch(*_default())


def _default() -> tuple[PipelineFile, Path]:
    found = pipeline_file.read("default")
    return _read(PipelineFile, found.tables, where=f"{found.path}: "), found.path


def _policy(file: PipelineFile, path: Path) -> Policy:
    try:
        return Policy(file.rules)
    except PolicyError as error:
        raise ConfigError(f"{path}: rules: {error}") from error


def _batch(file: PipelineFile, path: Path) -> BatchSettings:
    """The `[batch]` table; no two of its questions are one, and a rule that is named is there."""
    questions = file.batch.question
    for one in questions:
        if one.rule and one.rule not in file.rules:
            said = f"no rule is called {one.rule!r}{did_you_mean(one.rule, file.rules)}"
            raise ConfigError(f"{path}: batch.question {one.id}: {said}")
        if sum(one.id == other.id or one.ask == other.ask for other in questions) > 1:
            raise ConfigError(f"{path}: batch.question {one.id}: stands there twice")
    return file.batch


def _stage(table: dict[str, Any], force: Force, where: str) -> Stage:
    """The stage that a `[[stage]]` table describes."""
    use = table.pop("use", None)
    if not isinstance(use, str):
        raise ConfigError(f'{where}: says not which stage it is; add use = "..." with one of {", ".join(STAGES)}')
    if use not in STAGES and ":" not in use:
        raise ConfigError(f"{where}: no stage is called {use!r}{did_you_mean(use, STAGES)}")
    module, _, name = STAGES.get(use, use).partition(":")
    try:
        stage_class = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{where}: {use} cannot be imported: {error}") from error
    if "force" in table:
        raise ConfigError(f"{where} ({use}): force: stands in the table [force], for every stage")
    says = all(hasattr(stage_class, one) for one in ("name", "kinds"))
    if not dataclasses.is_dataclass(stage_class) or "__call__" not in vars(stage_class) or not says:
        said = "a stage is a frozen dataclass that can be called, and says its name and kinds"
        raise ConfigError(f"{where}: {use} is no stage: {said}")
    stage = _read(cast("type[Any]", stage_class), table, where=f"{where} ({use}): ")
    if any(field.name == "force" for field in dataclasses.fields(stage_class)):
        stage = dataclasses.replace(stage, force=force)
    return cast(Stage, stage)


def _read(shape: type[T], table: dict[str, Any], *, where: str) -> T:
    """A table as the dataclass whose fields are its keys; every key and type is checked.

    Raises:
        ConfigError: naming the key, and the one that may have been meant.
    """
    from pydantic import TypeAdapter, ValidationError

    for unknown, known in _unknown_keys(shape, table):
        quoted = "; a kind is written in quotes" if ".kinds." in unknown else ""
        top = ["extends", "without"] if shape is PipelineFile and "." not in unknown else []
        meant = did_you_mean(unknown.split(".")[-1], [*known, *top])
        raise ConfigError(f"{where}{unknown}: there is no such key{meant}{quoted}")
    try:
        # strict, so "0.5" is no number; by way of JSON, where a list may stand for a tuple, a whole number for a float
        return TypeAdapter(shape).validate_json(json.dumps(table, default=_plain), strict=True)
    except ValidationError as error:
        raise ConfigError(f"{where}{_explain(error.errors(include_url=False)[0])}") from error


def _plain(value: object) -> str:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a pipeline file")


def _explain(error: Any) -> str:
    """One of pydantic's errors in our words."""
    path = ".".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"]) or "file"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("missing", "missing_argument"):
        return f"{path}: this key is missing"
    if error["type"] == "value_error":
        return f"{path}: {message}"
    return f"{path}: {message[:1].lower()}{message[1:]}, not {error['input']!r}"


def _unknown_keys(shape: Any, value: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Keys, as `table.key`, that no field of the dataclasses stands for, each with the fields there are."""
    if dataclasses.is_dataclass(shape) and isinstance(value, dict):
        hints = typing.get_type_hints(shape)
        known = [field.name for field in dataclasses.fields(shape) if field.init]
        for key, inner in value.items():
            if key not in known:
                yield path + key, known
            else:
                yield from _unknown_keys(hints[key], inner, f"{path}{key}.")
    elif typing.get_origin(shape) is tuple and isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _unknown_keys(typing.get_args(shape)[0], inner, f"{path}{number}.")
    elif typing.get_origin(shape) is dict and isinstance(value, dict):
        for key, inner in value.items():
            yield from _unknown_keys(typing.get_args(shape)[1], inner, f"{path}{key}.")


def _refuse_half_rules(tables: dict[str, Any], path: Path) -> None:
    """A rule without its sentence is a rule of the file that this one extends, misspelt."""
    rules = tables.get("rules")
    if not isinstance(rules, dict) or not all(isinstance(rule, dict) for rule in rules.values()):
        return  # what is wrong with it is said where the types are checked
    whole = [name for name, rule in rules.items() if "says" in rule]
    for name in rules:
        if name not in whole:
            raise ConfigError(
                f"{path}: rules.{name}: there is no such rule{did_you_mean(name, whole)}; "
                "a rule of your own says what it says and what it is lifted_by"
            )


def _refuse_twins(stages: list[str], path: Path) -> None:
    if not stages:
        raise ConfigError(f"{path}: has no [[stage]]: nothing would be looked for")
    for name in stages:
        if stages.count(name) > 1:
            raise ConfigError(f"{path}: stage {name!r} stands there twice")


def _refuse_blind(stages: Sequence[Stage], path: Path) -> None:
    """A stage sees only what those before it found: where one that it reads stood later, it would find nothing unsaid.
    That one it reads is left out altogether may be meant, and is said in every report and clearance."""
    names = [stage.name for stage in stages]
    for number, stage in enumerate(stages):
        for source in getattr(stage, "after", ()):
            if source in names[number:]:
                raise ConfigError(
                    f"{path}: stage {stage.name!r} stands before {source!r}, whose findings it reads; "
                    f"put {source!r} first"
                )
