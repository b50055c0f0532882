"""The shape of what is redacted: a mask follows the thing that was found, and reaches a margin beyond it."""

from __future__ import annotations

from screening.finding import Box, Finding
from screening.photo.masks import Mask, rectangle

# The least margin, in pixels.
LEAST = 2


def shape(finding: Finding, margin: float) -> Mask:
    """The mask of a finding with a box; the margin is a share of the place's shorter side."""
    box = finding.box
    assert box is not None
    more = max(LEAST, round(margin * min(box.width, box.height)))
    return rectangle(Box(box.left - more, box.top - more, box.right + more, box.bottom + more))
