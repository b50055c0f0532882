"""The release note: a record for the office, and an announcement in plain language for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from screening.render.inert import inert

if TYPE_CHECKING:
    from screening.workflow.release_note import Note

TEMPLATES = Path(__file__).resolve().parent / "note"


def announcement(note: Note) -> str:
    """What goes out with the pictures, as plain text: nothing in it names a picture that does not."""
    return _rendered("announcement.txt.j2", note)


def record(note: Note) -> str:
    """What the office keeps, in Markdown: what went out, what was held back and why, and the announcement."""
    return _rendered("record.md.j2", note, announcement=announcement(note))


def _rendered(template: str, note: Note, **more: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # both are read as text; a name must neither act nor end a piece of code
    environment.filters["plain"] = lambda text: inert(str(text)).replace("`", "'")
    return environment.get_template(template).render(note=note, **more)
