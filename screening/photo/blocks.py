"""The stretches of a file in which words may stand, as bytes of their own: put together, unpacked and by name."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from screening.containers import gif, heif
from screening.containers.parts import UNREAD_BYTES, ContainerError, Kind, Part, is_words
from screening.containers.walk import walk
from screening.photo.embedded import is_text
from screening.photo.field_names import shown

XMP_CHUNK, XMP = "XMP chunk", b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
# What blocks are called that are no metadata.
PARTS = ("file part", "file")
# A chunk unpacks to no more than this.
UNPACKED = 4_000_000
# ImageMagick's profiles in hexadecimal: a line for the name, one for the length, then the digits.
RAW_PROFILE = re.compile(rb"\s*([\w .-]{1,20})\n\s*(\d+)\n([0-9A-Fa-f\s]*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a file.

    Attributes:
        name: where it stands, such as "JPEG segment APP1"; safe to print.
        data: its bytes.
        key: what a text is called in the file, which the file chooses.
        text: whether all of it is text.
        pixels: whether it holds pixels, too, in which chance writes words.
        unread: whether it is not what it says it is, and cannot be read.
    """

    name: str
    data: bytes = field(repr=False)
    key: str = field(default="", repr=False)
    text: bool = False
    pixels: bool = False
    unread: bool = False


def blocks(data: bytes, parts: Iterable[Part], *, whole: bool = True) -> Iterator[Block]:
    """The blocks among the parts of a file that `walk` gives, and of a `whole` file those of its further pictures.

    Raises:
        ContainerError: if one cannot be unpacked, or a piece of one is missing.
    """
    pieces: dict[bytes, dict[int, bytes]] = {}
    sizes: dict[bytes, int] = {}
    try:
        for part in parts:
            if part.kind is Kind.METADATA and data.startswith(b"\xff\xd8"):
                body = part.read(data)[4:]
                if not body.startswith(EXTENDED_XMP):
                    yield Block(part.name, body, text=part.name == "JPEG comment")
                    continue
                name, (size, place) = body[35:67], struct.unpack_from(">II", body, 67)
                pieces.setdefault(name, {})[place] = body[75:]
                sizes[name] = size
            elif part.kind is Kind.METADATA:
                yield from _of_a_chunk(data, part)
            elif part.kind is Kind.UNKNOWN:
                raw = part.read(data)
                yield Block(PARTS[0], raw, text=is_text(raw))
            elif part.kind in (Kind.PICTURE, Kind.FRAME):
                yield from _of_a_picture(part.read(data), whole=whole)
            elif part.name == "file":
                yield Block(PARTS[1], data, pixels=True)
        for sort, raw in heif.metadata_items(data) if heif.is_heif(data) else ():
            # four bytes say where in the item its block begins (ISO/IEC 23008-12, A.2.1)
            yield Block(*("EXIF item", raw[4 + int.from_bytes(raw[:4], "big") :]) if sort == b"Exif" else ("item", raw))
    except (struct.error, IndexError, ValueError, zlib.error) as error:
        raise ContainerError("a part of it cannot be unpacked") from error
    for name, placed in pieces.items():
        packet = b"".join(piece for _, piece in sorted(placed.items()))
        if len(packet) != sizes[name]:
            raise ContainerError("a piece of XMP is missing")
        yield Block("extended XMP", packet)


def _of_a_picture(raw: bytes, *, whole: bool) -> Iterator[Block]:
    """What a further picture of the file says; the pictures in it lie within its own blocks."""
    yield Block(PARTS[0], raw, pixels=True)
    if whole:
        # one that is not laid out as its format says is looked at as it is, and as a picture
        with suppress(ContainerError):
            yield from (replace(block, name=PARTS[0]) for block in blocks(raw, walk(raw), whole=False))


def coded(listed: Iterable[Block]) -> Iterator[str]:
    """The blocks that ought to be text and are something else, in words for the report."""
    for block in listed:
        words = block.text or block.name == XMP_CHUNK or block.data.startswith(XMP)
        if words and len(block.data) > UNREAD_BYTES and not is_words(block.data):
            yield f"{len(block.data):,} bytes of an unknown sort ({block.name})"


def _of_a_chunk(data: bytes, part: Part) -> Iterator[Block]:
    raw = part.read(data)
    if data.startswith(b"\x89PNG"):
        yield from _png(raw[4:8], raw[8:-4])
    elif data.startswith(b"GIF8") and raw[1:2] in (b"\xfe", b"\x01"):
        body, _ = gif.blocks(raw, 2)
        comment = raw[1] == gif.COMMENT
        yield Block("GIF comment" if comment else "GIF text", body if comment else body[12:], text=True)
    elif data.startswith(b"GIF8") and raw[3:14] == gif.PROFILE:
        yield Block(part.name, gif.blocks(raw, 14)[0])
    else:
        yield Block(XMP_CHUNK if raw.startswith(b"XMP ") else part.name, raw)


def _png(chunk: bytes, body: bytes) -> Iterator[Block]:
    """A chunk's content, unpacked; as it is where that is not possible, for viewers pass over it."""
    try:
        yield from _unpacked(chunk, body)
    except zlib.error:
        yield Block("PNG chunk", body, unread=True)


def _unpacked(chunk: bytes, body: bytes) -> Iterator[Block]:
    """A chunk's content (PNG, third edition, 11.3), unpacked, with the key of a text."""
    key, _, rest = body.partition(b"\0")
    if chunk in (b"zTXt", b"iCCP"):
        rest = unpack(rest[1:])
        yield from [Block("PNG profile", key)] if chunk == b"iCCP" else []
    elif chunk == b"iTXt":
        packed = rest[:1] == b"\1"
        language, translated, rest = rest[2:].split(b"\0", 2)
        yield from (Block("PNG field", one, text=True) for one in (language, translated) if one)
        rest = unpack(rest) if packed else rest
    elif chunk != b"tEXt":
        yield Block("PNG chunk", body)
        return
    called = key.decode("latin-1")
    if called.startswith("Raw profile type"):
        profile = RAW_PROFILE.fullmatch(rest.strip(b"\0"))
        digits = re.sub(rb"\s", b"", profile[3]) if profile else b""
        broken = profile is None or len(digits) != 2 * int(profile[2])
        yield Block("PNG profile", rest if broken else bytes.fromhex(digits.decode("ascii")), unread=broken)
    elif chunk == b"iCCP" or called == "XML:com.adobe.xmp":
        yield Block("PNG chunk", rest)
    else:
        yield Block(shown("PNG", called), rest, called, text=True)


def unpack(packed: bytes) -> bytes:
    """What zlib packed.

    Raises:
        ContainerError: if it is more than any text or profile.
        zlib.error: if it is not packed so, or more lies behind it.
    """
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, UNPACKED)
    if unpacker.unconsumed_tail:
        raise ContainerError("a part of it unpacks to more than a text")
    if len(unpacker.unused_data) > UNREAD_BYTES:
        raise zlib.error("more lies behind it")
    return text + unpacker.unused_data  # a few words at most
