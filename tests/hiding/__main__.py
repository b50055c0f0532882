"""Puts words, a position, a picture, a film, a sound, an archive, a document and noise into every place of every sort
of file where a person can, screens the files and says which are clear: none may be.

    uv run python -m tests.hiding

The rules that read words and the file itself run; no network does, for the pictures show nothing. What is put in is
longer than the 64 bytes up to which what is neither known nor words passes.
"""

from __future__ import annotations

import base64
import dataclasses
import io
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from screening import config
from tests.hiding import places
from tests.hiding.places import AVIF, FILES, GIF, HEIC, HIDDEN, JPEG, JUNK, PNG, SECRET, VIEW, WEBP, WORDS, photo_of
from tests.picture_files import XMP, picture

STAGES = ("metadata", "wording", "personal_details", "addresses")
ENDINGS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "TIFF": "tif", "HEIF": "heic", "AVIF": "avif"}


# What docs/security.md says passes: noise where every camera or program has some.
KNOWN = {("JPEG", "in a maker's note", "noise"), ("JPEG", "in XMP, in letters", "noise")}


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("noise", JUNK)
    return file.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + name + body


POSITION = XMP.format("<exif:GPSLatitude>52,28.8N</exif:GPSLatitude><exif:GPSLongitude>1,53.4W</exif:GPSLongitude>")
WHAT = {
    "words": SECRET + b"; " + SECRET,
    "position": POSITION.encode(),
    "picture": HIDDEN,
    "film": box(b"ftyp", b"isom\0\0\2\0isomiso2") + box(b"mdat", JUNK) + box(b"moov", box(b"mvhd", bytes(100))),
    "sound": b"RIFF" + (36 + 2000).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0" + bytes(16) + b"data" + JUNK,
    "archive": archive(),
    "document": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + JUNK + b"\n%%EOF\n",
    "noise": JUNK,
}


def spaced(data: bytes, more: bytes) -> bytes:
    """A bitmap with bytes between its header and its pixels."""
    return data[:10] + (54 + len(more)).to_bytes(4, "little") + data[14:54] + more + data[54:]


Draw = Callable[[bytes], bytes]


def in_boxes(whole: bytes, parameters: bytes, unit: Draw) -> dict[str, Draw]:
    """The places of a HEIF or AVIF file, whose decoder's parameters are in a box of that name."""
    return {
        "behind the end": lambda one: whole + one,
        "in a free box": lambda one: whole + box(b"free", one),
        "in a box of one's own": lambda one: whole + box(b"uuid", bytes(16) + one),
        "in bytes of no item": lambda one: whole + box(b"mdat", one),
        "in the list of items": lambda one: places.grown(whole, b"iinf", by=one),
        "in parameters": lambda one: places.grown(whole, b"iprp", b"ipco", parameters, by=one),
        "in a unit that is skipped": lambda one: places.coded(whole, unit(one)),
    }


BITMAP = places.bitmap(VIEW)
PLACES: dict[str, dict[str, Draw]] = {
    "JPEG": {
        "behind the end": lambda one: JPEG + one,
        "in a segment of its own": lambda one: places.jpeg(places.segment(0xE5, one)),
        "in a comment": lambda one: places.jpeg(places.segment(0xFE, one)),
        "in a maker's note": lambda one: picture(rgb=VIEW, photo={0x927C: one}),
        "in an unknown tag of EXIF": lambda one: picture(rgb=VIEW, exif={0xC0DE: one}),
        "in XMP, in letters": lambda one: picture(
            rgb=VIEW, xmp=f"<own:data>{base64.b64encode(one).decode()}</own:data>"
        ),
        "in a resource of Photoshop": lambda one: places.resource(4321, one),
        "before a resource's end": lambda one: places.resource(1005, bytes(16), one),
    },
    "PNG": {
        "behind the end": lambda one: PNG + one,
        "in a chunk of its own": lambda one: places.png((b"prVt", one)),
        "in a text": lambda one: places.png((b"tEXt", b"Comment\0" + one)),
        "in a packed text": lambda one: places.png((b"zTXt", b"Comment\0\0" + zlib.compress(one))),
        "behind a packed text": lambda one: places.png((b"zTXt", b"Comment\0\0" + zlib.compress(b"A desk") + one)),
        "in a text of any language": lambda one: places.png((b"iTXt", b"Comment\0\0\0\0\0" + one)),
        "in an EXIF chunk": lambda one: places.png((b"eXIf", one)),
        "behind the packed rows": lambda one: PNG[:-12] + places.png_chunk(b"IDAT", one) + PNG[-12:],
    },
    "GIF": {
        "behind the end": lambda one: GIF + one,
        "in a comment": lambda one: GIF[:-1] + b"\x21\xfe" + places.blocks(one) + b"\0;",
        "in an application's block": lambda one: GIF[:-1] + b"\x21\xff\x0bOWNPROGR1.0" + places.blocks(one) + b"\0;",
        "in a plain text": lambda one: GIF[:-1] + b"\x21\x01\x0c" + bytes(12) + places.blocks(one) + b"\0;",
        "behind the codes": places.behind_the_codes,
    },
    "WEBP": {
        "behind the end": lambda one: WEBP + one,
        "in a chunk of its own": lambda one: places.webp(places.chunk(b"OWNS", one)),
        "in an EXIF chunk": lambda one: places.webp(places.chunk(b"EXIF", one)),
        "in an XMP chunk": lambda one: places.webp(places.chunk(b"XMP ", one)),
        "in a profile": lambda one: places.webp(places.chunk(b"ICCP", one)),
        "behind the pixels": lambda one: places.longer(WEBP, b"VP8 ", one),
    },
    "TIFF": {
        "behind the end": lambda one: places.strip(b"") + one,
        **{
            f"behind pixels packed by {how}": partial(places.strip, packing=how)
            for how in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg")
        },
        "in an unknown tag": lambda one: picture("TIFF", rgb=VIEW, tiffinfo={50001: one}),
        "in numbers of an unknown tag": lambda one: picture("TIFF", rgb=VIEW, tiffinfo={50001: tuple(one)}),
        "in a description": lambda one: picture("TIFF", rgb=VIEW, tiffinfo={270: one}),
    },
    "HEIF": in_boxes(HEIC, b"hvcC", lambda one: places.hevc(48, one)),
    "AVIF": in_boxes(AVIF, b"av1C", lambda one: places.obu(15, one)),
    "BMP": {
        "behind the end": lambda one: BITMAP + one,
        "before the pixels": lambda one: spaced(BITMAP, one),
        "behind run lengths": lambda one: places.run_lengths(behind=one),
        "beyond the end of a row": lambda one: places.run_lengths(in_a_row=one),
    },
}


def put() -> Iterator[tuple[str, str, str, bytes]]:
    """Each file, with its format, where something is in it, and what."""
    for sort, ways in PLACES.items():
        for where, draw in ways.items():
            for what, content in WHAT.items():
                if (sort, where, what) not in KNOWN:
                    yield sort, where, what, draw(content)
    for where, data, kind in FILES:
        if kind:
            yield photo_of(data).format, where, "others", data
    for where, data in WORDS:
        yield photo_of(data).format, where, "words", data


def verdicts(files: Iterable[tuple[str, str, str, bytes]]) -> Iterator[tuple[tuple[str, str, str], str]]:
    """The verdict on each."""
    whole = config.load("default")
    pipeline = dataclasses.replace(whole, stages=tuple(one for one in whole.stages if one.name in STAGES))
    with tempfile.TemporaryDirectory() as folder:
        for sort, where, what, data in files:
            path = Path(folder) / f"picture.{ENDINGS.get(sort, 'bmp')}"
            path.write_bytes(data)
            yield (sort, where, what), str(pipeline.screen(path, name=path.name).verdict)


def main() -> None:
    """Prints how many were noticed, by what was put into which format, and each that is clear."""
    seen, missed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    clear = []
    for (sort, where, what), verdict in verdicts(put()):
        seen[sort, what] += 1
        if verdict == "clear":
            missed[sort, what] += 1
            clear.append(f"clear: {sort}, {what} {where}")
    columns = [*WHAT, "others"]
    print("noticed   " + "".join(f"{what:>10}" for what in columns))
    for sort in PLACES:
        row = [(seen[sort, what] - missed[sort, what], seen[sort, what]) for what in columns]
        print(f"{sort:10}" + "".join(f"{found}/{count}".rjust(10) for found, count in row))
    print(f"{sum(seen.values())} files, {len(clear)} clear", *clear, sep="\n")
    sys.exit(bool(clear))


if __name__ == "__main__":
    main()
