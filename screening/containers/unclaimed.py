"""What bytes are that no format claims: whatever lies behind a picture's end, or between its parts.

Each format is known by its first bytes, as its own standard or specification gives them; pictures are then walked to
their end, and what follows is looked at in turn.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from screening.containers import chunks, gif, jpeg
from screening.containers.parts import ContainerError, Kind, Part, padding_end

# Nobody puts more files behind a picture; of what comes after so many, only the length is told.
PARTS = 64
# Brands of pictures and of sound among the files that begin with an `ftyp` box (ISO/IEC 14496-12); the rest are films.
PICTURES = re.compile(rb"hei[cxms]|hev[cx]|mif1|msf1|avi[fs]|miaf")
SOUNDS = re.compile(rb"[MF]4[ABP] |aax ")
# The first bytes of each sort, strict enough to be looked for anywhere.
PICTURE = rb"""\xff\xd8\xff[\xc0-\xc4\xdb\xdd\xe0-\xef\xfe] | \x89PNG\r\n\x1a\n | GIF8[79]a | RIFF.{4}WEBP
    | BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x6c\x7c]\0\0\0 | II\*\0 | MM\0\* | II\+\0\x08\0 | MM\0\+\0\x08
    | 8BPS\0\x01\0{6} | \0\0\0\x0c(?:JXL|jP\x20)\x20\r\n\x87\n | \xff\x4f\xff\x51\0"""
FILM = rb"""\0\0[\0-\x03].(?:ftyp[\w\ ]{3}[\w\ \0] | moov\0\0..mvhd) | RIFF.{4}AVI\x20 | \x1aE\xdf\xa3[\x01\x80-\xff]
    | FLV\x01[\0-\x05]\0 | \x30\x26\xb2\x75\x8e\x66\xcf\x11 | \0\0\x01\xba[\x21\x44]"""
SOUND = rb"RIFF.{4}WAVE | ID3[\x02-\x04]\0 | OggS\0[\x02\x04] | fLaC\0\0\0\x22 | \#!AMR | FORM.{4}AIF[FC] | caff\0\x01"
ARCHIVE = rb"""PK\x03\x04[\n-\x40]\0 | PK\x05\x06\0{4} | 7z\xbc\xaf\x27\x1c | Rar!\x1a\x07 | \xfd7zXZ\0
    | \x1f\x8b\x08[\0-\x1f].{4}[\0\x02\x04][\0-\x0d\xff] | BZh[1-9]1AY&SY | \x28\xb5\x2f\xfd | SQLite\ format\ 3\0"""
DOCUMENT = rb"%PDF-\d | \xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 | \{\\rtf1"
SORTS = {
    kind: re.compile(pattern, re.DOTALL | re.VERBOSE)
    for kind, pattern in (
        (Kind.PICTURE, PICTURE),
        (Kind.FILM, FILM),
        (Kind.SOUND, SOUND),
        (Kind.ARCHIVE, ARCHIVE),
        (Kind.DOCUMENT, DOCUMENT),
    )
}
# in one, without groups: ten times as fast
ANYTHING = re.compile(b"|".join((PICTURE, FILM, SOUND, ARCHIVE, DOCUMENT)), re.DOTALL | re.VERBOSE)
# How many zeros a file may begin with, which are no padding.
ZEROS = 3


def unclaimed(data: bytes, start: int, end: int, name: str) -> Iterator[Part]:
    """The parts of a stretch that no format claims: padding, files of a known sort, and what is not known.

    `name` says where it is. Together the parts are the stretch.
    """
    count = 0
    while start < end:
        if (after := _padding_end(data, start, end)) > start:
            yield Part(Kind.PADDING, name, start, after)
            start = after
            continue
        count += 1
        found = ANYTHING.search(data, start, end) if count <= PARTS else None
        if found is None or found.start() > start:
            after = found.start() if found else end
            yield Part(Kind.UNKNOWN, name, start, after)
        else:
            part = file_at(data, found.start(), end, name)
            yield part
            after = part.end
        start = after


def _padding_end(data: bytes, start: int, end: int) -> int:
    after = padding_end(data, start, end)
    files = (place for place in range(max(start, after - ZEROS), after) if ANYTHING.match(data, place, end))
    return next(files, after)


def file_at(data: bytes, start: int, end: int, name: str) -> Part:
    """The file that begins there with a signature, as far as it can be told where it ends; else of an unknown kind."""
    kind = next(kind for kind, pattern in SORTS.items() if pattern.match(data, start, end))
    if data[start + 4 : start + 8] == b"ftyp":
        picture, sound = PICTURES.match(data, start + 8), SOUNDS.match(data, start + 8)
        kind = Kind.PICTURE if picture else Kind.SOUND if sound else Kind.FILM
        return Part(kind, name, start, _boxes_end(data, start, end))
    if kind is not Kind.PICTURE:
        return Part(kind, name, start, end)
    try:
        return Part(kind, name, start, _picture_end(data, start, end))
    except (ContainerError, struct.error):
        # it only begins like a picture, or is the rest of one
        return Part(Kind.UNKNOWN, name, start, start + 4)


def _picture_end(data: bytes, start: int, end: int) -> int:
    if data.startswith(jpeg.SOI, start):
        walked = jpeg.parts(data[:end], start)
    elif data.startswith(chunks.PNG, start):
        walked = chunks.png(data[:end], start)
    elif data.startswith(b"GIF8", start):
        walked = gif.parts(data[:end], start)
    elif chunks.is_webp(data, start):
        walked = chunks.webp(data[:end], start)
    else:  # a format whose end is not worth finding: what follows belongs to it
        return end
    return max(part.end for part in walked)


def _boxes_end(data: bytes, start: int, end: int) -> int:
    """Where a row of boxes ends (ISO/IEC 14496-12, 4.2)."""
    while start + 8 <= end and data[start + 4 : start + 8].isalnum():
        size = int(struct.unpack_from(">I", data, start)[0])
        if size == 1 and start + 16 <= end:
            size = int(struct.unpack_from(">Q", data, start + 8)[0])
        if size < 8 or start + size > end:
            return end
        start += size
    return start
