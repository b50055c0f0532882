"""Files with something in places where decoders never look, one of each sort of place; nothing, in a few."""
# ruff: noqa: E501 - a table of files reads best a row a line

from __future__ import annotations

import struct
import zlib

import numpy as np
import pillow_heif

from screening.arrays import Pixels
from screening.containers import gif
from screening.containers.boxes import boxes as boxes_in
from screening.containers.boxes import items
from screening.photo.photo import Photo
from tests.picture_files import picture, scenery, with_thumbnail

VIEW, OTHER = scenery(300, 200), scenery(300, 200, seed=2)
JPEG, PNG, GIF, WEBP = (picture(name, rgb=VIEW) for name in ("JPEG", "PNG", "GIF", "WEBP"))
SCAN = b"\xff\xda"
HIDDEN = picture(rgb=OTHER)
JUNK = np.random.default_rng(1).integers(0, 256, 2000, dtype=np.uint8).tobytes()
SECRET = b"call 07700 900123 and ask for the key of number 12"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes) -> bytes:
    return JPEG[:20] + b"".join(segments) + JPEG[20:]


def resource(number: int, content: bytes, left: bytes = b"") -> bytes:
    body = b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)
    return jpeg(segment(0xED, b"Photoshop 3.0\0" + body + left))


def table(*lines: bytes) -> bytes:
    """A table of codes for each of these, all with the same number."""
    return b"".join(segment(0xC4, b"\x13" + bytes(15) + bytes((len(one),)) + one) for one in lines)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return PNG[:33] + b"".join(png_chunk(*one) for one in chunks) + PNG[33:]


def rows(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


def blocks(data: bytes) -> bytes:
    return b"".join(bytes((len(one),)) + one for one in rows(data, 255))


def behind_the_codes(content: bytes) -> bytes:
    """A GIF file with more blocks behind its only frame's last code."""
    frame = GIF.index(b"\x2c\0\0\0\0")
    _, end = gif.blocks(GIF, frame + 11)
    return GIF[: end - 1] + blocks(content) + GIF[end - 1 :]


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*more: bytes, data: bytes = WEBP) -> bytes:
    return chunk(b"RIFF", b"".join((data[8:], *more)))


def longer(data: bytes, name: bytes, content: bytes) -> bytes:
    """A WebP file whose chunk of that name has more than its decoder needs."""
    place, packed = 12, b""
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        body = data[place + 8 : place + 8 + size]
        packed += chunk(data[place : place + 4], body + (content if data[place : place + 4] == name else b""))
        place += 8 + size + size % 2
    return chunk(b"RIFF", b"WEBP" + packed)


CLEAR = picture("WEBP", rgb=np.dstack([VIEW, VIEW[:, :, :1]]))
LOSSLESS = picture("WEBP", rgb=VIEW, lossless=True)


def bitmap(rgb: Pixels, *, padding: bytes = b"", unused: Pixels | None = None) -> bytes:
    """A BMP file whose rows end with those bytes each, or whose pixels have a fourth byte that is no colour."""
    deep = rgb[::-1, :, ::-1] if unused is None else np.dstack([rgb[:, :, ::-1], unused])[::-1]
    lines = b"".join(line.tobytes() + padding[number : number + 1] for number, line in enumerate(deep))
    height, width, channels = deep.shape
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8 * channels, 0, len(lines), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(lines), 0, 0, 54) + head + lines


def run_lengths(*, in_a_row: bytes = b"", behind: bytes = b"", sort: int = 1) -> bytes:
    """A BMP file of grey rows packed by run length, of 8 or (2) 4 bits, one of which goes on beyond its end."""
    literal = b"".join(bytes((0, len(one))) + one + b"\0" * (len(one) % 2) for one in rows(in_a_row, 250))
    lines = b"".join(bytes((100, 17 + line % 90)) + literal * (line == 3) + b"\0\0" for line in range(60))
    lines += b"\0\1" + behind
    colours = b"".join(bytes((shade, shade, shade, 0)) for shade in range(256 if sort == 1 else 16))
    head = struct.pack("<IiiHHIIiiII", 40, 100, 60, 1, 8 if sort == 1 else 4, sort, len(lines), 0, 0, 0, 0)
    start = 54 + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(lines), 0, 0, start) + head + colours + lines


def grown(data: bytes, *path: bytes, by: bytes) -> bytes:
    """A HEIF file with more bytes at the end of a box, given by the boxes around it and its own name."""
    meta = next(box for box in boxes_in(data, 0, len(data)) if box.name == b"meta")
    around, start, end = [meta], meta.body + 4, meta.end
    for name in path:
        around.append(next(box for box in boxes_in(data, start, end) if box.name == name))
        start, end = around[-1].body, around[-1].end
    changed = bytearray(data[:end] + by + data[end:])
    for box in around:
        struct.pack_into(">I", changed, box.start, box.end - box.start + len(by))
    listed = next(box for box in boxes_in(data, meta.body + 4, meta.end) if box.name == b"iloc")
    place = listed.start + (len(by) if listed.start >= end else 0)
    for start, _ in (extent for extents in items(data, meta).extents.values() for extent in extents):
        struct.pack_into(">I", changed, changed.index(struct.pack(">I", start), place), start + len(by))
    return bytes(changed)


pillow_heif.register_heif_opener()


def coded(data: bytes, unit: bytes) -> bytes:
    """A HEIF or AVIF file whose only picture goes on with another unit, at the end of the file."""
    meta = next(box for box in boxes_in(data, 0, len(data)) if box.name == b"meta")
    listed = items(data, meta)
    ((start, end),) = listed.extents[listed.primary]
    location = next(box for box in boxes_in(data, meta.body + 4, meta.end) if box.name == b"iloc")
    changed = bytearray(data + struct.pack(">I4s", 8 + end - start + len(unit), b"mdat") + data[start:end] + unit)
    for one, other in ((start, len(data) + 8), (end - start, end - start + len(unit))):
        struct.pack_into(">I", changed, data.index(struct.pack(">I", one), location.start), other)
    # where the pixels were is nothing now
    changed[start:end] = bytes(end - start)
    return bytes(changed)


def hevc(sort: int, body: bytes) -> bytes:
    return struct.pack(">IBB", 2 + len(body), sort << 1, 1) + body


def obu(sort: int, body: bytes) -> bytes:
    return bytes((sort << 3 | 2, len(body) & 127 | 128, len(body) >> 7)) + body


def strip(more: bytes, packing: str | None = None) -> bytes:
    """A TIFF file whose only strip goes on behind its pixels."""
    data = picture("TIFF", rgb=VIEW, compression=packing, strip_size=1 << 30)
    place = int.from_bytes(data[4:8], "little")
    entries = range(place + 2, place + 2 + 12 * int.from_bytes(data[place : place + 2], "little"), 12)
    tags = {int.from_bytes(data[entry : entry + 2], "little"): entry for entry in entries}
    start, size = (int.from_bytes(data[tags[tag] + 8 : tags[tag] + 12], "little") for tag in (273, 279))
    changed = bytearray(data[:start] + bytes(size) + data[start + size :] + data[start : start + size] + more)
    struct.pack_into("<I", changed, tags[273] + 8, len(data))
    struct.pack_into("<HII", changed, tags[279] + 2, 4, 1, size + len(more))
    return bytes(changed)


def beyond_the_rows(packing: str) -> bytes:
    """A TIFF file whose only strip unpacks to more rows than it is said to have."""
    data = bytearray(picture("TIFF", rgb=np.concatenate([VIEW, OTHER]), compression=packing, strip_size=1 << 30))
    place = int.from_bytes(data[4:8], "little")
    for entry in range(place + 2, place + 2 + 12 * int.from_bytes(data[place : place + 2], "little"), 12):
        if int.from_bytes(data[entry : entry + 2], "little") in (257, 278):
            struct.pack_into("<HII", data, entry + 2, 4, 1, len(VIEW))
    return bytes(data)


def channels(*more: Pixels, declared: tuple[int, ...]) -> bytes:
    """A TIFF file with further channels, which are declared to be nothing known (0) or transparency (2)."""
    deep = np.dstack([VIEW, *more])
    height, width, count = deep.shape
    rows_, extra = deep.tobytes(), struct.pack(f"<{len(declared)}H", *declared).ljust(4, b"\0")
    tags = [
        *((256, 3, 1, width), (257, 3, 1, height), (258, 3, count, 8), (259, 3, 1, 1), (262, 3, 1, 2)),
        *((273, 4, 1, 18), (277, 3, 1, count), (278, 3, 1, height), (279, 4, 1, len(rows_))),
    ]
    bits = 18 + len(rows_)
    entries = [struct.pack("<HHII", tag, sort, many, bits if tag == 258 else value) for tag, sort, many, value in tags]
    entries.append(struct.pack("<HHI", 338, 3, len(declared)) + extra)
    head = b"II*\0" + struct.pack("<I", bits + 2 * count) + bytes(10)
    listed = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return head + rows_ + struct.pack(f"<{count}H", *[8] * count) + listed


ODD = scenery(301, 200)
HEIC, AVIF = picture("HEIF", rgb=VIEW), picture("AVIF", rgb=VIEW)
UNREAD, PREVIEW = "metadata.unread", "metadata.preview"
FILES = [
    # where it is, the file, what is reported
    ("behind Adobe's mark", jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + JUNK)), UNREAD),
    ("behind the mark of a film", jpeg(segment(0xE0, b"AVI1" + JUNK)), UNREAD),
    ("behind a mark of colours", jpeg(segment(0xED, b"Adobe_CM" + JUNK)), UNREAD),
    ("in an index of pictures that is none", jpeg(segment(0xE2, b"MPF\0" + JUNK)), UNREAD),
    ("behind the version of a gain map", jpeg(segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + JUNK)), UNREAD),
    ("in a second scan", JPEG[:-2] + HIDDEN[HIDDEN.index(SCAN) :], PREVIEW),
    ("in tables that others replace", jpeg(table(*rows(JUNK, 200))), UNREAD),
    ("in tables behind the last scan", JPEG[:-2] + table(JUNK[:255]) + JPEG[-2:], UNREAD),
    ("in a number of lines", jpeg(segment(0xDC, JUNK)), UNREAD),
    ("in a preview's own thumbnail", resource(1036, bytes(28) + with_thumbnail(picture(rgb=VIEW[::2, ::2].copy()), OTHER[::2, ::2].copy())), PREVIEW),
    ("in hexadecimal digits with blanks", JPEG + HIDDEN.hex(" ").encode(), UNREAD),
    ("in decimal digits", JPEG + " ".join(map(str, HIDDEN)).encode(), UNREAD),
    ("in a tag of numbers that nobody knows", picture(rgb=VIEW, exif={0xC0DE: tuple(JUNK)}), UNREAD),
    ("in a caption", jpeg(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 0x10E, 2, len(JUNK), 26, 0) + JUNK)), UNREAD),
    ("in a press field", resource(0x404, b"\x1c\2\x78" + struct.pack(">H", 1500) + JUNK[:1500]), UNREAD),
    ("in a path that is none", resource(2500, JUNK), UNREAD),
    ("a path", resource(2500, (b"\0\6" + bytes(24)) * 3), ""),
    ("behind the last resource", resource(1005, bytes(16), JUNK), UNREAD),
    ("in chunks that say the same again", png(*((b"pHYs", one) for one in rows(JUNK[:1998], 9))), UNREAD),
    ("in transparent colours again and again", png(*((b"tRNS", one) for one in rows(JUNK[:1998], 6))), UNREAD),
    ("behind a packed text", png((b"zTXt", b"Comment\0\0" + zlib.compress(b"A desk") + JUNK)), UNREAD),
    ("behind a packed profile", png((b"iCCP", b"own\0\0" + zlib.compress(bytes(200)) + JUNK)), UNREAD),
    ("a picture behind a packed text", png((b"zTXt", b"Comment\0\0" + zlib.compress(b"A desk") + HIDDEN)), PREVIEW),
    ("in a store of credentials that is none", png((b"caBX", JUNK)), UNREAD),
    ("in controls of a frame", GIF[:-1] + b"".join(b"\x21\xf9\x1e" + one + b"\0" for one in rows(JUNK[:1980], 30)) + b";", UNREAD),
    ("in controls one after another", GIF[:-1] + b"".join(b"\x21\xf9\x04" + one + b"\0" for one in rows(JUNK, 4)) + b";", UNREAD),
    ("in how often to repeat", GIF[:-1] + b"".join(b"\x21\xff\x0bNETSCAPE2.0\x14" + one + b"\0" for one in rows(JUNK, 20)) + b";", UNREAD),
    ("behind the last code of a frame", behind_the_codes(JUNK), UNREAD),
    ("a picture there", behind_the_codes(HIDDEN), PREVIEW),
    ("behind packed pixels", longer(WEBP, b"VP8 ", JUNK), UNREAD),
    ("behind packed pixels without loss", longer(LOSSLESS, b"VP8L", JUNK), UNREAD),
    ("behind packed transparency", longer(CLEAR, b"ALPH", JUNK), UNREAD),
    ("nothing behind any of them", CLEAR, ""),
    ("in the padding of a bitmap's rows", bitmap(ODD, padding=JUNK), UNREAD),
    ("padding that is always the same", bitmap(ODD, padding=bytes(200)), ""),
    ("in a channel that is no colour", bitmap(VIEW, unused=OTHER[:, :, :1]), UNREAD),
    ("one that is always the same", bitmap(VIEW, unused=np.full_like(OTHER[:, :, :1], 255)), ""),
    ("in colours of a bitmap that has its own", (plain := bitmap(VIEW))[:10] + struct.pack("<I", 54 + 1024) + plain[14:46] + struct.pack("<II", 256, 0) + JUNK[:1024] + plain[54:], UNREAD),
    *((f"behind run lengths of sort {sort}", run_lengths(behind=JUNK, sort=sort), UNREAD) for sort in (1, 2)),
    ("a picture behind run lengths", run_lengths(behind=HIDDEN), PREVIEW),
    ("beyond the end of a row of run lengths", run_lengths(in_a_row=JUNK), UNREAD),
    *((f"nothing behind run lengths of sort {sort}", run_lengths(sort=sort), "") for sort in (1, 2)),
    ("behind the pixels of a TIFF file", strip(JUNK), UNREAD),
    ("nothing behind them", strip(b""), ""),
    ("a picture behind packed ones", strip(HIDDEN, "tiff_lzw"), PREVIEW),
    ("nothing behind these", strip(b"", "tiff_lzw"), ""),
    *((f"behind pixels of {how}", strip(JUNK, how), UNREAD) for how in ("tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg")),
    *((f"nothing behind pixels of {how}", strip(b"", how), "") for how in ("packbits", "tiff_adobe_deflate", "jpeg")),
    *((f"rows beyond those of {how}", beyond_the_rows(how), UNREAD) for how in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate")),
    ("in a fourth channel that nobody declares to be anything", channels(OTHER[:, :, :1], declared=(0,)), UNREAD),
    ("in a fifth channel", channels(np.full_like(VIEW[:, :, :1], 255), OTHER[:, :, :1], declared=(2, 0)), UNREAD),
    ("a channel of transparency", channels(np.full_like(VIEW[:, :, :1], 255), declared=(2,)), ""),
    ("in numbers of a tag that nobody knows", picture("TIFF", rgb=VIEW, tiffinfo={50001: tuple(JUNK)}), UNREAD),
    ("in the list of items", grown(HEIC, b"iinf", by=JUNK), UNREAD),
    ("in the list of places", grown(HEIC, b"iloc", by=JUNK), UNREAD),
    ("in the list of properties", grown(HEIC, b"iprp", b"ipma", by=JUNK), UNREAD),
    ("in a decoder's parameters", grown(HEIC, b"iprp", b"ipco", b"hvcC", by=JUNK), UNREAD),
    ("a picture there", grown(HEIC, b"iprp", b"ipco", b"hvcC", by=HIDDEN), PREVIEW),
    ("in those of AVIF", grown(AVIF, b"iprp", b"ipco", b"av1C", by=JUNK), UNREAD),
    ("behind numbers of colours", grown(AVIF, b"iprp", b"ipco", b"colr", by=JUNK), UNREAD),
    *((f"in a unit {sort} of HEVC", coded(HEIC, hevc(sort, JUNK)), UNREAD) for sort in (25, 38, 39, 45, 48, 63)),
    *((f"in a unit {sort} of AV1", coded(AVIF, obu(sort, JUNK)), UNREAD) for sort in (5, 8, 9, 15)),
    ("a picture in a unit of HEVC", coded(HEIC, hevc(50, HIDDEN)), PREVIEW),
    ("a message of HEVC that says what the encoder is called", coded(HEIC, hevc(39, b"\5\x70" + bytes(16) + b"encoder 3.5 of HEVC, level=3 " * 3 + b"ok ok ok ok \x80")), ""),
    ("no further unit of HEVC", coded(HEIC, b""), ""),
    ("no further unit of AV1", coded(AVIF, b""), ""),
    ("in a colour of the ground again and again", webp(*(chunk(b"ANIM", one) for one in rows(JUNK[:1998], 6))), UNREAD),
]  # fmt: skip

WORDS = [
    ("a language", png((b"iTXt", b"Comment\0\0\0" + SECRET + b"\0\0A desk"))),
    ("a profile's name", png((b"iCCP", SECRET + b"\0\0" + zlib.compress(bytes(100))))),
    ("a scale of numbers", png((b"pCAL", SECRET))),
    ("a mark of Adobe's", jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + SECRET))),
]


def photo_of(data: bytes) -> Photo:
    ending = {b"\xff\xd8": "jpg", b"\x89P": "png", b"RI": "webp", b"GI": "gif", b"BM": "bmp"}.get(data[:2], "tif")
    ending = {b"avif": "avif", b"heic": "heic"}.get(data[8:12], ending)
    return Photo.from_bytes(data, name=f"a.{ending}")
