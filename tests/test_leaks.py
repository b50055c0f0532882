"""Nothing that is read in metadata stands in a report, on the terminal or in a log: not in evidence, nor as the name of
a field, which whoever writes the file chooses too. Names of files and folders are shown as they are."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from screening.containers import texts
from tests.command import screening
from tests.picture_files import picture, scenery, with_iptc

# A telephone number, a name and an address, as they stand in texts and, without what keys cannot hold, in names.
SECRETS = ("07700 900123", "Zebedee Quuxley", "zeb.quuxley@example.org")
KEY = "tel07700900123ZebedeeQuuxleyexampleorg"
NEEDLES = ("900123", "900 123", "quuxley", "zebedee")
SAID = " ".join(SECRETS)
# Whatever reads words, and no network.
PIPELINE = """extends = "default"
without = ["faces", "register", "juveniles", "vehicles", "text", "codes", "plates", "documents", "addresses"]
"""


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    whole = picture("PNG")
    made = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return whole[:33] + made + whole[33:]


def jpeg_with(marker: int, body: bytes) -> bytes:
    whole = picture()
    return whole[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + whole[2:]


def named_profile() -> bytes:
    profile = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    words = SAID.encode()[:30].ljust(30)
    place = profile.find("sRGB".encode("utf-16-be"))
    return profile[:place] + words + profile[place + len(words) :] if place > 0 else profile + words


def gif() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(scenery()).save(stream, "GIF", comment=SAID.encode())
    return stream.getvalue()


def credentials(said: str) -> bytes:
    body = b"\0\0\0\x30" + texts.CREDENTIALS + b"oclaim_generator\x78" + bytes((len(said),)) + said.encode()
    return jpeg_with(0xEB, b"JP\0\1\0\0\0\1" + body + b"\0" * 40)


XMP_TEXT = f"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>{SAID}</rdf:li></rdf:Alt></dc:title>"
OWN = f"xmlns:{KEY}='http://{KEY}.example.org/'"
EXIF = {0x010E: SAID, 0x013B: SAID, 0x8298: SAID, 0x010F: SAID, 0x0110: SAID, 0x0131: SAID, 0xC0FE: SAID}
FILES = {
    "exif.jpg": picture(exif=EXIF, photo={0x9286: b"ASCII\0\0\0" + SAID.encode(), 0x927C: SAID.encode()}),
    "windows.jpg": picture(exif={tag: SAID.encode("utf-16-le") for tag in (0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F)}),
    "press.jpg": with_iptc(
        picture(),
        [(name, SAID[:32].encode()) for name in ("Caption", "City", "Byline", "Credit", "SubLocation", "Keywords")],
    ),
    "xmp.jpg": picture(xmp=XMP_TEXT),
    "xmp_key.jpg": picture(xmp=f"<own:{KEY}>{SAID}</own:{KEY}>"),
    "xmp_namespace.jpg": picture(xmp=f"<{KEY}:note {OWN}>{SAID}</{KEY}:note>"),
    "xmp_deep.jpg": picture(
        xmp=f"<own:{KEY} rdf:parseType='Resource'><own:x{KEY}>{SAID}</own:x{KEY}></own:{KEY}>"
        f"<own:city{KEY} {OWN} rdf:parseType='Resource'><{KEY}:City>{SAID}</{KEY}:City></own:city{KEY}>"
    ),
    "xmp.png": picture("PNG", xmp=f"<own:{KEY}>{SAID}</own:{KEY}>{XMP_TEXT}"),
    "comment.jpg": jpeg_with(0xFE, SAID.encode()),
    "comment.gif": gif(),
    "text.png": png((b"tEXt", KEY.encode() + b"\0" + SAID.encode()), (b"tEXt", b"Author\0" + SAID.encode())),
    "spaced.png": png((b"tEXt", SAID.encode() + b"\0words that say nothing")),
    "packed.png": png((b"zTXt", KEY.encode() + b"\0\0" + zlib.compress(SAID.encode()))),
    "international.png": png((b"iTXt", KEY.encode() + f"\0\0\0en\0{KEY}\0{SAID}".encode())),
    "language.png": png((b"iTXt", f"Title\0\0\0{KEY}\0{KEY}\0{SAID}".encode())),
    "profile.jpg": picture(icc_profile=named_profile()),
    "credentials.jpg": credentials(SAID),
    "known_credentials.jpg": credentials(f"Adobe Photoshop {SAID}"),
    "broken.jpg": picture(exif={0x010E: SAID})[:900],
    "broken.png": png((b"zTXt", KEY.encode() + b"\0\0" + SAID.encode())),
}


def test_what_is_read_in_metadata_stands_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "home"))
    (tmp_path / "shoot").mkdir()
    for name, data in FILES.items():
        (tmp_path / "shoot" / name).write_bytes(data)
    (tmp_path / "own.toml").write_text(PIPELINE)
    run, pipeline = tmp_path / "run", ("--pipeline", tmp_path / "own.toml")
    done = [screening("scan", tmp_path / "shoot", "--out", run, *pipeline)]
    done += [screening("explain", name, "--run", run, *pipeline) for name in ("xmp_key.jpg", "credentials.jpg")]
    done += [screening("audit", "export")]
    said = {f"{one.args[1]} {kind}": text for one in done for kind, text in (("1", one.stdout), ("2", one.stderr))}
    for path in (*tmp_path.joinpath("home").rglob("*"), *run.rglob("*")):
        if path.is_file():
            said[path.name] = path.read_bytes().decode("utf-8", "replace")
    assert {"report.json", "report.csv", "report.html"} <= set(said)
    assert "ends 123" in said["report.json"], "the number was found, and is masked"
    assert "Content Credentials made with a program" in said["report.json"]
    assert 'Content Credentials made with Adobe Photoshop"' in said["report.json"]
    for where, text in said.items():
        for needle in NEEDLES:
            place = text.casefold().find(needle)
            assert place < 0, f"{where}: {text[max(0, place - 200) : place + 40]}"
