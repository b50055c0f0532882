"""HEIF and AVIF (ISO/IEC 23008-12, AV1 Image File Format 1.1): boxes, and the items whose bytes lie in them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from screening.photo.containers.boxes import Box, Items, boxes, items
from screening.photo.containers.parts import ContainerError, Kind, Part
from screening.photo.containers.tracks import picture_samples

BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif", b"avis"))
# Boxes at the top, and in the meta box, that say how the items are laid out, each with the most bytes it may have.
LAYOUT = {
    **{b"ftyp": 256, b"meta": 16, b"hdlr": 96, b"pitm": 16, b"iloc": 1 << 20, b"iref": 1 << 20, b"iprp": 1 << 20},
    **{b"iinf": 1 << 20, b"dinf": 64, b"grpl": 1 << 16, b"ipma": 1 << 20},
}
# Properties of items, likewise; profiles and parameters of the decoder can be long.
PROPERTIES = {
    **dict.fromkeys((b"ispe", b"pixi", b"irot", b"imir", b"clap", b"pasp", b"rloc", b"lsel", b"a1lx", b"a1op"), 64),
    **dict.fromkeys((b"clli", b"mdcv", b"cclv", b"amve", b"ndwt", b"rref", b"crtt", b"mdft", b"altt", b"iscl"), 64),
    **dict.fromkeys((b"hvcC", b"av1C", b"avcC", b"vvcC", b"lhvC", b"jpgC", b"colr", b"auxC", b"free"), 1 << 20),
    **dict.fromkeys((b"cmin", b"cmex", b"tols", b"oinf"), 512),
}
CODED = frozenset((b"hvc1", b"hev1", b"av01", b"avc1", b"vvc1", b"lhv1", b"jpeg", b"j2k1", b"unci", b"mski"))
DERIVED = frozenset((b"grid", b"iovl", b"iden", b"tmap"))
# Of XMP, and of Content Credentials.
UUIDS = (bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))
# Samsung's film of a moment, and its index of what is behind a picture.
FILMS = frozenset((b"mpvd", b"moov", b"moof"))
# Encoders fill a picture up by fewer rows and columns than this, and crop them away.
FILLED = 16
# Cameras join tiles of up to this side, and crop away a part of one.
TILE = 1024
PICTURES = 24


def is_heif(data: bytes) -> bool:
    """Whether a file begins as HEIF and AVIF files do."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def parts(data: bytes) -> Iterator[Part]:
    """The parts of a HEIF or AVIF file; the bytes in `mdat` that belong to no item are left out.

    Each item with a picture that is not shown is a part of its own, whose content is the file with that item in front.

    Raises:
        ContainerError: if boxes and items are not laid out as the standard says, or are too many; struct.error, if one
            is cut short.
    """
    found: list[Part] = []
    listed = Items()
    for count, box in enumerate(boxes(data, 0, len(data))):
        if box.name == b"ftyp" and count:
            break  # another file begins
        if box.name == b"mdat":
            found.append(Part(Kind.SHOWN, "head of the pictures' bytes", box.start, box.body))
        elif box.name == b"meta":
            if listed.sorts:
                raise ContainerError("there are two lists of items")
            listed = items(data, box)
            found += _meta(data, box)
        elif box.name == b"moov" and (samples := _sequence(data, box)):
            found += samples
        else:
            found += _top(data, box)
    found += (part for item in listed.sorts for part in _item(listed, item))
    found += _pictures(data, listed)
    yield from sorted(found, key=lambda part: (part.start, part.end))


def _sequence(data: bytes, box: Box) -> list[Part]:
    """The pictures of an AVIF sequence, which Pillow decodes one by one; none where there is anything else."""
    samples = picture_samples(data, box) if data[8:12] == b"avis" else None
    kept = [Part(Kind.SHOWN, "box", box.start, box.end)] if samples else []
    return kept + [Part(Kind.SHOWN, "pictures", start, end) for start, end in samples or () if end <= len(data)]


def _top(data: bytes, box: Box) -> Iterator[Part]:
    known = box.name == b"uuid" and data[box.body : box.body + 16] in UUIDS
    if box.name in FILMS:
        yield Part(Kind.FILM, "in a box of its own", box.start, box.end)
    elif known or box.end - box.start <= LAYOUT.get(box.name, 0):
        yield Part(Kind.METADATA if known else Kind.SHOWN, "box", box.start, box.end)
    else:
        yield Part(Kind.SHOWN, "head of a box", box.start, box.body)
        yield Part(Kind.UNKNOWN, "in a box", box.body, box.end)


def _meta(data: bytes, meta: Box) -> Iterator[Part]:
    """What is in a meta box: its own boxes, and the properties among them."""
    yield Part(Kind.SHOWN, "box", meta.start, meta.body + 4)
    for box in boxes(data, meta.body + 4, meta.end):
        if box.name == b"idat":
            yield Part(Kind.SHOWN, "head of a box", box.start, box.body)
        elif box.name == b"iprp":
            yield Part(Kind.SHOWN, "box", box.start, box.body)
            for inner in boxes(data, box.body, box.end):
                if inner.name == b"ipco":
                    yield Part(Kind.SHOWN, "box", inner.start, inner.body)
                    yield from (part for one in boxes(data, inner.body, inner.end) for part in _property(one))
                else:
                    yield from _top(data, inner)
        else:
            yield from _top(data, box)


def _property(box: Box) -> Iterator[Part]:
    if box.end - box.start <= PROPERTIES.get(box.name, 0):
        yield Part(Kind.SHOWN, "box", box.start, box.end)
    else:
        # most have a version and flags first
        words = min(box.body + 4, box.end)
        yield Part(Kind.SHOWN, "head of a box", box.start, words)
        yield Part(Kind.UNKNOWN, "in a property", words, box.end)


def _item(listed: Items, item: int) -> Iterator[Part]:
    """The bytes of an item."""
    sort = listed.sorts[item]
    kind = Kind.SHOWN if sort in CODED | DERIVED else Kind.METADATA if sort in (b"Exif", b"mime") else Kind.UNKNOWN
    yield from (Part(kind, "in an item", start, end) for start, end in listed.extents.get(item, ()))


def _pictures(data: bytes, listed: Items) -> Iterator[Part]:
    """The pictures that no decoder gives as they are: hidden, auxiliary and derived ones, and what is cropped."""
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
        if (item == listed.primary or not extra) and not cropped:
            continue
        count += 1
        if count > PICTURES:
            raise ContainerError("there are more pictures than are screened")
        frame = item in beside or (item in used and item not in listed.hidden)
        kind = Kind.CROPPED if cropped else Kind.FRAME if frame else Kind.PICTURE
        yield Part(kind, "beside the one that is shown", 0, 0, _in_front(data, listed, item))


def _is_alpha(data: bytes, listed: Items, item: int) -> bool:
    """Whether an auxiliary picture is the transparency of another, which decoders apply."""
    box = listed.property(item, b"auxC")
    return (
        box is not None
        and re.match(rb".{4}urn:mpeg:(?:mpegB:.*:alpha|hevc:2015:auxid:1\0)", data[box.body : box.end], re.DOTALL)
        is not None
    )


def _cropped(data: bytes, listed: Items, item: int) -> bool:
    """Whether more of an item is left off than an encoder fills up: by a clean aperture, or by a grid."""
    aperture, whole = listed.property(item, b"clap"), listed.property(item, b"ispe")
    if whole is None:
        return False
    width, height = struct.unpack_from(">II", data, whole.body + 4)
    if aperture is not None:
        across, across_by, down, down_by = struct.unpack_from(">4I", data, aperture.body)
        return bool(across + FILLED * across_by <= width * across_by or down + FILLED * down_by <= height * down_by)
    full = _tiled(data, listed, item)
    if full is None:
        return False
    margins = [tile if tile <= TILE else FILLED for tile in full[2:]]
    return bool(full[0] >= width + margins[0] or full[1] >= height + margins[1])


def _tiled(data: bytes, listed: Items, item: int) -> tuple[int, int, int, int] | None:
    """The width and height of all tiles of a grid together, and those of one tile."""
    inputs = listed.references.get(b"dimg", {}).get(item, [])
    tile = listed.property(inputs[0], b"ispe") if inputs and listed.sorts.get(item) == b"grid" else None
    if tile is None or not listed.extents.get(item):
        return None
    rows, columns = struct.unpack_from(">BB", data, listed.extents[item][0][0] + 2)
    width, height = struct.unpack_from(">II", data, tile.body + 4)
    return (columns + 1) * width, (rows + 1) * height, width, height


def _in_front(data: bytes, listed: Items, item: int) -> bytes:
    """The file, changed so that decoders show that item, and all of it."""
    changed = bytearray(data)
    place, size = listed.primary_at
    changed[place : place + size] = item.to_bytes(size, "big")
    changed[listed.flags_at[item]] &= 0xFE
    aperture, whole, full = listed.property(item, b"clap"), listed.property(item, b"ispe"), _tiled(data, listed, item)
    if whole and full and _cropped(data, listed, item):
        struct.pack_into(">II", changed, whole.body + 4, *full[:2])
        start = listed.extents[item][0][0]
        struct.pack_into(">II" if data[start + 1] & 1 else ">HH", changed, start + 4, *full[:2])
    if aperture and whole:
        width, height = struct.unpack_from(">II", changed, whole.body + 4)
        struct.pack_into(">8I", changed, aperture.body, width, 1, height, 1, 0, 1, 0, 1)
    return bytes(changed)


def metadata_items(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The EXIF blocks and XMP packets among a file's items, as (b"Exif" or b"mime", bytes)."""
    for box in boxes(data, 0, len(data)):
        if box.name == b"meta":
            listed = items(data, box)
            for item, sort in listed.sorts.items():
                if sort in (b"Exif", b"mime"):
                    yield sort, b"".join(data[start:end] for start, end in listed.extents.get(item, ()))
