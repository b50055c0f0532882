"""The whole of it, every stage on: the sample shoot is judged as a person would judge it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import PATIENCE

ROOT = Path(__file__).parent.parent

# file -> rule that must hold or block it, and the verdict that follows
EXPECTED = {
    "open-day/portrait.jpg": ("identifiable-person", "hold"),
    "open-day/framed-picture.jpg": ("identifiable-person", "hold"),  # a face in a picture is still a face
    "open-day/scan-me.jpg": ("personal-details", "hold"),  # a code that leads to a site that is not ours
    "street/parked-car.jpg": ("number-plate", "block"),
    "street/two-cars.jpg": ("number-plate", "block"),
    "street/front-door.jpg": ("scene-address", "block"),
    "street/bin-and-sign.jpg": ("scene-address", "block"),
    "street/cordon.jpg": ("scene-scope", "hold"),
    "desk/briefing.jpg": ("protective-marking", "block"),
    "desk/letter.jpg": ("personal-details", "block"),
    "desk/evidence-bag.jpg": ("evidence", "block"),
    "desk/warrant-card.jpg": ("staff-security", "block"),
    "open-day/school-gate.jpg": ("juvenile", "hold"),
    "stock/agency-view.jpg": ("scene-address", "block"),  # GPS in its metadata
}
CLEAR = ["open-day/campaign-poster.jpg", "stock/hills.jpg", "stock/cat.jpg", "stock/coffee.jpg"]
# What stands in the pictures and must stand nowhere in a report.
SECRETS = ["BD51", "LK08", "A123 BCD", "07700", "B12 0XX", "ACACIA", "example.org", "21345"]
SEVERITY = ["clear", "hold", "block"]


@pytest.fixture(scope="module")
def run(shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample shoot, scanned from the command line."""
    folder = tmp_path_factory.mktemp("sample") / "run"
    code = "from screening.cli import main; main()"
    command = [sys.executable, "-c", code, "scan", str(shoot), "--out", str(folder), "--annotate"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 1, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def photos(run: Path) -> dict[str, Any]:
    return {photo["file"]: photo for photo in json.loads((run / "report.json").read_text())["photos"]}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_what_must_not_go_out_is_stopped_for_the_right_rule(photos: dict[str, Any], name: str) -> None:
    rule, least = EXPECTED[name]
    found = {one["rule"]: one["verdict"] for one in reversed(photos[name]["findings"])}
    assert SEVERITY.index(found.get(rule, "clear")) >= SEVERITY.index(least), photos[name]["findings"]


@pytest.mark.parametrize("name", CLEAR)
def test_what_may_go_out_is_clear(photos: dict[str, Any], name: str) -> None:
    reasons = [one for one in photos[name]["findings"] if one["verdict"] != "clear"]
    assert photos[name]["verdict"] == "clear", reasons


def test_no_stage_failed_on_any_picture(photos: dict[str, Any]) -> None:
    assert [one for photo in photos.values() for one in photo["findings"] if one["kind"].startswith("error")] == []


def test_no_report_repeats_what_it_must_not(run: Path) -> None:
    for name in ("report.json", "report.csv", "report.html"):
        text = (run / name).read_text(encoding="utf-8")
        assert [secret for secret in SECRETS if secret in text] == [], name


def test_every_picture_has_a_copy_with_boxes(run: Path, photos: dict[str, Any]) -> None:
    assert len(list((run / "annotated").rglob("*.jpg"))) == len(photos)


def test_the_wheel_carries_everything_and_screens_outside_the_clone(shoot: Path, tmp_path: Path) -> None:
    uv = os.environ.get("UV") or shutil.which("uv")
    if not uv:
        pytest.skip("uv is not at hand: the wheel is not tested")
    few = tmp_path / "few"
    few.mkdir()
    for name in ("street/parked-car.jpg", "stock/hills.jpg"):
        with Image.open(shoot / name) as picture:
            picture.resize((1200, 800)).save(few / Path(name).name, quality=95)

    def call(*command: object) -> None:
        # outside the clone, nothing of it on the path
        environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        done = subprocess.run(
            [str(part) for part in command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    call(uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path / "dist", ROOT)
    wheel = next((tmp_path / "dist").glob("screening-*.whl"))
    call(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (tmp_path / "pins.txt").write_text("\n".join(installed(uv)))
    call(
        *(uv, "pip", "install", "--quiet", "--python", python, wheel),
        *("--override", ROOT / "examples" / "overrides.txt", "--constraint", tmp_path / "pins.txt"),
    )
    program = python.parent / "screening"
    scan = subprocess.run(
        [str(program), "scan", str(few), "--json", "--jobs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert scan.returncode == 1, scan.stdout + scan.stderr
    verdicts = {photo["file"]: photo["verdict"] for photo in json.loads(scan.stdout)["photos"]}
    assert verdicts == {"parked-car.jpg": "block", "hills.jpg": "clear"}
    models = subprocess.run([str(program), "models"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert models.returncode == 0, models.stdout


def installed(uv: str) -> list[str]:
    """The versions that this environment has, so that the wheel is tried with the same."""
    command = [uv, "pip", "freeze", "--exclude-editable", "--python", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "==" in line]
