"""Whether a vehicle is marked as the police's: by a word on it, or by the blue and yellow checks of its sides.

Source of the checks: the Home Office's livery for marked police vehicles ("Battenburg", PSDB 14/04): rows of
retroreflective yellow and blue blocks, each at least 30 cm wide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from screening.finding import Box
from screening.force import Force
from screening.photo.photo import Photo
from screening.text.lines import Line, plain

# English, Welsh and Gaelic, also as one of several words that the reader joined.
WORD = re.compile(r"(?i)\b(?:west ?midlands ?)?(?:police|heddlu|poileas|constabulary)\b")
# Words beside it that make it another vehicle: a museum's, a shop's, a recovery firm's.
OTHERS = re.compile(r"(?i)\b(?:ex|former|not|museum|toy|model|auctions?|recovery|approved|by appointment)\b")
# The width in pixels at which the checks are counted, and the smallest vehicle that has enough of them to be counted.
ACROSS, LEAST = 160, 60
# Hue (0-179), saturation and value of OpenCV.
YELLOW = (np.array((20, 90, 110)), np.array((46, 255, 255)))
BLUE = (np.array((98, 90, 40)), np.array((128, 255, 255)))
# The least share of the vehicle that each colour covers, and the least changes from one to the other along its rows,
# as a share of its height.
SHARE, CHANGES = 0.03, 0.3


def in_livery(photo: Photo, vehicle: Box, texts: Sequence[Line], force: Force) -> bool:
    """Whether the vehicle in a box is marked as a police vehicle."""
    return any(names_police(line.text, force) for line in texts if line.box.inside(vehicle) > 0.8) or checked(
        photo, vehicle
    )


def names_police(text: str, force: Force) -> bool:
    """Whether words on a vehicle say that it is the police's."""
    text = plain(text)
    return (WORD.search(text) is not None or force.named_in(text)) and not OTHERS.search(text)


def checked(photo: Photo, vehicle: Box) -> bool:
    """Whether a vehicle has blue and yellow blocks side by side."""
    import cv2

    box = vehicle.clip(photo.width, photo.height)
    if box is None or box.width < LEAST:
        return False
    crop = photo.crop(box)
    height = max(8, round(ACROSS * crop.shape[0] / crop.shape[1]))
    small = cv2.resize(crop, (ACROSS, height), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    yellow, blue = (cv2.inRange(hsv, *colour) > 0 for colour in (YELLOW, BLUE))
    if yellow.mean() < SHARE or blue.mean() < SHARE:
        return False
    # between two blocks lie a few pixels of neither colour
    near = 4
    changes = sum(
        int((one[:, :-near] & other[:, near:] & ~one[:, near:]).sum())
        for one, other in ((yellow, blue), (blue, yellow))
    )
    return bool(changes / near >= CHANGES * height)
