"""Metadata as real files have it: long, malformed, packed wrongly, in numbers instead of words."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from screening.photo.carried import carried
from screening.photo.metadata import MetadataError, read
from screening.photo.photo import Photo
from tests.picture_files import picture, scenery, with_tags


def photo(data: bytes) -> Photo:
    return Photo.from_bytes(data, name="a.png" if data.startswith(b"\x89PNG") else "a.jpg")


def commented(text: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("Comment", text, zip=True)
    return picture("PNG", pnginfo=chunks)


def test_a_long_text_is_read_in_pieces() -> None:
    number = "07700 900123"
    for before in (19_990, 20_195, 45_000):
        said = read(photo(commented("word " * (before // 5) + number + " word" * 9000)))
        assert any(number in one.text for one in said.fields)
    with pytest.raises(MetadataError, match="more text"):
        read(photo(commented(" ".join(map(str, range(100_000))))))


def test_what_can_be_made_out_of_malformed_xmp_is_read_and_the_rest_is_told() -> None:
    properties = "<dc:title>Ann &amp; Bob</dc:rights><exif:GPSLatitude>52,28.8N</exif:GPSLatitude>"
    said = read(photo(picture(xmp=properties + "<exif:GPSLongitude>1,54.0W</exif:GPSLongitude>")))
    assert "Ann & Bob" in {one.text for one in said.fields}
    assert [(one.latitude, one.longitude) for one in said.positions] == [(52.48, -1.9)]
    assert said.unread == ("XMP that is not well formed (in a JPEG segment APP1)",)


def test_serial_numbers_in_digits_are_read() -> None:
    plain = picture(
        exif={0x010F: "Canon"},
        xmp="<aux:SerialNumber xmlns:aux='http://ns.adobe.com/exif/1.0/aux/'>022070029137</aux:SerialNumber>",
    )
    tagged = with_tags(plain, Canon_SerialNumber="560018150")
    assert {one.text for one in read(photo(tagged)).fields} >= {"022070029137", "560018150"}


def test_a_profile_that_cannot_be_unpacked_is_told() -> None:
    data = picture("PNG")
    body = b"icc\0\0" + b"not packed at all"
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body + struct.pack(">I", zlib.crc32(b"iCCP" + body))
    said = read(photo(data[:33] + chunk + data[33:]))
    assert said.unread == ("text that cannot be unpacked (PNG chunk)",)


def test_a_gif_without_colours_says_nothing_more() -> None:
    data = picture("GIF")
    bare = data[:10] + bytes([data[10] & 0x7F]) + data[11:13] + data[13 + (3 << (data[10] & 7) + 1) :]
    assert read(Photo.from_bytes(bare, name="a.gif")).unread == ()


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_every_frame_of_a_grey_animation_is_screened(mode: str) -> None:
    grey = scenery()[:, :, 0].astype(np.uint16 if mode == "I;16" else np.uint8)
    frames = [Image.fromarray(grey), Image.fromarray(255 - grey)]
    stream = io.BytesIO()
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:])
    assert "frame 2" in [other.frame for other in photo(stream.getvalue()).others()]


@pytest.mark.parametrize("index", ["as it should be", "cut short"])
def test_a_second_picture_is_found_whatever_the_index_says_of_it(index: str) -> None:
    first, second = (Image.fromarray(scenery(seed=seed)) for seed in (1, 2))
    stream = io.BytesIO()
    first.save(stream, "MPO", save_all=True, append_images=[second])
    data = bytearray(stream.getvalue())
    if index == "cut short":
        place = data.index(b"MPF\0") + 4
        struct.pack_into("<I" if data[place : place + 2] == b"II" else ">I", data, place + 4, 1 << 30)
    found = [(one.finding is not None, one.photo is not None) for one in carried(photo(bytes(data)))]
    # what no index lists should be like the picture
    assert found == [(index == "cut short", True)]


def test_a_pattern_that_fills_up_says_as_much_as_one_repetition() -> None:
    filled = picture() + (b"\x80\x80" + bytes(range(30))) * 20
    assert list(carried(photo(filled))) == []
    other = picture() + bytes(range(100)) * 5
    assert [one.finding.kind for one in carried(photo(other)) if one.finding] == ["metadata.unread"]


def test_long_sentences_without_a_comma_are_no_files() -> None:
    sentences = "".join(f"<rdf:li>{'nobody ever says so much ' * 20}{word}</rdf:li>" for word in range(80))
    said = read(photo(picture("PNG", xmp=f"<dc:subject><rdf:Bag>{sentences}</rdf:Bag></dc:subject>")))
    assert len(said.fields) == 80 and said.pictures == ()


@pytest.mark.parametrize(
    ("tag", "content", "told"),
    [
        (0xFDE8, bytes(range(256)), True),  # a tag that nobody knows
        (0xFDE8, b"settings of a program " * 5, False),  # words, which are read
        (0xFDE8, bytes(300), False),
        (0xA40B, bytes(range(256)), False),  # the settings of a device
        (0xA40B, bytes(range(256)) * 5, True),
        (0x927C, b"OWN\0" + bytes(range(256)), False),  # a maker's note
    ],
)
def test_bytes_that_no_setting_explains_are_told(tag: int, content: bytes, told: bool) -> None:
    unread = read(photo(picture(photo={tag: content}))).unread
    assert [said.endswith("bytes of an unknown sort (in an EXIF tag)") for said in unread] == [True] * told
