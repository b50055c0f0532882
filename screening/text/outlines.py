"""The corners of what was found on a line of text, or around one: they turn with the line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from screening.finding import Box, Finding
from screening.text.lines import Line, lines

PLATE = "vehicle.plate"
# Lines that turn by less than this many degrees are upright; by more than the greater, a box does not say how wide a
# plate in it is.
LEVEL, STEEP = 3, 40
# How much of a plate's line lies within its box.
WITHIN = 0.7
Corners = tuple[tuple[float, float], ...]


def outlined(found: Sequence[Finding]) -> list[Finding]:
    """The findings, those on a line of text with its corners, and number plates with their own."""
    read = [line for line in lines(found) if len(line.points) == 4]
    at = {line.box: line.points for line in read}
    return [_outlined(one, at, read) for one in found]


def _outlined(finding: Finding, at: dict[Box, Corners], read: Sequence[Line]) -> Finding:
    box = finding.box
    if box is None or finding.points or finding.observation:
        return finding
    points = at.get(box, ())
    if not points and finding.is_a(PLATE):
        within = [line for line in read if line.box.inside(box) > WITHIN]
        points = turned(box, max(within, key=lambda line: line.length).angle) if within else ()
    return replace(finding, points=points) if points else finding


def turned(box: Box, angle: float) -> Corners:
    """The corners of the rectangle, turned by so many degrees, whose upright box this is; nothing if it is upright.

    With sides a and b, a cos + b sin is the width of the box, and a sin + b cos its height.
    """
    turn = math.radians((angle + 90) % 180 - 90)
    if not LEVEL <= abs(math.degrees(turn)) <= STEEP:
        return ()
    cos, sin = math.cos(turn), abs(math.sin(turn))
    across = (box.width * cos - box.height * sin) / (cos * cos - sin * sin)
    down = (box.height * cos - box.width * sin) / (cos * cos - sin * sin)
    if min(across, down) <= 0:
        return ()
    (x, y), (right, low) = box.centre, (math.sin(turn), math.cos(turn))
    sides = ((-across, -down), (across, -down), (across, down), (-across, down))
    return tuple((x + (a * low - b * right) / 2, y + (a * right + b * low) / 2) for a, b in sides)
