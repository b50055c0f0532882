"""TIFF (revision 6.0, with Adobe's notes on SubIFDs) and BigTIFF: what the tags of directories point at."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from screening.containers import strips
from screening.containers.directories import PIXELS, SIZES, Entry, Layout, layout
from screening.containers.parts import UNREAD_BYTES, ContainerError, Kind, Part, is_words

BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
DIRECTORIES = 200
# The most bytes that the further pictures may take together, each a copy of the file.
COPIES = 600_000_000
ASCII = 2
# Tags that point at further directories: SubIFDs, and the groups of EXIF, GPS and interoperability.
BELOW = (330, 34665, 34853, 40965)
PLAIN = (273, 324)
# Tags with long values that are read as metadata: XMP, IPTC, Photoshop's, profile, comment, maker's, Windows' own.
METADATA = frozenset((700, 33723, 34377, 34675, 37510, 37500, *range(40091, 40096)))
# Those of TIFF, Exif (CIPA DC-008) and DNG, whose bytes are settings.
STANDARD = (range(32768), range(0x9000, 0x9292), range(0xA000, 0xA500), range(50706, 51200))
# A row of numbers is no longer than this, unless it says where pixels lie.
ROW = 4096
BYTES = 1024


def parts(data: bytes, *, pages: bool = True) -> Iterator[Part]:
    """The parts of a TIFF file: directories, values, pixels; pictures that are no pages as files of their own.

    The directories in a row are `pages`, which viewers show, or in a block of EXIF not; those below them never are.
    What such a block holds as JPEG is found by how it begins.

    Raises:
        ContainerError: if there are more directories than anybody writes; struct.error, if one is cut short.
    """
    how = layout(data)
    head = 16 if how.big else 8
    found = [Part(Kind.SHOWN, "TIFF start", 0, head)]
    waiting, seen, copies = [(how.number(data, 8 if how.big else 4), False)], set[int](), 0
    while waiting:
        place, below = waiting.pop()
        if place in seen or not head <= place < len(data):
            continue
        seen.add(place)
        if len(seen) > DIRECTORIES:
            raise ContainerError("there are more directories than anybody writes")
        entries, end, after = how.directory(data, place)
        found.append(Part(Kind.SHOWN, "TIFF directory", place, end))
        tags = {entry.tag: entry for entry in entries}
        found += (part for entry in entries for part in _value(data, entry))
        pixels = list(strips.parts(data, how, tags))
        found += pixels
        if pixels and (below if pages else any(tag in tags for tag in PLAIN)):
            copies += len(data)
            if copies > COPIES:
                raise ContainerError("there are more pictures than are screened")
            found.append(
                Part(Kind.PICTURE, "in a directory below the first", place, place, _in_front(data, how, place))
            )
        waiting.append((after, below))
        waiting += [(one, True) for tag in BELOW for one in how.numbers(data, tags.get(tag))]
    place = 0
    for part in sorted(found, key=lambda part: (part.start, part.end)):
        # a page that a program wrote as a file of its own has a file's start before it
        if part.start - place >= head and data.startswith(data[:4], part.start - head):
            yield Part(Kind.SHOWN, "TIFF start", part.start - head, part.start)
        yield part
        place = max(place, part.end)


def has_spare_channel(data: bytes) -> bool:
    """Whether a page of a TIFF file has a channel that no viewer shows."""
    how, seen = layout(data), set[int]()
    place = how.number(data, 8 if how.big else 4)
    while place and place < len(data) and place not in seen and len(seen) < DIRECTORIES:
        seen.add(place)
        entries, _, place = how.directory(data, place)
        if strips.has_spare_channel(data, how, {entry.tag: entry for entry in entries}):
            return True
    return False


def _value(data: bytes, entry: Entry) -> Iterator[Part]:
    if entry.tag in METADATA or entry.sort == ASCII:
        words = entry.tag in METADATA or is_words(data[entry.start : entry.end])
        yield Part(Kind.METADATA if words else Kind.UNKNOWN, "in a TIFF tag", entry.start, entry.end)
    elif entry.sort in (1, 6, 7) or SIZES.get(entry.sort) is None:
        known = any(entry.tag in tags for tags in STANDARD)
        kind = Kind.SHOWN if known and entry.end - entry.start <= BYTES else Kind.UNKNOWN
        yield Part(kind, "in a TIFF tag", entry.start, entry.end)
    else:
        known = any(entry.tag in tags for tags in STANDARD)
        most = ROW if known else UNREAD_BYTES
        row = entry.end - entry.start <= most or any(entry.tag in pair for pair in PIXELS)
        yield Part(Kind.SHOWN if row else Kind.UNKNOWN, "in a TIFF tag", entry.start, entry.end)


def _in_front(data: bytes, how: Layout, place: int) -> bytes:
    """The file, changed so that the directory there is the first, and the last."""
    changed = bytearray(data)
    struct.pack_into(how.order + ("Q" if how.big else "I"), changed, 8 if how.big else 4, place)
    return bytes(changed)
