"""What a file holds beside what is shown at first: frames that nobody counted, shades that cannot be seen."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from screening.arrays import Pixels
from screening.photo.others import STRETCHED
from screening.photo.photo import Photo
from tests.viewer_pictures import HEIGHT, SPACES, WIDTH, Space, apng, gif, png, profile, scene
from tests.viewer_set import GREY, RGBA, SCENE, block, in_png, saved

FRAMES = [(0, 0, np.roll(RGBA, 20 * at, axis=1), 0, 0) for at in range(4)]


def names(data: bytes, name: str) -> list[str]:
    return [other.frame for other in Photo.from_bytes(data, name=name).others()]


def frames(data: bytes, name: str) -> list[Pixels]:
    return [other.rgb for other in Photo.from_bytes(data, name=name).others() if other.frame.startswith("frame ")]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
@pytest.mark.parametrize("late", [False, True])
def test_every_frame_counts_whatever_number_an_animated_png_gives(count: int, late: bool) -> None:
    true = frames(apng(*FRAMES), "a.png")
    told = frames(apng(*FRAMES, count=count, late=late), "a.png")
    assert len(true) >= 3
    assert [one.tolist() for one in told] == [one.tolist() for one in true]


def test_a_png_shows_its_animation_and_the_still_picture_in_place_of_it() -> None:
    still = np.dstack([SCENE, np.full((HEIGHT, WIDTH), 255, np.uint8)])
    opaque = [(left, top, np.dstack([rgba[:, :, :3], still[:, :, 3]]), 0, 0) for left, top, rgba, *_ in FRAMES]
    photo = Photo.from_bytes(apng(*opaque, count=1, still=still), name="a.png")
    assert (photo.rgb == SCENE).all()
    others = {other.frame: other.rgb for other in photo.others()}
    assert list(others) == ["frame 2", "frame 3", "frame 4", "frame 5"]
    assert (others["frame 5"] == opaque[3][2][:, :, :3]).all()


def test_what_a_gif_draws_beyond_its_page_is_screened() -> None:
    data = gif((0, 0, block(WIDTH, HEIGHT, 20), 1, None, None), (60, 40, block(60, 60, 99), 1, None, None))
    (beyond,) = frames(data, "a.gif")
    assert beyond.shape == (100, 120, 3)


SRGB = SPACES["linear"]


@pytest.mark.parametrize(
    ("space", "hidden"),
    [
        (replace(SRGB, gamma=0.02), True),  # all white
        (replace(SRGB, gamma=20.0), True),  # all black
        (Space((0.3, 0.3, 0.25), (0.3, 0.3, 0.25), (0.36, 0.4, 0.32), 2.2), True),  # red and green alike
        (SRGB, False),
        (replace(SRGB, gamma=1.8), False),
        (replace(SRGB, gamma=2.6), False),
        *((space, False) for space in SPACES.values()),
    ],
)
def test_shades_that_a_profile_makes_alike_are_screened_without_it(space: Space, hidden: bool) -> None:
    data = png(scene(), chunks=[in_png(profile(space, name="sRGB"))])
    others = {other.frame: other.rgb for other in Photo.from_bytes(data, name="a.png").others()}
    assert ("without its colour profile" in others) == hidden
    assert not hidden or (others["without its colour profile"] == scene()).all()


def test_a_picture_of_few_shades_is_screened_with_more_contrast() -> None:
    faint = (100 + (SCENE > 128)).astype(np.uint8)
    dark = (GREY.astype(np.uint16) << 4)[:, :, None]
    for data in (png(faint), png(dark, depth=16, colour=0)):
        (other,) = Photo.from_bytes(data, name="a.png").others()
        assert other.frame == STRETCHED
        assert (other.rgb.min(), other.rgb.max()) == (0, 255)
    assert names(png(np.full_like(SCENE, 90)), "a.png") == []


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_tiff_shows_what_was_stored(mode: str) -> None:
    grey = GREY.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}.get(mode, np.uint8))
    image = Image.fromarray(grey * (257 if mode == "I;16" else 1)) if mode in ("I;16", "I", "F") else None
    image = image or Image.fromarray(SCENE).convert(mode)
    photo = Photo.from_bytes(saved(image, "TIFF"), name="a.tif")
    expected = GREY[:, :, None] if mode in ("L", "I;16", "I", "F") else np.asarray(image.convert("RGB"))
    assert np.abs(photo.rgb.astype(int) - expected).max() <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_by_what_its_container_says(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(SCENE).save(file, "HEIF", quality=100, exif=exif.tobytes())
    photo = Photo.from_bytes(file.getvalue(), name="a.heic")
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}
    upright = np.rot90(SCENE[:, ::-1] if orientation in (2, 4, 5, 7) else SCENE, turns[orientation])
    assert photo.rgb.shape == upright.shape
    assert np.abs(photo.rgb.astype(int) - upright).mean() < 8
