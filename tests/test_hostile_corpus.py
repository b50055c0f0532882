"""Malformed and hostile files, some for every decoder: each is judged or blocked by name, and none ends a scan."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fixtures import make_hostile
from screening.inert import inert
from screening.photo.carried import carried
from screening.photo.files import FileError
from screening.photo.photo import Photo
from screening.stages.metadata import Metadata
from tests.command import QUICK, screening

FILES = make_hostile.files()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", make_hostile.whole())
def test_what_is_spoilt_is_judged_or_refused_in_words(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    mine = {file: data for file, data in FILES.items() if file.endswith(f"-{name}")}
    assert len(mine) > 20
    refused = [said for file, data in mine.items() if (said := refusal(file, data))]
    assert refused, "some cannot be read by anybody"
    capfd.readouterr()  # what decoders print


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sort", ["bomb", "both"])
def test_what_promises_too_much_or_is_two_things_is_judged_or_refused_in_words(
    sort: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for file, data in FILES.items():
        if file.startswith(f"{sort}-"):
            refusal(file, data)
    capfd.readouterr()


def refusal(name: str, data: bytes) -> str:
    """Why a file is not judged, or ""; whatever else is raised is a fault."""
    try:
        photo = Photo.from_bytes(data, name=name)
        list(Metadata()(photo, ()))
        list(photo.others())
        list(carried(photo))
    except FileError as error:
        assert "\n" not in str(error) and len(str(error)) < 300
        return str(error)
    return ""


def test_a_scan_of_them_all_reports_every_one(tmp_path: Path) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    for name, data in FILES.items():
        (shoot / name).write_bytes(data)
    make_hostile.special(shoot)
    (tmp_path / "quick.toml").write_text(QUICK)
    done = screening("scan", shoot, "--out", tmp_path / "run", "--pipeline", tmp_path / "quick.toml")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and "\x1b" not in done.stdout + done.stderr
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    told = {photo["file"] for photo in report["photos"]} | set(report["aside"])
    names = {path.name for path in shoot.iterdir()}
    assert {
        name for name in names if name not in told and inert(os.fsencode(name).decode("utf-8", "replace")) not in told
    } == set()
    said = [finding["evidence"] for photo in report["photos"] for finding in photo["findings"]]
    assert not any("could not be screened (" in one for one in said), "the name of an error tells nobody what to do"
    unread = [photo for photo in report["photos"] if not photo["sha256"]]
    assert all(photo["verdict"] == "block" for photo in unread)
