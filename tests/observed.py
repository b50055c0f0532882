"""What earlier stages hand on, as the tests of later ones make it up."""

from __future__ import annotations

from screening.finding import Finding
from screening.photo.metadata import Field
from screening.stages.metadata import stated


def beside(where: str, text: str) -> Finding:
    """A string that does not stand in the picture: in a field of its metadata, or in a "file name" or "folder name"."""
    if where in ("file name", "folder name"):
        return Finding("seen.metadata.name", 1.0, where, text=text)
    return stated(Field(where, text))
