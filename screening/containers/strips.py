"""The strips and tiles of a TIFF picture, and what lies behind the pixels in each (TIFF revision 6.0, sections 3, 9, 13
and 15, and Adobe's Photoshop notes on Deflate)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from screening.containers import jpeg
from screening.containers.codes import lzw_end
from screening.containers.directories import PIXELS, Entry, Layout
from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.unclaimed import ANYTHING, file_at

WIDTH, HEIGHT, BITS, PACKING, COLOURS, ROWS, PLANES = 256, 257, 258, 259, 262, 278, 284
TILE_WIDTH, TILE_HEIGHT, TILES, SUBSAMPLED, JPEG_TABLES = 322, 323, 324, 530, 347
# Ways to pack pixels: not at all, LZW, JPEG of the old kind and of the new, Deflate by two numbers, PackBits.
PLAIN, LZW, OLD_JPEG, JPEG, DEFLATES, PACKBITS = 1, 5, 6, 7, (8, 32946), 32773
# Pixels of brightness and two colours, of which the colours may be less fine.
YCBCR = 6
SAMPLES, EXTRA = 277, 338
# How many channels have the colours of a photometric interpretation.
COLOUR_CHANNELS = {0: 1, 1: 1, 2: 3, 3: 1, 4: 1, 5: 4, 6: 3, 8: 3}
# More than a strip ought to hold is unpacked up to so much.
BEYOND = 1 << 20
# How the beginnings of TIFF files are left alone among packed pixels, where chance writes them.
TIFF = (b"II", b"MM")
BEHIND = "behind a TIFF picture's pixels"


def parts(data: bytes, how: Layout, tags: Mapping[int, Entry]) -> Iterator[Part]:
    """The strips or tiles of a directory, and what decoders pass over in them.

    How far packed pixels go is found by following their codes; where this is not known here, pictures among them are
    looked for.
    """
    packing = how.first(data, tags.get(PACKING), PLAIN)
    for places, sizes in PIXELS:
        rows = zip(how.numbers(data, tags.get(places)), how.numbers(data, tags.get(sizes)), strict=False)
        for number, (start, size) in enumerate(rows):
            part = Part(Kind.SHOWN, "TIFF pixels", min(start, len(data)), min(start + size, len(data)))
            if part.end <= part.start:
                continue
            wanted = _bytes(data, how, tags, number) if places != 513 else 0
            if packing == JPEG and places != 513:
                yield from _jpeg(data, part)
            elif wanted and packing in DEFLATES:
                yield from _inflated(data, part, wanted)
            elif wanted and packing in ENDS:
                end = ENDS[packing](data, part.start, part.end, wanted)
                yield replace(part, end=end)
                if end < part.end:
                    yield Part(Kind.UNKNOWN, BEHIND, end, part.end)
            else:
                yield part
                if packing not in (PLAIN, OLD_JPEG):
                    yield from _pictures(data, part)


def has_spare_channel(data: bytes, how: Layout, tags: Mapping[int, Entry]) -> bool:
    """Whether a picture has a channel beside its colours and one of transparency: viewers show none other."""
    colours, samples = COLOUR_CHANNELS.get(how.first(data, tags.get(COLOURS))), how.first(data, tags.get(SAMPLES), 1)
    if colours is None or not any(places in tags for places, _ in PIXELS[:2]):
        return False
    # the standard wants each further channel declared; one that is transparency says so
    clear = how.first(data, tags.get(EXTRA)) in (1, 2)
    return samples > colours + clear


def _bytes(data: bytes, how: Layout, tags: Mapping[int, Entry], number: int) -> int:
    """How many bytes the strip or tile of that number unpacks to; 0 where that is not known."""
    width, height = (how.first(data, tags.get(tag)) for tag in (WIDTH, HEIGHT))
    bits = how.numbers(data, tags.get(BITS)) or [1]
    if how.first(data, tags.get(COLOURS)) == YCBCR and SUBSAMPLED in tags:
        return 0
    samples = how.first(data, tags.get(SAMPLES), 1)
    deep = bits[0] if how.first(data, tags.get(PLANES), 1) == 2 else sum(bits)
    if len(bits) not in (1, samples):
        return 0
    if len(bits) == 1 < samples and how.first(data, tags.get(PLANES), 1) == 1:
        deep *= samples
    if TILES in tags:
        across, down = (how.first(data, tags.get(tag)) for tag in (TILE_WIDTH, TILE_HEIGHT))
        return -(-across * deep // 8) * down
    each = min(how.first(data, tags.get(ROWS)) or height, height)
    if not each:
        return 0
    in_a_plane = -(-height // each)
    return -(-width * deep // 8) * min(each, height - number % in_a_plane * each)


def _plain_end(data: bytes, start: int, end: int, wanted: int) -> int:
    return min(start + wanted, end)


def _packbits_end(data: bytes, start: int, end: int, wanted: int) -> int:
    """Where runs (section 9) have given so many bytes."""
    while wanted > 0 and start < end:
        count = data[start]
        if count < 128:
            start, wanted = start + count + 2, wanted - count - 1
        else:  # 128 stands for nothing
            start, wanted = start + (1 if count == 128 else 2), wanted - (257 - count) * (count > 128)
    return min(start, end)


ENDS: Mapping[int, Callable[[bytes, int, int, int], int]] = {PLAIN: _plain_end, LZW: lzw_end, PACKBITS: _packbits_end}


def _inflated(data: bytes, part: Part, wanted: int) -> Iterator[Part]:
    """A strip of Deflate, what it unpacks to beyond its pixels, and what lies behind it."""
    unpacker, found, beyond, packed = zlib.decompressobj(), 0, b"", data[part.start : part.end]
    try:
        while packed and not unpacker.eof and found <= wanted + BEYOND:
            got = unpacker.decompress(packed, BEYOND)
            beyond += got[max(0, wanted - found) :]
            found, packed = found + len(got), unpacker.unconsumed_tail
    except zlib.error:
        packed = b""  # which the decoder says, if it comes so far
    left = packed or unpacker.unused_data
    yield replace(part, end=part.end - len(left))
    if beyond:
        yield Part(Kind.UNKNOWN, BEHIND, part.end - len(left), part.end - len(left), beyond)
    if left:
        yield Part(Kind.UNKNOWN, BEHIND, part.end - len(left), part.end)


def _jpeg(data: bytes, part: Part) -> Iterator[Part]:
    """A strip that is a JPEG picture without tables."""
    place = part.start
    try:
        for one in jpeg.parts(data[part.start : part.end]):
            place = part.start + one.end
            yield replace(one, start=part.start + one.start, end=place)
    except ContainerError:
        yield replace(part, start=place)  # which the decoder says
        return
    if place < part.end:
        yield Part(Kind.UNKNOWN, BEHIND, place, part.end)


def _pictures(data: bytes, pixels: Part) -> Iterator[Part]:
    """The picture files behind or among packed pixels."""
    for found in ANYTHING.finditer(data, pixels.start, pixels.end):
        one = file_at(data, found.start(), pixels.end, "among a TIFF picture's pixels")
        if one.kind is Kind.PICTURE and not data.startswith(TIFF, one.start):
            yield replace(one, start=pixels.end, end=pixels.end, content=one.read(data))
