"""The walk over picture files: every byte belongs to a part, and what lies behind or between parts is told apart."""
# ruff: noqa: E501 - a table of files reads best a row a line

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from screening.containers.parts import ContainerError, Kind, is_words
from screening.containers.walk import walk
from screening.photo.carried import carried
from screening.photo.metadata import MetadataError, read
from screening.photo.photo import Photo
from screening.photo.unshown import unshown
from tests.picture_files import picture, scenery, with_thumbnail

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x10mdat" + b"\x55" * 8
SOUND = b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + b"\0\0\0\x10mdat" + b"\x55" * 8


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr(zipfile.ZipInfo("notes.txt"), "call me")
    return file.getvalue()


def photo_of(data: bytes) -> Photo:
    ending = {b"\xff\xd8": "jpg", b"\x89P": "png", b"GI": "gif", b"RI": "webp", b"BM": "bmp", b"\0\0": "avif"}[data[:2]]
    return Photo.from_bytes(data, name=f"a.{ending}")


def noise(size: int) -> bytes:
    return bytes(zlib.compress(bytes(range(256)) * 40, 9) * (size // 100 + 1))[2 : size + 2]


def kinds(data: bytes) -> set[Kind]:
    return {part.kind for part in walk(data)} - {Kind.SHOWN, Kind.METADATA}


@pytest.mark.parametrize("format", FORMATS)
def test_every_byte_belongs_to_a_part(format: str) -> None:
    data = picture(format) + b"\0" * 30 + archive() if format != "BMP" else picture(format)
    place = 0
    for part in walk(data):
        assert part.start == place <= part.end, part
        place = part.end
    assert place == len(data)


@pytest.mark.parametrize("format", FORMATS)
def test_a_plain_picture_holds_nothing_else(format: str) -> None:
    data = (
        picture(format, exif={0x010E: "A caption"}, xmp="<own:note>n</own:note>")
        if format != "BMP"
        else picture(format)
    )
    assert kinds(data) == set()


BEHIND = [
    # what lies behind the end, what it is
    (bytes(5000), Kind.PADDING),  # cameras fill up to whole sectors
    (b"\xff" * 700, Kind.PADDING),
    (b"\r\n", Kind.PADDING),  # sent as text
    (FILM, Kind.FILM),  # a motion photo
    (bytes(13) + FILM, Kind.FILM),  # behind zeros, which a film begins with too
    (SOUND, Kind.SOUND),  # a spoken note
    (b"RIFF" + struct.pack("<I", 40) + b"WAVEfmt " + bytes(32), Kind.SOUND),
    (b"ID3\x03\0\0\0\0\0\x0a" + bytes(10), Kind.SOUND),
    (archive(), Kind.ARCHIVE),
    (gzip.compress(b"call me", mtime=0), Kind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c\0\4" + noise(50), Kind.ARCHIVE),
    (b"Rar!\x1a\x07\1\0" + noise(50), Kind.ARCHIVE),
    (b"%PDF-1.7\n" + noise(50), Kind.DOCUMENT),
    (picture("PNG"), Kind.PICTURE),
    (picture("WEBP"), Kind.PICTURE),
    (picture("GIF"), Kind.PICTURE),
    (picture("JPEG"), Kind.PICTURE),
    (picture("TIFF"), Kind.PICTURE),
    (noise(20) + picture("JPEG"), Kind.PICTURE),  # behind an index of the camera's
    (picture("PNG")[-3000:], Kind.UNKNOWN),  # the rest of a larger picture that was written over
    (noise(3000), Kind.UNKNOWN),
]


@pytest.mark.parametrize(("tail", "kind"), BEHIND)
@pytest.mark.parametrize("format", FORMATS)
def test_what_lies_behind_the_end_is_told_apart(format: str, tail: bytes, kind: Kind) -> None:
    assert kind in kinds(picture(format) + tail) <= {kind, Kind.PADDING, Kind.UNKNOWN}


def test_each_of_several_files_behind_the_end_is_found() -> None:
    data = picture() + picture("PNG") + bytes(100) + picture("JPEG") + picture("GIF")
    found = [part for part in walk(data) if part.kind is Kind.PICTURE]
    assert [part.read(data)[:4] for part in found] == [b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF8"]


def png_with(name: bytes, content: bytes) -> bytes:
    data = picture("PNG")
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return data[:33] + chunk + data[33:]


def jpeg_with(marker: int, content: bytes) -> bytes:
    data = picture()
    return data[:20] + bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content + data[20:]


def webp_with(name: bytes, content: bytes) -> bytes:
    data = picture("WEBP") + name + struct.pack("<I", len(content)) + content
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


INSIDE = [
    # what is wrong, the file, what is found in it
    ("a PNG chunk that nobody knows", png_with(b"skRf", noise(300)), Kind.UNKNOWN),
    ("a picture in such a chunk", png_with(b"prVW", picture()), Kind.PICTURE),
    ("a known chunk that is too long", png_with(b"pHYs", noise(300)), Kind.UNKNOWN),
    ("an application segment that nobody knows", jpeg_with(0xE7, noise(300)), Kind.UNKNOWN),
    ("an archive in such a segment", jpeg_with(0xE7, archive()), Kind.ARCHIVE),
    ("a picture in such a segment", jpeg_with(0xEA, b"own\0" + picture()), Kind.PICTURE),
    ("a film in a WebP chunk", webp_with(b"MOVI", FILM), Kind.FILM),
    ("further pixels in a WebP file", webp_with(b"VP8 ", picture("WEBP")[20:]), Kind.PICTURE),
    ("a GIF application that nobody knows", picture("GIF")[:-1] + b"\x21\xff\x0bOWNAPP  1.0\xc8" + noise(200) + b"\0;", Kind.UNKNOWN),
    ("bytes between a bitmap's colours and its pixels", b"BM\0\0\0\0\0\0\0\0" + struct.pack("<I", 354) + picture("BMP")[14:54] + noise(300) + picture("BMP")[54:], Kind.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data", "kind"), INSIDE)
def test_what_lies_between_the_parts_is_told_apart(what: str, data: bytes, kind: Kind) -> None:
    assert kind in kinds(data)


def test_the_end_of_a_jpeg_is_found_whatever_is_behind_it() -> None:
    data = picture() + b"\xff\xda" + bytes(50)
    assert max(part.end for part in walk(data) if part.kind is Kind.SHOWN) == len(picture())
    assert photo_of(data).width == 240


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_is_cut_short_is_an_error(format: str) -> None:
    data = picture(format)
    with pytest.raises(ContainerError):
        walk(data[: len(data) // 2 if format != "BMP" else 20])


SAMPLES = [
    *map(picture, FORMATS),
    with_thumbnail(picture(exif={0x010E: "A caption"}, comment=b"a comment"), scenery(30, 20)),
]


@given(st.sampled_from(SAMPLES), st.integers(0, 4000), st.binary(max_size=16), st.booleans())
def test_damage_anywhere_is_walked_or_refused(data: bytes, place: int, junk: bytes, cut: bool) -> None:
    damaged = data[:place] + junk + (b"" if cut else data[place + len(junk) :])
    try:
        parts = walk(damaged)
    except ContainerError:
        return
    assert sum(part.end - part.start for part in parts) >= len(damaged)


@given(
    st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x40\0\0\0WEBP", b"BM"]),
    st.binary(max_size=400),
)
def test_any_bytes_behind_a_beginning_are_walked_or_refused(beginning: bytes, rest: bytes) -> None:
    with contextlib.suppress(ContainerError):
        walk(beginning + rest)


def resource(number: int, content: bytes) -> bytes:
    """A segment with one of Photoshop's resources."""
    return b"Photoshop 3.0\08BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)


def ducky(comment: str) -> bytes:
    """What Photoshop writes for the web: a quality and a comment."""
    text = comment.encode("utf-16-be")
    return b"Ducky\0" + struct.pack(">HHIHHI", 1, 4, 60, 2, 4 + len(text), len(comment)) + text + b"\0\0"


def marks(numbers: bytes) -> bytes:
    """The trailer of Photo Mechanic with a field for each of these numbers."""
    fields = b"".join(struct.pack(">BBBHI", 0x1C, 2, number, 4, 1) for number in numbers)
    return fields + struct.pack(">I", len(fields)) + b"cbipcbbl"


CARRIED = [
    # a file, what is reported of it
    (picture(), []),
    (picture() + bytes(3000), []),  # padding
    (picture() + b"\0\0index 12" + bytes(20), []),  # a short trailer
    (picture() + noise(300), ["metadata.unread"]),
    (jpeg_with(0xE7, noise(300)), ["metadata.unread"]),
    (picture() + picture("PNG"), []),  # the same picture once more
    (picture() + picture("PNG", rgb=scenery(seed=2)), ["metadata.preview"]),
    (picture() + picture("PNG", rgb=scenery(seed=2))[:-40], ["metadata.unread"]),  # cut short
    (picture() + b"8BPS\0\1" + bytes(6) + noise(300), ["metadata.unread"]),  # of a kind that is not opened
    (jpeg_with(0xE7, b"setting = 12\n" * 30), []),  # words, which are screened as such
    (png_with(b"PLTE", noise(768)), ["metadata.unread"]),  # colours that no pixel has
    (picture("PNG", rgb=scenery()[:, :, 0]), []),
    (picture("WEBP", rgb=np.dstack([scenery(), scenery()[:, :, :1]])), []),
    (webp_with(b"ALPH", noise(300)), ["metadata.unread"]),  # transparency of nothing
    (picture("AVIF") + noise(300), ["metadata.unread"]),
    (picture("AVIF") + b"\0\0index 12" + bytes(20), []),
    (jpeg_with(0xED, resource(4100, noise(300))), ["metadata.unread"]),
    (jpeg_with(0xED, resource(4000, b"maniIRFR" + noise(200))), []),  # the steps of an animation
    (jpeg_with(0xED, resource(4100, b"words of a program " * 9)), []),
    (jpeg_with(0xED, resource(1064, noise(300))), []),
    (jpeg_with(0xEC, ducky("by Ann Example " * 6)), []),
    (jpeg_with(0xEC, ducky("by Ann Example") + noise(300)), ["metadata.unread"]),
    (jpeg_with(0xEC, b"Ducky\0" + noise(300)), ["metadata.unread"]),
    (picture() + marks(bytes(range(10, 18))), []),  # those of Photo Mechanic
    (picture() + marks(noise(100)) + noise(100), ["metadata.unread"]),
]


@pytest.mark.parametrize(("data", "reported"), CARRIED)
def test_what_a_file_carries_is_looked_at_or_reported(data: bytes, reported: list[str]) -> None:
    found = list(carried(photo_of(data)))
    assert [one.finding.kind for one in found if one.finding] == reported
    assert [one.photo is not None for one in found] == [kind == "metadata.preview" for kind in reported]


@pytest.mark.parametrize(
    ("tail", "named"),
    [(FILM, "a film"), (SOUND, "a sound recording"), (archive(), "an archive"), (b"%PDF-1.7\n", "a document")],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_is_no_picture_is_named(format: str, tail: bytes, named: str) -> None:
    with pytest.raises(MetadataError, match=f"carries {named} behind the picture's end, which cannot be screened"):
        list(carried(photo_of(picture(format) + tail)))


def test_words_behind_the_end_are_read() -> None:
    assert [one.text for one in read(photo_of(picture() + b"call 07700 900123")).fields] == ["call 07700 900123"]
    short = picture() + b"\x01\x02\x03call 07700 900123\x01"
    assert [one.text for one in read(photo_of(short)).fields] == ["call 07700 900123"]


def taller(data: bytes, height: int) -> bytes:
    """The file with that height in its header, whatever it holds."""
    if data.startswith(b"\x89"):
        head = data[12:20] + struct.pack(">I", height) + data[24:29]
        return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]
    place = data.index(b"\xff\xc0" if b"\xff\xc0" in data else b"\xff\xc2") + 5
    return data[:place] + struct.pack(">H", height) + data[place + 2 :]


ROWS = [
    # a file, whether it holds more than it shows
    (picture(rgb=scenery(301, 203)), False),
    (picture(rgb=scenery(301, 203), progressive=True), False),
    (picture(rgb=scenery(301, 203), subsampling=2, optimize=True), False),
    (picture(rgb=scenery(301, 203), restart_marker_blocks=3), False),
    (picture("PNG", rgb=scenery(301, 203)), False),
    (picture("PNG", rgb=scenery(5, 3)), False),
    (taller(picture(rgb=scenery(301, 203)), 100), True),
    (taller(picture(rgb=scenery(301, 203), progressive=True), 100), True),
    (taller(picture("PNG", rgb=scenery(301, 203)), 100), True),
    (picture(rgb=scenery(301, 203))[:-2] + noise(2000).replace(b"\xff", b"\xfe") + b"\xff\xd9", True),
    (picture("PNG")[:-12] + struct.pack(">I", 300) + b"IDAT" + noise(300) + bytes(4) + picture("PNG")[-12:], True),
]


@pytest.mark.parametrize(("data", "more"), ROWS)
def test_pixels_that_no_viewer_shows_are_noticed(data: bytes, more: bool) -> None:
    assert bool(unshown(data)) == more


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_rows_of_every_sort_of_png_add_up(mode: str) -> None:
    stream = io.BytesIO()
    Image.fromarray(scenery(37, 23)).convert(mode).save(stream, "PNG")
    assert unshown(stream.getvalue()) == ""


def test_rows_of_an_interlaced_png_add_up() -> None:
    """Of 5 x 3 pixels in grey, all of them black: passes 1, 2, 4, 5, 6 and 7 have rows (section 8 of the standard)."""
    rows = b"".join(bytes(1 + columns) * count for columns, count in ((1, 1), (1, 1), (2, 1), (3, 1), (2, 2), (5, 1)))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 5, 3, 8, 0, 0, 0, 1)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    assert unshown(data) == "" and photo_of(data).width == 5


@pytest.mark.parametrize(
    "words", [b"caption", "Café".encode("cp1252") * 40, "テスト".encode("utf-16-le") * 40, b"\0" * 70]
)
def test_words_in_any_alphabet_are_words(words: bytes) -> None:
    assert is_words(words)


def test_a_text_chunk_without_its_parts_is_refused() -> None:
    with pytest.raises(MetadataError):
        read(photo_of(png_with(b"iTXt", b"Comment\0\0\0words")))


def test_a_height_that_would_be_a_bomb_is_left_to_the_decoder() -> None:
    data = picture(rgb=scenery(301, 203))
    place = data.index(b"\xff\xc0") + 5
    assert unshown(data[:place] + b"\xf0\x00\xff\xff" + data[place + 4 :]) == ""


def test_a_comment_that_is_no_text_is_not_passed_over() -> None:
    assert [one.finding and one.finding.kind for one in carried(photo_of(jpeg_with(0xFE, noise(300))))] == [
        "metadata.unread"
    ]
    data = png_with(b"tEXt", b"Comment\0" + noise(300))
    assert [one.finding and one.finding.kind for one in carried(photo_of(data))] == ["metadata.unread"]


def run_length(body: bytes) -> bytes:
    """A bitmap of 8 x 4 pixels in four colours, packed by run length."""
    head = struct.pack("<IiiHHIIiiII", 40, 8, 4, 1, 8, 1, len(body), 0, 0, 4, 0) + bytes(range(16))
    return b"BM" + struct.pack("<IHHI", 70 + len(body), 0, 0, 70) + head + body


ROW = b"\x08\x01\0\0"
PACKED = [
    ROW * 4 + b"\0\1",
    ROW + b"\0\1",
    b"\x03\x01\0\0" * 4 + b"\0\1",
    b"\x04\1\0\2\2\1\2\2\0\0" + ROW * 2 + b"\0\1",
]


@pytest.mark.parametrize("body", PACKED)
def test_a_packed_bitmap_is_screened_even_if_it_ends_early(body: bytes) -> None:
    photo = photo_of(run_length(body))
    assert photo.rgb.shape == (4, 8, 3) and list(carried(photo)) == []


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_bitmap_of_the_clipboard_is_screened(mode: str) -> None:
    stream = io.BytesIO()
    Image.fromarray(scenery()).convert(mode).save(stream, "DIB")
    assert list(carried(Photo.from_bytes(stream.getvalue(), name="a.dib"))) == []
    behind = Photo.from_bytes(stream.getvalue() + noise(300), name="a.dib")
    assert [one.finding and one.finding.kind for one in carried(behind)] == ["metadata.unread"]


def test_pages_that_were_written_as_files_of_their_own_are_pages() -> None:
    pages = [Image.fromarray(scenery(seed=seed)) for seed in (2, 3)]
    data = picture("TIFF", rgb=scenery(), save_all=True, append_images=pages, compression="tiff_lzw")
    assert data.count(data[:4]) == 3
    kinds = {part.kind for part in walk(data)}
    assert kinds <= {Kind.SHOWN, Kind.PADDING, Kind.METADATA}
