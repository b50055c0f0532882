"""Our templates, which make every string harmless before it reaches a page or a note."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(folder: Path, shown: Callable[[str], str], made: type[str], **options: Any) -> Environment:
    """The Jinja environment for a folder of templates.

    Args:
        folder: where the templates are.
        shown: makes a string harmless; every string passes through it before it is escaped.
        made: the type of strings that we made ourselves, which are left unchanged.
        options: further options of Jinja's environment.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: shown(value) if isinstance(value, str) and not isinstance(value, made) else value,
        **options,
    )
