"""What a file carries beside the picture that it shows: further pictures, files of other sorts, words, and the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from screening.containers import exif, jpeg, resources
from screening.containers.hidden import files_in
from screening.containers.parts import UNREAD_BYTES, Kind, Part
from screening.photo.xmp import without_packets

# What nobody screens here, and how it is called.
FOREIGN = {
    Kind.FILM: "a film",
    Kind.SOUND: "a sound recording",
    Kind.ARCHIVE: "an archive",
    Kind.DOCUMENT: "a document",
}
# What the metadata library's previews are called.
PREVIEW = "embedded preview"
PICTURES = (Kind.PICTURE, Kind.FRAME, Kind.CROPPED)
# The longest pattern with which encoders fill up.
PATTERN = 32
# Letters without end, or digits, are data in disguise: base64, base85, uuencoded, hexadecimal or decimal.
DISGUISED = re.compile(
    r"""[\w+/=-]{200} | [^\s"':,./\\\[\]]{200} | (?:M[ -`]{60}\n){4} | (?:\b[0-9A-Fa-f]{2}[\s:,;]+){200}
    | (?:\b\d{1,3}[\s,;]+){200}""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture within the file.

    Attributes:
        name: which one it is, for the report; never taken from the file.
        data: its bytes, as a file of its own.
        kind: whether it should show what the picture shows, need not (FRAME), or does show more (CROPPED).
        size: its width and height, where decoders give more at the right and below; else zeros.
    """

    name: str
    data: bytes = field(repr=False)
    kind: Kind = Kind.PICTURE
    size: tuple[int, int] = (0, 0)


def foreign(parts: Iterable[Part]) -> str:
    """What a file carries that is no picture, such as "a film behind the picture's end"; "" where there is nothing."""
    return next((f"{FOREIGN[part.kind]} {part.name}" for part in parts if part.kind in FOREIGN), "")


def pictures(data: bytes, parts: Iterable[Part]) -> Iterator[Embedded]:
    """The pictures among a file's parts; those that its own index lists need not be like it."""
    listed = jpeg.listed_pictures(data) if data.startswith(jpeg.SOI) else ()
    for part in parts:
        if part.kind is Kind.PICTURE and part.start in listed and not part.content:
            yield Embedded(f"picture {part.name}", part.read(data), Kind.FRAME)  # a gain map, say
        elif part.kind in PICTURES:
            yield Embedded(f"picture {part.name}", part.read(data), part.kind, part.size)


def within(blocks: Iterable[bytes]) -> tuple[Part, ...]:
    """The files in blocks of metadata, and what else lies in those of EXIF."""
    return tuple(part for block in blocks for part in (*files_in(block, "in the metadata"), *exif.parts(block)))


def distinct(pictures: Iterable[Embedded]) -> tuple[Embedded, ...]:
    """Each picture once: the metadata library and our walk may give the same one, with padding or without."""
    kept: list[Embedded] = []
    for one in pictures:
        if not any(two.data.startswith(one.data) or one.data.startswith(two.data) for two in kept):
            kept.append(one)
    return tuple(kept)


def unread(data: bytes, parts: Iterable[Part]) -> Iterator[str]:
    """Where there is something that is neither known nor words, with how much."""
    sizes: Counter[str] = Counter()
    for part in parts:
        # a packet of XMP is read wherever it lies
        if part.kind is Kind.UNKNOWN and not is_text(raw := without_packets(part.read(data))):
            sizes[part.name] += _told(raw)
    yield from (f"{size:,} bytes of an unknown sort ({name})" for name, size in sizes.items() if size > UNREAD_BYTES)


def unread_resources(blocks: Iterable[bytes]) -> Iterator[str]:
    """Where Photoshop's resources in blocks of metadata hold what only another program could tell, with how much."""
    found = (one for raw in blocks for one in resources.foreign(raw) if not is_text(one))
    size = max(map(_told, found), default=0)
    if size > UNREAD_BYTES:
        yield f"{size:,} bytes of an unknown sort (in a Photoshop resource)"


def _told(raw: bytes) -> int:
    """How many bytes say all that some do: of a pattern that fills up, one repetition."""
    whole = memoryview(raw)
    return next((size for size in range(1, PATTERN + 1) if whole[size:] == whole[:-size]), len(raw))


def is_text(raw: bytes) -> bool:
    """Whether bytes are words that can be screened, and nothing else."""
    try:
        text = raw.decode("utf-8").strip("\0 \r\n\t")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\r\n\t\0" for char in text) and not DISGUISED.search(text)
