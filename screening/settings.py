"""The rest of a pipeline file besides its stages: rules, limits, force and batch, read without importing stages."""

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
from screening.policy import Policy, PolicyError, Rule, Thresholds
from screening.questions import BatchSettings
from screening.stages import STAGES
from screening.typed import ShapeError, typed

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posters:
    """The `[posters]` table: which files of a shoot show posters and campaign pictures.

    Attributes:
        files: names of folders, or patterns with `*` and `?`, relative to the shoot's folder. These files are judged
            as by `posters.toml`: what is printed holds instead of blocking.
    """

    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFile:
    """The tables of a pipeline file; the stages' tables are checked by the stages' own fields."""

    stage: tuple[dict[str, Any], ...]
    rules: dict[str, Rule]
    limits: Limits = Limits()
    force: Force = Force()
    batch: BatchSettings = BatchSettings()
    posters: Posters = Posters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A pipeline file without its stages: how findings are judged, and what people are asked.

    Attributes:
        name: the file's name without its ending.
        sha256: of the bytes of the file that it extends, followed by its own.
        policy: the rules.
        limits: the limits on a picture's size and time.
        force: who "we" are.
        batch: what people are asked before a batch goes out.
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

    Only `config.load` checks its stages, and that they can report the kinds that its rules name.

    Raises:
        ConfigError: if it cannot be read, or has an unknown key or a value of the wrong type.
    """
    return of(pipeline_file.read(pipeline))


def of(found: PipelineTables) -> Settings:
    """The settings in a pipeline file that has been read.

    Raises:
        ConfigError: as `read`.
    """
    path = found.path
    _refuse_half_rules(found.tables, path)
    file = fitted(PipelineFile, found.tables, where=f"{path}: ")
    _check_questions(file, path)
    _check_limits(file.limits, path)
    if not all(one.strip("*?/. ") for one in file.posters.files):
        said = "names every file; name a folder or a pattern, or scan with --pipeline posters"
        raise ConfigError(f"{path}: posters.files: {said}")
    try:
        policy = Policy(file.rules, file.posters.files, _printed() if file.posters.files else {})
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


def _printed() -> dict[str, Thresholds]:
    """The kinds that `posters.toml` judges otherwise than the default, with their thresholds there."""
    default, posters = read("default").policy, read("posters").policy
    kinds = {kind for rule in posters.rules.values() for kind in rule.kinds}
    return {kind: posters.lookup(kind)[1] for kind in kinds if posters.lookup(kind) != default.lookup(kind)}


def _check_limits(limits: Limits, path: Path) -> None:
    """Refuses a limit that would let nothing pass, or everything."""
    for name, value in dataclasses.asdict(limits).items():
        if not 0 < value < math.inf:
            raise ConfigError(f"{path}: limits.{name}: is {value:g}, and must be a number above 0")


def check_rules(named: Iterable[str], policy: Policy) -> None:
    """Refuses a rule that this policy does not have, which would silently match nothing.

    Raises:
        ConfigError: naming the rule, and the one that may have been meant.
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
    """Refuses a question that appears twice, or that names a rule that is not there."""
    questions = file.batch.question
    for one in questions:
        if one.rule and one.rule not in file.rules:
            said = f"no rule is called {one.rule!r}{did_you_mean(one.rule, file.rules)}"
            raise ConfigError(f"{path}: batch.question {one.id}: {said}")
        if sum(one.id == other.id or one.ask == other.ask for other in questions) > 1:
            raise ConfigError(f"{path}: batch.question {one.id}: appears twice")


def _refuse_half_rules(tables: dict[str, Any], path: Path) -> None:
    """Refuses a rule without its sentence: it is a misspelt rule of the file that this one extends."""
    rules = tables.get("rules")
    if not isinstance(rules, dict) or not all(isinstance(rule, dict) for rule in rules.values()):
        return  # the check of the types reports what is wrong
    whole = [name for name, rule in rules.items() if "says" in rule]
    for name in rules:
        if name not in whole:
            raise ConfigError(
                f"{path}: rules.{name}: there is no such rule{did_you_mean(name, whole)}; "
                "a rule of your own needs says and lifted_by"
            )
