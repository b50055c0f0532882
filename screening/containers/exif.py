"""Blocks of EXIF, laid out as TIFF files are (CIPA DC-008, 4.5): the pictures in them, and bytes that no tag claims."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from screening.containers import tiff
from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.unclaimed import unclaimed

# How a block begins in JPEG, in PNG and HEIF, and in WebP; the index of a multi-picture file is laid out likewise.
HEAD = re.compile(rb"(?:EXIF.{4})?(?:Exif\0\0|MPF\0)?(?=II\*\0|MM\0\*)", re.DOTALL)
NAME = "in the EXIF data, claimed by no tag"
# Programs that rewrite tags leave old ones behind, and makers' notes point beyond themselves: of 198 real files, sound
# ones had at most 1,802 bytes. A picture of any use needs more.
LEFT = 2048


def parts(block: bytes) -> Iterator[Part]:
    """The plain pictures in a block's groups of tags, and stretches that no tag claims; none if it is no such block."""
    head = HEAD.match(block)
    if head is None:
        return
    block, place = block[head.end() :], 0
    try:
        walked = list(tiff.parts(block, pages=False))
    except (ContainerError, struct.error):
        walked = []
    for part in (*walked, Part(Kind.SHOWN, NAME, len(block), len(block))):
        for one in unclaimed(block, place, part.start, NAME) if part.start - place > LEFT else ():
            if one.kind is Kind.UNKNOWN and one.end - one.start > LEFT:
                yield Part(one.kind, NAME, 0, 0, one.read(block))
        if part.kind is Kind.PICTURE:
            yield part
        place = max(place, part.end)
