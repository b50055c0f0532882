"""Embeddings: dlib's network, read from its own file and run by our engine, gives dlib's own numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from screening import engine
from screening.arrays import Pixels
from screening.faces import embedding
from screening.faces.dlib_resnet import layers, onnx_model
from screening.photo.photo import Photo
from screening.weights import locate

# Landmarks of the astronaut's face, by hand, to a pixel or two.
FACE = ((203.0, 108.0), (245.0, 107.0), (227.0, 130.0), (207.0, 150.0), (245.0, 150.0))


@pytest.fixture(scope="module")
def rgb(astronaut: Path) -> Pixels:
    """The astronaut, 512 px square."""
    return Photo.open(astronaut).rgb


@pytest.fixture(scope="module")
def face(rgb: Pixels) -> Pixels:
    """The astronaut's face, cut out."""
    return embedding.chip(rgb, FACE)


def test_our_reading_of_the_network_gives_dlibs_own_embedding(face: Pixels) -> None:
    import dlib

    theirs = np.array(dlib.face_recognition_model_v1(str(locate("face-embedding"))).compute_face_descriptor(face))
    exact = engine.from_model(lambda: onnx_model(locate("face-embedding").read_bytes()), engine="onnxruntime")
    assert np.abs(exact(face.transpose(2, 0, 1)[None])[0][0] - theirs).max() < 1e-5
    # the default engine may calculate in 16 bits: still nothing against the 0.6 between two people
    assert np.linalg.norm(embedding.describe([face])[0][0] - theirs) < 0.05


def test_one_embedding_a_face_and_none_for_none(rgb: Pixels) -> None:
    assert embedding.embed(rgb, [FACE, FACE]).shape == (2, 128)
    assert embedding.embed(rgb, []).shape == (0, 128)


def test_a_turned_and_a_smaller_picture_have_nearly_the_same_embedding(rgb: Pixels) -> None:
    upright = embedding.embed(rgb, [FACE])[0]
    turned = np.ascontiguousarray(np.rot90(rgb))  # anticlockwise
    landmarks = [(y, 511 - x) for x, y in FACE]
    assert np.linalg.norm(embedding.embed(turned, [landmarks])[0] - upright) < 0.1
    halved = np.ascontiguousarray(rgb.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3)).astype(np.uint8))
    smaller = [((x - 0.5) / 2, (y - 0.5) / 2) for x, y in FACE]
    assert np.linalg.norm(embedding.embed(halved, [smaller])[0] - upright) < 0.3


def test_another_person_lies_far_away(face: Pixels) -> None:
    portrait = np.load(Path(str(pytest.importorskip("skimage").__file__)).parent / "data" / "lfw_subset.npy")[0]
    large = np.repeat((portrait * 255).astype(np.uint8).repeat(6, axis=0).repeat(6, axis=1)[:, :, None], 3, axis=2)
    landmarks = [(48.0, 48.0), (102.0, 48.0), (75.0, 80.0), (55.0, 108.0), (95.0, 108.0)]
    distance = np.linalg.norm(embedding.embed(large, [landmarks])[0] - embedding.describe([face])[0][0])
    assert distance > 0.6


@pytest.mark.parametrize(
    "points",
    [
        ((0.0, 0.0),) * 5,  # nowhere at all
        ((-50.0, -50.0), (-20.0, -50.0), (-35.0, -35.0), (-45.0, -20.0), (-25.0, -20.0)),  # outside the picture
        ((0.0, 0.0), (5e4, 0.0), (2.5e4, 2.5e4), (1e4, 5e4), (4e4, 5e4)),  # far larger than the picture
    ],
)
def test_impossible_landmarks_still_give_a_cut_out(points: tuple[tuple[float, float], ...], rgb: Pixels) -> None:
    assert embedding.chip(rgb, points).shape == (150, 150, 3)


def test_another_network_in_dlibs_format_is_refused() -> None:
    data = locate("face-embedding").read_bytes()
    assert [name for name, _ in layers(data)] == ["con_4", "affine_"] * 29 + ["fc_2"]
    with pytest.raises(ValueError, match="should continue with con_4, but the file has nothing"):
        onnx_model(data[: len(data) // 2].rsplit(b"\x01\x05con_4", 1)[0])
