"""The metadata reader: every place that words, positions and small pictures hide in, and broken ones."""
# ruff: noqa: E501 - tables of XML read best a row a line

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from screening.arrays import Pixels
from screening.containers import texts as containers
from screening.containers.parts import ContainerError
from screening.containers.walk import walk
from screening.photo.blocks import EXTENDED_XMP, blocks
from screening.photo.carried import carried
from screening.photo.metadata import Metadata, MetadataError, read
from screening.photo.photo import Photo
from tests.picture_files import picture, scenery, with_iptc, with_thumbnail

NORTH_WEST = {1: "N", 2: (52.0, 28.0, 48.0), 3: "W", 4: (1.0, 53.0, 24.0)}
NAMES = {"JPEG": "a.jpg", "PNG": "a.png", "TIFF": "a.tif", "WEBP": "a.webp", "HEIF": "a.heic", "AVIF": "a.avif"}


def photo_of(data: bytes, format: str = "JPEG") -> Photo:
    return Photo.from_bytes(data, name={**NAMES, "GIF": "a.gif", "BMP": "a.bmp"}[format])


def texts(data: bytes, format: str = "JPEG") -> dict[str, str]:
    return {one.name: one.text for one in read(photo_of(data, format)).fields}


@pytest.fixture(autouse=True)
def heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


@pytest.mark.parametrize("format", NAMES)
def test_every_format_gives_its_caption_and_its_position(format: str) -> None:
    data = picture(format, exif={0x010E: "A caption"}, gps=NORTH_WEST)
    metadata = read(photo_of(data, format))
    assert [one.text for one in metadata.fields if one.name == "EXIF ImageDescription"] == ["A caption"]
    (place,) = metadata.positions
    assert place.latitude == pytest.approx(52.48) and place.longitude == pytest.approx(-1.89)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "HEIF", "AVIF"])
def test_a_file_without_metadata_says_nothing(format: str) -> None:
    metadata = read(photo_of(picture(format), format))
    assert metadata.positions == () and metadata.credentials is None and metadata.orientation == 1
    assert [one.name for one in metadata.fields] == []


def test_a_photo_without_a_file_says_nothing() -> None:
    assert read(Photo.from_array(scenery())) == Metadata()


EXIF_STRINGS = [
    # the words, the tag's group, number and bytes, its name
    ("A title", "exif", 0x9C9B, "A title".encode("utf-16-le"), "EXIF XPTitle"),  # Windows writes two bytes a letter
    ("a; b", "exif", 0x9C9E, "a; b\0".encode("utf-16-le"), "EXIF XPKeywords"),  # and a zero at the end
    ("Ann Example", "exif", 0x013B, "Ann Example", "EXIF Artist"),  # plain letters
    ("Café", "exif", 0x010E, "Café".encode("cp1252"), "EXIF ImageDescription"),  # an old code page
    ("Café", "exif", 0x8298, "Café".encode(), "EXIF Copyright"),  # UTF-8
    ("hello ünï", "photo", 0x9286, b"UNICODE\0" + "hello ünï".encode("utf-16-le"), "EXIF UserComment"),  # little end
    ("hello ünï", "photo", 0x9286, b"UNICODE\0" + "hello ünï".encode("utf-16-be"), "EXIF UserComment"),  # big end
    ("plain words", "photo", 0x9286, b"ASCII\0\0\0plain words", "EXIF UserComment"),  # named as ASCII
    ("no alphabet", "photo", 0x9286, b"\0\0\0\0\0\0\0\0no alphabet", "EXIF UserComment"),  # alphabet left open
    ("テスト", "photo", 0x9286, b"JIS\0\0\0\0\0" + "テスト".encode("iso2022_jp"), "EXIF UserComment"),  # Japanese
]


@pytest.mark.parametrize(("words", "group", "tag", "raw", "name"), EXIF_STRINGS)
def test_exif_strings_are_decoded(words: str, group: str, tag: int, raw: object, name: str) -> None:
    data = picture(exif={tag: raw}) if group == "exif" else picture(photo={tag: raw})
    assert texts(data) == {name: words}


XMP_STRINGS = [
    # properties, what is read
    ("<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>One</rdf:li><rdf:li xml:lang='cy'>Un</rdf:li></rdf:Alt></dc:title>", ["One", "Un"]),  # every language
    ("<dc:subject><rdf:Bag><rdf:li>one, two</rdf:li><rdf:li>three</rdf:li></rdf:Bag></dc:subject>", ["one, two", "three"]),  # every entry, not joined
    ("<own:note>call 07700 900123</own:note>", ["call 07700 900123"]),  # a namespace nobody knows
    ("<photoshop:Headline>A headline</photoshop:Headline>", ["A headline"]),  # plain
]  # fmt: skip


@pytest.mark.parametrize(("properties", "words"), XMP_STRINGS)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_xmp_strings_are_taken_apart(properties: str, words: list[str], format: str) -> None:
    data = picture(format, xmp=properties)
    assert [one.text for one in read(photo_of(data, format)).fields] == words


ROLES = [
    # properties, what the field is for
    ("<dc:creator><rdf:Seq><rdf:li>Ann Example</rdf:li></rdf:Seq></dc:creator>", "creator"),
    ("<photoshop:Credit>An Agency</photoshop:Credit>", "credit"),
    ("<photoshop:Source>An Archive</photoshop:Source>", "source"),
    ("<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>© Somebody</rdf:li></rdf:Alt></dc:rights>", "rights"),
    ("<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang='x-default'>once only</rdf:li></rdf:Alt></xmpRights:UsageTerms>", "terms"),
    ("<core:Location>12 High Street</core:Location>", "address"),  # the older name of the sublocation
    ("<ext:LocationShown><rdf:Bag><rdf:li rdf:parseType='Resource'><ext:Sublocation>12 High Street</ext:Sublocation></rdf:li></rdf:Bag></ext:LocationShown>", "address"),
    ("<ext:LocationCreated><rdf:Bag><rdf:li rdf:parseType='Resource'><ext:City>Anytown</ext:City></rdf:li></rdf:Bag></ext:LocationCreated>", "place"),
    ("<ext:PersonInImage><rdf:Bag><rdf:li>Ann Example</rdf:li></rdf:Bag></ext:PersonInImage>", "person"),
    ("<plus:ModelReleaseStatus>http://ns.useplus.org/ldf/vocab/MR-NON</plus:ModelReleaseStatus>", "release"),
    ("<plus:MinorModelAgeDisclosure>http://ns.useplus.org/ldf/vocab/AG-U14</plus:MinorModelAgeDisclosure>", "minor_age"),
    ("<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name='Ann Example' mwg-rs:Type='Face'/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>", "person"),  # a face with its name
]  # fmt: skip


@pytest.mark.parametrize(("properties", "role"), ROLES)
def test_a_field_is_known_by_what_it_is_for(properties: str, role: str) -> None:
    assert len(read(photo_of(picture(xmp=properties))).having(role)) == 1


def test_press_fields_of_both_code_pages_are_read() -> None:
    # the first is a number, as programs write it
    press = [
        ("RecordVersion", b"4"),
        ("City", "Zürich".encode()),
        ("Byline", "Café".encode("cp1252")),
        ("Caption", b"Words"),
    ]
    fields = {one.name: (one.role, one.text) for one in read(photo_of(with_iptc(picture(), press))).fields}
    assert fields == {
        "IPTC RecordVersion": ("text", "4"),
        "IPTC City": ("place", "Zürich"),
        "IPTC Byline": ("creator", "Café"),
        "IPTC Caption": ("text", "Words"),
    }


def test_comments_and_text_chunks_are_read() -> None:
    assert texts(picture(comment=b"a jpeg comment")) == {"JPEG comment": "a jpeg comment"}
    assert texts(picture("GIF", comment=b"a gif comment"), "GIF") == {"GIF comment": "a gif comment"}
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Description", "in the open")
    chunks.add_text("Comment", "packed " * 50, zip=True)
    chunks.add_itxt("Title", "Ünï", zip=True)
    read_back = texts(picture("PNG", pnginfo=chunks), "PNG")
    assert read_back == {"PNG Description": "in the open", "PNG Comment": ("packed " * 50).strip(), "PNG Title": "Ünï"}


def test_a_text_chunk_that_unpacks_without_end_is_refused() -> None:
    chunk = b"zTXtComment\0\0" + zlib.compress(bytes(5_000_000))
    png = picture("PNG")
    body = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(ContainerError):
        data = png[:33] + body + png[33:]
        list(blocks(data, walk(data)))


def test_xmp_too_long_for_one_segment_is_put_together() -> None:
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:own='http://example.com/own/' own:note='far back'/></rdf:RDF></x:xmpmeta>"
    parts = [(place, packet[place : place + 100]) for place in range(0, len(packet), 100)]
    data = picture()
    # the second piece first: order in the file does not matter
    for place, part in parts:
        body = EXTENDED_XMP + b"0" * 32 + struct.pack(">II", len(packet), place) + part
        data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    assert texts(data) == {"XMP field": "far back"}
    missing = data[:2] + data[data.index(b"\xff\xe1", 4) :]
    with pytest.raises(MetadataError):
        read(photo_of(missing))


POSITIONS = [
    # gps tags, latitude and longitude, or None where there is no position
    ({1: "S", 2: (33.0, 51.0, 0.0), 3: "E", 4: (151.0, 12.0, 0.0)}, (-33.85, 151.2)),  # south and east
    ({2: (52.5, 0.0, 0.0), 4: (1.5, 0.0, 0.0)}, (52.5, 1.5)),  # no letters: north and east are assumed
    ({19: "N", 20: (51.0, 30.0, 0.0), 21: "W", 22: (0.0, 7.0, 30.0)}, (51.5, -0.125)),  # where the camera pointed at
    ({1: "N", 2: (52.5, 0.0, 0.0)}, (52.5, None)),  # half of a position is one that cannot be told
    ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),  # a camera without a fix
    ({29: "2014:05:12"}, None),  # only the satellites' date
]  # fmt: skip


@pytest.mark.parametrize(("gps", "where"), POSITIONS)
def test_positions_are_told_in_degrees(gps: dict[int, object], where: tuple[float, float | None] | None) -> None:
    places = [(place.latitude, place.longitude) for place in read(photo_of(picture(gps=gps))).positions]
    assert places == ([] if where is None else [pytest.approx(where)])


XMP_POSITIONS = [
    ("<exif:GPSLatitude>52,28.8N</exif:GPSLatitude><exif:GPSLongitude>1,53.4W</exif:GPSLongitude>", (52.48, -1.89)),  # as Adobe writes it
    ("<own:GpsLatitude>+52.48</own:GpsLatitude><own:GpsLongitude>-1.89</own:GpsLongitude>", (52.48, -1.89)),  # as drones write it
    ("<own:GPSPosition>52.48, -1.89</own:GPSPosition>", (52.48, -1.89)),  # both in one
    ("<own:latlong>52.48 -1.89</own:latlong>", (52.48, -1.89)),
    ("<own:lat>52.48</own:lat><own:lon>-1.89</own:lon>", (52.48, -1.89)),  # short names
    ("<ext:LocationShown><rdf:Bag><rdf:li rdf:parseType='Resource'><exif:GPSLatitude>52,28,48N</exif:GPSLatitude><exif:GPSLongitude>1,53,24W</exif:GPSLongitude></rdf:li></rdf:Bag></ext:LocationShown>", (52.48, -1.89)),  # of a place shown
]  # fmt: skip


@pytest.mark.parametrize(("properties", "where"), XMP_POSITIONS)
def test_positions_in_xmp_are_told_in_degrees(properties: str, where: tuple[float, float]) -> None:
    (place,) = read(photo_of(picture(xmp=properties))).positions
    assert (place.latitude, place.longitude) == pytest.approx(where)


def test_a_group_of_gps_tags_that_cannot_be_read_is_a_position_all_the_same() -> None:
    data = picture(gps=NORTH_WEST)
    start = data.index(b"\x00\x04\x00\x01\x00\x02")
    # a thousand tags, says the group
    (place,) = read(photo_of(data[:start] + b"\xff" + data[start + 1 :])).positions
    assert (place.latitude, place.longitude) == (None, None)


def test_positions_and_words_are_left_out_of_repr() -> None:
    metadata = read(photo_of(picture(exif={0x010E: "A caption"}, gps=NORTH_WEST)))
    assert "caption" not in repr(metadata) and "52" not in repr(metadata)


def broken_exif() -> bytes:
    data = picture(exif={0x010E: "A caption"})
    start = data.index(b"Exif\0\0") + 6
    return data[:start] + b"XX" + data[start + 2 :]


def broken_xmp() -> bytes:
    return picture(xmp="<dc:title>").replace(b"</rdf:RDF>", b"<rdf:RDFF>")


BROKEN = [
    ("the byte order of the EXIF block is overwritten", broken_exif()),
    ("the XMP packet is no XML", broken_xmp()),
    ("more strings than anybody writes", picture(xmp="<dc:subject><rdf:Bag>" + "".join(f"<rdf:li>word{n}</rdf:li>" for n in range(4200)) + "</rdf:Bag></dc:subject>", format="PNG")),
    ("a telephone's motion photo", picture() + b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(40)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data"), BROKEN)
def test_metadata_that_cannot_be_read_is_an_error(what: str, data: bytes) -> None:
    with pytest.raises(MetadataError):
        read(photo_of(data, "PNG" if data.startswith(b"\x89") else "JPEG"))


@settings(deadline=None)
@given(place=st.integers(2, 700), junk=st.binary(min_size=1, max_size=12))
def test_damage_anywhere_is_read_or_refused(place: int, junk: bytes) -> None:
    data = picture(
        exif={0x010E: "A caption", 0x9C9B: "t".encode("utf-16-le")}, gps=NORTH_WEST, xmp="<own:note>n</own:note>"
    )
    damaged = data[:place] + junk + data[place + len(junk) :]
    photo = Photo(scenery(), name="a.jpg", data=damaged, format="JPEG")
    try:
        metadata = read(photo)
    except MetadataError:
        return
    assert all(isinstance(one.text, str) and one.text for one in metadata.fields)


def test_reading_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    data = picture(exif={0x010E: "A caption"}, gps=NORTH_WEST)
    # a tag whose value lies beyond the end: exiv2 would warn of it
    read(photo_of(data.replace(b"\x01\x0e\0\x02\0\0\0\x0a\0\0\0", b"\x01\x0e\0\x02\0\0\0\x0a\x7f\0\0")))
    assert capfd.readouterr() == ("", "")


def test_content_credentials_are_noticed() -> None:
    assert containers.credentials(picture()) is None
    box = b"\0\0\0\x30jumb\0\0\0\x1e" + containers.CREDENTIALS + b"\x03c2pa\0"
    assert containers.credentials(picture() + box) == ""
    assert containers.credentials(box + b"oclaim_generator\x6cSomeTool/1.2") == "SomeTool/1.2"


def small(rgb: Pixels, width: int = 160, height: int = 107) -> Pixels:
    return np.array(Image.fromarray(rgb).resize((width, height), Image.Resampling.BOX))


VIEW = scenery(600, 400)
BARS = np.zeros((120, 160, 3), np.uint8)
BARS[7:113] = small(VIEW, 160, 106)
COVERED = VIEW.copy()
COVERED[100:220, 200:340] = 0
PREVIEWS = [
    # the picture, its thumbnail, whether the thumbnail shows more
    (VIEW, small(VIEW), False),  # the same
    (VIEW, BARS, False),  # filled up with bars to 4:3
    ((VIEW * 0.7).astype(np.uint8), small(VIEW), False),  # darkened afterwards
    ((255 * (VIEW / 255) ** 0.6).astype(np.uint8), small(VIEW), False),  # lightened
    (np.array(Image.fromarray(VIEW).convert("L").convert("RGB")), small(VIEW), False),  # without colour
    (VIEW, small(VIEW[:, 100:500], 120, 120), False),  # the thumbnail shows only the middle
    (VIEW[:, :480], small(VIEW), True),  # cropped on the right
    (VIEW[40:, 60:], small(VIEW), True),  # cropped to the same shape
    (COVERED, small(VIEW, 480, 320), True),  # blacked out in the middle
    (VIEW, small(scenery(600, 400, seed=2)), True),  # another picture
]  # fmt: skip


@pytest.mark.parametrize(("shown", "thumbnail", "more"), PREVIEWS)
def test_a_thumbnail_that_shows_more_is_a_picture_of_its_own(
    shown: Pixels,
    thumbnail: Pixels,
    more: bool,
) -> None:
    data = with_thumbnail(picture(rgb=shown, quality=90), thumbnail)
    others = [one.photo for one in carried(photo_of(data)) if one.photo]
    assert [other.frame for other in others] == (["embedded preview"] if more else [])
    assert all((other.height, other.width) == thumbnail.shape[:2] for other in others)


@pytest.mark.parametrize("turned", [False, True])
def test_a_thumbnail_may_be_turned_with_the_picture_or_not(turned: bool) -> None:
    thumbnail = small(VIEW)
    data = picture(rgb=VIEW, exif={0x0112: 6})
    data = with_thumbnail(data, np.ascontiguousarray(np.rot90(thumbnail, 3)) if turned else thumbnail)
    assert photo_of(data).height == 600
    assert list(carried(photo_of(data))) == []


def test_a_thumbnail_that_cannot_be_read_is_not_passed_over() -> None:
    (one,) = carried(photo_of(with_thumbnail(picture(rgb=VIEW), small(VIEW), cut_short=True)))
    assert one.finding and one.finding.kind == "metadata.unread" and one.photo is None


GEOTIFFS = [
    ({33922: (0.0, 0.0, 0.0, -1.89, 52.48, 0.0)}, (52.48, -1.89)),
    ({34264: (0.1, 0.0, 0.0, -1.89, 0.0, -0.1, 0.0, 52.48, *(0.0,) * 7, 1.0)}, (52.48, -1.89)),
    ({50844: (0.0, 0.0, 1.0, 1.0, 52.48, -1.89, *(1.0,) * 86)}, (52.48, -1.89)),
    ({33922: (0.0, 0.0, 0.0, 407_000.0, 286_000.0, 0.0)}, (None, None)),  # metres on a grid
    ({33922: (0.0,) * 6}, ()),
]


@pytest.mark.parametrize(("tags", "where"), GEOTIFFS)
def test_the_position_of_a_map_is_read(tags: dict[int, tuple[float, ...]], where: tuple[float | None, ...]) -> None:
    found = read(photo_of(picture("TIFF", tiffinfo=tags), "TIFF")).positions
    assert [(one.latitude, one.longitude) for one in found] == ([pytest.approx(where)] if where else [])
