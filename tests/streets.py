"""Pictures with a red place that passes for a number plate, and a pipeline file that takes it for one."""

from __future__ import annotations

import numpy as np

from screening.finding import Box
from tests.command import QUICK
from tests.picture_files import scenery

PLATES = (
    QUICK.replace('use = "metadata"\n', 'use = "metadata"\n[[stage]]\nuse = "tests.red_stage:Reds"\n')
    + """
[rules.number-plate]
says = "No legible number plate."
lifted_by = "Redaction."
kinds = { "vehicle" = { block = 0.5 } }

[force]
name = "West Midlands Police"
credits = ["West Midlands Police", "A. Photographer"]
"""
)


RED = Box(40, 30, 100, 60)
PLACE = {1: "N", 2: (52.0, 0.0, 0.0), 3: "W", 4: (1.0, 0.0, 0.0)}


def plain(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture without red."""
    return scenery(seed=seed) // 4 + 120


def street(*, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rgb = plain(seed)
    rgb[RED.top : RED.bottom, RED.left : RED.right] = (200, 10, 10)
    return rgb
