"""What another program writes and shows is read: tags written with exiftool into every container that it writes."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from screening.photo.metadata import Metadata, read
from screening.photo.photo import Photo
from tests.picture_files import picture

EXIFTOOL = shutil.which("exiftool")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed (Debian: libimage-exiftool-perl)")

# Tags that lead to somebody or somewhere, by their names.
LEADING = re.compile(
    r"(?i)name|owner|artist|author|creator|by-?line|person|people|nick|city|country|state|province|location|place|landmark"
    r"|locality|address|street|postal|phone|tel(?!e(?:vision|conv))|email|url|contact|serial|caption|comment|descri|title"
    r"|headline|keyword|subject|tags|notes?$|memo|instruction|credit|source|copyright|rights|latitude|longitude|gps|path"
    r"|history|ancestor|album|categor|supplement|writer|editor|software|label|event"
)
GROUPS = ("EXIF", "IPTC", "XMP", "Photoshop", "PNG")
WRITTEN = ("string", "lang-alt", "undef", "unicode")
MARK = re.compile(r"zq\w+x")
FILES = {"JPEG": "a.jpg", "PNG": "b.png", "TIFF": "c.tif", "WEBP": "d.webp", "HEIF": "e.heic", "GIF": "f.gif"}


def run(*options: str, given: str = "") -> str:
    done = subprocess.run([str(EXIFTOOL), *options], input=given, capture_output=True, text=True, check=False)
    return done.stdout


@functools.cache
def tags() -> tuple[str, ...]:
    """Every tag that exiftool writes as words, with its group, and whose name leads to somebody or somewhere."""
    found: dict[str, None] = {}
    for table in ElementTree.fromstring(run("-listx", "-s")).iter("table"):
        for tag in table.iter("tag"):
            group, name = tag.get("g1") or table.get("g1") or "", tag.get("name") or ""
            writable = tag.get("writable") == "true" and (tag.get("type") or "").startswith(WRITTEN)
            if writable and table.get("g0") in GROUPS and LEADING.search(name):
                found[f"{group}:{name}"] = None
    return tuple(found)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each format with every tag that it takes: each a word of its own."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    folder = tmp_path_factory.mktemp("exiftool")
    files = {one: folder / name for one, name in FILES.items()}
    for written_as, path in files.items():
        path.write_bytes(picture(written_as))
    words = "-JPEG:Comment=it is zqcx kept\n-GIF:Comment=it is zqcx kept\n" + "".join(
        f"-{tag}=it is zq{number}x kept\n" for number, tag in enumerate(tags())
    )
    places = "".join(
        f"-{group}:GPS{dest}{side}={degrees}\n-{group}:GPS{dest}{side}Ref={letter}\n"
        for group in ("GPS", "XMP-exif")
        for dest, degrees in (("", 52.25), ("Dest", 51.5))
        for side, letter in (("Latitude", "N"), ("Longitude", "W"))
    )
    run("-q", "-q", "-m", "-overwrite_original", "-@", "-", *map(str, files.values()), given=words + places)
    return files


@functools.cache
def shown(path: Path) -> dict[str, Any]:
    """What exiftool shows of a file, by group and name."""
    return dict(json.loads(run("-j", "-a", "-G1", "-s", "-n", str(path)))[0])


def said(path: Path) -> Metadata:
    return read(Photo.from_bytes(path.read_bytes(), name=path.name))


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [str(value)]


@pytest.mark.parametrize("format", FILES)
def test_every_word_that_exiftool_shows_is_read(format: str, written: dict[str, Path]) -> None:
    theirs = shown(written[format])
    ours = "\n".join(one.text for one in said(written[format]).fields)
    marks = {mark: tag for tag, value in theirs.items() for text in strings(value) for mark in MARK.findall(text)}
    assert len(marks) > 300
    assert {tag for mark, tag in marks.items() if mark not in ours} == set()


@pytest.mark.parametrize("format", FILES)
def test_every_position_that_exiftool_shows_is_read(format: str, written: dict[str, Path]) -> None:
    theirs = {
        abs(value)
        for tag, value in shown(written[format]).items()
        if tag.endswith("Latitude") and isinstance(value, float)
    }
    ours = {abs(place.latitude) for place in said(written[format]).positions if place.latitude is not None}
    assert theirs and theirs <= ours
