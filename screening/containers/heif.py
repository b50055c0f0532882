"""HEIF and AVIF (ISO/IEC 23008-12, AV1 Image File Format 1.1): boxes, and the items whose bytes lie in them."""

from __future__ import annotations

from collections.abc import Iterator

from screening.containers import hevc, units
from screening.containers.boxes import Box, Items, boxes, items
from screening.containers.heif_pictures import CODED, DERIVED, pictures
from screening.containers.parts import ContainerError, Kind, Part
from screening.containers.tracks import picture_samples

BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif", b"avis"))
# Boxes at the top, and in the meta box, that say how the items are laid out, each with the most bytes it may have;
# lists may have EACH more for every item.
LAYOUT = {b"ftyp": 128, b"meta": 16, b"hdlr": 96, b"pitm": 16, b"dinf": 64}
LISTS, EACH = dict.fromkeys((b"iloc", b"iref", b"iinf", b"ipma", b"grpl"), 128), 48
# Properties of items, likewise; parameters of the decoder can be long, and colour profiles are read as metadata.
PROPERTIES = {
    **dict.fromkeys((b"ispe", b"pixi", b"irot", b"imir", b"clap", b"pasp", b"rloc", b"lsel", b"a1lx", b"a1op"), 64),
    **dict.fromkeys((b"clli", b"mdcv", b"cclv", b"amve", b"ndwt", b"rref", b"crtt", b"mdft", b"altt", b"iscl"), 64),
    **dict.fromkeys((b"hvcC", b"avcC", b"vvcC", b"lhvC"), 1024),
    **{b"av1C": 23 + 8, b"auxC": 256, b"jpgC": 4096, b"colr": 32},
    **dict.fromkeys((b"cmin", b"cmex", b"tols", b"oinf"), 512),
}
PROFILES = (b"prof", b"rICC")
# Items of EXIF, XMP and press fields.
SAID = frozenset((b"Exif", b"mime", b"iptc"))
# Of XMP, and of Content Credentials.
UUIDS = (bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))
# Properties by which phones say how the two pictures of a stereo pair lie to each other.
STEREO = tuple(
    bytes.fromhex(uuid)
    for uuid in (
        "4363e9145b7d4aab97aebea69803b434",
        "22cc04c7d6d94e079d904eb6ecbaf3a3",
        "de22508536cb436587432f8705e7c78a",
    )
)
# Samsung's film of a moment, and its index of what is behind a picture.
FILMS = frozenset((b"mpvd", b"moov", b"moof"))


def is_heif(data: bytes) -> bool:
    """Whether a file begins as HEIF and AVIF files do."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def without_tail(data: bytes) -> bytes:
    """The file up to the end of its last box."""
    return data[: max((box.end for box in boxes(data, 0, len(data))), default=0)]


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
            found += _meta(data, box, len(listed.sorts))
        elif box.name == b"moov" and (samples := _sequence(data, box)):
            found += samples
        else:
            found += _top(data, box)
    found += (part for item in listed.sorts for part in _item(data, listed, item))
    found += pictures(data, listed)
    yield from sorted(found, key=lambda part: (part.start, part.end))


def _sequence(data: bytes, box: Box) -> list[Part]:
    """The pictures of an AVIF sequence, which Pillow decodes one by one; none where there is anything else."""
    samples = picture_samples(data, box) if data[8:12] == b"avis" else None
    kept = [Part(Kind.SHOWN, "box", box.start, box.end)] if samples else []
    return kept + [Part(Kind.SHOWN, "pictures", start, end) for start, end in samples or () if end <= len(data)]


def _top(data: bytes, box: Box, count: int = 0) -> Iterator[Part]:
    most = LAYOUT.get(box.name, LISTS.get(box.name, -EACH * count) + EACH * count)
    known = box.name == b"uuid" and data[box.body : box.body + 16] in UUIDS
    if box.name in FILMS:
        yield Part(Kind.FILM, "in a box of its own", box.start, box.end)
    elif known or box.end - box.start <= most:
        yield Part(Kind.METADATA if known else Kind.SHOWN, "box", box.start, box.end)
    else:
        yield Part(Kind.SHOWN, "head of a box", box.start, box.body)
        yield Part(Kind.UNKNOWN, "in a box", box.body, box.end)


def _meta(data: bytes, meta: Box, count: int) -> Iterator[Part]:
    """What is in a meta box of so many items: its own boxes, and the properties among them."""
    yield Part(Kind.SHOWN, "box", meta.start, meta.body + 4)
    for box in boxes(data, meta.body + 4, meta.end):
        if box.name == b"idat":
            yield Part(Kind.SHOWN, "head of a box", box.start, box.body)
        elif box.name == b"iprp":
            yield Part(Kind.SHOWN, "box", box.start, box.body)
            for inner in boxes(data, box.body, box.end):
                if inner.name == b"ipco":
                    yield Part(Kind.SHOWN, "box", inner.start, inner.body)
                    yield from (part for one in boxes(data, inner.body, inner.end) for part in _property(data, one))
                else:
                    yield from _top(data, inner, count)
        else:
            yield from _top(data, box, count)


def _property(data: bytes, box: Box) -> Iterator[Part]:
    stereo = data.startswith(STEREO, box.body) and box.end - box.start <= 64 and box.name == b"uuid"
    if box.name == b"colr" and data.startswith(PROFILES, box.body):
        yield Part(Kind.METADATA, "box", box.start, box.end)
    elif box.name in (b"hvcC", b"av1C") and box.end - box.body > 23:
        record = data[box.body : box.end]
        end = box.body + (hevc.record_end(record) if box.name == b"hvcC" else units.parameters_end(record))
        yield Part(Kind.SHOWN, "a decoder's parameters", box.start, end)
        if end < box.end:
            yield Part(Kind.UNKNOWN, "in a decoder's parameters", end, box.end)
    elif stereo or box.end - box.start <= PROPERTIES.get(box.name, 0):
        yield Part(Kind.SHOWN, "box", box.start, box.end)
    else:
        # most have a version and flags first
        words = min(box.body + 4, box.end)
        yield Part(Kind.SHOWN, "head of a box", box.start, words)
        yield Part(Kind.UNKNOWN, "in a property", words, box.end)


def _item(data: bytes, listed: Items, item: int) -> Iterator[Part]:
    """The bytes of an item, and what decoders pass over in it."""
    sort, extents = listed.sorts[item], listed.extents.get(item, [])
    kind = Kind.SHOWN if sort in CODED | DERIVED else Kind.METADATA if sort in SAID else Kind.UNKNOWN
    yield from (Part(kind, "in an item", start, end) for start, end in extents)
    skipped: Iterator[bytes] = iter(())
    raw = b"".join(data[start:end] for start, end in extents)
    if sort in (b"hvc1", b"hev1") and (record := listed.property(item, b"hvcC")):
        skipped = units.skipped_hevc(raw, (data[record.body + 21] & 3) + 1)
    elif sort == b"av01":
        skipped = units.skipped_av1(raw, layered=any(listed.property(item, name) for name in units.LAYERED))
    for one in filter(None, skipped):
        yield Part(Kind.UNKNOWN, "in units that decoders skip", extents[0][0], extents[0][0], one)


def metadata_items(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The blocks of EXIF, XMP and press fields among a file's items, each with its type."""
    for box in boxes(data, 0, len(data)):
        if box.name == b"meta":
            listed = items(data, box)
            for item, sort in listed.sorts.items():
                if sort in SAID:
                    yield sort, b"".join(data[start:end] for start, end in listed.extents.get(item, ()))
