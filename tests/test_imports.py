"""Who may import whom, and that the command line starts quickly."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import screening
from tests.cleared import Cleared

PACKAGE = Path(screening.__file__).parent
# Lower layers first. A module imports from its own layer and from those below it.
LAYERS = [
    (
        "finding",
        "arrays",
        "alike",
        "duplicates",
        "force",
        "home",
        "quiet",
        "code",
        "inert",
        "analysis",
        "typed",
        "patient",
    ),
    ("compiled", "weights", "policy", "lifting"),
    ("pipeline_file", "questions", "engine"),
    ("containers",),
    ("photo",),
    ("sandbox",),
    ("faces", "text"),
    ("words", "street"),
    ("office",),
    ("stages",),
    ("kinds", "photo_report", "report", "settings"),
    ("pipeline", "config"),
    ("render",),
    ("run",),
    ("release", "watch"),
    ("evaluation",),
    ("service",),
    ("web", "cli"),
]


def layer(module: str) -> int:
    part = module.split(".")[1] if "." in module else ""
    return next((index for index, names in enumerate(LAYERS) if part in names), -1)


def imported(path: Path, package: str = "screening") -> list[str]:
    """The modules of a package that a file imports, wherever in it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.startswith(f"{package}.")]


def modules() -> dict[str, Path]:
    return {
        ".".join(("screening", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_every_module_belongs_to_a_layer() -> None:
    assert [name for name in modules() if name != "screening" and layer(name) < 0] == []


def test_the_drawing_of_the_layers_in_the_documentation_is_this_one() -> None:
    chapter = (PACKAGE.parent / "docs/design.md").read_text(encoding="utf-8").partition("## Layers")[2]
    drawing = chapter.split("```")[1].strip().splitlines()
    drawn = [set(line.split("   ")[0].split()) for line in reversed(drawing)]
    assert drawn == [set(names) for names in LAYERS]


def test_dependencies_run_one_way() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, path in modules().items()
        for other in imported(path)
        if name != "screening" and layer(other) > layer(name)
    ]
    assert wrong == []


def test_no_room_holds_more_than_a_fifth_of_the_package() -> None:
    lines: Counter[str] = Counter()
    for path in modules().values():
        lines[path.relative_to(PACKAGE).parts[0]] += len(path.read_text(encoding="utf-8").splitlines())
    assert [f"{room}: {count}" for room, count in lines.items() if count > lines.total() / 5] == []


def test_no_test_module_imports_another() -> None:
    """What tests share lives in modules of its own, so that each can be read and run alone."""
    tests = sorted(Path(__file__).parent.glob("test_*.py"))
    helpers = sorted(path for path in Path(__file__).parent.glob("*.py") if path not in tests)
    wrong = [
        f"{path.name} imports {name}"
        for path in (*tests, *helpers)
        for name in imported(path, "tests")
        if name.startswith("tests.test_")
    ]
    assert wrong == []


def test_stages_import_neither_each_other_nor_the_policy() -> None:
    from screening.stages import STAGES

    stages = {entry.partition(":")[0] for entry in STAGES.values()}
    wrong = [
        f"{name} imports {other}"
        for name, path in modules().items()
        if name.startswith("screening.stages.")
        for other in imported(path)
        if (other in stages and other != name) or other.startswith(("screening.policy", "screening.report"))
    ]
    assert wrong == []


HEAVY = set(
    "cv2 torch onnx onnxruntime openvino dlib numpy PIL rapidocr easyocr ultralytics jinja2 pydantic fastapi".split()
)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, screening.cli; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_decision_is_recorded_without_loading_a_stage_or_anything_heavy(cleared: Cleared) -> None:
    """A reviewer who decides picture by picture must not wait half a second for each."""
    arguments = ["decide", str(cleared.run), "reject", cleared.blocked.name, "--by", "A. Editor", "--pipeline"]
    code = f"""
import sys
from screening.cli import app
app({[*arguments, str(cleared.pipeline)]}, standalone_mode=False)
unwanted = {HEAVY | {"screening.pipeline"}} & set(sys.modules)
print(sorted(unwanted | {{name for name in sys.modules if name.startswith("screening.stages.")}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SCREENING_HOME": str(cleared.office.folder)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert "reject" in (cleared.run / "decisions.jsonl").read_text()


def test_no_files_import_each_other_in_a_circle() -> None:
    """Modules that import nothing that is left, or that nothing left imports, are taken away: a circle stays."""
    there = modules()
    left = {name: {other for other in imported(path) if other in there} - {name} for name, path in there.items()}
    while True:
        wanted = set().union(*left.values())
        stays = {name for name, others in left.items() if others & left.keys() and name in wanted}
        if stays == left.keys():
            break
        left = {name: left[name] & stays for name in stays}
    assert sorted(left) == []
