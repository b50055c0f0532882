"""What a pipeline file says beside its stages: rules, limits, force and batch, read without importing a stage."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from screening import pipeline_file
from screening.force import Force
from screening.photo.files import Limits
from screening.pipeline_file import ConfigError, PipelineTables, did_you_mean
from screening.policy import Policy, PolicyError, Rule
from screening.questions import BatchSettings
from screening.stages import STAGES
from screening.typed import ShapeError, typed

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFile:
    """The tables of a pipeline file; those of the stages are read by the stages' own fields."""

    stage: tuple[dict[str, Any], ...]
    rules: dict[str, Rule]
    limits: Limits = Limits()
    force: Force = Force()
    batch: BatchSettings = BatchSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A pipeline file without its stages: what findings are judged by, and what is asked of people.

    Attributes:
        name: of the file, without ending.
        sha256: of its bytes, behind those of the file that it extends.
        policy: the rules.
        limits: what a picture may cost.
        force: who "we" are.
        batch: what is asked of people before a batch goes out.
        foreign: names of the stages that did not come from us.
    """

    name: str
    sha256: str
    policy: Policy
    limits: Limits = Limits()
    force: Force = Force()
    batch: BatchSettings = BatchSettings()
    foreign: tuple[str, ...] = ()


def read(pipeline: str | Path = "default") -> Settings:
    """The settings of a pipeline by the name of one that ships with the project, or by the path of a TOML file.

    Whether its stages are sound, and whether they can report the kinds that its rules name, only `config.load` says.

    Raises:
        ConfigError: if it cannot be read, has a key it should not have, or a value of the wrong type.
    """
    return of(pipeline_file.read(pipeline))


def of(found: PipelineTables) -> Settings:
    """The settings in a pipeline file that was read.

    Raises:
        ConfigError: as `read`.
    """
    path = found.path
    _refuse_half_rules(found.tables, path)
    file = fitted(PipelineFile, found.tables, where=f"{path}: ")
    _check_questions(file, path)
    _check_limits(file.limits, path)
    try:
        policy = Policy(file.rules)
    except PolicyError as error:
        raise ConfigError(f"{path}: rules: {error}") from error
    used = [table["use"] for table in file.stage if isinstance(table.get("use"), str)]
    return Settings(
        name=path.stem,
        sha256=found.sha256,
        policy=policy,
        limits=file.limits,
        force=file.force,
        batch=file.batch,
        foreign=tuple(use for use in used if use not in STAGES),
    )


def _check_limits(limits: Limits, path: Path) -> None:
    """Refuses a limit that would let nothing pass, or everything."""
    for name, value in dataclasses.asdict(limits).items():
        if not 0 < value < math.inf:
            raise ConfigError(f"{path}: limits.{name}: is {value:g}, and must be a number above 0")


def check_rules(named: Iterable[str], policy: Policy) -> None:
    """Refuses what was asked about a rule that this policy does not have: it would be about nothing, unsaid.

    Raises:
        ConfigError: naming it, and the one that may have been meant.
    """
    for rule in named:
        if rule not in policy.rules:
            raise ConfigError(f"no rule is called {rule!r}{did_you_mean(rule, policy.rules)}")


def fitted(shape: type[T], table: dict[str, Any], *, where: str) -> T:
    """A table as the dataclass whose fields are its keys; every key and type is checked.

    Raises:
        ConfigError: naming the key, and the one that may have been meant.
    """
    try:
        made: T = typed(shape, table)
    except ShapeError as error:
        known = list(error.known)
        if known and shape is PipelineFile and "." not in error.path:
            known += ["extends", "without"]
        meant = did_you_mean(error.path.rpartition(".")[2], known) if known else ""
        quoted = "; write a kind in quotes" if known and ".kinds." in error.path else ""
        raise ConfigError(f"{where}{error}{meant}{quoted}") from error
    return made


def _check_questions(file: PipelineFile, path: Path) -> None:
    """No two questions are one, and a rule that is named is there."""
    questions = file.batch.question
    for one in questions:
        if one.rule and one.rule not in file.rules:
            said = f"no rule is called {one.rule!r}{did_you_mean(one.rule, file.rules)}"
            raise ConfigError(f"{path}: batch.question {one.id}: {said}")
        if sum(one.id == other.id or one.ask == other.ask for other in questions) > 1:
            raise ConfigError(f"{path}: batch.question {one.id}: appears twice")


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
                "a rule of your own needs says and lifted_by"
            )
