"""What the blocks of a file say: EXIF, press fields and XMP wherever they stand, and text between other bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screening.containers.parts import UNREAD_BYTES, is_words
from screening.containers.texts import entries
from screening.photo.blocks import Block
from screening.photo.charsets import decode, decode_comment, runs
from screening.photo.fields import Field, between, exif, in_letters, role, unsaid, xmp
from screening.photo.iptc import coded, iptc_fields
from screening.photo.positions import Position, exif_positions, named_positions
from screening.photo.xmp import MalformedError, Said, packets, said, said_loosely, without_packets

if TYPE_CHECKING:
    import exiv2

# Where a block of EXIF begins: a header of TIFF, at once or behind EXIF's own mark.
EXIF = re.compile(rb"(?:\A|Exif\0\0)(?=II\*\0|MM\0\*)")
# Nobody writes more of them.
EXIFS = 32
# Groups of tags that the standard describes (CIPA DC-008), and tags that hold blocks which are read by other means.
GROUPS = frozenset(("Image", "Photo", "GPSInfo", "Iop", "Thumbnail"))
WHOLE = frozenset("MakerNote ImageResources InterColorProfile IPTCNAA XMLPacket PrintImageMatching".split())
# No setting of a camera is longer.
SETTING_BYTES = 1024
# How far a block of EXIF reaches: it fits in a segment of JPEG, or holds a preview.
REACH = 1 << 20


@dataclass(frozen=True, slots=True)
class Statements:
    """What blocks say.

    Attributes:
        fields: their strings, some more than once.
        positions: the places on the map that they give.
        unread: what is there and cannot be read, in words for the report.
    """

    fields: tuple[Field, ...]
    positions: tuple[Position, ...]
    unread: tuple[str, ...]


def statements(blocks: Iterable[Block], known: Sequence[Field]) -> Statements:
    """What blocks say beside what is known already.

    Raises:
        XmpError: if a packet of XMP cannot be read.
    """
    fields: list[Field] = list(known)
    positions: list[Position] = []
    unread: list[str] = []
    loose: list[Field] = []
    pairs: dict[str, str] = {}
    for block in blocks:
        if block.unread:
            unread.append(f"text that cannot be unpacked ({block.name})")
        _from_xmp(block, fields, positions, unread)
        _from_exif(block, fields, positions, unread)
        fields += iptc_fields(block.data, bare=not block.pixels)
        if size := coded(block.data):
            unread.append(f"{size:,} bytes of an unknown sort (in a press field)")
        if block.text:
            fields += _from_text(block)
            pairs[block.key] = decode(block.data)
        elif not block.pixels:
            loose += between(block.name, runs(without_packets(block.data)))
    positions += named_positions("PNG GPS", pairs)
    return Statements((*fields, *unsaid(loose, fields)), tuple(dict.fromkeys(positions)), tuple(unread))


def _from_text(block: Block) -> Iterator[Field]:
    """A text, with what it is called in the file where that is no name that everybody knows."""
    last = re.split(r"[:.\s]", block.key)[-1]
    yield Field(block.name, decode(block.data), role(last, xmp=True))
    if block.key and block.name.endswith("field"):
        yield Field(block.name, block.key)


def _from_xmp(block: Block, fields: list[Field], positions: list[Position], unread: list[str]) -> None:
    """Adds what the packets in a block say."""
    for _, _, text in packets(block.data):
        try:
            packet = said(text)
        except MalformedError:
            packet = tuple(said_loosely(text))
            unread.append(f"XMP that is not well formed ({block.name})")
        fields += xmp(packet)
        for inner in filter(None, (in_letters(one.text) for one in packet)):
            _from_xmp(replace(block, data=inner.encode()), fields, positions, unread)
        positions += (where for values in _entries(packet) for where in named_positions("XMP GPS", values))


def _entries(packet: Sequence[Said]) -> Iterable[dict[str, str]]:
    """The values of each structure of a packet, by their last names."""
    entries: dict[int, dict[str, str]] = {}
    for one in packet:
        if one.path:
            entries.setdefault(one.entry, {})[one.path[-1]] = one.text
    return entries.values()


def _from_exif(block: Block, fields: list[Field], positions: list[Position], unread: list[str]) -> None:
    """Adds what each further block of EXIF says; the library reads a file's own, and that of a TIFF file."""
    import exiv2

    for count, match in enumerate(EXIF.finditer(block.data, 1 if block.pixels else 0)):
        raw = block.data[match.end() : match.end() + REACH]
        if count >= EXIFS:
            unread.append(f"more EXIF data than is read ({block.name})")
            return
        try:
            image = exiv2.ImageFactory.open(raw)
            image.readMetadata()
        except exiv2.Exiv2Error:
            unread.append(f"EXIF data that cannot be read ({block.name})")
            continue
        if image.exifData().empty() and entries(raw, 8):
            unread.append(f"EXIF data that cannot be read ({block.name})")
        fields += exif(image)
        positions += exif_positions(image)
        size = sum(_unexplained(image))
        if size:
            unread.append(f"{size:,} bytes of an unknown sort (in an EXIF tag)")


def _unexplained(image: exiv2.Image) -> Iterator[int]:
    """How many bytes stand in each tag of the standard's groups that nobody knows, that is longer than any setting, or
    that ought to be words and is not.

    What stands in a maker's note is the maker's; exiv2 knows few of these.
    """
    import exiv2

    numbers = (exiv2.TypeId.undefined, exiv2.TypeId.unsignedByte, exiv2.TypeId.signedByte, exiv2.TypeId.invalidTypeId)
    for datum in image.exifData():
        if datum.groupName() not in GROUPS or datum.tagName() in WHOLE or datum.size() <= UNREAD_BYTES:
            continue
        size, nobody = datum.size(), datum.tagName().startswith("0x")
        if datum.typeId() in numbers:
            raw = bytes(datum.value().data()).strip(b"\0")
            size = len(raw)
            told = size > (UNREAD_BYTES if nobody else SETTING_BYTES) and not decode_comment(raw)
        elif datum.typeId() == exiv2.TypeId.asciiString:
            told = not is_words(bytes(datum.value().data()))
        else:
            told = nobody
        if told:
            yield size
