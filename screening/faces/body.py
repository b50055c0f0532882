"""Where the body under a face is."""

from __future__ import annotations

from screening.finding import Box


def body(face: Box) -> Box:
    """The approximate box of the body under a face: clothes have numbers on them."""
    return Box(face.left - face.width, face.top, face.right + face.width, face.bottom + 5 * face.height)
