"""The pictures of a folder to learn from: which there are, and their pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ENDINGS = {".jpg", ".jpeg", ".png"}


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder by name; none where there is no such folder."""
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
