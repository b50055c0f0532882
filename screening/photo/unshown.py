"""Rows of a picture that its file holds and no viewer shows, because its header says that it is less high."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np

from screening.containers import chunks, jpeg
from screening.containers.parts import UNREAD_BYTES
from screening.photo.files import BROKEN

# Rows that are decoded beyond the last, and how uneven (standard deviation in grey levels) they are when there is
# nothing: a decoder that runs out of data goes on with one shade.
MORE = 64
EVEN = 2.0


def unshown(data: bytes) -> str:
    """What a JPEG or PNG file holds beyond the last row that it shows, in words for the report; "" where nothing."""
    if data.startswith(jpeg.SOI):
        return "rows of pixels below the last one that is shown" if _jpeg_rows(data) else ""
    if data.startswith(chunks.PNG):
        try:
            beyond = chunks.rows_end(data)
        except zlib.error:
            return ""  # which the decoder says
        return f"{beyond:,} bytes of pixels beyond those that are shown" if beyond > UNREAD_BYTES else ""
    return ""


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
