"""GIF (GIF89a, CompuServe 1990)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from screening.containers.parts import ContainerError, Kind, Part

# Applications that only say how often a film of frames is repeated; those whose data is read as metadata.
SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
PROFILE = b"ICCRGBG1012"
METADATA = (b"XMP DataXMP", PROFILE)
# How blocks begin.
FRAME, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
# How long a control block and one that says how often to repeat are, with their heads.
EXACT = {CONTROL: (8,), APPLICATION: (19,)}
# A frame's codes (LZW, as in Appendix F) have so many bits at most.
BITS = 12


def parts(data: bytes, start: int = 0) -> Iterator[Part]:
    """The parts of a GIF picture, up to and including its trailer.

    Raises:
        ContainerError: if a block does not begin where the one before it ends, or the file is cut short.
    """
    try:
        yield from _parts(data, start)
    except IndexError as error:
        raise ContainerError("the picture is cut short") from error


def _parts(data: bytes, start: int) -> Iterator[Part]:
    place, controlled = start + 13 + colours(data[start + 10]), False
    yield Part(Kind.SHOWN, "GIF start", start, place)
    while data[place] != TRAILER:
        begin = place
        if data[place] == FRAME:  # a frame: its colours, then its packed pixels
            codes = place + 10 + colours(data[place + 9])
            content, place = blocks(data, codes + 1)
            width, height = struct.unpack_from("<HH", data, begin + 5)
            beyond = content[codes_end(content, data[codes], width * height) :]
            yield Part(Kind.SHOWN, "GIF frame", begin, place)
            if beyond:
                yield Part(Kind.UNKNOWN, "behind a GIF frame's pixels", place, place, beyond)
            controlled = False
        elif data[place] == EXTENSION:
            content, place = blocks(data, place + 2)
            control = data[begin + 1] == CONTROL
            kind = Kind.UNKNOWN if control and controlled else _kind(data, begin, place)
            controlled = controlled or control
            yield Part(kind, "in a GIF block", begin, place, content if kind is Kind.UNKNOWN else b"")
        else:
            raise ContainerError("a block does not begin where the one before it ends")
    yield Part(Kind.SHOWN, "GIF end", place, place + 1)


def colours(flags: int) -> int:
    """How many bytes the colours have that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _kind(data: bytes, start: int, end: int) -> Kind:
    label, application = data[start + 1], data[start + 3 : start + 14]
    if label in (COMMENT, TEXT) or (label == APPLICATION and application in METADATA):
        return Kind.METADATA
    shown = label == CONTROL or (label == APPLICATION and application in SHOWN)
    return Kind.SHOWN if shown and end - start in EXACT[label] else Kind.UNKNOWN


def codes_end(packed: bytes, bits: int, pixels: int) -> int:
    """Where a frame's codes end: with the code for that, or once they have given all pixels.

    Only how many pixels each code stands for is kept: one more than the code before it, for each new one.
    """
    if not 0 < bits < BITS:
        return len(packed)
    clear = 1 << bits
    lengths = [1] * clear + [0, 0]
    size, place, held, have, last = bits + 1, 0, 0, 0, 0
    while pixels > 0 and place < len(packed):
        while have < size and place < len(packed):
            held |= packed[place] << have
            have, place = have + 8, place + 1
        code, held, have = held & ((1 << size) - 1), held >> size, have - size
        if code == clear:
            del lengths[clear + 2 :]
            size, last = bits + 1, 0
            continue
        if code == clear + 1:
            break
        if last and len(lengths) < 1 << BITS:
            lengths.append(last + 1)
        if code >= len(lengths):
            break  # which the decoder says
        last = lengths[code]
        pixels -= last
        if len(lengths) == 1 << size and size < BITS:
            size += 1
    return place + 1 if place < len(packed) else place


def blocks(data: bytes, place: int) -> tuple[bytes, int]:
    """The bytes of a row of sub-blocks, and where the row ends.

    Raises:
        IndexError: if the file is cut short.
    """
    found = []
    while data[place]:
        found.append(data[place + 1 : place + 1 + data[place]])
        place += 1 + data[place]
    return b"".join(found), place + 1
