"""Samsung's trailer, behind a JPEG picture or in a `sefd` box of a HEIF one: blocks with names, and their index.

Laid out as ExifTool's documentation of Samsung files describes it: each block is four bytes of its type, the length of
its name, the name and its content; the index counts from its own beginning, `SEFH`, back to each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from screening.containers.parts import Kind, Part

HEAD, TAIL = b"SEFH", b"SEFT"
# Blocks that hold settings of the camera, or the picture's hash, in bytes.
SETTINGS = (
    *(b"Camera_Capture_Mode_Info", b"Photo_HDR_Info", b"Samsung_Capture_Info", b"Color_Display_P3", b"Watermark_Info"),
    *(b"Camera_Scene_Info", b"Gallery_DC_Data", b"Single_Shot_Depth_Map_Info", b"BackupRestore_Data"),
    *(b"PhotoEditor_Filter_Info", b"Original_Path_Hash_Key", b"MCC_Data", b"Image_UTC_Data", b"HDR_Info"),
)
BLOCKS = 200
SMALL = 1024


def parts(data: bytes, start: int, end: int) -> Iterator[Part]:
    """The parts of a trailer that ends there, if there is one: heads and index, and each block's content."""
    last = data.rfind(TAIL, start, end)
    if last < start + 8 or last + 4 + 16 < end:
        return
    (size,) = struct.unpack_from("<I", data, last - 4)
    index = last - 4 - size
    if index < start or data[index : index + 4] != HEAD or size < 12:
        return
    _, count = struct.unpack_from("<II", data, index + 4)
    found = []
    for number in range(min(count, BLOCKS, (size - 12) // 12)):
        _, back, length = struct.unpack_from("<III", data, index + 12 + 12 * number)
        block, after = index - back, index - back + length
        if block < start or after > index or length < 8:
            continue
        name_end = block + 8 + struct.unpack_from("<I", data, block + 4)[0]
        if name_end > after:
            continue
        found.append(Part(Kind.SHOWN, "in a camera's trailer", block, name_end))
        settings = data.startswith(SETTINGS, block + 8) and after - name_end <= SMALL
        found.append(Part(Kind.METADATA if settings else Kind.UNKNOWN, "in a camera's trailer", name_end, after))
    yield from sorted(found, key=lambda part: part.start)
    yield Part(Kind.SHOWN, "index of a camera's trailer", index, last + 4)
