"""What CenterFace sees of a picture that it looks at everywhere: the faces that are to be proposed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fixtures.draw import Picture
from models.proposals.mosaics import mosaic
from models.proposals.network import CELL
from screening.arrays import Floats
from screening.faces.finder import FaceFinder
from screening.photo.photo import Photo

# The longer side of the copy that is learnt from.
SIDE = 1120


@dataclass(frozen=True, slots=True)
class Lesson:
    """A smaller copy of a picture, and the faces in it.

    Attributes:
        look: its pixels, (height, width, 3), sides multiples of CELL.
        faces: left, top, right and bottom of each face in these pixels, and its score, (n, 5).
    """

    look: Picture
    faces: Floats


def lesson(picture: Picture) -> Lesson:
    """What the teacher says of a picture."""
    photo = Photo.from_array(picture)
    copy, factor = photo.scaled(SIDE)
    rows, columns = copy.shape[0] // CELL, copy.shape[1] // CELL
    faces = [(*face.corners, face.score) for face in FaceFinder(everywhere=True).upright(photo)]
    boxes = np.array(faces, np.float32).reshape(-1, 5)
    boxes[:, :4] *= factor
    return Lesson(np.ascontiguousarray(copy[: rows * CELL, : columns * CELL]), boxes)


def drawn(count: int, some: dict[str, list[Path]], *, seed: int) -> list[Callable[[], Picture]]:
    """So many mosaics, each made when it is called, the same at every call."""
    return [functools.partial(_mosaic, some, (seed, number)) for number in range(count)]


def _mosaic(some: dict[str, list[Path]], seed: tuple[int, int]) -> Picture:
    return mosaic(some, np.random.default_rng(seed))


def lessons(folder: Path, pictures: Iterable[Callable[[], Picture]]) -> Iterator[Lesson]:
    """What the teacher says of pictures, each asked once and kept in a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        file = folder / f"{number:05}.npz"
        if not file.is_file():
            made = lesson(picture())
            beside = file.with_name(file.name + ".new")
            with beside.open("wb") as out:
                np.savez(out, look=made.look, faces=made.faces)
            beside.replace(file)
        with np.load(file) as kept:
            yield Lesson(kept["look"], kept["faces"])
