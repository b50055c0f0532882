"""The notebooks run from top to bottom as they are in a fresh clone, and hold no outputs."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import screening
from screening.compiled import VARIABLE
from screening.evaluation import plots
from tests.alone import Alone

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# Of the set that is drawn, every so many pictures are.
EACH = 4
FEW = f"""
whole = pictures
def pictures():
    return list(whole())[::{EACH}]
"""
# Something that each must have come to, on the drawn set.
COMES_TO = {
    "01_first_report": "12 pictures were screened",
    "02_tune_a_threshold": "reported on",
    "03_compare_policies": "identifiable-person",
    "04_write_a_detector": "scene.cone",
    "05_fairness": "900 faces, with invented scores",
}


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> Iterator[ast.AST]:
    """Every node of a notebook's code."""
    for cell in read(path).cells:
        if cell.cell_type == "code":
            yield from ast.walk(ast.parse(cell.source))


def patience(cell: Any) -> int:
    """Seconds that a cell may take on the slowest of computers. A busy client sometimes misses that a cell has ended,
    and sees it only then."""
    return 1200 if ".scan(" in cell.source else 90


def execute(book: Any, folder: Path) -> tuple[str, list[Any]]:
    """Runs a notebook in a folder: all that it says as text, and every output, those of its widgets too."""
    client = NotebookClient(
        book, timeout_func=patience, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    states = book.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    outputs += [output for widget in states.values() for output in widget["state"].get("outputs", [])]
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs), outputs


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """Where the kernels run, which are listened to."""
    made = Alone.within(tmp_path_factory.mktemp("alone") / "alone")
    (made.folder / "kernels").mkdir()
    return made


@pytest.fixture(autouse=True)
def surroundings(alone: Alone, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is named, figures go into the notebook, and what Jupyter itself keeps lies apart."""
    kernels = {"IPYTHONDIR": "ipython"} | {
        f"JUPYTER_{word}_DIR": word.lower() for word in ("CONFIG", "DATA", "RUNTIME")
    }
    folders = {name: str(alone.folder / "kernels" / folder) for name, folder in kernels.items()}
    # compiled for all tests once
    compiled = {VARIABLE: os.environ[VARIABLE]}
    for name in set(os.environ) - {"PYTEST_CURRENT_TEST"}:
        monkeypatch.delenv(name)
    for name, value in (alone.environment() | folders | compiled).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def clone(alone: Alone) -> Path:
    """A clone's notebooks and what they draw with, though less; the first that runs draws and scans for the others."""
    clone = alone.folder / "clone"
    for folder in (FOLDER, FOLDER.parent / "fixtures"):
        shutil.copytree(folder, clone / folder.name)
    with (clone / "fixtures" / "make_labelled.py").open("a", encoding="utf-8") as script:
        script.write(FEW)
    return clone / FOLDER.name


def test_there_are_five() -> None:
    assert [path.stem for path in NOTEBOOKS] == list(COMES_TO)


def test_they_hold_no_outputs() -> None:
    command = [sys.executable, "-m", "nbstripout", "--verify", *map(str, NOTEBOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    for path in NOTEBOOKS:
        assert set(read(path).metadata) == {"kernelspec", "language_info"}, (
            f"{path.stem}: says on whose computer it ran"
        )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_uses_public_names_only(path: Path) -> None:
    for node in code(path):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("screening.") for alias in node.names)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("screening"):
            assert node.module == "screening"
            assert {alias.name for alias in node.names} <= set(screening.__all__)
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_"), node.attr
            if isinstance(node.value, ast.Name) and node.value.id == "screening":
                assert node.attr in screening.__all__
            if isinstance(node.value, ast.Attribute) and node.value.attr == "plots":
                assert hasattr(plots, node.attr)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom(path: Path, clone: Path, alone: Alone) -> None:
    text, outputs = execute(read(path), clone)
    assert COMES_TO[path.stem] in text
    said = [(output["name"], output["text"]) for output in outputs if output["output_type"] == "stream"]
    assert said == [], "neither warnings nor anything else printed"
    assert [output for output in outputs if output["output_type"] == "error"] == [], "nor a fault behind a slider"
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert (alone.asked(), alone.strays(Path(os.environ[VARIABLE]))) == ([], []), (
        "no other computer is asked for, and nothing left in the home"
    )


def test_moving_the_slider_draws_anew(clone: Path) -> None:
    book = read(FOLDER / "02_tune_a_threshold.ipynb")
    until = next(number for number, cell in enumerate(book.cells) if "slider = " in cell.source)
    moved = "said = []\nslider.observe(lambda change: said.append(set(changes(change.new).becomes)), 'value')\n"
    moved += "slider.value = 0.0\nslider.value = 1.0\nsaid"
    book.cells = [*book.cells[: until + 1], nbformat.v4.new_code_cell(moved)]
    _, outputs = execute(book, clone)
    assert book.cells[-1].outputs[0]["data"]["text/plain"] == "[{'now held'}, {'let go'}]"
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == 2, "the histogram, and what the slider shows now"


def test_recall_by_group_is_measured_where_there_are_faces(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (shared_data / "ages").is_dir():
        pytest.skip("SCREENING_DATA holds no folder of ages")
    monkeypatch.setenv("SCREENING_DATA", str(shared_data))
    monkeypatch.setenv("PER_GROUP", "2")
    text, _ = execute(read(FOLDER / "05_fairness.ipynb"), FOLDER)
    assert "20 faces, from the ages set" in text
