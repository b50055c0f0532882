"""What a shoot on disk comes to: every file is screened, refused or left aside, by name, whatever lies there."""

from __future__ import annotations

import inspect
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from screening.photo.files import FORMATS, Limits, PhotoError, read
from screening.photo.signatures import read_regular, shows
from screening.run import shoot
from screening.run.shoot import Entry, walk
from tests.command import QUICK, screening
from tests.picture_files import drawn, picture, saved

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and such names need POSIX")


def walked(folder: Path, leave_out: Path | None = None) -> dict[str, str]:
    """What becomes of each file: "screened", "aside" or why it is refused."""
    return {
        one.name: one.refused or ("aside" if one.aside else "screened") for one in walk([folder], leave_out=leave_out)
    }


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def write(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path may be a hundred letters long
        server.bind(path.name)
        os.chdir(here)


NOWHERE, PIPE = "is a link that leads nowhere", "is not a regular file"
# a file's name, how it is made, and how the answer begins
ODD = [
    ("itself.jpg", link("itself.jpg"), NOWHERE),
    ("to-other.jpg", link("and-back.jpg"), NOWHERE),
    ("and-back.jpg", link("to-other.jpg"), NOWHERE),
    ("dangling.jpg", link("gone.jpg"), NOWHERE),
    (".dangling.xmp", link("gone.jpg"), NOWHERE),  # by the same rule, whatever it is called
    ("long.jpg", link("x/" * 1500), NOWHERE),
    ("up.jpg", link("../elsewhere.jpg"), "is a link that leaves the folder"),
    ("up", link(".."), "is a link that leaves the folder"),
    ("device.jpg", link("/dev/null"), "is a link that leaves the folder"),
    ("pipe.jpg", os.mkfifo if hasattr(os, "mkfifo") else bind, PIPE),
    (".pipe.jpg", os.mkfifo if hasattr(os, "mkfifo") else bind, PIPE),
    ("socket.jpg", bind, PIPE),
    ("to-a-picture.jpg", link("plain.jpg"), "screened"),
    ("note-to-a-picture.txt", link("plain.jpg"), "screened"),
    (os.fsdecode(b"not-\xff-text.jpg"), write(b"x"), "screened"),
    (os.fsdecode(b"not-\xff-text.xmp"), write(b"x"), "aside"),
]


@posix
def test_nothing_in_a_folder_ends_the_walk(tmp_path: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "plain.jpg").write_bytes(picture())
    for name, make, _ in ODD:
        make(folder / name)
    found = walked(folder)
    assert set(found) == {"plain.jpg", *(name for name, _, _ in ODD)}
    assert [(name, found[name]) for name, _, says in ODD if not found[name].startswith(says)] == []


@posix
def test_a_path_that_is_too_long_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "plain.jpg").touch()
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):  # 6,000 letters
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("deep.jpg", os.O_CREAT, dir_fd=here))
    os.close(here)
    found = walked(tmp_path)
    (long,) = set(found) - {"plain.jpg"}
    assert long.startswith("dddd")
    assert "(File name too long)" in found[long]


def test_folders_that_lie_deep_are_walked(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"d" * 60)
    deep.mkdir(parents=True)
    (deep / "a.jpg").touch()
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 40)  # a walk that calls itself for every level needs more
    try:
        found = walked(tmp_path)
    finally:
        sys.setrecursionlimit(usual)
    assert list(found.values()) == ["screened"]


class Failing:
    """Stands for os.scandir or a reader, and fails for what has that name."""

    def __init__(self, name: str, real: Callable[..., object], error: OSError) -> None:
        self.name, self.real, self.error = name, real, error

    def __call__(self, path: Path, *rest: int) -> object:
        if path.name == self.name:
            raise self.error
        return self.real(path, *rest)


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "gone"), OSError()])
def test_a_folder_that_cannot_be_read_or_vanishes_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jpg").touch()
    monkeypatch.setattr(os, "scandir", Failing("a", os.scandir, error))
    found = walked(tmp_path)
    assert found.pop("b/x.jpg") == "screened"
    assert found.keys() == {"a"}
    assert found["a"].startswith("is a folder that cannot be read (")
    (alone,) = walk([tmp_path / "a"])
    assert (alone.name, bool(alone.refused)) == ("a", True)


def test_a_sidecar_that_cannot_be_read_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.xmp", "b.xmp"):
        (tmp_path / name).touch()
    failing = Failing("a.xmp", read_regular, PermissionError(13, "Permission denied"))
    monkeypatch.setattr(shoot, "read_regular", failing)
    said = "cannot be read (Permission denied); check the file and its permissions"
    assert walked(tmp_path) == {"a.xmp": said, "b.xmp": "aside"}


@posix
def test_a_target_that_is_there_and_cannot_be_read_is_refused_and_one_that_is_not_there_is_an_error(
    tmp_path: Path,
) -> None:
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "good.jpg").touch()
    loop, good, long = walk([tmp_path / name for name in ("good.jpg", "loop.jpg", "n" * 300)])[::-1]
    assert (loop.name, loop.refused[:28]) == ("n" * 300, "cannot be read (File name to")
    assert (good.name, good.refused[:28]) == ("loop.jpg", NOWHERE)
    assert long == Entry("good.jpg", tmp_path / "good.jpg")
    for missing in ("missing.jpg", "good.jpg/inside"):
        with pytest.raises(FileNotFoundError):
            walk([tmp_path / missing])


@posix
def test_the_run_of_an_earlier_scan_is_left_aside_whole_and_named(tmp_path: Path) -> None:
    shoot = tmp_path / "shoot"
    (shoot / "day").mkdir(parents=True)
    (tmp_path / "quick.toml").write_text(QUICK)
    for name in ("a.jpg", "day/b.jpg"):
        (shoot / name).write_bytes(picture())
    for run in ("day/first", "second"):
        done = screening("scan", shoot, "--out", shoot / run, "--pipeline", tmp_path / "quick.toml")
        assert done.returncode == 0, done.stdout
    report = json.loads((shoot / "second" / "report.json").read_text())
    assert [one["file"] for one in report["photos"]] == ["a.jpg", "day/b.jpg"]
    assert report["aside"] == ["day/first"]


def test_a_link_to_a_folder_is_left_aside_only_where_that_folder_is_walked(tmp_path: Path) -> None:
    folder = tmp_path / "shoot"
    for name in ("day", "run", ".hidden"):
        (folder / name).mkdir(parents=True)
        (folder / name / "x.jpg").touch()
        (folder / f"to-{name}").symlink_to(name)
    (folder / "to-all").symlink_to(".")
    (folder / "to-inside-run").symlink_to("run/inner")
    (folder / "run" / "inner").mkdir()
    found = walked(folder, leave_out=folder / "run")
    refused = "is a link to a folder that is not screened; copy its pictures into the shoot"
    assert found == {
        "day/x.jpg": "screened",
        ".hidden/x.jpg": "screened",
        "to-day": "aside",
        "to-.hidden": "aside",
        "to-all": "aside",
        "to-run": refused,
        "to-inside-run": refused,
    }


def pictures() -> Iterator[tuple[str, bytes]]:
    """A file of every format that can be decoded, by the name of the format."""
    for name in FORMATS:
        image = drawn().convert("P") if name == "GIF" else drawn()
        yield name, saved(image, name)


@pytest.mark.parametrize("name", [".secret.png", "x.thm", "Thumbs.db", "y.json", "._z.jpg", "desktop.ini", "notes.TXT"])
def test_a_picture_is_screened_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    for kind, data in pictures():
        (tmp_path / name).write_bytes(data)
        assert walked(tmp_path) == {name: "screened"}, kind


# What else is no sidecar: its beginning, and what it is.
SHOWING = [
    (b"FUJIFILMCCD-RAW 0201", "RAW"),
    (b"IIU\0\x18\0\0\0", "RAW of Panasonic"),
    (b"\0\0\0\x18ftypmp42", "a film"),
    (b"\0\0\0\x18ftypcrx ", "RAW of Canon"),
    (b"\0\0\0\x08wide\0\0\0\x08mdat", "a film of QuickTime"),
    (b"RIFF\0\0\0\0AVI LIST", "a film"),
    (b"\x1aE\xdf\xa3", "a film"),
    ((b"G" + bytes(187)) * 4, "a film of a camcorder"),
    (b"8BPS\0\1", "Photoshop"),
    (b"%PDF-1.7", "a document"),
    (b"<?xml version='1.0'?>\n<!-- c --><SVG xmlns='http://www.w3.org/2000/svg'>", "a drawing"),
    ("<svg:svg>".encode("utf-16"), "a drawing"),
    (b"PK\3\4", "an archive"),
]
# What accompanies pictures, and what systems keep.
SILENT = [
    (b"", "an empty file"),
    (b"\0\5\x16\7\0\2\0\0Mac OS X        ", "AppleDouble"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "a real Thumbs.db"),
    (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>", "XMP"),
    (b'{"svg": "GIF"}', "JSON"),
    (b"BM and JPEG are kinds of files that this note is about", "a note"),
    (b"GPS log, " * 60, "a note that begins as a film might"),
    (b"bplist00", "settings of macOS"),
    ("Größe".encode("utf-16"), "a note of Windows"),
]


@pytest.mark.parametrize("data", [data for data, _ in SHOWING], ids=[what for _, what in SHOWING])
def test_what_may_show_something_is_not_left_aside(data: bytes) -> None:
    assert shows(data)


@pytest.mark.parametrize("data", [data for data, _ in SILENT], ids=[what for _, what in SILENT])
def test_what_shows_nothing_is_left_aside(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.xmp").write_bytes(data)
    assert walked(tmp_path) == {"x.xmp": "aside"}


def test_a_bitmap_without_its_first_header_shows_something() -> None:
    image = Image.new("RGB", (8, 8))
    assert shows(saved(image, "DIB"))
    assert not shows(saved(image, "DIB")[:10])


@posix
def test_a_pipe_that_took_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(PhotoError, match=r"cannot be read \(not a regular file\)"):
        read(tmp_path / "a.jpg", limits=Limits())
