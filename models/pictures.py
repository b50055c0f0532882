"""The pictures of a training folder: their paths and pixels."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

One = TypeVar("One")
Made = TypeVar("Made")
ENDINGS = {".jpg", ".jpeg", ".png"}


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder, sorted by name; none if there is no such folder."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.suffix.lower() in ENDINGS)


def rgb(path: Path) -> NDArray[np.uint8]:
    """A picture's pixels, (height, width, 3), RGB.

    Raises:
        ValueError: if it cannot be read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise ValueError(f"{path} is not a picture that can be read")
    return np.asarray(picture, np.uint8)


def each(make: Callable[[One], Made], some: Sequence[One], workers: int) -> list[Made]:
    """What a function makes of each of many, in their order; by so many processes at once, or by this one."""
    if not workers:
        return [make(one) for one in some]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(make, some, chunksize=16))
