"""How many of the faces that the teacher sees are proposed, and how much of a picture is then looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fixtures.draw import Picture
from models.proposals.learn import LARGE
from models.proposals.network import CELL
from models.proposals.teach import Lesson
from screening.arrays import Floats
from screening.evaluation.intervals import told
from screening.faces.proposals import SIDE, logits
from screening.photo.photo import Photo
from screening.photo.windows import wider


@dataclass(frozen=True, slots=True)
class Judged:
    """What the network says of pictures.

    Attributes:
        faces: for each small face, the greatest mark at which it is still proposed.
        cells: for each picture, the logits of all its cells, (rows, columns).
    """

    faces: Sequence[float]
    cells: Sequence[Floats]


def judged(some: Iterable[tuple[Picture, Lesson]], network: str | Path) -> Judged:
    """What a network says of pictures, at the size at which they are screened, where the teacher sees a small face.

    Args:
        some: pictures, each with what the teacher says.
        network: its name, or the path of its file.
    """
    faces: list[float] = []
    cells: list[Floats] = []
    for picture, lesson in some:
        copy, factor = Photo.from_array(picture).scaled(SIDE)
        said = logits(copy, network=network)
        cells.append(said)
        # the cells around those that are proposed are looked at too
        near = cv2.dilate(said, np.ones((3, 3), np.uint8))
        scale = factor * picture.shape[1] / lesson.look.shape[1]
        for left, top, right, bottom, _ in lesson.faces:
            column, row = (int((one + other) / 2 * scale // CELL) for one, other in ((left, right), (top, bottom)))
            if bottom - top <= LARGE and 0 <= row < near.shape[0] and 0 <= column < near.shape[1]:
                faces.append(float(near[row, column]))
    return Judged(faces, cells)


def figures(some: Judged, marks: Sequence[float]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| from | small faces proposed | of the picture |"
    yield "|---|---|---|"
    for mark in marks:
        found = sum(value >= mark for value in some.faces)
        share = float(np.mean([wider(one >= mark).mean() for one in some.cells]))
        yield f"| {mark:g} | {told(found, len(some.faces), digits=4)} | {share:.3f} |"
