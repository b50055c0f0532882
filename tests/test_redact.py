"""Redaction: what was found is gone from the copy, the original is untouched, and only credits go with it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from screening import config
from screening.containers.parts import Kind
from screening.containers.walk import walk
from screening.finding import Box
from screening.office import audit, audit_line
from screening.office.office import Office
from screening.photo import metadata
from screening.photo.carried import carried
from screening.photo.files import Limits
from screening.photo.masks import Style, rectangle, redacted
from screening.photo.photo import Photo
from screening.release import examine
from screening.release.copy_file import Covering, write_copy
from screening.release.redaction import Redaction
from screening.run import copies
from screening.run.decision import Action
from screening.run.files import COPIES
from screening.run.run import Run
from screening.web.asked import ReviewError, Wish
from screening.web.review import Review
from screening.weights import sha256_of
from tests.command import quickly
from tests.picture_files import picture
from tests.streets import PLACE, PLATES, RED, plain, street


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
    (folder / "fine.jpg").write_bytes(picture(rgb=plain(3)))
    return folder


def scanned(shoot: Path, *, pipeline: str = PLATES) -> Path:
    run, file = shoot.parent / "run", shoot.parent / "plates.toml"
    file.write_text(pipeline)
    done = quickly("scan", shoot, "--out", run, "--pipeline", file)
    assert done.returncode == 1, done.stderr
    return run


def test_what_was_found_is_gone_from_the_copies_and_the_originals_are_untouched(shoot: Path) -> None:
    before = {path.name: sha256_of(path) for path in shoot.iterdir()}
    run = scanned(shoot)
    done = quickly("redact", run, "--pipeline", shoot.parent / "plates.toml", "--json")
    assert done.returncode == 0, done.stderr
    assert {path.name: sha256_of(path) for path in shoot.iterdir()} == before
    told = {one["file"]: one for one in json.loads(done.stdout)}
    assert set(told) == {"street.jpg", "drawing.png"}
    assert all((one["still"], one["verdict"]) == ([], "clear") for one in told.values())
    assert (told["street.jpg"]["count"], told["drawing.png"]["count"]) == (2, 1), "one of them lies in the metadata"
    assert Path(told["drawing.png"]["copy"]).name == "drawing.redacted.png"
    for one in told.values():
        copy = Photo.open(Path(one["copy"]))
        assert one["sha256"] == copy.sha256
        middle = copy.rgb[RED.top : RED.bottom, RED.left : RED.right].astype(int)
        assert np.ptp(middle, axis=(0, 1)).max() < 12, "the place has one colour"
        assert np.abs(copy.rgb[RED.top - 4, RED.left + 5] - middle[0, 0]).max() < 12, "and a margin"
        assert np.abs(copy.rgb[: RED.top - 8].mean(axis=(0, 1)) - middle[0, 0]).max() < 40, "that of its surroundings"
        assert one["encoding"] == "kept"
    lines = audit.counting(Office(shoot.parent / "office").audit_log, "redaction")
    assert {line.fields["file"] for line in lines} == {before["street.jpg"], before["drawing.png"]}
    assert sorted(line.fields["rules"] for line in lines) == [["number-plate"], ["number-plate", "scene-address"]]
    (run / "redacted" / "street.redacted.jpg").write_bytes(b"somebody else's")
    again = quickly("redact", run, "--pipeline", shoot.parent / "plates.toml")
    assert again.returncode == 2
    assert "street.redacted.jpg: already exists" in again.stderr
    assert "drawing.redacted.png: 1 finding redacted" in again.stdout, "a copy of our own is made anew"


def test_a_copy_keeps_whose_it_is_and_nothing_else_of_the_metadata(shoot: Path) -> None:
    import exiv2

    run = scanned(shoot)
    quickly("redact", run, "street.jpg", "--pipeline", shoot.parent / "plates.toml")
    data = (run / "redacted" / "street.redacted.jpg").read_bytes()
    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    keys = {datum.key(): str(datum.getValue()) for datum in image.exifData()}
    assert keys["Exif.Image.Artist"] == "A. Photographer"
    assert keys["Exif.Image.Copyright"] == "West Midlands Police"
    assert not [key for key in keys if "GPS" in key or "Make" in key or "Thumbnail" in key]
    assert "exif" not in Image.open(io.BytesIO(data)).info or b"Maker" not in Image.open(io.BytesIO(data)).info["exif"]


ANEW = ("WEBP", "HEIF", "AVIF")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "HEIF", "AVIF"])
def test_a_copy_holds_nothing_but_the_picture_and_whose_it_is(tmp_path: Path, format: str) -> None:
    tags = {0x013B: "A. Photographer", 0x8298: "West Midlands Police", 0x010F: "Maker"}
    xmp = (
        ""
        if format in ("GIF", "TIFF")
        else f"<own:image>{base64.b64encode(picture(rgb=street(seed=2))).decode()}</own:image>"
    )
    data = picture(format, rgb=street(), exif={} if format == "GIF" else tags, xmp=xmp)
    behind = b"" if format in ("HEIF", "AVIF") else picture("PNG", rgb=street(seed=3)) + bytes(range(256))
    ending = {"JPEG": "jpg", "TIFF": "tif", "HEIF": "heic"}.get(format, format.lower())
    original = Photo.from_bytes(data + behind, name=f"a.{ending}")
    assert list(carried(original)) or not (behind or xmp)
    copy = tmp_path / f"a.redacted.{'png' if format in ('PNG', 'GIF', 'TIFF') else 'jpg'}.part"
    assert write_copy(original, Covering(masks=[rectangle(RED)]), copy, limits=Limits()) is (format not in ANEW)
    written = copy.read_bytes()
    assert {part.kind for part in walk(written)} <= {Kind.SHOWN, Kind.METADATA}
    again = Photo.from_bytes(written, name=copy.stem)
    assert list(carried(again)) == []
    said = {one.text for one in metadata.read(again).fields}
    assert said == (set() if format == "GIF" else {"A. Photographer", "West Midlands Police"})


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("size", [(9, 30), (60, 240), (500, 900)])
def test_no_style_leaves_letters_whatever_the_size(style: Style, size: tuple[int, int]) -> None:
    height, width = size
    stripes = np.zeros((height + 20, width + 20, 3), np.uint8)
    stripes[:, :: max(2, height // 8)] = 255  # strokes of letters as high as the place
    box = Box(10, 10, 10 + width, 10 + height)
    out = redacted(stripes, [rectangle(box)], style)
    place = out[box.top : box.bottom, box.left : box.right].astype(int)
    changes = np.abs(np.diff(place[height // 2, :, 0])) > 60
    assert changes.sum() <= 2
    assert (out[:10] == stripes[:10]).all(), "nothing outside the box is changed"
    assert (stripes[10 : 10 + height, 10 : 10 + width].max()) == 255, "the picture that was given is untouched"


def test_what_is_still_found_is_said_and_stops(shoot: Path) -> None:
    stubborn = PLATES.replace('Reds"\n', 'Reds"\nstubborn = true\n')
    run = scanned(shoot, pipeline=stubborn)
    done = quickly("redact", run, "fine.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert done.returncode == 1
    assert "still found: number plate, stubborn" in done.stdout


def test_a_picture_that_cannot_be_redacted_is_named_and_the_others_go_on(shoot: Path) -> None:
    frames = [Image.fromarray(street(seed=seed)) for seed in (4, 5)]
    frames[0].save(shoot / "two.gif", save_all=True, append_images=frames[1:])
    run = scanned(shoot)
    (shoot / "street.jpg").write_bytes(picture(rgb=street(seed=9)))
    done = quickly("redact", run, "--pipeline", shoot.parent / "plates.toml")
    assert done.returncode == 2
    assert "street.jpg: has changed since it was screened" in done.stderr
    assert "two.gif: contains several pictures" in done.stderr
    (shoot / "street.jpg").unlink()
    gone = quickly("redact", run, "street.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert (gone.returncode, "street.jpg: cannot be read" in gone.stderr, gone.stderr.count("\n")) == (2, True, 1)
    sources = json.loads((run / "sources.json").read_text())
    (run / "sources.json").write_text(json.dumps({"drawing.png": sources["drawing.png"]}))
    gone = quickly("redact", run, "street.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert (gone.returncode, "street.jpg: " in gone.stderr, "scan the shoot again" in gone.stderr) == (2, True, True)
    (run / "sources.json").write_text(json.dumps(sources))
    assert "drawing.redacted.png: 1 finding redacted, no longer found; clear" in done.stdout
    wrong = quickly("redact", run, "--kind", "vehicle.plat", "--pipeline", shoot.parent / "plates.toml")
    assert wrong.returncode == 2
    assert wrong.stderr == "screening: no kind is called 'vehicle.plat'; did you mean 'vehicle.plate'?\n"
    nothing = quickly("redact", run, "--rule", "unscreened", "--pipeline", shoot.parent / "plates.toml")
    assert nothing.returncode == 2
    assert "nothing in it is held" in nothing.stderr


def test_what_shows_only_once_the_rest_is_gone_is_redacted_too(shoot: Path) -> None:
    run = scanned(shoot, pipeline=PLATES.replace('Reds"\n', 'Reds"\nshy = true\n'))
    done = quickly("redact", run, "street.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert (done.returncode, "3 findings redacted, no longer found; clear" in done.stdout) == (0, True), done.stdout
    copy = Photo.open(run / "redacted" / "street.redacted.jpg")
    assert np.ptp(copy.rgb[:9, :9].astype(int)) < 12


def test_a_place_in_the_metadata_is_left_behind_and_one_in_the_name_is_not(shoot: Path) -> None:
    (shoot / "placed.jpg").write_bytes(picture(rgb=plain(4), gps=PLACE))
    (shoot / "OFFICIAL-SENSITIVE.jpg").write_bytes(picture(rgb=plain(5)))
    marked = (
        '[rules.marking]\nsays = "No marking."\nlifted_by = "Redaction."\nkinds = { "marking" = { block = 0.5 } }\n'
    )
    stage = '[[stage]]\nuse = "tests'
    run = scanned(shoot, pipeline=PLATES.replace(stage, '[[stage]]\nuse = "markings"\n' + stage) + marked)
    found = {photo["file"]: photo["verdict"] for photo in json.loads((run / "report.json").read_text())["photos"]}
    assert (found["placed.jpg"], found["OFFICIAL-SENSITIVE.jpg"]) == ("block", "block")
    done = quickly("redact", run, "placed.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert (done.returncode, "no longer found; clear" in done.stdout) == (0, True), done.stdout
    done = quickly("redact", run, "OFFICIAL-SENSITIVE.jpg", "--pipeline", shoot.parent / "plates.toml")
    assert (done.returncode, "still found" in done.stdout) == (1, True), done.stdout


def both() -> str:
    """A pipeline that also asks who is shown wherever there is red."""
    stage = '[[stage]]\nuse = "tests.red_stage:Reds"\n'
    asks = '[rules.notice]\nsays = "Look at it."\nlifted_by = "Looking."\nkinds = { "face" = { hold = 0.5 } }\n'
    return PLATES.replace(stage, stage + '[[stage]]\nuse = "tests.red_stage:Corner"\n') + asks


def test_a_copy_is_a_picture_of_its_run_and_keeps_what_was_decided_about_the_rest(shoot: Path) -> None:
    run, pipeline = scanned(shoot, pipeline=both()), shoot.parent / "plates.toml"
    office = Office(shoot.parent / "office")
    by = ("--by", "A. Reviewer", "--pipeline", pipeline)
    assert quickly("decide", run, "accept", "street.jpg", "--rule", "notice", *by).returncode == 0
    assert quickly("decide", run, "redact", "street.jpg", "drawing.png", "--rule", "number-plate", *by).returncode == 0
    done = quickly("redact", run, "--decided", "--pipeline", pipeline)
    assert done.returncode == 0, done.stderr
    assert "street.redacted.jpg: 1 finding redacted, no longer found; clear" in done.stdout
    assert "drawing.redacted.png: 1 finding redacted, no longer found; hold, a corner" in done.stdout
    told = quickly("explain", "street.redacted.jpg", "--run", run, "--pipeline", pipeline)
    assert (told.returncode, "accept about the original by A. Reviewer" in told.stdout) == (0, True), told.stdout
    examined = examine.examine(run, str(pipeline), office)
    copies_ = {name: sha256_of(run / "redacted" / name) for name in ("street.redacted.jpg", "drawing.redacted.png")}
    assert copies_["street.redacted.jpg"] in examined.released
    assert examined.withheld[copies_["drawing.redacted.png"]] == "notice"
    assert sha256_of(shoot / "street.jpg") in examined.withheld
    # and decided like any other
    assert quickly("decide", run, "accept", "drawing.redacted.png", *by).returncode == 0
    assert copies_["drawing.redacted.png"] in examine.examine(run, str(pipeline), office).released
    (run / "redacted" / "street.redacted.jpg").write_bytes(picture(rgb=street(seed=8)))
    assert "street.redacted.jpg" in examine.examine(run, str(pipeline), office).changed


def test_an_edited_copy_of_the_record_is_found_and_a_new_scan_wants_new_copies(shoot: Path) -> None:
    run, pipeline = scanned(shoot, pipeline=both()), shoot.parent / "plates.toml"
    office = Office(shoot.parent / "office")
    assert quickly("redact", run, "drawing.png", "--rule", "number-plate", "--pipeline", pipeline).returncode == 0
    kept = (run / COPIES).read_bytes()
    line = json.loads(kept)
    line["photo"]["findings"] = []
    (run / COPIES).write_bytes(audit_line.canonical(line) + b"\n")
    with pytest.raises(copies.CopyError, match="has changed since screening redact made it"):
        examine.examine(run, str(pipeline), office)
    (run / COPIES).write_bytes(b"{}\n")
    told = quickly("explain", "drawing.png", "--run", run, "--pipeline", pipeline)
    assert (told.returncode, "is not a copy" in told.stderr, "Traceback" in told.stderr) == (2, True, False)
    # a writer that was stopped half-way is not a copy, and the next one is written after what was whole
    (run / COPIES).write_bytes(kept + kept[:50])
    assert len(examine.examine(run, str(pipeline), office).withheld) == 3
    assert quickly("redact", run, "street.jpg", "--rule", "number-plate", "--pipeline", pipeline).returncode == 0
    assert len(examine.examine(run, str(pipeline), office).withheld) == 4
    (shoot / "another.jpg").write_bytes(picture(rgb=plain(6)))
    scanned(shoot, pipeline=both())
    assert len(examine.examine(run, str(pipeline), office).withheld) == 2, "copies of another scan do not count"
    assert quickly("redact", run, "--rule", "number-plate", "--pipeline", pipeline).returncode == 0
    assert len(examine.examine(run, str(pipeline), office).withheld) == 4


def test_what_was_kept_back_is_not_redacted_and_a_name_is_not_taken_twice(shoot: Path) -> None:
    (shoot / "drawing.redacted.png").write_bytes(picture("PNG", rgb=plain(7)))
    run, pipeline = scanned(shoot), shoot.parent / "plates.toml"
    quickly("decide", run, "reject", "street.jpg", "--by", "A. Reviewer", "--pipeline", pipeline)
    done = quickly("redact", run, "--pipeline", pipeline)
    assert done.returncode == 2
    assert "street.jpg: was kept back by A. Reviewer; withdraw that first" in done.stderr
    assert "drawing.redacted.png: the shoot has a picture with this name" in done.stderr
    assert not (run / COPIES).exists()


def test_copies_are_screened_by_the_pipeline_of_their_run_and_no_other(shoot: Path) -> None:
    run, pipeline = scanned(shoot), shoot.parent / "plates.toml"
    weaker = shoot.parent / "weaker.toml"
    weaker.write_text(PLATES.replace('[[stage]]\nuse = "tests.red_stage:Reds"\n', ""))
    done = quickly("redact", run, "--rule", "scene-address", "--pipeline", weaker)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"weaker.toml: is not the pipeline that {run} was scanned with, or has changed since" in done.stderr
    assert not (run / "redacted").exists()
    # whoever asks for it in Python gets a copy that is not cleared
    office = Office(shoot.parent / "office")
    after = Run.open(run, office, str(pipeline)).outcomes()
    original = next(one.photo for one in after if one.photo.file == "street.jpg")
    redaction = Redaction(run=run, pipeline=config.load(weaker), folder=run / "redacted", office=office)
    place = [one for one in original.judgements if one.rule == "scene-address"]
    assert redaction(shoot / "street.jpg", original, place).still == ()
    with pytest.raises(
        copies.CopyError, match=r"street\.redacted\.jpg was screened by a different pipeline from its run"
    ):
        examine.examine(run, str(pipeline), office)
    assert quickly("redact", run, "street.jpg", "--pipeline", pipeline).returncode == 0
    assert sha256_of(run / "redacted" / "street.redacted.jpg") in examine.examine(run, str(pipeline), office).released


def test_what_a_copy_took_over_counts_as_long_as_it_counts_for_the_original(shoot: Path) -> None:
    run, pipeline = scanned(shoot, pipeline=both()), shoot.parent / "plates.toml"
    office = Office(shoot.parent / "office")
    by = ("street.jpg", "--by", "A. Reviewer", "--pipeline", pipeline)

    def of_the_copy() -> tuple[str, str]:
        every = Run.open(run, office, str(pipeline)).outcomes()
        (after,) = (one for one in every if one.photo.file == "street.redacted.jpg")
        examined = examine.examine(run, str(pipeline), office)
        assert (after.photo.sha256 in examined.released) is (after.verdict == 0)
        return str(after.verdict), after.rule

    assert quickly("decide", run, "accept", *by, "--rule", "notice").returncode == 0
    assert quickly("redact", run, "street.jpg", "--rule", "number-plate", "--pipeline", pipeline).returncode == 0
    assert of_the_copy() == ("clear", "")
    assert quickly("decide", run, "reject", *by).returncode == 0
    assert of_the_copy() == ("block", "rejected")
    review = Review(run, by="A. Reviewer", pipeline=str(pipeline), office=office)
    copy = next(one for one in review.state()["photos"] if one["file"] == "street.redacted.jpg")
    assert (copy["whole"]["action"], copy["verdict"]) == ("reject", "block")
    with pytest.raises(ReviewError, match="its original was kept back"):
        review.decide([Wish(photo=copy["number"], action=Action.WITHDRAW)])
    assert quickly("decide", run, "withdraw", *by).returncode == 0
    assert of_the_copy() == ("hold", "notice"), "what it took over was withdrawn with the rest"
    assert quickly("decide", run, "accept", *by, "--rule", "notice").returncode == 0
    assert quickly("redact", run, "street.jpg", "--rule", "number-plate", "--pipeline", pipeline).returncode == 0
    assert of_the_copy() == ("clear", "")
    assert quickly("decide", run, "withdraw", *by, "--rule", "notice").returncode == 0
    assert of_the_copy() == ("hold", "notice")


def test_no_copy_takes_the_place_of_another_originals(shoot: Path) -> None:
    data = io.BytesIO()
    Image.fromarray(street(seed=3)).save(data, "WEBP", lossless=True)
    (shoot / "Street.webp").write_bytes(data.getvalue())
    (shoot / "street.webp.jpg").write_bytes(picture(rgb=street(seed=4), quality=95))
    run, pipeline = scanned(shoot), shoot.parent / "plates.toml"
    done = quickly("redact", run, "--pipeline", pipeline, "--json")
    assert done.returncode == 0, done.stderr
    told = {one["file"]: Path(one["copy"]).name for one in json.loads(done.stdout)}
    assert told == {
        "Street.webp": "Street.redacted.jpg",
        "drawing.png": "drawing.redacted.png",
        "street.jpg": "street.jpg.redacted.jpg",  # a disk may not tell capitals from small letters
        "street.webp.jpg": "street.webp.redacted.jpg",
    }

    def made() -> dict[str, str]:
        opened = Run.open(run, Office(shoot.parent / "office"), str(pipeline))
        return {one.photo.file: one.photo.sha256 for one in opened.copies}

    noted = made()
    assert noted == {name: sha256_of(run / "redacted" / name) for name in told.values()}
    assert len((run / COPIES).read_text().splitlines()) == len(told)
    assert set(noted.values()) <= set(examine.examine(run, str(pipeline), Office(shoot.parent / "office")).released)
    # one of them again: the others stay as they are
    assert quickly("redact", run, "street.jpg", "--style", "blur", "--pipeline", pipeline).returncode == 0
    assert {name for name in noted if made()[name] != noted[name]} <= {"street.jpg.redacted.jpg"}


def test_without_a_choice_the_reviews_decisions_are_followed(shoot: Path) -> None:
    (shoot / "third.jpg").write_bytes(picture(rgb=street(seed=5)))
    run, pipeline = scanned(shoot), shoot.parent / "plates.toml"
    by = ("--by", "A. Reviewer", "--pipeline", pipeline)
    reason = ("--reason", "our own marked car, shown on purpose")
    assert quickly("decide", run, "override", "drawing.png", *by, *reason).returncode == 0
    done = quickly("redact", run, "--pipeline", pipeline, "--json")
    assert {one["file"] for one in json.loads(done.stdout)} == {"street.jpg", "third.jpg"}, "what was lifted stays"
    assert quickly("decide", run, "redact", "third.jpg", *by).returncode == 0
    done = quickly("redact", run, "--pipeline", pipeline, "--json")
    assert {one["file"] for one in json.loads(done.stdout)} == {"third.jpg"}, (
        "and only what was marked, if anything was"
    )
    (shoot / "another.jpg").write_bytes(picture(rgb=plain(6)))
    scanned(shoot)
    done = quickly("redact", run, "third.jpg", "--pipeline", pipeline)
    assert "street.redacted.jpg: is a copy from an earlier scan and no longer counts" in done.stderr
    assert "third.redacted.jpg: is a copy" not in done.stderr


def test_what_is_noted_but_clear_can_be_redacted_too(shoot: Path) -> None:
    noted = PLATES.replace('"vehicle" = { block = 0.5 }', '"vehicle" = { block = 0.95 }')
    (shoot.parent / "plates.toml").write_text(noted)
    run, pipeline, office = shoot.parent / "run", shoot.parent / "plates.toml", Office(shoot.parent / "office")
    quickly("scan", shoot, "--out", run, "--pipeline", pipeline)
    review = Review(run, by="A. Reviewer", pipeline=str(pipeline), office=office)
    drawing = next(one for one in review.state()["photos"] if one["file"] == "drawing.png")
    assert (drawing["verdict"], drawing["findings"][0]["may"]) == ("clear", {"redact": ""})
    review.decide([Wish(photo=drawing["number"], finding=0, action=Action.REDACT)])
    drawing = next(one for one in review.state()["photos"] if one["file"] == "drawing.png")
    assert (drawing["verdict"], drawing["open"]) == ("hold", [0]), "its picture stays back"
    assert sha256_of(shoot / "drawing.png") in examine.examine(run, str(pipeline), office).withheld
    done = quickly("redact", run, "--pipeline", pipeline)
    assert "drawing.redacted.png: 1 finding redacted, no longer found; clear" in done.stdout, done.stderr
    done = quickly("redact", run, "street.jpg", "--kind", "vehicle.plate", "--pipeline", pipeline)
    assert "street.redacted.jpg: 1 finding redacted, no longer found" in done.stdout, done.stderr
