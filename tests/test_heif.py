"""HEIF and AVIF files: hidden, cropped and auxiliary pictures, films in boxes, and metadata in items."""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from screening.arrays import Pixels
from screening.containers.boxes import Items, boxes, items
from screening.containers.parts import ContainerError, Kind
from screening.containers.walk import walk
from screening.photo.carried import carried, filled_up
from screening.photo.metadata import MetadataError, read
from screening.photo.photo import Photo
from tests.picture_files import picture, scenery


def saved(*pictures: Pixels, format: str = "HEIF", **options: object) -> bytes:
    pillow_heif.register_heif_opener()
    stream = io.BytesIO()
    first, *others = map(Image.fromarray, pictures)
    first.save(stream, format, save_all=True, append_images=others, **options)
    return stream.getvalue()


def listed(data: bytes) -> Items:
    return next(items(data, box) for box in boxes(data, 0, len(data)) if box.name == b"meta")


def photo_of(data: bytes) -> Photo:
    return Photo.from_bytes(data, name="a.avif" if b"avi" in data[8:12] else "a.heic")


def reported(data: bytes) -> list[tuple[str, str]]:
    found = carried(photo_of(data))
    return [(one.finding.kind if one.finding else "", one.photo.frame if one.photo else "") for one in found]


def hiding(data: bytes) -> bytes:
    """The file with its second picture marked as hidden."""
    said = listed(data)
    second = next(item for item in said.sorts if item != said.primary and said.sorts[item] in (b"hvc1", b"av01"))
    changed = bytearray(data)
    changed[said.flags_at[second]] |= 1
    return bytes(changed)


def cropping(data: bytes, width: int, height: int) -> bytes:
    """The file with a clean aperture in the middle: the encoder wrote one because of the picture's odd sides."""
    said = listed(data)
    box = said.property(said.primary, b"clap")
    assert box is not None
    changed = bytearray(data)
    struct.pack_into(">8I", changed, box.body, width, 1, height, 1, 0, 1, 0, 1)
    return bytes(changed)


def heif_file() -> Any:
    """An empty file; the library's own types say nothing of how one is made."""
    made: Any = pillow_heif.HeifFile
    return made()


def with_thumbnails(*pictures: Pixels) -> bytes:
    """A file in which each picture has a thumbnail."""
    file = heif_file()
    for one in pictures:
        file.add_from_pillow(Image.fromarray(one))
        info: dict[str, Any] = file[len(file) - 1].info
        info["thumbnails"] = [128]
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def exchanged(data: bytes) -> bytes:
    """The file with each of two thumbnails said to be the other picture's."""
    said = listed(data)
    first, second = said.beside_at.values()
    changed = bytearray(data)
    for here, there in ((first[0] + 8, second[0] + 8), (second[0] + 8, first[0] + 8)):
        changed[here : here + 2] = data[there : there + 2]
    return bytes(changed)


def understated(data: bytes) -> bytes:
    """The file with its thumbnail said to have some rows and columns less than it is made of."""
    said = listed(data)
    (thumbnail,) = said.beside_at
    size = said.property(thumbnail, b"ispe")
    assert size is not None
    changed = bytearray(data)
    width, height = struct.unpack_from(">II", data, size.body + 4)
    struct.pack_into(">II", changed, size.body + 4, width - 2, height - 2)
    return bytes(changed)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


ONE, OTHER = scenery(301, 201), scenery(301, 201, seed=2)
BESIDE, IN_BOX = "picture beside the one that is shown", "picture in a box"
# A block of Samsung's with the time, then its index.
BLOCK = struct.pack("<2xHI", 0x0A01, 14) + b"Image_UTC_Data" + b"1700000000000"
INDEX = BLOCK + b"SEFH" + struct.pack("<II2xHIII", 107, 1, 0x0A01, len(BLOCK), len(BLOCK), 24) + b"SEFT"
FILES = [
    # what is in the file, what makes it, what is reported of it
    ("one picture", lambda: saved(ONE), []),
    ("one picture with transparency", lambda: saved(np.dstack([ONE, ONE[:, :, :1]])), []),
    ("an AVIF picture with transparency", lambda: saved(np.dstack([ONE, ONE[:, :, :1]]), format="AVIF"), []),
    ("two pictures, which are screened as frames", lambda: saved(ONE, OTHER), []),
    ("a sequence, likewise", lambda: saved(ONE, OTHER, format="AVIF"), []),
    ("a hidden picture", lambda: hiding(saved(ONE, OTHER)), [("metadata.preview", BESIDE)]),
    ("a picture with its thumbnail", lambda: with_thumbnails(ONE), []),
    ("a thumbnail whose size is understated", lambda: understated(with_thumbnails(ONE)), []),
    ("a thumbnail of another picture", lambda: exchanged(with_thumbnails(ONE, OTHER)), [("metadata.preview", BESIDE)]),
    ("a thumbnail of the second picture", lambda: with_thumbnails(ONE, OTHER), [("", BESIDE)]),
    ("the same picture, hidden", lambda: hiding(saved(ONE, ONE)), []),
    ("a crop", lambda: cropping(saved(ONE), 200, 100), [("metadata.preview", BESIDE)]),
    ("a crop of what some encoders fill up, which is screened", lambda: cropping(saved(ONE), 260, 160), [("", BESIDE)]),
    ("bytes in an unknown box", lambda: saved(ONE) + box(b"ownb", bytes(range(256))), [("metadata.unread", "")]),
    ("a picture in free space", lambda: saved(ONE) + box(b"free", picture(rgb=OTHER)), [("metadata.preview", IN_BOX)]),
    ("free space", lambda: saved(ONE) + box(b"free", bytes(5000)), []),
    ("a camera's index", lambda: saved(ONE) + box(b"sefd", INDEX), []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data", "found"), FILES)
def test_each_picture_of_a_heif_file_is_looked_at(
    what: str, data: Callable[[], bytes], found: list[tuple[str, str]]
) -> None:
    assert reported(data()) == found


def test_what_a_crop_leaves_off_is_screened() -> None:
    (one,) = carried(photo_of(cropping(saved(ONE), 200, 100)))
    assert one.photo and (one.photo.height, one.photo.width) >= (201, 301)


def test_an_index_behind_a_jpeg_stays_clear() -> None:
    data = picture() + INDEX
    assert {part.kind for part in walk(data)} == {Kind.SHOWN, Kind.METADATA}
    assert list(carried(Photo.from_bytes(data, name="a.jpg"))) == []


def test_a_film_in_a_box_of_its_own_blocks() -> None:
    with pytest.raises(MetadataError, match="a film in a box of its own"):
        list(carried(photo_of(saved(ONE) + box(b"mpvd", box(b"ftyp", b"isom" + bytes(300))))))


def test_exif_of_a_picture_that_is_not_the_first_is_read() -> None:
    pictures = heif_file()
    for caption in ("the first", "the second"):
        tags = Image.Exif()
        tags[0x010E] = caption
        pictures.add_from_pillow(Image.fromarray(ONE))
        pictures[len(pictures) - 1].info["exif"] = tags.tobytes()
    stream = io.BytesIO()
    pictures.save(stream)
    assert {one.text for one in read(photo_of(stream.getvalue())).fields} == {"the first", "the second"}


@functools.cache
def samples() -> list[bytes]:
    return [saved(ONE), saved(ONE, OTHER), saved(ONE, OTHER, format="AVIF")]


@given(st.deferred(lambda: st.sampled_from(samples())), st.integers(0, 1500), st.binary(max_size=16), st.booleans())
def test_damage_anywhere_is_walked_or_refused(data: bytes, place: int, junk: bytes, cut: bool) -> None:
    damaged = data[:place] + junk + (b"" if cut else data[place + len(junk) :])
    try:
        walk(damaged)
    except ContainerError:
        return


def test_bytes_in_the_last_box_that_belong_to_no_item_hold() -> None:
    data = saved(ONE, exif=picture(exif={0x010E: "a caption"})[24:200])
    start = next(box.start for box in boxes(data, 0, len(data)) if box.name == b"mdat")
    longer = bytearray(data + bytes(range(100, 200)))
    struct.pack_into(">I", longer, start, len(longer) - start)
    assert reported(bytes(longer)) == [("metadata.unread", "")]


def test_a_picture_filled_up_with_one_shade_is_not_screened_twice() -> None:
    view = scenery(96, 64)
    filled = np.pad(view, ((0, 16), (0, 32), (0, 0)), constant_values=9)
    assert filled_up(view, filled)
    assert filled_up(view, filled[:64])
    with_something = filled.copy()
    with_something[70:74, 100:110] = 200
    assert not filled_up(view, with_something)
    assert not filled_up(scenery(96, 64, seed=2), filled)
    assert not filled_up(view, view)
