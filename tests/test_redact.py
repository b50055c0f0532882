"""Redaction: what was found is gone from the copy, the original is untouched, and only credits go with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from screening.finding import Box
from screening.photo import Photo
from screening.weights import sha256_of
from screening.workflow import audit
from screening.workflow.office import Office
from screening.workflow.redact import Style, redacted
from tests.picture_files import picture, scenery
from tests.test_scan import QUICK, screening

RED = Box(40, 30, 100, 60)
PLATES = (
    QUICK.replace('use = "metadata"\n', 'use = "metadata"\n[[stage]]\nuse = "tests.red_stage:Reds"\n')
    + """
[rules.number-plate]
says = "No legible number plate."
lifted_by = "Redaction."
kinds = { "vehicle" = { block = 0.5 } }
"""
)
PLACE = {1: "N", 2: (52.0, 0.0, 0.0), 3: "W", 4: (1.0, 0.0, 0.0)}


def street(*, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rgb = scenery(seed=seed) // 4 + 120
    rgb[RED.top : RED.bottom, RED.left : RED.right] = (200, 10, 10)
    return rgb


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    (tmp_path / "plates.toml").write_text(PLATES)
    folder = tmp_path / "shoot"
    folder.mkdir()
    tags = {0x013B: "A. Photographer", 0x8298: "West Midlands Police", 0x010F: "Maker", 0x0112: 1}
    (folder / "street.jpg").write_bytes(picture(rgb=street(), exif=tags, gps=PLACE, quality=95))
    (folder / "drawing.png").write_bytes(picture("PNG", rgb=street(seed=2)))
    (folder / "fine.jpg").write_bytes(picture(rgb=scenery(seed=3) // 4 + 120))
    return folder


def scanned(shoot: Path, *, pipeline: str = PLATES) -> Path:
    run, file = shoot.parent / "run", shoot.parent / "plates.toml"
    file.write_text(pipeline)
    done = screening("scan", shoot, "--out", run, "--pipeline", file)
    assert done.returncode == 1, done.stderr
    return run


def test_what_was_found_is_gone_from_the_copies_and_the_originals_are_untouched(shoot: Path) -> None:
    before = {path.name: sha256_of(path) for path in shoot.iterdir()}
    run = scanned(shoot)
    done = screening("redact", run, "--pipeline", shoot.parent / "plates.toml", "--json")
    assert done.returncode == 0, done.stderr
    assert {path.name: sha256_of(path) for path in shoot.iterdir()} == before
    told = {one["file"]: one for one in json.loads(done.stdout)}
    assert set(told) == {"street.jpg", "drawing.png"}
    assert all((one["places"], one["still"], one["verdict"]) == (1, [], "clear") for one in told.values())
    assert Path(told["drawing.png"]["copy"]).name == "drawing.redacted.png"
    for one in told.values():
        copy = Photo.open(Path(one["copy"]))
        assert one["sha256"] == copy.sha256
        middle = copy.rgb[RED.top : RED.bottom, RED.left : RED.right].astype(int)
        assert np.ptp(middle) < 12, "the place is one grey"
        assert copy.rgb[RED.top - 4, RED.left + 5].astype(int).sum() == pytest.approx(270, abs=20), "and a margin"
    lines = [line for line in audit.entries(Office(shoot.parent / "office").audit_log) if line.event == "redaction"]
    assert {line.fields["file"] for line in lines} == {before["street.jpg"], before["drawing.png"]}
    assert all(line.fields["rules"] == ["number-plate"] for line in lines)
    again = screening("redact", run, "--pipeline", shoot.parent / "plates.toml")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_copy_keeps_whose_it_is_and_nothing_else_of_the_metadata(shoot: Path) -> None:
    import exiv2

    run = scanned(shoot)
    screening("redact", run, "street.jpg", "--pipeline", shoot.parent / "plates.toml")
    data = (run / "redacted" / "street.redacted.jpg").read_bytes()
    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    keys = {datum.key(): str(datum.getValue()) for datum in image.exifData()}
    assert keys["Exif.Image.Artist"] == "A. Photographer"
    assert keys["Exif.Image.Copyright"] == "West Midlands Police"
    assert not [key for key in keys if "GPS" in key or "Make" in key or "Thumbnail" in key]
    assert "exif" not in Image.open(io.BytesIO(data)).info or b"Maker" not in Image.open(io.BytesIO(data)).info["exif"]


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("size", [(9, 30), (60, 240), (500, 900)])
def test_no_style_leaves_letters_whatever_the_size(style: Style, size: tuple[int, int]) -> None:
    height, width = size
    stripes = np.zeros((height + 20, width + 20, 3), np.uint8)
    stripes[:, :: max(2, height // 8)] = 255  # strokes of letters as high as the place
    box = Box(10, 10, 10 + width, 10 + height)
    out = redacted(stripes, [box], style)
    place = out[box.top : box.bottom, box.left : box.right].astype(int)
    changes = np.abs(np.diff(place[height // 2, :, 0])) > 60
    assert changes.sum() <= 2
    assert (out[:10] == stripes[:10]).all(), "nothing outside the box is changed"
    assert (stripes[10 : 10 + height, 10 : 10 + width].max()) == 255, "the picture that was given is untouched"


def test_what_is_still_found_is_said_and_stops(shoot: Path) -> None:
    stubborn = PLATES.replace('Reds"\n', 'Reds"\nstubborn = true\n')
    run = scanned(shoot, pipeline=stubborn)
    done = screening("redact", run, "fine.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert done.returncode == 1
    assert "still found: number plate, stubborn" in done.stdout


def test_a_picture_that_cannot_be_redacted_is_named_and_the_others_go_on(shoot: Path) -> None:
    frames = [Image.fromarray(street(seed=seed)) for seed in (4, 5)]
    frames[0].save(shoot / "two.gif", save_all=True, append_images=frames[1:])
    run = scanned(shoot)
    (shoot / "street.jpg").write_bytes(picture(rgb=street(seed=9)))
    done = screening("redact", run, "--pipeline", shoot.parent / "plates.toml")
    assert done.returncode == 2
    assert "street.jpg: is not as it was screened" in done.stderr
    assert "two.gif: holds several pictures" in done.stderr
    assert "drawing.redacted.png: 1 place redacted, not found any more; clear" in done.stdout
    nothing = screening("redact", run, "--rule", "evidence", "--pipeline", shoot.parent / "plates.toml")
    assert nothing.returncode == 2
    assert "nothing in it that has a place" in nothing.stderr
