"""Rows of a picture that its file holds and no viewer shows, because its header says that it is less high."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from itertools import pairwise

import numpy as np

from screening.containers import bmp, chunks, jpeg, tiff
from screening.containers.parts import UNREAD_BYTES
from screening.photo.files import BROKEN

# Rows that are decoded beyond the last, and how uneven (standard deviation in grey levels) they are when there is
# nothing: a decoder that runs out of data goes on with one shade.
MORE = 64
EVEN = 2.0


def unshown(data: bytes) -> str:
    """What a file holds in its pixels beyond those that it shows, in words for the report; "" where nothing."""
    if data.startswith(jpeg.SOI):
        return "rows of pixels below the last one that is shown" if _jpeg_rows(data) else ""
    if data.startswith(chunks.PNG):
        try:
            beyond = chunks.rows_end(data)
        except zlib.error:
            return ""  # which the decoder says
        return f"{beyond:,} bytes of pixels beyond those that are shown" if beyond > UNREAD_BYTES else ""
    if data.startswith(b"BM"):
        idle = bmp.idle(data)
        return f"{len(idle):,} bytes in its rows that belong to no colour" if _differ(idle) else ""
    if data.startswith(tiff.BEGINNINGS):
        return "a channel that no viewer shows" if tiff.has_spare_channel(data) else ""
    if chunks.is_webp(data):
        return "bytes behind its pixels that are not needed for them" if _decodes_without_end(data) else ""
    return ""


def _differ(idle: bytes) -> bool:
    """Whether there are many bytes, and not all the same."""
    return len(idle) > UNREAD_BYTES and idle.count(idle[:1]) < len(idle)


def _decodes_without_end(data: bytes) -> bool:
    """Whether a WebP picture's packed pixels, or their transparency, can do without their last bytes: decoders want
    them to the last, but pass over what follows."""
    from PIL import Image

    found = [(data[part.start : part.start + 4], data[part.start + 8 : part.end]) for part in chunks.webp(data)]
    for (name, body), (_, pixels) in pairwise([*found, (b"", b"")]):
        if name not in (*chunks.WEBP_PIXELS, b"ALPH") or len(body) <= UNREAD_BYTES + 16:
            continue
        alone = _chunk(name, body[: (len(body) - UNREAD_BYTES) // 2 * 2])
        if name == b"ALPH":  # with the pixels that it belongs to, and the head of a file that has both
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", pixels.ljust(10, b"\0"), 6))
            sides = (max(side - 1, 0).to_bytes(3, "little") for side in (width, height))
            alone = _chunk(b"VP8X", b"\x10\0\0\0" + b"".join(sides)) + alone + _chunk(b"VP8 ", pixels)
        try:
            Image.open(io.BytesIO(_chunk(b"RIFF", b"WEBP" + alone)), formats=("WEBP",)).load()
        except BROKEN:
            continue
        return True
    return False


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _jpeg_rows(data: bytes) -> bool:
    """Decodes at an eighth of the size, as if there were more rows."""
    from PIL import Image

    walked = list(jpeg.parts(data))
    frames = (part.start for part in walked if data[part.start] == 0xFF and 0xC0 <= data[part.start + 1] <= 0xC2)
    frame = next(frames, None)
    if frame is None:
        return False
    height, width, components = struct.unpack_from(">HHB", data, frame + 5)
    block = 8 * max(1, *(factor & 15 for factor in data[frame + 11 : frame + 10 + 3 * components : 3]), 1)
    whole = -(-height // block) * block
    if whole + MORE > 0xFFFF:
        return False
    taller = bytearray(data[: walked[-1].end])
    struct.pack_into(">H", taller, frame + 5, whole + MORE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which is read elsewhere
            image = Image.open(io.BytesIO(taller), formats=("JPEG",))
            image.draft("L", (width // 8, (whole + MORE) // 8))
            rows = np.asarray(image.convert("L"), np.float32)
    except (*BROKEN, Image.DecompressionBombError):
        return False  # which the decoder says of the picture itself
    # the first block beyond the last is made of what was left of the last byte
    below = rows[-(-(whole + block) * len(rows) // (whole + MORE)) + 1 :]
    return bool(below.size and below.std(axis=1).max() > EVEN)
