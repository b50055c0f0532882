"""One walk over a whole file: every byte belongs to a part, and each part is of a known kind or said to be unknown."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

from screening.containers import bmp, chunks, gif, heif, jpeg, samsung, tiff, trailers
from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.unclaimed import unclaimed

BEHIND = "behind the picture's end"


def walk(data: bytes) -> tuple[Part, ...]:
    """The parts of a file in their order, without gaps; none of a format that is not walked.

    Raises:
        ContainerError: if they are not laid out as the format says.
    """
    try:
        return tuple(_filled(data, _parts(data)))
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise ContainerError("the picture is cut short") from error


def _parts(data: bytes) -> Iterator[Part]:
    if data.startswith(jpeg.SOI):
        yield from jpeg.parts(data)
    elif data.startswith(chunks.PNG):
        yield from chunks.png(data)
    elif data.startswith(b"GIF8"):
        yield from gif.parts(data)
    elif chunks.is_webp(data):
        yield from chunks.webp(data)
    elif heif.is_heif(data):
        yield from heif.parts(data)
    elif data.startswith(tiff.BEGINNINGS):
        yield from tiff.parts(data)
    elif data.startswith(b"BM") or bmp.is_bare(data):
        yield from bmp.parts(data)
    else:
        yield Part(Kind.SHOWN, "file", 0, len(data))


def _filled(data: bytes, parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, with what lies in unknown ones and between them told apart."""
    place = 0
    for part in parts:
        if part.start > place:
            yield from unclaimed(data, place, part.start, "between the picture's parts")
        if part.kind is not Kind.UNKNOWN:
            yield part
        elif part.content:
            for one in unclaimed(part.content, 0, len(part.content), part.name):
                yield replace(part, kind=one.kind, end=part.start, content=one.read(part.content))
            yield replace(part, kind=Kind.SHOWN, content=b"")
        else:
            yield from _unknown(data, max(place, part.start), part.end, part.name)
        place = max(place, part.end)
    yield from _unknown(data, place, len(data), BEHIND)


def _unknown(data: bytes, place: int, end: int, name: str) -> Iterator[Part]:
    """What lies in an unknown part or behind the end, where a camera or a program may have put a trailer of its own."""
    for part in (*samsung.parts(data, place, end), *trailers.parts(data, place, end)):
        yield from unclaimed(data, place, part.start, name)
        if part.kind is Kind.UNKNOWN:
            yield from unclaimed(data, max(place, part.start), part.end, name)
        elif part.end > place:
            yield part
        place = max(place, part.end)
    yield from unclaimed(data, place, end, name)
