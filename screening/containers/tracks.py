"""Where the samples of an image sequence lie (ISO/IEC 14496-12, 8.3 to 8.7, as AVIF's sequences use it)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from screening.containers.boxes import Box, boxes, children
from screening.containers.parts import ContainerError

# Tracks of pictures, and of their transparency; any other holds a film, a sound or words.
HANDLERS = frozenset((b"pict", b"auxv"))
SAMPLES = 10_000


def picture_samples(data: bytes, moov: Box) -> list[tuple[int, int]] | None:
    """The places of all samples, as (start, end); None where there is a track of something else than pictures.

    Raises:
        ContainerError: if the tables do not fit together; struct.error, if one is cut short.
    """
    found: list[tuple[int, int]] = []
    for track in boxes(data, moov.body, moov.end):
        if track.name != b"trak":
            continue
        media = children(data, children(data, track)[b"mdia"])
        if data[media[b"hdlr"].body + 8 : media[b"hdlr"].body + 12] not in HANDLERS:
            return None
        found += _chunks(data, children(data, children(data, media[b"minf"])[b"stbl"]))
        if len(found) > SAMPLES:
            raise ContainerError("there are more pictures than are screened")
    return found


def _chunks(data: bytes, tables: dict[bytes, Box]) -> Iterator[tuple[int, int]]:
    """The places of the chunks, each a row of samples."""
    sizes = tables[b"stsz"].body
    same, count = struct.unpack_from(">II", data, sizes + 4)
    runs = _numbers(data, tables[b"stsc"], "III")
    wide = b"co64" in tables
    starts = _numbers(data, tables[b"co64" if wide else b"stco"], "Q" if wide else "I")
    if count > SAMPLES or len(starts) > SAMPLES or not runs:
        raise ContainerError("there are more pictures than are screened")
    lengths = [same] * count if same else list(struct.unpack_from(f">{count}I", data, sizes + 12))
    sample, run = 0, 0
    for chunk, (start,) in enumerate(starts, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= chunk:
            run += 1
        many = runs[run][1]
        yield start, start + sum(lengths[sample : sample + many])
        sample += many


def _numbers(data: bytes, table: Box, row: str) -> list[tuple[int, ...]]:
    (count,) = struct.unpack_from(">I", data, table.body + 4)
    size = struct.calcsize(">" + row) * count
    if table.body + 8 + size > table.end:
        raise ContainerError("a list of pictures is cut short")
    return list(struct.iter_unpack(">" + row, data[table.body + 8 : table.body + 8 + size]))
