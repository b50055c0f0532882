"""The release note: a record for the office, and an announcement in plain language for everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from screening.render.markdown import Markdown, block, code, link, plain, words
from screening.render.templates import environment

if TYPE_CHECKING:
    from screening.release.release_note import Note

TEMPLATES = Path(__file__).resolve().parent / "note"


def announcement(note: Note) -> str:
    """What goes out with the pictures, as plain text: it names no picture that is held back."""
    return _rendered("announcement.txt.j2", note, words)


def record(note: Note) -> str:
    """What the office keeps, in Markdown: what went out, what was held back and why, and the announcement."""
    return _rendered("record.md.j2", note, plain, announcement=announcement(note))


def _rendered(template: str, note: Note, shown: Callable[[str], str], **more: str) -> str:
    templates = environment(TEMPLATES, shown, Markdown, keep_trailing_newline=True)
    templates.filters |= {"block": block, "code": code, "link": link}
    return templates.get_template(template).render(note=note, **more)
