"""The Dockerfile says what the project says: its pins, its files, and nothing left out that is loaded."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import screening
from examples.first_run import UV
from screening.weights import manifest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# Instructions, each on one line.
LINES = [
    line
    for line in re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
    if line.strip()
]
# What a package that is left out is imported as, where that is not its name.
MODULES = {"imageio-ffmpeg": "imageio_ffmpeg", "lazy-loader": "lazy_loader", "scikit-image": "skimage"}
# Left out for another package with the same modules.
REPLACED = {"opencv-python"}


def said(instruction: str) -> list[str]:
    return [line.partition(" ")[2] for line in LINES if line.startswith(f"{instruction} ")]


def test_both_stages_begin_with_one_base_by_version_and_digest() -> None:
    bases = {one.removesuffix(" AS build") for one in said("FROM")}
    assert len(said("FROM")) == 2 and len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases.pop())


def test_it_runs_as_somebody_without_rights_whose_folder_is_a_volume() -> None:
    assert said("USER") == ["10001:10001"]
    assert LINES.index("USER 10001:10001") > max(index for index, line in enumerate(LINES) if line.startswith("RUN "))
    assert said("VOLUME") == ["/office"] and "SCREENING_HOME=/office" in said("ENV")[-1]
    assert said("ENTRYPOINT") == ['["screening"]']


def test_uv_is_the_one_that_the_first_run_fetches() -> None:
    assert f"pip install --no-deps {UV}" in said("RUN")[0]


def test_what_is_copied_is_there_and_not_ignored() -> None:
    copied = {name for line in said("COPY") if "--from" not in line for name in line.split()[:-1]}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "*" in ignored


def test_what_is_left_out_is_wanted_by_others_alone_and_never_imported() -> None:
    left_out = set(re.findall(r"--no-install-package (\S+)", TEXT))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = {canonicalize_name(Requirement(one).name) for one in settings["project"]["dependencies"]}
    assert left_out & ours == REPLACED <= left_out
    pins = [Requirement(one).name for one in settings["tool"]["uv"]["constraint-dependencies"]]
    assert left_out | {"opencv-python-headless"} <= set(pins)
    modules = {MODULES.get(name, name) for name in left_out - REPLACED}
    found = [
        f"{path.name} imports {name}"
        for path in Path(screening.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.split(".")[0] in modules
    ]
    assert found == []


def test_no_network_of_ours_is_removed() -> None:
    removed = [one for one in TEXT.split() if one.startswith("face_recognition_models/")]
    assert len(removed) == 2
    for weights in manifest().values():
        assert not any(Path(f"{weights.package}/{weights.file}").match(pattern) for pattern in removed)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
