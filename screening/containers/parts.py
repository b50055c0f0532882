"""The words in which every walk over a file speaks: a part, what kind it is, and the error of a file that is broken."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

# An unknown part that is no longer than this is a marker or an index; a longer one is reported.
UNREAD_BYTES = 64
# What programs fill up with: zeros, ones, blanks.
PADDING = re.compile(rb"\0+|\xff+|[ \t\r\n]+")

CONTROLS = bytes({*range(1, 32), 127} - set(b"\t\n\v\f\r"))


class ContainerError(Exception):
    """The file's parts are not laid out as its format says."""


class Kind(enum.StrEnum):
    """What a part of a file is."""

    SHOWN = "shown"  # what a viewer needs to show the picture
    METADATA = "metadata"  # of a sort that is read, or known to say nothing
    PICTURE = "picture"  # a file of its own, or pixels that no viewer shows
    FRAME = "frame"  # the same, but made to be unlike the picture: a depth map, say
    CROPPED = "cropped"  # the same, of which a viewer shows a part
    FILM = "film"
    SOUND = "sound recording"
    ARCHIVE = "archive"
    DOCUMENT = "document"
    PADDING = "padding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file.

    Attributes:
        kind: what it is.
        name: where it is, for the report; never taken from the file.
        start: its first byte.
        end: the byte after its last.
        content: its bytes as a file of their own, where that is not what lies there.
        size: width and height of the picture in it, where decoders give more at the right and below; else zeros.
    """

    kind: Kind
    name: str
    start: int
    end: int
    content: bytes = field(default=b"", repr=False)
    size: tuple[int, int] = (0, 0)

    def read(self, data: bytes) -> bytes:
        """Its bytes, out of those of the file."""
        return self.content or data[self.start : self.end]


def is_words(raw: bytes) -> bool:
    """Whether bytes that ought to be text may be: packed or coded ones are one in nine a control character."""
    controls = len(raw) - len(raw.translate(None, CONTROLS))
    if controls * 50 <= len(raw):
        return True
    wide = raw.decode("utf-16-be" if raw.startswith(b"\xfe\xff") else "utf-16-le", "replace")
    return sum(char.isprintable() for char in wide) * 50 >= len(wide) * 49


def padding_end(data: bytes, start: int, end: int) -> int:
    """Where padding that begins at that place ends: there, if there is none."""
    while start < end and (found := PADDING.match(data, start, end)):
        start = found.end()
    return start
