"""Proposes which faces of a shoot are one person's, so that somebody who looks at them decides about all at once.

Embeddings are in memory only, and never leave this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.arrays import Floats, Pixels
from screening.faces.embedding import embed
from screening.faces.finder import FaceFinder
from screening.finding import Box
from screening.photo.photo import Photo

# The greatest distance of any two faces of one group; `benchmarks/same_person.py` measures it.
DISTANCE = 0.36
# Lower faces, in pixels, are not compared, as in the register.
LEAST = 40
# How much around a face it is looked for again, as a share of its size, and how far the box may then be off.
AROUND, SAME = 0.6, 0.4


def embedded(photo: Photo, box: Box) -> Floats | None:
    """The embedding (128) of the face in a box of a picture; None where no face can be compared there."""
    around = box.grow(AROUND).clip(photo.width, photo.height)
    if box.height < LEAST or around is None:
        return None
    crop = photo.crop(around)
    inside = Box(box.left - around.left, box.top - around.top, box.right - around.left, box.bottom - around.top)
    return _embedded(crop, inside)


def _embedded(crop: Pixels, inside: Box) -> Floats | None:
    there = Photo.from_array(crop)
    faces = [face for face in FaceFinder(turned=False).find(there) if len(face.points) == 5]
    best = max(faces, key=lambda face: face.box.iou(inside), default=None)
    if best is None or best.box.iou(inside) < SAME:
        return None
    return np.asarray(embed(there.rgb, [best.points])[0], np.float32)


def people(faces: Sequence[Floats], pictures: Sequence[int], *, distance: float = DISTANCE) -> list[list[int]]:
    """The faces that are proposed as one person's, by their numbers, largest group first; single ones are left out.

    Complete linkage: the nearest come together first, and no two of a group are farther apart than `distance`. Two
    faces in one picture are two people.

    Args:
        faces: an embedding each.
        pictures: the number of the picture that each is in.
    """
    if not faces:
        return []
    # a row at a time: all differences at once would need gigabytes for a large shoot
    apart = np.array([np.linalg.norm(np.asarray(faces) - one, axis=1) for one in faces])
    within = np.asarray(pictures)
    apart[within[:, None] == within[None]] = np.inf
    groups = {number: [number] for number in range(len(faces))}
    home = list(range(len(faces)))
    near = np.argwhere(np.triu(apart <= distance, 1))
    for one, other in near[np.argsort(apart[near[:, 0], near[:, 1]], kind="stable")]:
        first, second = home[one], home[other]
        if first != second and apart[np.ix_(groups[first], groups[second])].max() <= distance:
            groups[first] += groups.pop(second)
            for number in groups[first]:
                home[number] = first
    return sorted((sorted(one) for one in groups.values() if len(one) > 1), key=lambda one: (-len(one), one))
