"""Pictures and other files inside a picture's metadata, and in directories and indexes of its format."""
# ruff: noqa: E501 - a table of files reads best a row a line

from __future__ import annotations

import base64
import io
import struct
import zlib

import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from screening.arrays import Pixels
from screening.containers.parts import ContainerError
from screening.containers.walk import walk
from screening.photo.blocks import blocks
from screening.photo.carried import carried
from screening.photo.metadata import MetadataError, read
from screening.photo.photo import Photo
from tests.picture_files import picture, scenery

VIEW, OTHER = scenery(300, 200), scenery(300, 200, seed=2)
SEEN = picture(rgb=VIEW)
HIDDEN = picture(rgb=OTHER)
IN_WORDS = base64.b64encode(HIDDEN).decode()


def photo_of(data: bytes) -> Photo:
    ending = {b"\xff\xd8": "jpg", b"\x89P": "png", b"RI": "webp", b"GI": "gif"}.get(data[:2], "tif")
    return Photo.from_bytes(data, name=f"a.{ending}")


def reported(data: bytes) -> list[str]:
    return [one.finding.kind if one.finding else "screened" for one in carried(photo_of(data))]


def with_segments(*segments: tuple[int, bytes]) -> bytes:
    heads = b"".join(bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body for marker, body in segments)
    return SEEN[:20] + heads + SEEN[20:]


def with_resource(number: int, content: bytes) -> bytes:
    body = b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)
    return with_segments((0xED, b"Photoshop 3.0\0" + body))


def credentials(file: bytes) -> bytes:
    """A store of Content Credentials in two segments, with a picture across them."""
    box = struct.pack(">I", len(file) + 8) + b"bidb" + file
    whole = struct.pack(">I", len(box) + 8) + b"jumb" + box
    pieces = whole[8 : len(whole) // 2], whole[len(whole) // 2 :]
    return with_segments(
        *((0xEB, b"JP\0\1" + struct.pack(">I", place) + whole[:8] + piece) for place, piece in enumerate(pieces, 1))
    )


def tiff(*below: Pixels, extra: tuple[tuple[int, int, int, bytes, bool], ...] = (), big: bool = False) -> bytes:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, bigtiff=big) as writer:
        writer.write(VIEW, photometric="rgb", subifds=len(below), extratags=extra, metadata=None)
        for one in below:
            writer.write(one, photometric="rgb", compression="zlib", metadata=None)
    return stream.getvalue()


def in_exif(*pages: Pixels, below: Pixels | None = None, tag: int = 330, left: bytes = b"") -> bytes:
    """A picture whose EXIF has plain pictures in a row, one in the group that a tag of the first points at, and more."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, byteorder="<") as writer:
        for count, one in enumerate(pages):
            writer.write(one, photometric="rgb", subifds=int(below is not None and not count), metadata=None)
            if below is not None and not count:
                writer.write(below, photometric="rgb", compression="zlib", metadata=None)
    block = stream.getvalue()
    for sort in (4, 13):
        block = block.replace(struct.pack("<HHI", 330, sort, 1), struct.pack("<HHI", tag, sort, 1))
    return with_segments((0xE1, b"Exif\0\0" + block + left))


def listing(second: bytes) -> bytes:
    """A multi-picture file (CIPA DC-007)."""
    where, size = 20, 4 + 4 + 8 + 2 + 24 + 4 + 32
    body = b"MPF\0II*\0\x08\0\0\0" + struct.pack("<HHHIIHHIII", 2, 0xB001, 4, 1, 2, 0xB002, 7, 32, 38, 0)
    whole = len(SEEN) + size
    body += struct.pack("<IIIHHIIIHH", 0x030000, whole, 0, 0, 0, 0x020002, len(second), whole - where - 8, 0, 0)
    return SEEN[:where] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + SEEN[where:] + second


PREVIEW, UNREAD = ["metadata.preview"], ["metadata.unread"]
SMALL, SMALL_OTHER = VIEW[::5, ::5].copy(), OTHER[::5, ::5].copy()
FILES = [
    # what is in it, the file, what is reported
    ("Photoshop's thumbnail", with_resource(1036, bytes(28) + HIDDEN), PREVIEW),
    ("Photoshop's thumbnail of the picture itself", with_resource(1036, bytes(28) + SEEN), []),
    ("an ingredient's thumbnail", credentials(HIDDEN), PREVIEW),
    ("a thumbnail in XMP", picture(rgb=VIEW, xmp=f"<own:image>{IN_WORDS}</own:image>"), PREVIEW),
    ("one with breaks", picture(rgb=VIEW, xmp=f"<own:image>{'&#xA;'.join(IN_WORDS[n : n + 76] for n in range(0, len(IN_WORDS), 76))}</own:image>"), PREVIEW),
    ("a depth map in XMP", picture(rgb=VIEW, xmp=f"<own:a xmlns:GDepth='http://ns.google.com/photos/1.0/depthmap/' GDepth:Data='{IN_WORDS}'/>"), ["screened"]),
    ("the original in a maker's note", picture(rgb=VIEW, photo={0x927C: b"OWN\0" + HIDDEN}), PREVIEW),
    ("a thumbnail in a PNG file's XMP", picture("PNG", rgb=VIEW, xmp=f"<own:image>{IN_WORDS}</own:image>"), PREVIEW),
    ("a thumbnail in a WebP file's XMP", picture("WEBP", rgb=VIEW, xmp=f"<own:image>{IN_WORDS}</own:image>"), PREVIEW),
    ("a picture between scans", SEEN[:-2] + b"\xff\xfe" + struct.pack(">H", len(HIDDEN) + 2) + HIDDEN + SEEN[-2:], PREVIEW),
    ("a picture that the file lists", listing(HIDDEN), ["screened"]),
    ("a picture that the file does not list", listing(HIDDEN) + picture(rgb=scenery(300, 200, seed=3)), ["screened", *PREVIEW]),
    ("an earlier picture in a SubIFD", tiff(OTHER), PREVIEW),
    ("a smaller picture in a SubIFD", tiff(VIEW[::2, ::2].copy()), []),
    ("a plain picture in EXIF", in_exif(SMALL_OTHER), PREVIEW),
    ("a plain thumbnail of the picture itself", in_exif(SMALL), []),
    ("a third plain picture in EXIF", in_exif(SMALL, SMALL, SMALL_OTHER), PREVIEW),
    ("one in a SubIFD of EXIF", in_exif(SMALL, below=SMALL_OTHER), PREVIEW),
    ("one in the group of EXIF", in_exif(SMALL, below=SMALL_OTHER, tag=34665), PREVIEW),
    ("one in the group of positions", in_exif(SMALL, below=SMALL_OTHER, tag=34853), PREVIEW),
    ("bytes in EXIF that no tag claims", in_exif(SMALL, left=bytes(range(1, 256)) * 12), UNREAD),
    ("a few of them", in_exif(SMALL, left=bytes(range(1, 256)) * 4), []),
    ("an earlier picture in the group of EXIF of a TIFF file", tiff(OTHER).replace(struct.pack("<HH", 330, 13), struct.pack("<HH", 34665, 13)), PREVIEW),
    ("Photoshop's layers", tiff(extra=((37724, 7, 400, bytes(range(200)) * 2, True),)), UNREAD),
    ("bytes behind the last directory", tiff() + bytes(range(256)), UNREAD),
    ("a picture behind the last directory", tiff() + HIDDEN, PREVIEW),
    ("a BigTIFF file, whose metadata the library does not read", tiff(big=True), UNREAD),
    ("pages, which are screened as frames", picture("TIFF", rgb=VIEW, save_all=True, append_images=[Image.fromarray(OTHER)]), []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data", "kinds"), FILES)
def test_each_picture_inside_is_compared(what: str, data: bytes, kinds: list[str]) -> None:
    assert reported(data) == kinds


@pytest.mark.parametrize("container", [lambda file: with_resource(4000, file), credentials])
def test_an_archive_in_the_metadata_blocks(container: object) -> None:
    assert callable(container)
    with pytest.raises(MetadataError, match="an archive in the metadata"):
        read(photo_of(container(b"PK\x03\x04\x14\0" + bytes(60))))


def test_a_profile_that_unpacks_without_end_is_refused() -> None:
    data, body = picture("PNG"), b"iCCPown\0\0" + zlib.compress(bytes(80_000_000))
    data = data[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + data[33:]
    with pytest.raises(ContainerError):
        list(blocks(data, walk(data)))


def test_a_listed_picture_is_screened_once() -> None:
    assert list(photo_of(listing(HIDDEN)).others()) == []
    # a gain map, which viewers apply to the picture or leave
    gain = """<own:a xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version="1.0"/>"""
    marked = picture(rgb=VIEW, xmp=gain)
    data = SEEN[:20] + marked[20 : marked.index(b"\xff\xdb")] + listing(HIDDEN)[20:]
    assert photo_of(data).format == "JPEG" and reported(data) == ["screened"]


SAMPLES = [tiff(OTHER), tiff(OTHER, big=True), picture("TIFF"), listing(HIDDEN)]


@given(st.sampled_from(SAMPLES), st.integers(0, 2000), st.binary(max_size=16), st.booleans())
def test_damage_anywhere_is_walked_or_refused(data: bytes, place: int, junk: bytes, behind: bool) -> None:
    place = len(data) - place if behind else place
    try:
        walk(data[:place] + junk + data[place + len(junk) :])
    except ContainerError:
        return
