"""The units that coded pictures of HEIF and AVIF files are made of, and those that decoders skip (ISO/IEC 23008-2, 7.3,
with the lengths of ISO/IEC 14496-15, 8.3; AV1 Bitstream and Decoding Process Specification, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from screening.containers.parts import UNREAD_BYTES

# Types of HEVC's units: slices; parameters and marks between pictures; filling; messages, of which one is
# anybody's, behind 16 bytes that say whose.
SLICES, PARAMETERS, FILLING = frozenset((*range(10), *range(16, 22))), frozenset(range(32, 38)), 38
MESSAGES = (39, 40)
OWN, WHOSE = 5, 16
# Types of AV1's units: what a frame needs, the frame or its header, and metadata.
NEEDED, FRAMES, METADATA = frozenset((1, 2, 4)), (3, 6), 5
# Layers of one frame, in units of their own, are announced by a property.
LAYERED = (b"a1lx", b"a1op", b"lsel")


def skipped_hevc(raw: bytes, size: int) -> Iterator[bytes]:
    """What decoders pass over in a picture whose units have lengths of so many bytes."""
    place, pictures = 0, 0
    while place + size + 2 <= len(raw):
        unit = raw[place + size : place + size + int.from_bytes(raw[place : place + size], "big")]
        place += size + len(unit)
        if len(unit) < 3:
            continue
        sort, layer = unit[0] >> 1 & 63, (unit[0] & 1) << 5 | unit[1] >> 3
        if sort in SLICES and not layer:
            pictures += unit[2] >> 7  # which begins a picture
            if pictures <= 1:
                continue
        elif (sort in PARAMETERS and not layer) or (sort in MESSAGES and len(unit) <= UNREAD_BYTES):
            continue
        # filling is all ones
        yield (unit[2:] if sort == FILLING else _said(unit) if sort in MESSAGES else unit).removesuffix(b"\x80")
    yield raw[place:]


def _said(unit: bytes) -> bytes:
    """A message without its head; of encoders that say what they are called, just that."""
    place = 3
    while unit[place : place + 1] == b"\xff":  # its length, in steps of 255
        place += 1
    return unit[place + 1 + (WHOSE if unit[2] == OWN else 0) :]


def skipped_av1(raw: bytes, *, layered: bool) -> Iterator[bytes]:
    """What decoders pass over in a picture of AV1."""
    place, pictures = 0, 0
    while place < len(raw):
        head = raw[place]
        body = place + 1 + (head >> 2 & 1)
        length, body = _leb128(raw, body) if head & 2 else (len(raw) - body, body)
        unit, place = raw[place : body + length], body + length
        sort = head >> 3 & 15
        pictures += sort in FRAMES
        if sort in NEEDED or (sort in FRAMES and (pictures <= 1 or layered)):
            continue
        if sort != METADATA or len(unit) > UNREAD_BYTES:
            yield unit


def parameters_end(record: bytes) -> int:
    """Where the parameters in a configuration record of AV1 end (AV1 in ISOBMFF, 2.3): a sequence's and metadata."""
    place = 4
    while place + 1 < len(record) and record[place] >> 3 & 15 in (1, METADATA) and record[place] & 2:
        length, body = _leb128(record, place + 1 + (record[place] >> 2 & 1))
        if body + length > len(record) or length > UNREAD_BYTES:
            break
        place = body + length
    return place


def _leb128(raw: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte (4.10.5), and where it ends."""
    found = 0
    for count, byte in enumerate(raw[place : place + 8]):
        found |= (byte & 127) << 7 * count
        if byte < 128:
            return found, place + count + 1
    return len(raw), len(raw)
