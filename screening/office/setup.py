"""What an office says once about itself, so that no command has to be told again: its pipeline and its people."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from screening import pipeline_file
from screening.force import Force
from screening.office.office import Office, OfficeError, replace_file
from screening.typed import ShapeError, typed

# The file in the office's folder.
FILE = "office.toml"
# What of [force] an office is asked for.
ASKED = ("name", "credits", "domains", "phones", "fleet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The contents of office.toml.

    Attributes:
        pipeline: what scans and gates use unless told otherwise: a name, or the path of a TOML file; a relative path
            starts in the office's folder.
        reviewer: who decides, unless a command says who.
        signer: whose key signs, unless a command says whose.
    """

    pipeline: str = "default"
    reviewer: str = ""
    signer: str = ""


def read(office: Office) -> Setup:
    """The office's set-up, or that of an office that has none.

    Raises:
        OfficeError: if there is one that cannot be used.
    """
    path = office.folder / FILE
    try:
        made: Setup = typed(Setup, tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Setup()
    except (OSError, ValueError) as error:
        why = str(error) if isinstance(error, ShapeError | tomllib.TOMLDecodeError) else "cannot be read"
        raise OfficeError(f"{path}: {why}; mend it, or run screening office init") from error
    return Setup(pipeline=_found(made.pipeline, office), reviewer=made.reviewer, signer=made.signer)


def write(office: Office, *, policy: str, force: Force | None, reviewer: str, signer: str) -> Setup:
    """Keeps the answers of an office: a pipeline file with its force, and office.toml.

    Args:
        office: where to.
        policy: a pipeline that ships with the project, or the path of the office's own file.
        force: who "we" are; None if `policy` says it.
        reviewer, signer: as in `Setup`.

    Raises:
        OfficeError: if it cannot be written, or nothing says who we are.
        ConfigError: if there is no such policy.
    """
    pipeline = policy if policy in pipeline_file.names() else str(pipeline_file.read(policy).path.resolve())
    if not (force.name.strip() if force else pipeline_file.read(policy).tables.get("force", {}).get("name")):
        raise OfficeError(f'{policy}: does not say who we are; add name = "..." to its table [force]')
    office.prepare()
    try:
        if force:
            pipeline = f"{_plain(force.name)}.toml"
            replace_file(office.folder / pipeline, _text(policy, force))
        made = Setup(pipeline=pipeline, reviewer=reviewer, signer=signer)
        lines = [f"{name} = {_quoted(getattr(made, name))}\n" for name in ("pipeline", "reviewer", "signer")]
        replace_file(office.folder / FILE, "# Written by screening office init; may be edited.\n" + "".join(lines))
    except OSError as error:
        raise OfficeError(f"{office.folder}: cannot be written ({error.strerror})") from error
    return read(office)


def _found(pipeline: str, office: Office) -> str:
    """A pipeline by its name, or by its whole path."""
    return pipeline if pipeline in pipeline_file.names() else str(office.folder / pipeline)


def _plain(name: str) -> str:
    """A file's name, without its ending, that no pipeline of the project has."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "our"
    return f"{plain}-force" if plain in pipeline_file.names() else plain


def _text(policy: str, force: Force) -> str:
    """The pipeline file of a force that takes everything else from one of the project's."""
    said = [f"{name} = {_quoted(getattr(force, name))}\n" for name in ASKED if getattr(force, name)]
    return f"extends = {_quoted(policy)}\n\n[force]\n" + "".join(said)


def _quoted(value: str | Sequence[str]) -> str:
    """A text or a list of texts as TOML, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
