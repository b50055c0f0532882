"""CONTRIBUTING's example of a detector, followed to the letter in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
# The stage reads text, so `text` is the one other stage that has to run.
PIPELINE = """extends = "default"
without = [{others}]
"""


def steps() -> list[str]:
    """The code of each numbered step."""
    chapter = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a detector")[2]
    return [
        textwrap.dedent(code) for code in re.findall(r"^   ```\w+\n(.*?)^   ```$", chapter, re.MULTILINE | re.DOTALL)
    ]


def edit(path: Path, before: str, added: str) -> None:
    """Puts lines before a line that stands in the file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} has one {before!r}"
    path.write_text(text.replace(before, added + before), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the five edits."""
    copy = tmp_path_factory.mktemp("project")
    nothing_built = shutil.ignore_patterns("__pycache__", "*.onnx")
    for folder in ("screening", "pipelines", "models", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=nothing_built)
    shutil.copy(ROOT / "pyproject.toml", copy)
    stage, line, table, kind, test = steps()
    (copy / "screening/stages/codewords.py").write_text(stage, encoding="utf-8")
    edit(copy / "screening/stages/__init__.py", "}\n\n\ndef networks", textwrap.indent(line, "    "))
    edit(copy / "pipelines/default.toml", "[rules.unscreened]\n", f"{table}\n")
    edit(copy / "pipelines/default.toml", "\n[rules.reputation]\n", kind)
    (copy / "tests/test_codewords.py").write_text(test, encoding="utf-8")
    return copy


def run(project: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Python, run in the copy."""
    own = os.environ | {"PYTHONPATH": str(project), "SCREENING_HOME": str(project / "home")}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=project, env=own, capture_output=True, text=True, check=False)


def test_the_new_stage_passes_its_own_test_and_the_conformance_tests(project: Path) -> None:
    done = run(
        project,
        "-m",
        "pytest",
        "-n",
        "0",
        "-vv",
        "-k",
        "codewords or rule",
        "tests/test_codewords.py",
        "tests/test_stages.py",
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"test_stages\.py::\w+\[[^]]*codewords.*PASSED", done.stdout), "the conformance tests ran over it"


def test_the_new_stage_is_formatted_as_the_project_asks(project: Path) -> None:
    new = ("screening/stages/codewords.py", "tests/test_codewords.py")
    for arguments in (("format", "--check"), ("check",)):
        done = run(project, "-m", "ruff", *arguments, *new)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_new_stage_holds_a_picture_by_a_pipeline_file_and_masks_what_it_read(project: Path) -> None:
    (project / "shoot").mkdir()
    picture = Image.new("RGB", (1200, 500), "white")
    ImageDraw.Draw(picture).text((80, 180), "OPERATION OVERBOARD", "black", ImageFont.load_default(80))
    picture.save(project / "shoot" / "board.jpg", quality=95)
    table = (project / "screening/stages/__init__.py").read_text(encoding="utf-8")
    names = re.findall(r'^    "(\w+)": "screening\.stages', table, re.MULTILINE)
    others = ", ".join(f'"{name}"' for name in names if name not in ("text", "codewords"))
    (project / "own.toml").write_text(PIPELINE.format(others=others), encoding="utf-8")
    done = run(
        project,
        "-c",
        "from screening.cli import main; main()",
        "scan",
        "shoot",
        "--out",
        "run",
        "--pipeline",
        "own.toml",
    )
    assert done.returncode == 1, done.stderr
    report = (project / "run/report.json").read_text(encoding="utf-8")
    (photo,) = json.loads(report)["photos"]
    found = [(one["kind"], one["verdict"], one["evidence"]) for one in photo["findings"]]
    assert ("staff.codeword", "hold", "code word, 9 characters") in found
    assert "overboard" not in report.casefold()
