"""Where earlier stages found something, as boxes."""

from __future__ import annotations

from collections.abc import Sequence

from screening.finding import Box, Finding


def boxes(found: Sequence[Finding], kind: str, *, least: float = 0.0) -> list[Box]:
    """The boxes of the findings of a kind whose score is at least so high."""
    return [one.box for one in found if one.is_a(kind) and one.box is not None and one.score >= least]


def body(face: Box) -> Box:
    """About where the body under a face is: clothes carry numbers."""
    return Box(face.left - face.width, face.top, face.right + face.width, face.bottom + 5 * face.height)
