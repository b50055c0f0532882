"""Where the body under a face is."""

from __future__ import annotations

from screening.finding import Box


def body(face: Box) -> Box:
    """About where the body under a face is: clothes carry numbers."""
    return Box(face.left - face.width, face.top, face.right + face.width, face.bottom + 5 * face.height)
