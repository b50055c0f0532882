"""The release note: a record for the office, and an announcement in plain language for everybody; and the note of what
is to be taken down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from screening.questions import something
from screening.render.markdown import Markdown, block, code, link, plain, words
from screening.render.templates import environment

if TYPE_CHECKING:
    from screening.release.release_note import Note
    from screening.release.retract import Retraction

TEMPLATES = Path(__file__).resolve().parent / "note"


def announcement(note: Note) -> str:
    """What goes out with the pictures, as plain text: it names no picture that is held back."""
    return _rendered("announcement.txt.j2", words, note=note)


def record(note: Note) -> str:
    """What the office keeps, in Markdown: what went out, what was held back and why, and the announcement."""
    return _rendered("record.md.j2", plain, note=note, announcement=announcement(note))


def take_down(found: Retraction, *, reason: str) -> str:
    """What the office keeps of a search for what is to be taken down, in Markdown: it names no person or vehicle."""
    return _rendered("take_down.md.j2", plain, found=found, reason=reason)


def _rendered(template: str, shown: Callable[[str], str], **fields: object) -> str:
    templates = environment(TEMPLATES, shown, Markdown, keep_trailing_newline=True)
    templates.filters |= {"block": block, "code": code, "link": link, "something": something}
    return templates.get_template(template).render(**fields)
