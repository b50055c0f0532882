"""A preview shows the same view as a picture, however cameras and editors make one, or it shows something more."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from screening.arrays import Pixels
from screening.photo.same_view import same_view
from tests.picture_files import scenery


def street() -> Pixels:
    """A drawn street with what photographs have: soft ground, hard edges, print, fine texture and noise."""
    chance = np.random.default_rng(7)
    rgb = (scenery(900, 600, seed=11) // 2 + 60).copy()
    for _ in range(60):
        left, top = chance.integers(0, 840), chance.integers(0, 560)
        colour = tuple(int(level) for level in chance.integers(0, 256, 3))
        cv2.rectangle(rgb, (int(left), int(top)), (int(left + chance.integers(8, 90)), int(top + 30)), colour, -1)
    cv2.rectangle(rgb, (400, 300), (540, 330), (250, 210, 40), -1)
    cv2.putText(rgb, "BD51 SMR", (404, 325), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2)
    rgb[450:600, :300:4] //= 2
    return np.clip(rgb + chance.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)


STREET = street()


def small(rgb: Pixels, width: int = 160, how: int = cv2.INTER_AREA) -> Pixels:
    size = width, round(width * rgb.shape[0] / rgb.shape[1])
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def compressed(rgb: Pixels, quality: int = 60) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def sharpened(rgb: Pixels, much: float = 1.0) -> Pixels:
    return np.clip(rgb + much * (rgb.astype(float) - cv2.GaussianBlur(rgb, (0, 0), 1)), 0, 255).astype(np.uint8)


def toned(rgb: Pixels, change: Callable[[np.ndarray], np.ndarray]) -> Pixels:
    return np.asarray(np.clip(255 * change(rgb / 255), 0, 255), np.uint8)


def barred(rgb: Pixels, grey: int, *, upright: bool = False) -> Pixels:
    """With bars that fill it up to 4:3."""
    rgb = small(np.rot90(rgb), 80) if upright else small(rgb)
    canvas = np.full((120, 160, 3), grey, np.uint8)
    top, left = (120 - rgb.shape[0]) // 2, (160 - rgb.shape[1]) // 2
    canvas[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    return canvas


def shifted(rgb: Pixels, scale: float, left: float = 0.0) -> Pixels:
    """Scaled up around its middle, and shifted, as lens corrections do."""
    height, width = rgb.shape[:2]
    matrix = np.array(
        [[1 / scale, 0, width * ((1 - 1 / scale) / 2 + left)], [0, 1 / scale, height * (1 - 1 / scale) / 2]]
    )
    return np.asarray(
        cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.uint8
    )


def dark_corners(rgb: Pixels) -> Pixels:
    down, across = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    return np.asarray(rgb * (1 - 0.2 * (down**2 + across**2))[:, :, None], np.uint8)


SAME: dict[str, Pixels] = {
    "smaller": small(STREET),
    "nearest pixels": small(STREET, how=cv2.INTER_NEAREST),
    "interpolated": small(STREET, how=cv2.INTER_LINEAR),
    "compressed": compressed(small(STREET)),
    "sharpened": sharpened(small(STREET)),
    "nearest pixels, sharpened, compressed": compressed(sharpened(small(STREET, how=cv2.INTER_NEAREST), 0.6), 75),
    "lighter": toned(small(STREET), lambda level: level**0.6),
    "darker": toned(small(STREET), lambda level: level**1.6),
    "more contrast": toned(small(STREET), lambda level: 1 / (1 + np.exp(-7 * (level - 0.5)))),
    "less contrast": toned(small(STREET), lambda level: 0.3 + level * 0.4),
    "warmer": toned(small(STREET), lambda level: level * [1.15, 1.0, 0.8]),
    "more colour": toned(small(STREET), lambda level: level * 1.2 - level.mean(axis=2, keepdims=True) * 0.2),
    "without colour": np.repeat(small(STREET).mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2),
    "dark corners": dark_corners(small(STREET)),
    "black bars": barred(STREET, 0),
    "white bars": compressed(barred(STREET, 255)),
    "grey bars": barred(STREET, 128),
    "upright, with bars": barred(STREET, 0, upright=True),
    "a pixel less high": np.asarray(cv2.resize(STREET, (160, 105), interpolation=cv2.INTER_AREA), np.uint8),
    "the middle": small(STREET[:, 150:750], 120),
    "scaled up": small(shifted(STREET, 1.02)),
    "scaled and shifted": small(shifted(STREET, 1.015, left=0.004)),
    "large": small(STREET, 640),
    "large, scaled up": compressed(small(shifted(STREET, 1.015), 640), 80),
    "blurred": np.asarray(cv2.GaussianBlur(small(STREET), (0, 0), 1.5), np.uint8),
    "one grey": np.full((107, 160, 3), 120, np.uint8),
}


@pytest.mark.parametrize("name", SAME)
def test_a_preview_of_the_picture_shows_nothing_more(name: str) -> None:
    assert same_view(STREET, SAME[name])


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_preview_may_be_turned_and_mirrored(quarters: int, mirrored: bool) -> None:
    for preview in (small(STREET), barred(STREET, 0)):
        turned = np.rot90(preview[:, ::-1] if mirrored else preview, quarters)
        assert same_view(STREET, np.ascontiguousarray(turned))


def covered(how: str, left: int, top: int, right: int, bottom: int) -> Pixels:
    """The street, with a place covered in one of the ways that editors have."""
    rgb = STREET.copy()
    place = rgb[top:bottom, left:right]
    if how == "black":
        place[:] = 0
    elif how == "blurred":
        place[:] = cv2.GaussianBlur(STREET, (0, 0), 12)[top:bottom, left:right]
    elif how == "checkered":
        place[:] = 255 * (np.indices(place.shape[:2]).sum(axis=0) // 5 % 2)[:, :, None]
    elif how == "pixelated":
        coarse = cv2.resize(place, (4, 2), interpolation=cv2.INTER_AREA)
        place[:] = cv2.resize(coarse, place.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    else:
        mask = np.zeros(rgb.shape[:2], np.uint8)
        mask[top:bottom, left:right] = 255
        rgb = np.asarray(cv2.inpaint(rgb, mask, 3, cv2.INPAINT_TELEA), np.uint8)
    return rgb


PLATE = (396, 296, 544, 334)
LETTER = (404, 300, 432, 330)
MORE: dict[str, tuple[Pixels, Pixels]] = {
    "cropped to 97 %": (STREET[:582, :873], small(STREET)),
    "cropped to 97 % around the middle": (STREET[9:591, 13:887], small(STREET)),
    "cropped on the right to 96 %": (STREET[:, :864], small(STREET)),
    "cropped to 90 %": (STREET[60:, 90:], small(STREET)),
    "cropped to 70 %": (STREET[100:520, 100:730], small(STREET)),
    "cropped, preview with bars": (STREET[:570, :855], barred(STREET, 0)),
    "cropped, preview turned": (STREET[:570, :855], np.ascontiguousarray(np.rot90(small(STREET)))),
    **{f"{how} plate": (covered(how, *PLATE), small(STREET)) for how in ("black", "removed")},
    **{
        f"{how} plate, large": (covered(how, *PLATE), small(STREET, 640)) for how in ("blurred", "pixelated", "removed")
    },
    "black letter, large": (covered("black", *LETTER), small(STREET, 640)),
    "blurred letter, large": (covered("blurred", *LETTER), small(STREET, 640)),
    "black plate, lighter": (covered("black", *PLATE), toned(small(STREET), lambda level: level**0.6)),
    "checkered plate, large": (covered("checkered", *PLATE), small(STREET, 640)),
    "blurred all over": (np.asarray(cv2.GaussianBlur(STREET, (0, 0), 12), np.uint8), small(STREET)),
    "one grey": (np.full_like(STREET, 120), small(STREET)),
    "black": (np.zeros_like(STREET), small(STREET)),
    "another picture": (scenery(900, 600, seed=3), small(STREET)),
    "darkness": (np.full_like(STREET, 3), toned(small(STREET), lambda level: level * 0.2)),
}


@pytest.mark.parametrize("name", MORE)
def test_a_preview_that_shows_more_is_noticed(name: str) -> None:
    picture, preview = MORE[name]
    assert not same_view(picture, preview)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 500), (8, 8)])
def test_a_preview_of_any_size_is_compared(shape: tuple[int, int]) -> None:
    even = np.full((*shape, 3), 90, np.uint8)
    assert same_view(even, even)
    assert same_view(STREET, even)
    assert not same_view(even, small(STREET))
