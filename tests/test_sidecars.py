"""Sidecars for the archive: what they say, that other programs read it, and what they never take the place of."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import exiv2
import pytest

from screening.office import audit
from tests.cleared import Cleared
from tests.command import quickly

EXIFTOOL = shutil.which("exiftool")


def write(cleared: Cleared, folder: Path, *more: str) -> tuple[int, str]:
    done = quickly("sidecars", cleared.run, folder, "--pipeline", cleared.pipeline, *more)
    return done.returncode, done.stderr


def read(path: Path) -> dict[str, str]:
    """What the library that digiKam is built on reads."""
    packet = exiv2.ImageFactory.open(path.read_bytes())
    packet.readMetadata()
    return {datum.key(): str(datum.value()) for datum in packet.xmpData()}


def test_every_picture_gets_its_label_and_keywords(cleared: Cleared, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    assert write(cleared, folder) == (0, "")
    assert read(folder / "good.xmp") == {
        "Xmp.xmp.Label": "Green",
        "Xmp.digiKam.ColorLabel": "4",
        "Xmp.dc.subject": "screening: may go out",
        "Xmp.lr.hierarchicalSubject": "screening|may go out",
        "Xmp.digiKam.TagsList": "screening/may go out",
    }
    blocked = read((folder / cleared.blocked.name).with_suffix(".xmp"))
    assert (blocked["Xmp.xmp.Label"], blocked["Xmp.dc.subject"]) == (
        "Red", "screening: blocked, screening: scene-address",
    )  # fmt: skip
    assert len(list(folder.rglob("*.xmp"))) == len(json.loads((cleared.run / "report.json").read_text())["photos"])
    (line,) = audit.counting(cleared.office.audit_log, "sidecars")
    assert line.fields["files"] == len(list(folder.rglob("*.xmp")))
    # what is decided later replaces it
    said = ("reject", "good.jpg", "--by", "Jo", "--pipeline", cleared.pipeline)
    assert quickly("decide", cleared.run, *said).returncode == 0
    assert write(cleared, folder) == (0, "")
    assert read(folder / "good.xmp")["Xmp.dc.subject"] == "screening: blocked, screening: rejected"
    assert write(cleared, folder, "--whole-names") == (0, "")
    assert (folder / "good.jpg.xmp").is_file()


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed (Debian: libimage-exiftool-perl)")
def test_exiftool_reads_them(cleared: Cleared, tmp_path: Path) -> None:
    assert write(cleared, tmp_path)[0] == 0
    tags = ("-XMP-xmp:Label", "-XMP-dc:Subject", "-XMP-lr:HierarchicalSubject", "-XMP-digiKam:TagsList")
    done = subprocess.run(
        [str(EXIFTOOL), "-j", *tags, "-Warning", "-Error", tmp_path / "good.xmp"], capture_output=True, check=True
    )
    (said,) = json.loads(done.stdout)
    del said["SourceFile"]
    assert said == {
        "Label": "Green",
        "Subject": "screening: may go out",
        "HierarchicalSubject": "screening|may go out",
        "TagsList": "screening/may go out",
    }


def test_they_never_take_a_place_that_is_not_theirs(cleared: Cleared, tmp_path: Path) -> None:
    public, archive = tmp_path / "public", tmp_path / "archive"
    assert quickly("export", cleared.run, public, "--pipeline", cleared.pipeline).returncode == 0
    for folder in (public, cleared.run):
        code, said = write(cleared, folder)
        assert (code, "for the archive" in said) == (2, True)
        assert not list(folder.glob("*.xmp"))
    archive.mkdir()
    (archive / "good.xmp").write_text("<the photographer's own/>")
    code, said = write(cleared, archive)
    assert (code, "somebody else's sidecar" in said, said.count("\n")) == (2, True, 1)
    assert [path.name for path in archive.iterdir()] == ["good.xmp"]
