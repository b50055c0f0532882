"""What Content Credentials say, in every container, and those that cannot be read."""

from __future__ import annotations

import json
import struct
import zlib

import cbor2
import pytest

from screening.photo.metadata import Metadata, read
from screening.photo.photo import Photo
from tests.picture_files import picture

WORDS = "Neighbour on 07700 900864"
WORK = {
    "@context": "https://schema.org",
    "@type": "CreativeWork",
    "author": [{"@type": "Person", "name": "Jordan Example"}],
    "contentLocation": {"@type": "Place", "name": "Flat 2, Example House"},
}
ACTIONS = {"actions": [{"action": "c2pa.edited", "parameters": {"description": WORDS}}]}
EXIF = {"exif:GPSLatitude": "52,28.8N", "exif:GPSLongitude": "1,53.4W"}


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def store(*boxes: bytes, label: bytes = b"c2pa") -> bytes:
    """A box of boxes, with the one that describes it first."""
    kind = label.ljust(4, b"\0")[:4] + bytes.fromhex("00110010800000aa00389b71")
    return box(b"jumb", box(b"jumd", kind + b"\3" + label + b"\0") + b"".join(boxes))


ASSERTIONS = store(
    store(box(b"cbor", cbor2.dumps(ACTIONS)), label=b"c2pa.actions"),
    store(box(b"json", json.dumps(WORK).encode()), label=b"stds.schema-org.CreativeWork"),
    store(box(b"json", json.dumps(EXIF).encode()), label=b"stds.exif"),
)


def in_jpeg(boxes: bytes) -> bytes:
    """A JPEG file whose store lies in two segments, each with the head of the box."""
    data, half, segments = picture(), len(boxes) // 2, b""
    for number, piece in enumerate((boxes[:half], boxes[:8] + boxes[half:]), 1):
        body = b"JP\0\1" + struct.pack(">I", number) + piece
        segments += b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body
    return data[:2] + segments + data[2:]


def in_png(boxes: bytes) -> bytes:
    data = picture("PNG")
    chunk = struct.pack(">I", len(boxes)) + b"caBX" + boxes + struct.pack(">I", zlib.crc32(b"caBX" + boxes))
    return data[:33] + chunk + data[33:]


def in_webp(boxes: bytes) -> bytes:
    data = picture("WEBP")
    data += b"C2PA" + struct.pack("<I", len(boxes)) + boxes + b"\0" * (len(boxes) % 2)
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def said(data: bytes) -> Metadata:
    return read(Photo.from_bytes(data, name="a." + {0xFF: "jpg", 0x89: "png", 0x52: "webp"}[data[0]]))


@pytest.mark.parametrize("put", [in_jpeg, in_png, in_webp])
def test_author_place_actions_and_position_are_read(put: object) -> None:
    assert callable(put)
    metadata = said(put(ASSERTIONS))
    assert [one.text for one in metadata.having("creator")] == ["Jordan Example"]
    assert [one.text for one in metadata.having("address")] == ["Flat 2, Example House"]
    assert any(one.text == WORDS for one in metadata.having("text"))
    assert [(one.latitude, one.longitude) for one in metadata.positions] == [pytest.approx((52.48, -1.89))]


BROKEN = [
    ("an assertion that is no CBOR", store(box(b"cbor", b"\xff\xff\x1c"))),
    ("an assertion that is no JSON", store(box(b"json", b"{'a'"))),
    ("a box that is longer than its own", store(struct.pack(">I4s", 9000, b"cbor") + b"a")),
    ("packed boxes", store(box(b"brob", b"jumb" + bytes(40)))),
    ("lists without end", store(box(b"cbor", b"\x81" * 300 + b"\x01"))),
]


@pytest.mark.parametrize(("what", "boxes"), BROKEN, ids=[row[0] for row in BROKEN])
def test_those_that_cannot_be_read_are_said_to_be_there(what: str, boxes: bytes) -> None:
    assert any("Content Credentials" in one for one in said(in_png(boxes)).unread)


def test_boxes_in_boxes_without_end_are_not_followed() -> None:
    boxes = b""
    for _ in range(60):
        boxes = store(boxes)
    assert any("nest too deep" in one for one in said(in_png(boxes)).unread)
