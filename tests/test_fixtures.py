"""The sample shoot and the broken files are what their scripts say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fixtures import draw, make_broken, make_labelled, make_shoot, make_welcome
from screening.evaluation.labels import read as read_labels
from screening.photo.files import FileError, UnsupportedError
from screening.photo.photo import Photo


@pytest.mark.parametrize("name", ["street/two-cars.jpg", "desk/briefing.jpg", "open-day/portrait.jpg"])
def test_a_picture_of_the_shoot_is_drawn_alike_twice(name: str) -> None:
    draw = make_shoot.PICTURES[name]
    np.testing.assert_array_equal(draw(), draw())


def test_a_welcome_picture_is_drawn_alike_twice_and_each_thing_lies_on_three_grounds() -> None:
    np.testing.assert_array_equal(
        make_welcome.scene(make_welcome.vest(), "cat", seed=5), make_welcome.scene(make_welcome.vest(), "cat", seed=5)
    )
    names = [name for name, _ in make_welcome.things()]
    assert len(set(names)) >= 40
    assert len({make_welcome.GROUNDS[make_welcome.ground(7, turn)] for turn in range(3)}) == 3


def test_a_plate_has_its_real_proportions() -> None:
    plate = draw.plate("AB52 CDE", scale=2)
    assert plate.shape == (222, 1040, 3)
    dark = (plate[30:180, 8:-8].max(axis=2) < 100).any(axis=0)
    edges = np.flatnonzero(np.diff(dark.astype(int)))
    widths, gaps = (edges[1::2] - edges[::2]) / 2, (edges[2::2] - edges[1:-1:2]) / 2
    np.testing.assert_allclose(widths, [50] * 7, atol=2)
    np.testing.assert_allclose(gaps, [11, 11, 11, 33, 11, 11], atol=2)


def test_a_code_says_what_it_was_given() -> None:
    import zxingcpp

    read = zxingcpp.read_barcodes(draw.qr_code("https://example.org/join"))
    assert [code.text for code in read] == ["https://example.org/join"]


def test_a_broken_file_is_refused_with_a_reason(tmp_path: Path, subtests: pytest.Subtests) -> None:
    for name, data in make_broken.broken().items():
        with subtests.test(name):
            (tmp_path / name).write_bytes(data)
            with pytest.raises(FileError) as refusal:
                list(Photo.open(tmp_path / name).others())
            assert isinstance(refusal.value, UnsupportedError) == (name in make_broken.UNSUPPORTED)


def test_an_odd_but_good_file_is_decoded_upright(subtests: pytest.Subtests) -> None:
    for name, data in make_broken.odd().items():
        with subtests.test(name):
            looks_as_drawn(name, Photo.from_bytes(data, name=name))


def looks_as_drawn(name: str, photo: Photo) -> None:
    if name == "one-pixel.png":
        assert (photo.width, photo.height) == (1, 1)
        return
    view = np.asarray(make_broken.view().convert("L"), np.float32)
    seen = np.asarray(photo.rgb, np.float32).mean(axis=2)
    assert seen.shape == view.shape
    # in cells, because one-bit.png is dithered, and without the left edge, which alpha.png hides
    cells = [picture[:, 80:].reshape(30, 16, 40, 16).mean(axis=(1, 3)).ravel() for picture in (seen, view)]
    assert np.corrcoef(*cells)[0, 1] > 0.98
    assert len(list(photo.others())) == (2 if name.startswith("three") else 0)


def test_the_labelled_set_says_of_every_picture_what_it_shows(tmp_path: Path) -> None:
    labelled = make_labelled
    labels = read_labels(labelled.make_labelled(tmp_path))
    drawn = {one.file: one for one in labelled.pictures()}
    assert {path.name for path in tmp_path.glob("*.jpg")} == set(drawn) == {label.file for label in labels}
    for label in labels:
        assert label.present == (label.about in drawn[label.file].shows)
    np.testing.assert_array_equal(drawn["car-05.jpg"].make(), drawn["car-05.jpg"].make())
