"""Words and positions wherever in a file they stand: none is lost, and what cannot be read is said to be there."""
# ruff: noqa: E501 - tables of files and texts read best a row a line

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from screening.photo.metadata import Metadata, MetadataError, read
from screening.photo.photo import Photo
from tests.picture_files import XMP, picture, scenery, with_iptc

WORDS = "Neighbour on 07700 900864"
NORTH_WEST = {1: "N", 2: (52.0, 28.0, 48.0), 3: "W", 4: (1.0, 53.0, 24.0)}


def said(data: bytes, name: str = "a.jpg") -> Metadata:
    return read(Photo.from_bytes(data, name=name))


def words(metadata: Metadata) -> list[str]:
    return [one.text for one in metadata.fields if "07700" in one.text]


def segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG file with another segment at its beginning."""
    return data[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + data[2:]


def chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG file with another chunk behind its header."""
    new = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + new + data[33:]


def exif_of(data: bytes) -> bytes:
    start = data.index(b"Exif\0\0")
    return data[start : start + struct.unpack_from(">H", data, start - 2)[0] - 2]


def packet(properties: str) -> bytes:
    return XMP.format(properties).encode()


APP1 = b"http://ns.adobe.com/xap/1.0/\0"
NOTE = f"<own:note>{WORDS}</own:note>"
PLAIN = picture()
HIDDEN = [
    # where, the file, its name
    ("a second packet of XMP", segment(picture(xmp="<dc:format>image/jpeg</dc:format>"), 0xE1, APP1 + packet(NOTE)), "a.jpg"),
    ("a packet in two bytes a letter", segment(PLAIN, 0xE1, APP1 + XMP.format(NOTE).encode("utf-16-be")), "a.jpg"),
    ("a property twice", picture(xmp=f"<dc:format>image/jpeg</dc:format><dc:format>{WORDS}</dc:format>"), "a.jpg"),
    ("a prefix that nobody declared", picture(xmp=f"<acme:note>{WORDS}</acme:note>"), "a.jpg"),
    ("a comment in the XML", picture(xmp=f"<!-- {WORDS} -->"), "a.jpg"),
    ("a setting", picture(xmp=f"<crs:Look xmlns:crs='a'><crs:Name>{WORDS}</crs:Name></crs:Look>"), "a.jpg"),
    ("a number among settings", picture(xmp="<crs:Name xmlns:crs='a'>07700 900864</crs:Name>"), "a.jpg"),
    ("a second block of EXIF", segment(picture(exif={0x010F: "Canon"}), 0xE1, exif_of(picture(exif={0x010E: WORDS}))), "a.jpg"),
    ("a further block of press fields", segment(with_iptc(PLAIN, [("Headline", b"One")]), 0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(WORDS)) + b"\x1c\x02\x78" + struct.pack(">H", len(WORDS)) + WORDS.encode()), "a.jpg"),
    ("a caption of Photoshop's", segment(PLAIN, 0xED, b"Photoshop 3.0\x008BIM\x03\xf0\0\0" + struct.pack(">IB", len(WORDS) + 1, len(WORDS)) + WORDS.encode()), "a.jpg"),
    ("a maker's note that nobody knows", picture(photo={0x927C: b"ACME\0\1\2" + WORDS.encode() + b"\0\xff\xfe\xfd"}), "a.jpg"),
    ("a maker's note in two bytes a letter", picture(photo={0x927C: b"ACME\0\1\2" + WORDS.encode("utf-16-le") + b"\0\xff"}), "a.jpg"),
    ("an application's segment", segment(PLAIN, 0xE7, b"ACME\0\1\2\3\xff" + WORDS.encode() + b"\0\x80\x81"), "a.jpg"),
    ("a profile's description", segment(PLAIN, 0xE2, b"ICC_PROFILE\0\1\1" + bytes(40) + WORDS.encode("utf-16-be") + bytes(9)), "a.jpg"),
    ("behind the end", PLAIN + b"\1\2\3\xffACME" + WORDS.encode() + b"\0\1\2\3", "a.jpg"),
    ("the comment of a further picture", PLAIN + picture(rgb=scenery(90, 60), comment=WORDS.encode()), "a.jpg"),
    ("a packed text", chunk(picture("PNG"), b"zTXt", b"Comment\0\0" + zlib.compress(WORDS.encode())), "a.png"),
    ("a key of a text", chunk(picture("PNG"), b"tEXt", WORDS.encode() + b"\0yes"), "a.png"),
    ("the translation of a key", chunk(picture("PNG"), b"iTXt", b"Comment\0\0\0en\0" + WORDS.encode() + b"\0yes"), "a.png"),
    ("a packed packet", chunk(picture("PNG"), b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet(NOTE))), "a.png"),
    ("a profile in hexadecimal", chunk(picture("PNG"), b"tEXt", b"Raw profile type xmp\0\nxmp\n%8d\n" % len(packet(NOTE)) + packet(NOTE).hex().encode()), "a.png"),
    ("EXIF in hexadecimal", chunk(picture("PNG"), b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(b"\ngeneric profile\n%8d\n" % len(exif_of(picture(exif={0x010E: WORDS}))) + exif_of(picture(exif={0x010E: WORDS})).hex().encode())), "a.png"),
    ("a picture's profile", chunk(picture("PNG"), b"iCCP", b"own\0\0" + zlib.compress(bytes(128) + WORDS.encode())), "a.png"),
    ("a chunk that nobody knows", chunk(picture("PNG"), b"acMe", b"\0\1\2\xff" + WORDS.encode() + b"\0\xff"), "a.png"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "data", "name"), HIDDEN, ids=[row[0] for row in HIDDEN])
def test_words_are_read_wherever_they_stand(where: str, data: bytes, name: str) -> None:
    assert any(text.endswith("07700 900864") for text in words(said(data, name)))


def test_positions_are_read_in_every_block() -> None:
    second = segment(picture(exif={0x010F: "Canon"}), 0xE1, exif_of(picture(gps=NORTH_WEST)))
    chunks = PngImagePlugin.PngInfo()
    for key, text in {"Latitude": "52/1, 28/1, 4800/100", "LatitudeRef": "N", "Longitude": "1/1, 53/1, 24/1", "LongitudeRef": "W"}.items():  # fmt: skip
        chunks.add_text(f"exif:GPS{key}", text)
    profile = exif_of(picture(gps=NORTH_WEST))
    raw = b"Raw profile type exif\0\nexif\n%8d\n" % len(profile) + profile.hex().encode()
    for data, name in (
        (second, "a.jpg"),
        (picture("PNG", pnginfo=chunks), "a.png"),
        (chunk(picture("PNG"), b"tEXt", raw), "a.png"),
    ):
        (place,) = said(data, name).positions
        assert (place.latitude, place.longitude) == pytest.approx((52.48, -1.89))


def test_a_position_of_the_thumbnail_is_one() -> None:
    def group(tag: tuple[int, int, int, bytes], following: int) -> bytes:
        return struct.pack("<HHHI4sI", 1, *tag, following)

    first = group((0x010F, 2, 4, b"abc\0"), 26)
    second = group((0x8825, 4, 1, struct.pack("<I", 44)), 0)
    places = struct.pack("<HHHI4sI", 1, 1, 2, 2, b"N\0\0\0", 0)
    data = segment(PLAIN, 0xE1, b"Exif\0\0II*\0\x08\0\0\0" + first + second + places)
    (place,) = said(data).positions
    assert place.name == "EXIF GPS of a thumbnail or further page"
    assert (place.latitude, place.longitude) == (None, None)


def test_the_same_position_in_two_blocks_is_one() -> None:
    data = picture(gps=NORTH_WEST)
    assert len(said(segment(data, 0xE1, exif_of(data))).positions) == 1


def test_a_profile_that_cannot_be_read_is_said_to_be_there() -> None:
    data = chunk(picture("PNG"), b"tEXt", b"Raw profile type iptc\0\niptc\n      99\n4578")
    assert said(data, "a.png").unread == ("text that cannot be unpacked (PNG profile)",)


def test_exif_that_cannot_be_read_is_said_to_be_there() -> None:
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(20)
    good = exif_of(picture(exif={0x010F: "Canon"}))
    assert said(segment(segment(PLAIN, 0xE1, broken), 0xE1, good)).unread


def test_bytes_in_letters_are_read_as_bytes() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    letters = base64.b64encode(noise + WORDS.encode() + noise).decode()
    assert any(WORDS in text for text in words(said(picture(xmp=f"<own:data>{letters}</own:data>"))))
    assert letters not in [one.text for one in said(picture(xmp=f"<own:data>{letters}</own:data>")).fields]
    # a word without spaces is no such thing, however long it is
    assert words(said(picture(xmp=f"<own:note>{'x' * 1500}07700900864</own:note>")))


def test_the_numbers_of_a_long_edit_are_not_too_much_text() -> None:
    dabs = "".join(f"<rdf:li>d 0.{number:06} 0.25</rdf:li>" for number in range(6000))
    data = picture("PNG", xmp=f"<crs:Dabs xmlns:crs='a'><rdf:Seq>{dabs}</rdf:Seq></crs:Dabs>")
    assert said(data, "a.png").fields == ()


def test_entities_mean_nothing_and_packets_that_nest_too_deep_are_refused() -> None:
    bomb = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>" + packet("<own:note>&b;</own:note>")
    assert said(segment(PLAIN, 0xE1, APP1 + bomb)).unread == ("XMP that is not well formed (in a JPEG segment APP1)",)
    with pytest.raises(MetadataError):
        said(segment(PLAIN, 0xE1, APP1 + packet("<own:a>" * 100 + "</own:a>" * 100)))


def test_a_picture_of_a_camera_says_nothing_but_what_its_fields_say() -> None:
    """No signs of formats, no words out of a thumbnail's pixels."""
    data = picture(exif={0x010F: "Canon", 0x0110: "Canon EOS 90D", 0x0131: "Program 1.0"}, xmp="<dc:format>image/jpeg</dc:format>")  # fmt: skip
    assert {one.name for one in said(data).fields} == {"EXIF Make", "EXIF Model", "EXIF Software", "XMP format"}


def test_a_small_picture_keeps_its_noise_to_itself() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (400, 400, 3), np.uint8)
    assert [one for one in said(picture(rgb=noise)).fields if one.role == "text"] == []
    assert Image.fromarray(noise).size == (400, 400)
