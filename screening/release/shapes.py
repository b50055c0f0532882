"""The shape of what is redacted: a mask follows the thing that was found, and reaches a margin beyond it."""

from __future__ import annotations

import math

import numpy as np

from screening.finding import Box, Finding
from screening.photo.masks import Mask, ellipse, rectangle
from screening.run.drawn import DRAWN

# The least margin, in pixels.
LEAST = 2
FACES = ("face", "juvenile.face", "juvenile.unknown")
# How far the box of a thing's corners and its own agree, at least.
AGREE = 0.5


def shape(finding: Finding, margin: float) -> Mask:
    """The mask of a finding with a box: an ellipse for a face, a slanted rectangle for a line of text or a plate whose
    corners are known, and else the box. The margin is a share of the place's shorter side. What a person drew is
    covered as it was drawn."""
    box, corners = finding.box, finding.points
    assert box is not None
    if finding.is_a(DRAWN):
        return corners
    if any(map(finding.is_a, FACES)):
        return ellipse(box, _pixels(margin, min(box.width, box.height)))
    if len(corners) == 4 and Box.around(corners).iou(box) >= AGREE:
        across, down = math.dist(corners[0], corners[1]), math.dist(corners[0], corners[3])
        if min(across, down) >= 1:
            return _grown(corners, _pixels(margin, min(across, down)))
    more = _pixels(margin, min(box.width, box.height))
    return rectangle(Box(box.left - more, box.top - more, box.right + more, box.bottom + more))


def _pixels(margin: float, side: float) -> int:
    return max(LEAST, round(margin * side))


def _grown(corners: Mask, more: int) -> Mask:
    """Four corners, each moved outwards along both sides that meet there."""
    points = np.array(corners, np.float64)
    along, down = points[1] - points[0], points[3] - points[0]
    signs = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float64)
    grown = points + more * (signs[:, :1] * along / np.linalg.norm(along) + signs[:, 1:] * down / np.linalg.norm(down))
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in grown)
