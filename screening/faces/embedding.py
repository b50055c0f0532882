"""dlib's 128-d embedding of an upright crop of a face.

Two pictures of one person are less than about 0.6 apart (Euclidean distance), those of two people further. The network
is the one in `face_recognition_models`, run by our engine; the crop is aligned by the face finder's five landmarks
instead of dlib's own, which moves an embedding by 0.16 in the median.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from screening.arrays import Floats, Pixels

if TYPE_CHECKING:
    from screening.engine import Network

# Left eye, right eye, nose, left and right corner of the mouth, as (x, y) in pixels of the picture.
Landmarks = Sequence[tuple[float, float]]

SIDE = 150
# The face finder's landmarks in dlib's own 150 px crops: medians over 214 faces, made symmetric.
_PLACES = np.array([(48.5, 48.8), (101.5, 48.8), (75.0, 77.7), (53.2, 101.7), (96.8, 101.7)])


def upright(points: Landmarks) -> NDArray[np.float64]:
    """The 2x3 matrix that rotates, scales and moves landmarks to their places in a crop, by least squares."""
    landmarks = np.asarray(points, np.float64)
    offset, target = landmarks - landmarks.mean(axis=0), _PLACES - _PLACES.mean(axis=0)
    # Landmarks that all fall on one pixel still give a crop, of about that pixel.
    size = max(float((offset**2).sum()), 1e-6)
    along = float((offset * target).sum()) / size
    across = float((offset[:, 0] * target[:, 1] - offset[:, 1] * target[:, 0]).sum()) / size
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, _PLACES.mean(axis=0) - turn @ landmarks.mean(axis=0)])


def chip(rgb: Pixels, points: Landmarks) -> Pixels:
    """The upright crop of the face, `SIDE` px square; outside the picture its edge is repeated."""
    import cv2

    matrix = upright(points)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    # A large face is warped near its own size first and averaged down: sampling it directly would alias.
    finer = int(np.clip(np.ceil(1 / max(scale, 1e-6)), 1, 8))
    # pixel centres: pixel i of the larger warp covers i/finer to (i+1)/finer of the crop
    matrix = matrix * finer
    matrix[:, 2] += (finer - 1) / 2
    drawn = cv2.warpAffine(
        rgb, matrix, (SIDE * finer, SIDE * finer), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(drawn if finer == 1 else cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def describe(chips: Sequence[Pixels]) -> tuple[Floats, Floats]:
    """The embeddings (n, 128) and feature maps (n, 128, 8, 8) of crops from `chip`."""
    embeddings, maps = np.zeros((len(chips), 128), np.float32), np.zeros((len(chips), 128, 8, 8), np.float32)
    for index, face in enumerate(chips):
        # one at a time: each new number of faces would be a new shape to compile
        embedding, seen = network()(face.transpose(2, 0, 1)[None])
        embeddings[index], maps[index] = embedding[0], seen[0]
    return embeddings, maps


def embed(rgb: Pixels, faces: Sequence[Landmarks]) -> Floats:
    """The embeddings (n, 128) of faces in a picture, given their landmarks."""
    return describe([chip(rgb, points) for points in faces])[0]


@functools.cache
def network() -> Network:
    """dlib's face recognition network in our engine, read once per process."""
    from screening import engine
    from screening.faces.dlib_resnet import onnx_model
    from screening.weights import locate, manifest

    return engine.from_model(
        lambda: onnx_model(locate("face-embedding").read_bytes()), sha256=manifest()["face-embedding"].sha256
    )
