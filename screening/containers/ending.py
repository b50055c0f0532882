"""Whether the end of a picture's file is there: a file that is still being copied has a beginning and no end.

Only lengths and marks are followed, each once: nothing is decoded, and no file takes more steps than it has bytes.
"""

from __future__ import annotations

import struct
from collections import deque

from screening.containers import bmp, chunks, gif, jpeg, tiff
from screening.containers.boxes import boxes, children
from screening.containers.directories import PIXELS, layout
from screening.containers.heif import is_heif
from screening.containers.parts import ContainerError

# No picture is shorter, and what it is stands in so many bytes.
SHORTEST = 12
# Packed pixels never end in so many zeros: room was made for them, and they have not come yet.
ROOM = 64
# No picture has more strips and tiles.
STRIPS = 200_000


def ended(data: bytes) -> bool:
    """Whether a file goes on to where its own format says that it ends.

    A format that says nothing of its end, or is not known here, counts as ended. A file for which room was made before
    its bytes came has none either, but for unpacked pixels (BMP and some TIFF files), which may well be zeros.
    """
    try:
        return len(data) >= SHORTEST and _ended(data)
    except (ContainerError, struct.error, IndexError, KeyError, OverflowError):
        return False


def _ended(data: bytes) -> bool:
    if data.startswith(jpeg.SOI):
        return _jpeg_ends(data)
    if data.startswith(chunks.PNG):
        deque(chunks.png(data), maxlen=0)
    elif data.startswith(b"GIF8"):
        _follow_gif(data)
    elif chunks.is_webp(data):
        (size,) = struct.unpack_from("<I", data, 4)
        # the byte that makes the last chunk even is often left out
        return bool(size + 8 <= len(data) + 1) and any(data[-ROOM:])
    elif data.startswith(tiff.BEGINNINGS):
        return _pixels_are_there(data)
    elif data.startswith(b"BM") or bmp.is_bare(data):
        return bmp.pixels_end(data) <= len(data)
    elif data[4:8] == b"ftyp":
        return _boxes_are_there(data)
    return True


def _jpeg_ends(data: bytes) -> bool:
    """Whether the marker of a JPEG picture's end is there; one within a segment, such as a thumbnail's, is not it."""
    place = len(jpeg.SOI)
    while found := jpeg.MARKER.search(data, place):
        if data[found.end() : found.end() + 1] == bytes([jpeg.END]):
            return True
        place = found.end() + 1 + struct.unpack_from(">H", data, found.end() + 1)[0]
    return False


def _follow_gif(data: bytes) -> None:
    """Goes from block to block up to the trailer.

    Raises:
        IndexError: if it is not there.
        ContainerError: if a block does not begin where the one before it ends.
    """
    place = 13 + gif.colours(data[10])
    while data[place] != gif.TRAILER:
        if data[place] == gif.FRAME:
            _, place = gif.blocks(data, place + 11 + gif.colours(data[place + 9]))
        elif data[place] == gif.EXTENSION:
            _, place = gif.blocks(data, place + 2)
        else:
            raise ContainerError("a block does not begin where the one before it ends")


def _pixels_are_there(data: bytes) -> bool:
    """Whether every strip and tile of a TIFF file's pages lies in it; programs write the directories first or last."""
    how, seen, last, count = layout(data), set[int](), 0, 0
    place = how.number(data, 8 if how.big else 4)
    while place and place not in seen:
        seen.add(place)
        entries, _, place = how.directory(data, place)
        tags = {entry.tag: entry for entry in entries}
        for places, sizes in PIXELS:
            if places not in tags:
                continue
            count += 1 + tags[places].count
            if count > STRIPS:  # which a scan says
                return True
            starts, lengths = how.numbers(data, tags[places]), how.numbers(data, tags.get(sizes))
            if len(starts) < tags[places].count:
                return False
            last = max((last, *(start + size for start, size in zip(starts, lengths, strict=False))))
    return 0 < last <= len(data)


def _boxes_are_there(data: bytes) -> bool:
    """Whether the boxes of a film or a HEIF file are as long as they say, with those that hold the picture."""
    found = {box.name: box for box in boxes(data, 0, len(data))}
    if pixels := found.get(b"mdat"):
        return (b"meta" in found or not is_heif(data)) and any(data[max(pixels.body, pixels.end - ROOM) : pixels.end])
    return is_heif(data) and b"meta" in found and b"idat" in children(data, found[b"meta"], skip=4)
