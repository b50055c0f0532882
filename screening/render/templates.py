"""Our templates, through which no string reaches a page or a note as it came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(folder: Path, shown: Callable[[str], str], made: type[str], **options: Any) -> Environment:
    """The templates of a folder, for Jinja.

    Args:
        folder: where they lie.
        shown: what makes a string harmless; every string passes through it, and is escaped only after that.
        made: the type of strings that we made ourselves, which are left as they are.
        options: further ones of Jinja's environment.
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
