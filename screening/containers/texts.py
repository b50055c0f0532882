"""The block of EXIF in a picture file, and the program that its Content Credentials name."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

from screening.containers import jpeg
from screening.containers.parts import ContainerError

# The description box that opens a store of Content Credentials (C2PA), whatever the file's format.
CREDENTIALS = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
# The text after the key that names the program which made them: a CBOR string of up to 23 or up to 255 bytes.
GENERATOR = re.compile(rb"claim_generator(?:_info[^\x00]{0,3}dname)?(?:[\x61-\x77]|\x78.)([ -~]{3,80})", re.DOTALL)
EXIF = b"Exif\0\0"


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments of a JPEG file, its scans left out, as (second byte of the marker, content)."""
    for part in jpeg.parts(data):
        marker = data[part.start + 1]
        if data[part.start] == 0xFF and part.end - part.start >= 4 and marker not in (0xFF, jpeg.SCAN):
            yield marker, data[part.start + 4 : part.end]


def exif_block(data: bytes) -> bytes:
    """The EXIF block of a JPEG, PNG or WebP file, from its byte order on; a TIFF file is one itself; b"" for others.

    Raises:
        ContainerError: if the parts cannot be told apart.
    """
    blocks: Iterable[bytes] = ()
    if data.startswith(b"\xff\xd8"):
        blocks = (part[6:] for marker, part in jpeg_segments(data) if marker == 0xE1 and part.startswith(EXIF))
    elif data.startswith(b"\x89PNG"):
        blocks = (part for name, part in _png_chunks(data) if name == b"eXIf")
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        blocks = (part.removeprefix(EXIF) for name, part in _riff_chunks(data) if name == b"EXIF")
    elif data.startswith((b"II*\0", b"MM\0*")):
        blocks = (data,)
    return next(iter(blocks), b"")


def entries(block: bytes, place: int) -> int | None:
    """How many tags the group at that place of an EXIF block has; None where there is no such place."""
    order = "<" if block.startswith(b"II") else ">"
    return int(struct.unpack_from(order + "H", block, place)[0]) if 0 <= place <= len(block) - 2 else None


def credentials(data: bytes) -> str | None:
    """The program named in a file's Content Credentials: "" where none is named, None where the file has none."""
    start = data.find(CREDENTIALS)
    if start < 0:
        return None
    named = GENERATOR.search(data, start)
    return named[1].decode("ascii") if named else ""


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if place + 12 + size > len(data):
            raise ContainerError("a chunk is longer than the file")
        yield name, data[place + 8 : place + 8 + size]
        if name == b"IEND":
            return
        place += 12 + size


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        yield name, data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
