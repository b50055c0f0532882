"""What a picture file carries where the metadata library does not look: comments, text chunks, long XMP packets."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator

from screening.photo.containers import gif, jpeg
from screening.photo.containers.parts import ContainerError
from screening.photo.field_names import shown

# The description box that opens a store of Content Credentials (C2PA), whatever the file's format.
CREDENTIALS = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
# The text after the key that names the program which made them: a CBOR string of up to 23 or up to 255 bytes.
GENERATOR = re.compile(rb"claim_generator(?:_info[^\x00]{0,3}dname)?(?:[\x61-\x77]|\x78.)([ -~]{3,80})", re.DOTALL)
EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
EXIF = b"Exif\0\0"
# A text chunk unpacks to no more than this.
TEXT_BYTES = 1_000_000


def comments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every comment and text chunk of a JPEG, PNG or GIF file, as (name, bytes); nothing for other formats.

    Raises:
        ContainerError: if the parts cannot be told apart.
    """
    try:
        if data.startswith(b"\xff\xd8"):
            yield from (("JPEG comment", part) for marker, part in jpeg_segments(data) if marker == 0xFE)
        elif data.startswith(b"\x89PNG"):
            yield from _png_texts(data)
        elif data.startswith(b"GIF8"):
            yield from _gif_texts(data)
    except (struct.error, IndexError, zlib.error) as error:
        raise ContainerError("a comment cannot be read") from error


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


def long_xmp(data: bytes) -> bytes:
    """The XMP packet that a JPEG file stores in pieces because it is larger than one segment, or nothing.

    Raises:
        ContainerError: if a piece is missing.
    """
    packets: dict[bytes, dict[int, bytes]] = {}
    sizes: dict[bytes, int] = {}
    if not data.startswith(b"\xff\xd8"):
        return b""
    for marker, part in jpeg_segments(data):
        if marker == 0xE1 and part.startswith(EXTENDED_XMP):
            body = part[len(EXTENDED_XMP) :]
            if len(body) < 40:
                raise ContainerError("a piece of XMP is cut short")
            size, place = struct.unpack_from(">II", body, 32)
            packets.setdefault(body[:32], {})[place] = body[40:]
            sizes[body[:32]] = size
    whole = b""
    for name, parts in packets.items():
        packet = b"".join(part for _, part in sorted(parts.items()))
        if len(packet) != sizes[name]:
            raise ContainerError("a piece of XMP is missing")
        whole = whole or packet
    return whole


def gif_xmp(data: bytes) -> bytes:
    """The XMP packet of a GIF file, or nothing."""
    start = data.find(b"\x0bXMP DataXMP")
    end = data.find(b"\x01\xff\xfe\xfd", start)
    return data[start + 12 : end] if data.startswith(b"GIF8") and 0 <= start < end else b""


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


def _png_texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    for name, part in _png_chunks(data):
        if name not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        key, _, rest = part.partition(b"\0")
        # profiles (EXIF, IPTC, XMP, colours) are read by the metadata library
        if key.startswith(b"Raw profile type") or key == b"XML:com.adobe.xmp":
            continue
        if name == b"zTXt":
            rest = _unpack(rest[1:])
        elif name == b"iTXt":
            packed = rest[:1] == b"\1"
            rest = rest[2:].split(b"\0", 2)[-1]
            rest = _unpack(rest) if packed else rest
        yield shown("PNG", key.decode("latin-1")), rest


def _unpack(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, TEXT_BYTES)
    if unpacker.unconsumed_tail:
        raise ContainerError("a text chunk unpacks to more than a text")
    return text


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        yield name, data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _gif_texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    for part in gif.parts(data):
        label = data[part.start + 1] if data[part.start] == 0x21 else 0
        if label in (gif.COMMENT, gif.TEXT):
            text, _ = gif.blocks(data, part.start + 2)
            yield ("GIF comment", text) if label == gif.COMMENT else ("GIF text", text[12:])
