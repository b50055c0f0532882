"""Pictures that look alike, such as the shots of a burst or an edited copy beside its original.

A look is a perceptual hash: for the lowest frequencies of a small grey copy of the picture (discrete cosine transform),
whether each is above their median (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010,
with more frequencies than there). It says nothing about who is shown, and two looks are only ever compared.
`benchmarks/alike.py` measures it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screening.arrays import Pixels

# The side of the small grey copy, and how many of its frequencies count across and down.
SIDE, FREQUENCIES = 48, 12
BITS = FREQUENCIES * FREQUENCIES
LOOK = re.compile(rf"[0-9a-f]{{{BITS // 4}}}")
# Looks of one view differ in at most so many bits; those of two, in half of them. Chosen by `benchmarks/alike.py`.
MOST = 40
# How many looks are compared with all others at once.
ROWS = 512


def look(rgb: Pixels) -> str:
    """The look of a picture, as hexadecimal digits.

    Args:
        rgb: uint8 array of shape (height, width, 3), RGB, upright, of any size.
    """
    import cv2
    import numpy as np

    small = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:FREQUENCIES, :FREQUENCIES].ravel()
    above = low > np.median(low[1:])
    above[0] = False  # how bright it is as a whole
    return np.packbits(above).tobytes().hex()


def alike(looks: Sequence[str]) -> list[int]:
    """For each picture the number of the first one that it stands with: its own, if none before it looks like it.

    One that looks like any picture of a group belongs to that group. "" looks like nothing.
    """
    first = list(range(len(looks)))
    for one, other in _pairs(looks):
        low, high = sorted((_root(first, one), _root(first, other)))
        first[high] = low
    return [_root(first, number) for number in range(len(looks))]


def _root(first: list[int], number: int) -> int:
    while first[number] != number:
        first[number] = number = first[first[number]]
    return number


def _pairs(looks: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The numbers of every two pictures that look alike."""
    there = [number for number, one in enumerate(looks) if one]
    if not there:
        return
    import numpy as np

    bits = np.unpackbits(np.array([list(bytes.fromhex(looks[one])) for one in there], np.uint8), axis=1)
    signs = bits.astype(np.float32) * 2 - 1
    for start in range(0, len(there), ROWS):
        same = signs[start : start + ROWS] @ signs.T  # bits that are equal, less those that differ
        for row, column in np.argwhere(same >= BITS - 2 * MOST):
            if start + row < column:
                yield there[start + row], there[column]
