"""A photo is read once, upright, in sRGB, at the scales asked for; one that cannot be trusted is refused clearly."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from screening.photo.files import (
    BYTES_A_PIXEL,
    FORMATS,
    FileError,
    Limits,
    PhotoError,
    UnsupportedError,
    misnamed,
    read,
)
from screening.photo.photo import Photo
from tests.picture_files import drawn, saved


def corner_is_red(photo: Photo) -> bool:
    red, _, blue = photo.rgb[photo.height // 4, photo.width // 4].astype(int)
    return bool(red > blue + 60)


@pytest.mark.parametrize(
    ("name", "format", "mode"),
    [
        ("a.jpg", "JPEG", "RGB"),  # the usual
        ("a.JPEG", "JPEG", "CMYK"),  # from a printer's workflow
        ("a.png", "PNG", "RGB"),
        ("a.png", "PNG", "RGBA"),
        ("a.png", "PNG", "P"),  # a palette
        ("a.tif", "TIFF", "RGB"),
        ("a.tiff", "TIFF", "CMYK"),
        ("a.webp", "WEBP", "RGB"),
        ("a.bmp", "BMP", "RGB"),
        ("a.gif", "GIF", "P"),
        ("a.heic", "HEIF", "RGB"),
        ("a.avif", "AVIF", "RGB"),
    ],
)
def test_every_format_is_decoded_to_upright_rgb(name: str, format: str, mode: str) -> None:
    data = saved(drawn().convert(mode), format)
    photo = Photo.from_bytes(data, name=name)
    assert (photo.width, photo.height) == (120, 80)
    assert photo.rgb.shape == (80, 120, 3)
    assert corner_is_red(photo)
    assert photo.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16"])
def test_grey_pictures_are_decoded(mode: str) -> None:
    grey = drawn().convert("L")
    image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    photo = Photo.from_bytes(saved(image, "PNG"), name="a.png")
    assert photo.rgb.shape == (80, 120, 3)
    assert photo.rgb.std() > 5  # the corner can be told from the rest


def turned(orientation: int) -> Image.Image:
    """The picture as a camera held so would store it."""
    inverse = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[orientation]
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF's numbers -> Pillow's Transpose
    return drawn() if orientation == 1 else drawn().transpose(Image.Transpose(turn[inverse]))


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.jpg", "JPEG"),
        ("a.tif", "TIFF"),  # Pillow turns these itself, and these alone
        ("a.png", "PNG"),
        ("a.webp", "WEBP"),
        ("a.heic", "HEIF"),
        ("a.avif", "AVIF"),
    ],
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_ends_upright(orientation: int, name: str, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"quality": 95} if format == "JPEG" else {}
    photo = Photo.from_bytes(saved(turned(orientation), format, exif=exif.tobytes(), **options), name=name)
    assert (photo.width, photo.height) == (120, 80)
    assert corner_is_red(photo)


@pytest.mark.parametrize("orientation", [3, 6])
def test_every_compression_and_frame_of_a_tiff_ends_upright(orientation: int) -> None:
    for compression in ("raw", "tiff_lzw", "jpeg"):
        stored, tags = turned(orientation), {0x0112: orientation}
        data = saved(stored, "TIFF", compression=compression, tiffinfo=tags, save_all=True, append_images=[stored])
        photo = Photo.from_bytes(data, name="a.tif")
        for one in (photo, *photo.others()):
            assert (one.width, one.height) == (120, 80)
            assert corner_is_red(one)


@pytest.mark.parametrize(("name", "format"), [("a.png", "PNG"), ("a.webp", "WEBP")])
def test_what_else_a_turned_file_shows_ends_upright(name: str, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = turned(6)
    hidden = stored.convert("RGBA")
    hidden.putalpha(0)
    data = saved(hidden, format, exif=exif, **({"exact": True, "lossless": True} if format == "WEBP" else {}))
    other, *unturned = Photo.from_bytes(data, name=name).others()
    assert (other.width, other.height) == (120, 80)
    assert corner_is_red(other)
    # browsers show WebP as it is stored
    assert [(one.frame, one.width) for one in unturned] == [("unturned", 80)] * (format == "WEBP")


def test_transparent_pixels_lie_over_white_and_what_they_hide_is_another_picture() -> None:
    picture = np.asarray(drawn().convert("RGBA")).copy()
    picture[:, :, 3] = 0
    photo = Photo.from_bytes(saved(Image.fromarray(picture), "PNG"), name="a.png")
    assert photo.rgb.min() == 255
    hidden = list(photo.others())
    assert [other.frame for other in hidden] == ["behind the transparency"]
    assert corner_is_red(hidden[0])


def test_a_small_thing_in_a_large_erased_part_is_another_picture() -> None:
    picture = np.zeros((1000, 1500, 4), np.uint8)
    picture[:, :, :3] = (150, 150, 150)
    picture[500:510, 700:740, :3] = 235
    photo = Photo.from_bytes(saved(Image.fromarray(picture), "PNG"), name="a.png")
    assert [other.frame for other in photo.others()] == ["behind the transparency"]


def test_light_ink_on_transparency_is_shown_over_black() -> None:
    picture = np.zeros((80, 120, 4), np.uint8)
    picture[20:40, 30:90] = 255
    for behind in (0, 255):  # whatever colour the transparent pixels have
        picture[picture[:, :, 3] == 0, :3] = behind
        photo = Photo.from_bytes(saved(Image.fromarray(picture), "PNG"), name="a.png")
        assert photo.rgb.min() == 255
        shown = {other.frame: other.rgb for other in photo.others()}["over black"]
        assert (shown.min(axis=2) == picture[:, :, 3]).all()


def test_what_the_transparency_of_a_further_frame_hides_is_another_picture() -> None:
    hidden = drawn().convert("RGBA")
    hidden.putalpha(0)
    data = saved(drawn().convert("RGBA"), "TIFF", save_all=True, append_images=[hidden])
    seen, behind = Photo.from_bytes(data, name="a.tif").others()
    assert (seen.frame, behind.frame) == ("frame 2", "frame 2, behind the transparency")
    assert seen.rgb.min() == 255
    assert corner_is_red(behind)


def test_nothing_more_is_shown_of_a_picture_that_hides_nothing() -> None:
    picture = np.asarray(drawn().convert("RGBA")).copy()
    picture[50:, 100:] = (0, 90, 0, 0)  # one colour, and no light ink beside it
    assert list(Photo.from_bytes(saved(Image.fromarray(picture), "PNG"), name="a.png").others()) == []
    white = Image.new("RGBA", (120, 80), "white")
    assert list(Photo.from_bytes(saved(white, "PNG"), name="a.png").others()) == []


@pytest.mark.parametrize(
    ("name", "format"), [("a.gif", "GIF"), ("a.tif", "TIFF"), ("a.webp", "WEBP"), ("a.png", "PNG")]
)
def test_every_frame_of_a_file_is_offered(name: str, format: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    photo = Photo.from_bytes(saved(frames[0], format, save_all=True, append_images=frames[1:]), name=name)
    others = list(photo.others())
    assert [other.frame for other in others] == ["frame 2", "frame 3"]
    assert others[1].rgb[15, 20].argmax() == 2
    assert {other.sha256 for other in others} == {photo.sha256}


def test_a_file_with_too_many_frames_is_refused() -> None:
    frames = [Image.new("RGB", (8, 8), (index * 20, 0, 0)) for index in range(6)]
    photo = Photo.from_bytes(
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), name="a.gif", limits=Limits(frames=5)
    )
    with pytest.raises(PhotoError, match="contains 6 pictures"):
        list(photo.others())


def test_a_colour_profile_is_applied() -> None:
    from PIL import ImageCms

    lab = ImageCms.createProfile("LAB", colorTemp=6500)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = Photo.from_bytes(saved(drawn(), "PNG", icc_profile=srgb), name="a.png")
    assert corner_is_red(plain)
    # a profile of another colour space is broken here: the picture is screened as it is
    broken = Photo.from_bytes(saved(drawn(), "PNG", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes()), name="a.png")
    assert corner_is_red(broken)


def cut(format: str) -> Callable[[], bytes]:
    def make() -> bytes:
        noise = np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8)
        data = saved(Image.fromarray(noise), format)
        return data[: len(data) * 2 // 3]

    return make


def bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "make", "error", "says"),
    [
        ("a.jpg", cut("JPEG"), PhotoError, "cut short"),
        ("a.png", cut("PNG"), PhotoError, "cut short"),
        ("a.webp", cut("WEBP"), PhotoError, "damaged|cut short"),
        ("a.tif", cut("TIFF"), PhotoError, "damaged|cut short"),
        # two formats at once, under the name of a third
        ("a.jpg", lambda: saved(drawn(), "GIF") + saved(drawn(), "PNG"), PhotoError, "GIF picture, not what its name"),
        ("a.jpg", lambda: b"hello, this is text", PhotoError, "not a picture"),
        ("a.png", bomb, PhotoError, "megapixels|far more pixels"),
        ("a.nef", lambda: b"II*\0", UnsupportedError, "RAW.*convert it, or leave it out"),
        ("a.MOV", lambda: b"ftypqt", UnsupportedError, "video.*convert it, or leave it out"),
        ("a.docx", lambda: b"PK", UnsupportedError, "leave it out"),
    ],
)
def test_what_cannot_be_screened_is_refused_in_one_clear_line(
    tmp_path: Path, name: str, make: Callable[[], bytes], error: type[FileError], says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(error, match=says) as raised:
        Photo.open(path)
    assert "\n" not in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


@pytest.mark.parametrize("name", ["a.jpg", "photo", "a.docx"])
def test_a_picture_under_another_formats_name_is_opened_as_what_it_is(name: str) -> None:
    data = saved(drawn(), "PNG")
    assert (Photo.from_bytes(data, name=name).rgb == Photo.from_bytes(data, name="a.png").rgb).all()
    assert "rename it, with .png at the end" in misnamed("PNG", name)
    assert misnamed("PNG", "A.PNG") == misnamed("MPO", "a.jpg") == ""


def test_an_empty_missing_or_too_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "large.jpg").write_bytes(bytes(2_000))
    with pytest.raises(PhotoError, match="is empty"):
        read(tmp_path / "empty.jpg", limits=Limits())
    with pytest.raises(PhotoError, match="cannot be read"):
        read(tmp_path / "missing.jpg", limits=Limits())
    with pytest.raises(PhotoError, match="larger than"):
        read(tmp_path / "large.jpg", limits=Limits(file_megabytes=0.001))


def test_a_further_page_without_a_size_is_refused() -> None:
    data = bytearray(saved(drawn(), "TIFF"))
    data[130] = 3  # where the next page stands
    with pytest.raises(FileError, match="one cannot be read"):
        list(Photo.from_bytes(bytes(data), name="a.tif").others())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2_000), st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"]))
def test_a_changed_byte_is_decoded_or_refused_but_never_crashes(place: int, value: int, format: str) -> None:
    data = bytearray(saved(drawn(), format))
    data[place % len(data)] = value
    ending = {"JPEG": ".jpg", "TIFF": ".tif"}.get(format, f".{format.lower()}")
    try:
        photo = Photo.from_bytes(bytes(data), name="a" + ending, limits=Limits(megapixels=2))
        list(photo.others())
    except FileError as error:
        assert str(error)


def test_a_scale_is_made_once_shared_and_never_larger_than_the_photo() -> None:
    photo = Photo.from_array(np.asarray(drawn(1200, 800)))
    small, factor = photo.scaled(600)
    assert small.shape == (400, 600, 3)
    assert factor == 0.5
    assert photo.scaled(600)[0] is small
    same, one = photo.scaled(5_000)
    assert same.shape == (800, 1200, 3)
    assert one == 1
    with pytest.raises(ValueError, match="read-only"):
        small[0, 0] = 0


def test_a_picture_whose_pixels_would_take_too_much_memory_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = saved(drawn(1000, 800), "PNG")
    Photo.from_bytes(data, name="a.png", limits=Limits(memory_megabytes=25))
    monkeypatch.setattr(Image.Image, "load", None)  # nothing may be decoded
    with pytest.raises(PhotoError, match="would take 22 MB of memory, more than the 20 allowed"):
        Photo.from_bytes(data, name="a.png", limits=Limits(memory_megabytes=20))


PEAK = """
import resource, sys
from pathlib import Path
from screening.photo.files import BYTES_A_PIXEL
from screening.photo.photo import Photo
import PIL.ImageCms, cv2, pillow_heif
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
Photo.open(Path(sys.argv[2]))
before = peak()
photo = Photo.open(Path(sys.argv[1]))
photo.scaled(1280)
for other in photo.others(): other.scaled(1280)
print((peak() - before) / (photo.width * photo.height))
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX tells a process's largest size")
@pytest.mark.parametrize("kind", ["PNG of 16 bits with transparency", "PNG", "WEBP", "JPEG", "HEIF", "profile"])
def test_a_picture_takes_no_more_memory_than_is_said(tmp_path: Path, kind: str) -> None:
    rgb = np.asarray(drawn(60, 40).resize((3600, 2400)))
    image, name, options = Image.fromarray(rgb), kind, dict[str, object]()
    if kind == "PNG of 16 bits with transparency":
        deep = np.dstack([rgb, np.where(rgb[:, :, 0] > 100, 0, 255).astype(np.uint8)]).astype(np.uint16) * 257
        (tmp_path / "large.png").write_bytes(cv2.imencode(".png", deep)[1].tobytes())
    else:
        if kind == "WEBP":
            image.putalpha(Image.fromarray(rgb[:, :, 0]))
        if kind == "profile":
            image, name = image.convert("CMYK"), "JPEG"
        (tmp_path / f"large{FORMATS[name][0]}").write_bytes(saved(image, name, **options))
    (large,) = tmp_path.iterdir()
    (tmp_path / "small.png").write_bytes(saved(drawn(), "PNG"))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, large, tmp_path / "small.png"], capture_output=True, text=True, check=True
    )
    # what libraries take for themselves counts for more in a small picture
    assert float(done.stdout) < BYTES_A_PIXEL + 6
