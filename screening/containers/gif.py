"""GIF (GIF89a, CompuServe 1990)."""

from __future__ import annotations

from collections.abc import Iterator

from screening.containers.parts import ContainerError, Kind, Part

# Applications that only say how often a film of frames is repeated; those whose data is read as metadata.
SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
PROFILE = b"ICCRGBG1012"
METADATA = (b"XMP DataXMP", PROFILE)
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
# The longest a control or repetition block is with its head.
SMALL = 40


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
    place = start + 13 + _colours(data[start + 10])
    yield Part(Kind.SHOWN, "GIF start", start, place)
    while data[place] != 0x3B:
        begin = place
        if data[place] == 0x2C:  # a frame: its colours, then its packed pixels
            place = blocks(data, place + 11 + _colours(data[place + 9]))[1]
            yield Part(Kind.SHOWN, "GIF frame", begin, place)
        elif data[place] == 0x21:
            content, place = blocks(data, place + 2)
            kind = _kind(data, begin, place)
            yield Part(kind, "in a GIF block", begin, place, content if kind is Kind.UNKNOWN else b"")
        else:
            raise ContainerError("a block does not begin where the one before it ends")
    yield Part(Kind.SHOWN, "GIF end", place, place + 1)


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _kind(data: bytes, start: int, end: int) -> Kind:
    label, application = data[start + 1], data[start + 3 : start + 14]
    if label in (COMMENT, TEXT) or (label == APPLICATION and application in METADATA):
        return Kind.METADATA
    shown = label == CONTROL or (label == APPLICATION and application in SHOWN)
    return Kind.SHOWN if shown and end - start <= SMALL else Kind.UNKNOWN


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
