"""The pictures of a HEIF or AVIF file that no decoder gives as they are: hidden, auxiliary and derived ones, thumbnails
and what is cropped (ISO/IEC 23008-12)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence

from screening.containers.boxes import Items
from screening.containers.hevc import decoded_size
from screening.containers.parts import ContainerError, Kind, Part

CODED = frozenset((b"hvc1", b"hev1", b"av01", b"avc1", b"vvc1", b"lhv1", b"jpeg", b"j2k1", b"unci", b"mski"))
DERIVED = frozenset((b"grid", b"iovl", b"iden", b"tmap"))
# Encoders fill a picture up by fewer rows and columns than FILLED, and crop them away; some fill each tile up to blocks
# of BLOCK. Cameras join tiles of up to this side, and crop away a part of one.
FILLED, BLOCK = 16, 64
TILE = 1024
PICTURES = 24


def pictures(data: bytes, listed: Items) -> Iterator[Part]:
    """Each such picture, as a file that shows it.

    Raises:
        ContainerError: if there are too many; struct.error, if a property is cut short.
    """
    avif = data[8:12] in (b"avif", b"avis")
    tiles = {
        tile
        for grid, inputs in listed.references.get(b"dimg", {}).items()
        if listed.sorts.get(grid) == b"grid"
        for tile in inputs
    }
    used = {one for inputs in listed.references.get(b"dimg", {}).values() for one in inputs}
    small, beside = listed.references.get(b"thmb", {}), listed.references.get(b"auxl", {})
    count = 0
    for item, sort in listed.sorts.items():
        if sort not in CODED | DERIVED or item in tiles or _is_alpha(data, listed, item):
            continue
        cropped = _cropped(data, listed, item)
        extra = item in small or item in beside or item in listed.hidden or avif
        if (item == listed.primary or not extra) and cropped is None:
            continue
        count += 1
        if count > PICTURES:
            raise ContainerError("there are more pictures than are screened")
        # a thumbnail of a further picture is unlike the first one
        of_another = item in small and listed.primary not in small[item]
        frame = item in beside or of_another or (item in used and item not in listed.hidden)
        kind = cropped or (Kind.FRAME if frame else Kind.PICTURE)
        yield _picture(data, listed, item, kind)


def _picture(data: bytes, listed: Items, item: int, kind: Kind) -> Part:
    """A picture as a file of its own: one of JPEG is one already."""
    name = "beside the one that is shown"
    if listed.sorts[item] == b"jpeg" and listed.property(item, b"jpgC") is None:
        return Part(kind, name, 0, 0, b"".join(data[start:end] for start, end in listed.extents.get(item, ())))
    changed, size = _in_front(data, listed, item), (0, 0)
    record, shown = listed.property(item, b"hvcC"), listed.property(item, b"ispe")
    decoded = decoded_size(data[record.body : record.end]) if record else None
    if decoded and shown:
        width, height = struct.unpack_from(">II", changed, shown.body + 4)
        if decoded != (width, height):
            # decoders want the size that they find; the rest is left off once it is known which side it is on
            struct.pack_into(">II", changed, shown.body + 4, *decoded)
            for turn in filter(None, (listed.property(item, b"irot"), listed.property(item, b"imir"))):
                changed[turn.start + 4 : turn.start + 8] = b"free"
            size = width, height
    return Part(kind, name, 0, 0, bytes(changed), size)


def _is_alpha(data: bytes, listed: Items, item: int) -> bool:
    """Whether an auxiliary picture is the transparency of another, which decoders apply."""
    box = listed.property(item, b"auxC")
    return (
        box is not None
        and re.match(rb".{4}urn:mpeg:(?:mpegB:.*:alpha|hevc:2015:auxid:1\0)", data[box.body : box.end], re.DOTALL)
        is not None
    )


def _cropped(data: bytes, listed: Items, item: int) -> Kind | None:
    """What a viewer leaves off of an item, by a clean aperture or by a grid, makes of it: CROPPED, a FRAME that is
    looked at where it is no more than some encoders fill up, or None where it is no more than all do."""
    aperture, whole = listed.property(item, b"clap"), listed.property(item, b"ispe")
    if whole is None:
        return None
    width, height = struct.unpack_from(">II", data, whole.body + 4)
    if aperture is not None:
        across, across_by, down, down_by = struct.unpack_from(">4I", data, aperture.body)
        off = width - across / (across_by or 1), height - down / (down_by or 1)
        return _left_off(off, (FILLED, FILLED), (BLOCK, BLOCK))
    full = _tiled(data, listed, item)
    if full is None:
        return None
    off = full[0] - width, full[1] - height
    all_do = [side if side <= TILE else FILLED for side in full[2:]]
    some_do = [
        max(BLOCK * (whole // side), least) for whole, side, least in zip(full[:2], full[2:], all_do, strict=True)
    ]
    return _left_off(off, all_do, some_do)


def _left_off(off: Sequence[float], all_do: Sequence[int], some_do: Sequence[int]) -> Kind | None:
    if all(pixels < most for pixels, most in zip(off, all_do, strict=True)):
        return None
    return Kind.FRAME if all(pixels < most for pixels, most in zip(off, some_do, strict=True)) else Kind.CROPPED


def _tiled(data: bytes, listed: Items, item: int) -> tuple[int, int, int, int] | None:
    """The width and height of all tiles of a grid together, and those of one tile."""
    inputs = listed.references.get(b"dimg", {}).get(item, [])
    tile = listed.property(inputs[0], b"ispe") if inputs and listed.sorts.get(item) == b"grid" else None
    if tile is None or not listed.extents.get(item):
        return None
    rows, columns = struct.unpack_from(">BB", data, listed.extents[item][0][0] + 2)
    width, height = struct.unpack_from(">II", data, tile.body + 4)
    return (columns + 1) * width, (rows + 1) * height, width, height


def _in_front(data: bytes, listed: Items, item: int) -> bytearray:
    """The file, changed so that decoders show that item, and all of it."""
    changed = bytearray(data)
    place, size = listed.primary_at
    changed[place : place + size] = item.to_bytes(size, "big")
    for other, flags_at in listed.flags_at.items():  # so that no other is shown in its place
        changed[flags_at] = changed[flags_at] | 1 if other != item else changed[flags_at] & 0xFE
    for beside in listed.beside_at.get(item, ()):  # decoders give no thumbnail where a picture is asked for
        changed[beside : beside + 4] = b"free"
    aperture, whole, full = listed.property(item, b"clap"), listed.property(item, b"ispe"), _tiled(data, listed, item)
    if whole and full and _cropped(data, listed, item):
        struct.pack_into(">II", changed, whole.body + 4, *full[:2])
        start = listed.extents[item][0][0]
        struct.pack_into(">II" if data[start + 1] & 1 else ">HH", changed, start + 4, *full[:2])
    if aperture and whole:
        width, height = struct.unpack_from(">II", changed, whole.body + 4)
        struct.pack_into(">8I", changed, aperture.body, width, 1, height, 1, 0, 1, 0, 1)
    return changed
