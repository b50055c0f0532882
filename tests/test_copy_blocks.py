"""Copies of JPEG pictures: every block outside the masks stays bit for bit, and nothing of what they cover is left."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile

from screening.finding import Box
from screening.photo.files import Limits
from screening.photo.masks import Fill, Mask, Style, around, drawn, rectangle
from screening.photo.photo import Photo
from screening.release.copy_check import REACH, CheckError, check
from screening.release.copy_file import Covering, RedactionError, write_copy
from screening.sandbox import blocks, bubblewrap
from screening.sandbox.coefficients import stored
from tests.picture_files import picture, scenery

# A slanted place, as that of a plate.
SLANTED: Mask = ((61.5, 40.2), (121.0, 29.7), (124.3, 52.1), (64.0, 66.6))
LARGE = rectangle(Box(60, 40, 200, 120))
WIDE = {"width": 333, "height": 227}


def opened(data: bytes, name: str = "a.jpg") -> Photo:
    return Photo.from_bytes(data, name=name)


def written(original: Photo, tmp_path: Path, *masks: Mask, style: Style = Style.FILL, fill: Fill = Fill.AUTO) -> Photo:
    """The copy, which must keep every block outside the masks."""
    part = tmp_path / ".a.redacted.jpg.part"
    covering = Covering(masks=masks or (SLANTED,), style=style, fill=fill)
    assert write_copy(original, covering, part, limits=Limits()) is True
    return Photo.open(part, name="a.redacted.jpg")


def outside(photo: Photo, *masks: Mask) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The picture with what masks may change set to zero."""
    rgb = photo.rgb.copy()
    for mask in masks:
        place = around(mask, REACH).clip(photo.width, photo.height)
        assert place is not None
        rgb[place.top : place.bottom, place.left : place.right] = 0
    return rgb


@pytest.mark.parametrize(
    "options",
    [
        {"subsampling": 0},
        {"subsampling": 1},
        {"subsampling": 2, "quality": 40},
        {"subsampling": 2, "progressive": True},
        {"subsampling": 2, "restart_marker_blocks": 3},
        {"keep_rgb": True},
    ],
    ids=str,
)
def test_blocks_outside_the_masks_stay_bit_for_bit(tmp_path: Path, options: dict[str, Any]) -> None:
    original = opened(picture(rgb=scenery(**WIDE), **options))
    copy = written(original, tmp_path)
    assert (outside(copy, SLANTED) == outside(original, SLANTED)).all()
    before, after = (JpegImageFile(io.BytesIO(one.data)) for one in (original, copy))
    assert before.quantization == after.quantization
    assert [one[1:] for one in before.layer] == [one[1:] for one in after.layer]
    # within, one calm colour from around
    inside = copy.rgb[drawn(SLANTED, Box(0, 0, copy.width, copy.height))].astype(int)
    place = around(SLANTED, 6)
    near = original.crop(place).reshape(-1, 3).astype(int)
    middle = np.median(inside, axis=0)
    assert (np.abs(inside - middle).max(axis=1) < 24).mean() > 0.85
    assert (near.min(axis=0) - 9 <= middle).all() and (middle <= near.max(axis=0) + 9).all()


def test_a_grey_picture_stays_grey(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(scenery(**WIDE)[:, :, 0]).save(stream, "JPEG", quality=80)
    copy = written(opened(stream.getvalue()), tmp_path, fill=Fill.GREY)
    assert Image.open(io.BytesIO(copy.data)).mode == "L"
    assert abs(int(copy.rgb[45, 90, 0]) - 90) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_covered_where_it_is_seen(tmp_path: Path, orientation: int) -> None:
    rgb = scenery(**WIDE)
    original = opened(picture(rgb=rgb, exif={0x0112: orientation}, subsampling=2))
    copy = written(original, tmp_path)
    assert (copy.width, copy.height) == (original.width, original.height)
    changed = (copy.rgb != original.rgb).any(axis=2)
    rows, columns = np.nonzero(changed)
    place = around(SLANTED, REACH)
    assert place.top <= rows.min() and rows.max() < place.bottom
    assert place.left <= columns.min() and columns.max() < place.right
    assert changed[drawn(SLANTED, Box(0, 0, copy.width, copy.height))].mean() > 0.9
    # a pixel of the upright picture lies where its turned picture has it
    width, height = Image.open(io.BytesIO(original.data)).size
    ((x, y),) = stored(((0.5, 0.5),), width, height, orientation)
    assert 0 < x < width and 0 < y < height


def test_a_colour_profile_goes_with_the_blocks(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = opened(picture(rgb=scenery(**WIDE), icc_profile=profile))
    copy = written(original, tmp_path)
    assert Image.open(io.BytesIO(copy.data)).info["icc_profile"] == profile
    assert (outside(copy, SLANTED) == outside(original, SLANTED)).all()


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("fill", list(Fill))
def test_no_style_leaves_strokes_in_the_blocks(tmp_path: Path, style: Style, fill: Fill) -> None:
    stripes = np.full((160, 320, 3), 128, np.uint8)
    stripes[40:100, 40:280:6] = 255
    stripes[40:100, 43:280:6] = 0
    place = Box(40, 40, 280, 100)
    copy = written(opened(picture(rgb=stripes, quality=95)), tmp_path, rectangle(place), style=style, fill=fill)
    steps = np.abs(np.diff(copy.rgb[70, 56:264, 0].astype(int)))
    assert (steps > 40).sum() <= 2


def test_what_lies_at_the_edge_and_beyond_is_covered(tmp_path: Path) -> None:
    original = opened(picture(rgb=scenery(**WIDE), subsampling=2))
    corner = rectangle(Box(300, 200, 350, 260))
    copy = written(original, tmp_path, corner, SLANTED)
    assert np.ptp(copy.rgb[-10:, -10:].reshape(-1, 3).astype(int), axis=0).max() < 4
    assert (outside(copy, corner, SLANTED) == outside(original, corner, SLANTED)).all()
    # two places that overlap, and one that lies nowhere
    written(original, tmp_path, SLANTED, rectangle(Box(100, 30, 180, 70)), rectangle(Box(900, 900, 950, 950)))


def test_a_file_whose_blocks_cannot_be_rewritten_is_encoded_anew(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(scenery(**WIDE)).convert("CMYK").save(stream, "JPEG", quality=90)
    part = tmp_path / ".a.redacted.jpg.part"
    original = opened(stream.getvalue())
    assert write_copy(original, Covering(masks=(SLANTED,)), part, limits=Limits()) is False
    assert Photo.open(part, name="a.jpg").rgb.shape == original.rgb.shape
    with pytest.raises(blocks.BlocksUnreadError):
        blocks.covered(b"\xff\xd8 no picture", (SLANTED,), Style.FILL, Fill.GREY, limits=Limits(), folder=tmp_path)


def test_where_there_is_no_sandbox_a_process_of_its_own_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = opened(picture(rgb=scenery(**WIDE)))
    shut_in = written(original, tmp_path).data if bubblewrap.works() else b""
    monkeypatch.setattr(bubblewrap, "works", lambda: False)
    assert written(original, tmp_path).data == shut_in or not shut_in
    assert [one.name for one in tmp_path.iterdir()] == [".a.redacted.jpg.part"], "its files are gone"
    with pytest.raises(blocks.BlocksUnreadError):
        blocks.outside(original.data[:300], (SLANTED,), limits=Limits(), folder=tmp_path)


def checked(original: Photo, copy: bytes, *, exact: bool = False, name: str = "a.jpg") -> None:
    check(original, opened(copy, name), (LARGE,), exact=exact, reach=8, filled=True)


def test_a_copy_that_is_not_as_it_must_be_is_refused(tmp_path: Path) -> None:
    original = opened(picture(rgb=scenery(**WIDE), quality=95))
    covered = original.rgb.copy()
    covered[40:120, 60:200] = 90
    good = picture(rgb=covered, quality=95, subsampling=0)
    checked(original, good)
    for wrong, copy in {
        "another size": picture(rgb=covered[:-1]),
        "outside of what is redacted": picture(rgb=covered[::-1]),
        "still shows something": picture(rgb=original.rgb, quality=95),
        # a thumbnail, a position, a picture behind the end
        "carries more": good + picture("PNG", rgb=original.rgb),
    }.items():
        with pytest.raises(CheckError, match=wrong):
            checked(original, copy)
    gps = {1: "N", 2: (52.0, 0.0, 0.0), 3: "W", 4: (1.0, 0.0, 0.0)}
    for copy in (picture(rgb=covered, quality=95, subsampling=0, gps=gps), with_thumbnail(good, tmp_path)):
        with pytest.raises(CheckError, match="carries more"):
            checked(original, copy)
    with pytest.raises(CheckError, match="outside of what"):
        checked(original, good, exact=True)


def with_thumbnail(data: bytes, tmp_path: Path) -> bytes:
    import exiv2

    file = tmp_path / "thumbnail.jpg"
    file.write_bytes(data)
    image = exiv2.ImageFactory.open(str(file))
    image.readMetadata()
    exiv2.ExifThumb(image.exifData()).setJpegThumbnail(picture(rgb=opened(data).rgb[::2, ::2]))
    image.writeMetadata()
    return file.read_bytes()


def test_a_copy_that_is_refused_stops_the_redaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(*_: object, **__: object) -> None:
        raise CheckError("the copy still shows something of what is redacted")

    monkeypatch.setattr("screening.release.copy_file.check", leaky)
    part = tmp_path / ".a.redacted.jpg.part"
    with pytest.raises(RedactionError, match=r"a\.jpg: the copy still shows something .* another program"):
        write_copy(opened(picture(rgb=scenery(**WIDE))), Covering(masks=(SLANTED,)), part, limits=Limits())
