"""Files in blocks of metadata: thumbnails, originals, ingredients, and whatever else somebody has put there."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from itertools import islice

from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.unclaimed import ANYTHING, file_at

# A value of this many letters may be a file; shorter ones show nothing.
BASE64 = re.compile(rb"(?<![\w+/\s=-])[\s=]*[\w+/-](?:[\w+/\s=-]|&#x?[0-9A-Fa-f]{1,4};){300,}")
HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{600,}")
URLS = bytes.maketrans(b"-_", b"+/")
ESCAPED = re.compile(rb"&#x?[0-9A-Fa-f]{1,4};|\s")
# The value of a property, named in front of it, that is a depth map and not a view.
DEPTH = re.compile(rb"(?:GDepth:(?:Data|Confidence)|depthmap:\w*|GainMap\w*)\W{1,9}$")
EXIF = (b"II*\0", b"MM\0*", b"BM")
# Nobody puts more files into metadata.
FILES = 64


def files_in(block: bytes, name: str) -> Iterator[Part]:
    """The files in a block of metadata, also those written in letters (base64) or digits; places are in the block."""
    yield from _files(block, name, Kind.PICTURE)
    count = 0
    for found in BASE64.finditer(block):
        letters = ESCAPED.sub(b"", found[0]).replace(b"=", b"").translate(URLS)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        raw = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
        depth = DEPTH.search(block, max(0, found.start() - 60), found.start())
        # sentences without a comma look like letters that are one, too, but hold none
        for part in _files(raw, name, Kind.FRAME if depth else Kind.PICTURE):
            yield part
            count += 1
            if count > FILES:
                raise ContainerError("there are more files in the metadata than are looked at")
    for found in islice(HEXADECIMAL.finditer(block), FILES):
        yield from _files(binascii.unhexlify(found[0][: len(found[0]) // 2 * 2]), name, Kind.PICTURE)


def _files(block: bytes, name: str, picture: Kind) -> Iterator[Part]:
    place, count = 0, 0
    while found := ANYTHING.search(block, place):
        count += 1
        if count > FILES:
            raise ContainerError("there are more files in the metadata than are looked at")
        part = file_at(block, found.start(), len(block), name)
        # EXIF is laid out as a TIFF file is
        if part.kind is not Kind.UNKNOWN and not found[0].startswith(EXIF):
            kind = picture if part.kind is Kind.PICTURE else part.kind
            yield Part(kind, name, part.start, part.end, block[part.start : part.end])
            place = part.end
        else:
            place = found.start() + 4
