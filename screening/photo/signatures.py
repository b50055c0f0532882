"""Files by their first bytes: whether one shows something, whatever it is called, and how to read one safely."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from screening.patient import PATIENCE
from screening.weights import opened

# So many bytes tell what a file is.
HEAD = 4096
# Of pictures, camera RAW, films, documents that show pictures, and archives that may hold some.
BEGINNINGS = (
    b"\xff\xd8",  # JPEG
    b"\x89PNG\r\n",
    b"\x8aMNG\r\n",
    b"\x8bJNG\r\n",
    b"GIF8",
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),  # TIFF, and most kinds of RAW
    *(b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM", b"II\x1a\0\0\0HEAPCCDR"),  # other RAW
    *(b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),  # JPEG XL, JPEG 2000
    *(b"8BPS", b"gimp xcf", b"qoif", b"DDS ", b"\x76\x2f\x31\x01", b"#?RADIANCE", b"#?RGBE", b"icns"),
    *(b"\0\0\1\0", b"\0\0\2\0"),  # icons and cursors of Windows
    *(b"%PDF", b"%!PS", b"\xc5\xd0\xd3\xc6"),
    *(b"\x1aE\xdf\xa3", b"OggS", b"FLV\1", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\x06\x0e\x2b\x34\x02\x05\x01\x01"),
    *(b"\0\0\1\xba", b"\0\0\1\xb3"),  # MPEG
    *(b"PK\3\4", b"Rar!\x1a\7", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh91AY&SY"),
)
# Boxes of MP4, QuickTime, HEIF, AVIF and CR3 that a file begins with, behind four bytes of size.
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"pnot"})
RIFFS = frozenset({b"WEBP", b"AVI "})
# How long the header of a bitmap may be.
BITMAPS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
SVG = re.compile(rb"(?i)<(?:[a-z]{1,20}:)?svg[\s>]")


def shows(head: bytes) -> bool:
    """Whether a file that begins so is a picture, a film, or a document or archive that may show one.

    Sidecars, notes and the files in which systems keep their own (Thumbs.db, ._IMG.jpg) are not.
    """
    return (
        head.startswith(BEGINNINGS)
        or head[4:8] in BOXES
        or (head.startswith(b"RIFF") and head[8:12] in RIFFS)
        or _is_bitmap(head)
        or all(head[place : place + 1] == b"G" for place in (0, 188, 376))  # an MPEG transport stream
        or SVG.search(head.replace(b"\0", b"")) is not None  # in UTF-16, too
    )


def _is_bitmap(head: bytes) -> bool:
    """Notes may begin with BM too, so the header counts; one without those letters is a bitmap of the clipboard."""
    start = 14 if head.startswith(b"BM") else 0
    if len(head) < start + 16:
        return False
    (size,) = struct.unpack_from("<I", head, start)
    (planes,) = struct.unpack_from("<H", head, start + (8 if size == 12 else 12))
    return size in BITMAPS and planes == 1


def read_regular(path: Path, most: int = -1, *, patience: float = PATIENCE) -> bytes:
    """A regular file's bytes, all of them or the first `most`; never waits for a pipe or a device.

    Raises:
        OSError: if it cannot be read, or is no regular file by now; as TimeoutError, if nothing comes for `patience`
            seconds.
    """
    with opened(path, patience=patience) as file:
        return file.read(most)
