"""The older press fields (IPTC Information Interchange Model, version 4), in every block that holds some."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.containers.parts import UNREAD_BYTES, is_words
from screening.containers.unclaimed import ANYTHING
from screening.photo import field_names
from screening.photo.charsets import decode
from screening.photo.fields import Field, role

# Photoshop's image resource 1028 holds them; trailers of press programs hold them bare, from the mark of a record on.
RESOURCE = re.compile(rb"8BIM\x04\x04")
ANYWHERE = re.compile(rb"8BIM\x04\x04|\x1c[\x01-\x03][\0-\xff][\0-\x0f]", re.DOTALL)
MARK = 0x1C
# The longest field whose length stands in two bytes; of a longer one, how many bytes its length has.
SHORT = 0x7FFF
# Fields of these records are words; the first one's say how the others are written.
ENVELOPE, PRESS = 1, 2


def iptc_fields(raw: bytes, *, bare: bool) -> Iterator[Field]:
    """Every press field in some bytes, wherever a row of them begins; `bare` where one may stand outside a resource."""
    yield from (_field(record, number, text) for record, number, text in _said(raw, bare=bare))


def coded(raw: bytes) -> int:
    """How many bytes stand in a resource's press fields that ought to be words and are neither these nor a picture."""
    contents = (text for _, _, text in _said(raw, bare=False) if len(text) > UNREAD_BYTES)
    return sum(len(text) for text in contents if not is_words(text) and not ANYTHING.match(text))


def _said(raw: bytes, *, bare: bool) -> Iterator[tuple[int, int, bytes]]:
    place, pattern = 0, ANYWHERE if bare else RESOURCE
    while found := pattern.search(raw, place):
        place = found.start() if raw[found.start()] == MARK else _content(raw, found.end())
        row = list(_row(raw, place))
        yield from ((record, number, text) for record, number, _, text in row if record in (ENVELOPE, PRESS))
        place = max(found.end(), row[-1][2] if row else 0)


def _content(raw: bytes, place: int) -> int:
    """Where a resource's content begins: behind its name, which is made even, and four bytes of length."""
    named = raw[place] if place < len(raw) else 0
    return place + (named + 2) // 2 * 2 + 4


def _row(raw: bytes, place: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Each field of a row as (record, number, end, content)."""
    while place + 5 <= len(raw) and raw[place] == MARK:
        record, number = raw[place + 1], raw[place + 2]
        size, start = int.from_bytes(raw[place + 3 : place + 5], "big"), place + 5
        if size > SHORT:
            start += size & SHORT
            size = int.from_bytes(raw[place + 5 : start][:8], "big")
        if start + size > len(raw):
            return
        place = start + size
        yield record, number, place, raw[start:place]


def _field(record: int, number: int, raw: bytes) -> Field:
    import exiv2

    tag = str(exiv2.IptcDataSets.dataSetName(number, record))
    # versions and counters are numbers
    counted = len(raw) <= 2 and not raw.isalnum()
    text = str(int.from_bytes(raw, "big")) if counted else decode(raw)
    return Field(field_names.tag("IPTC", tag), text, role(tag, xmp=False))
