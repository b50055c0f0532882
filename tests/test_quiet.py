"""Nothing asks for another computer, and nothing is left in the home of whoever runs it: every command, and every
library that is known to call home, as outside of a check, where nothing tells them to keep quiet."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from fixtures import make_broken
from screening.quiet import SWITCHES
from tests.alone import ROOT, Alone, apart
from tests.cleared import PASSPHRASE
from tests.picture_files import picture
from tests.streets import PLATES, plain, street

COMMAND = (sys.executable, "-c", "from screening.cli import main; main()")
ANSWERS = (
    {"purpose": "An open day", "release-forms": "yes", "category": "publicity", "comments": "The press desk"}
    | dict.fromkeys(("libel", "reputation", "involved", "evidence", "graphic", "security"), "no")
    | dict.fromkeys(("link", "related"), "none")
)
# Every command, in an order in which each has something to do, and how it exits. SHOOT holds a portrait and a clear
# picture, which the default pipeline screens; MANY holds sixty tiny ones for a pipeline without networks.
COMMANDS = (
    ("scan SHOOT --out RUN --annotate --jobs 1", 1),
    ("scan MANY --out COUNTED --pipeline PLATES", 1),
    ("explain SHOOT/astronaut.png --run RUN", 1),
    ("evaluate LABELS --run COUNTED --pipeline PLATES", 0),
    ("tune LABELS --run COUNTED --pipeline PLATES --rule number-plate --recall 0.5 --out TUNED", 0),
    ("redact RUN --rule identifiable-person", 0),
    ("decide RUN release astronaut.png --by A.Editor --reference FORM-7", 0),
    ("labels RUN", 0),
    ("register add A.Person --photo SHOOT/astronaut.png --release FORM-7 --adult", 0),
    ("register list", 0),
    ("keys make A.Signer", 0),
    ("keys list", 0),
    ("clear RUN --answers ANSWERS --purpose Recruitment", 0),
    ("gate SHOOT/fine.jpg --clearance RUN/clearance.json", 0),
    ("export RUN PUBLIC", 0),
    ("gate PUBLIC", 0),
    ("release-note RUN", 0),
    ("models", 0),
    ("audit verify", 0),
    ("purge RUN --yes", 0),
)
# Opens the page of a review as a browser does, and prints what it was answered with.
REVIEW = """
import http.cookiejar, subprocess, sys, urllib.request
server = subprocess.Popen([*sys.argv[1:], "--by", "A. Editor", "--no-open"], stdout=subprocess.PIPE, text=True)
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
with browser.open(server.stdout.readline().strip()) as page:
    print(page.status, page.headers.get_content_type())
server.terminate()
server.wait()
"""
# The libraries that are known to call home, to fetch things or to write into the home, and how each is brought to it.
LIBRARIES = {
    "openvino": "from screening.engine import load; load('centerface', engine='openvino')",
    "onnxruntime": "from screening.engine import load; load('centerface', engine='onnxruntime')",
    "matplotlib": "import screening; from matplotlib import pyplot; pyplot.figure().savefig(sys.argv[1])",
    "ultralytics": "import screening; from ultralytics import YOLO; from ultralytics.utils import ONLINE\n"
    "YOLO('yolov5n.yaml'); assert not ONLINE",
    "easyocr": "import screening; import easyocr, torchvision",
    "ray": "from screening.run.connection import connected\n"
    "with connected('', 1): import ray; assert ray.get(ray.remote(lambda: 3).remote()) == 3",
}
CALL_HOME = {"ray", "openvino", "onnxruntime", "ultralytics", "easyocr", "matplotlib", "deface", "huggingface_hub"}


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    return Alone.within(tmp_path / "alone")


def laid_out(folder: Path, astronaut: Path) -> dict[str, str]:
    """The files that the commands are about, by the words that stand for them."""
    names = {"PLATES": "plates.toml", "LABELS": "labels.csv", "ANSWERS": "answers.json", "TUNED": "tuned.toml"}
    places = {
        name: folder / names.get(name, name.lower()) for name in (*names, "SHOOT", "MANY", "RUN", "COUNTED", "PUBLIC")
    }
    places["SHOOT"].mkdir()
    shutil.copy(astronaut, places["SHOOT"])
    (places["SHOOT"] / "fine.jpg").write_bytes(make_broken.encoded(make_broken.view(), "JPEG", quality=92))
    places["MANY"].mkdir()
    lines = ["file,about,present"]
    for number in range(60):
        shows = number % 2
        (places["MANY"] / f"{number}.jpg").write_bytes(picture(rgb=street(seed=number) if shows else plain(number)))
        lines.append(f"{number}.jpg,number-plate,{'yes' if shows else 'no'}")
    # `tune` writes a number into the file where a rule's kinds are a table of their own
    table = '[rules.number-plate.kinds]\n"vehicle" = { block = 0.5 }'
    places["PLATES"].write_text(PLATES.replace('kinds = { "vehicle" = { block = 0.5 } }', table))
    places["LABELS"].write_text("\n".join(lines))
    places["ANSWERS"].write_text(json.dumps(ANSWERS))
    return {name: str(place) for name, place in places.items()}


def spelled(line: str, places: dict[str, str]) -> list[str]:
    """A line of the table with its words replaced."""
    words = [word.partition("/") for word in line.split()]
    return [places.get(first, first) + slash + rest for first, slash, rest in words]


def test_no_command_asks_for_another_computer_or_leaves_anything_elsewhere(alone: Alone, astronaut: Path) -> None:
    places = laid_out(alone.folder, astronaut)
    for line, code in COMMANDS:
        done = alone.run([*COMMAND, *spelled(line, places)], SCREENING_PASSPHRASE=PASSPHRASE)
        assert (line, done.returncode, alone.asked(), alone.strays()) == (line, code, [], []), done.stderr
        if line.startswith("scan SHOOT"):
            reviewed = alone.run([sys.executable, "-c", REVIEW, *COMMAND, "review", places["RUN"]])
            assert reviewed.stdout == "200 text/html\n", reviewed.stderr
            assert (alone.asked(), alone.strays()) == ([], [])


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_screening_was_imported_before_keeps_to_itself(library: str, alone: Alone) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    drawing = str(alone.folder / "drawing.png")
    done = alone.run([sys.executable, "-c", f"import sys\n{LIBRARIES[library]}", drawing])
    assert done.returncode == 0, done.stderr
    assert (alone.asked(), alone.strays()) == ([], [])


def test_what_the_surroundings_say_does_not_switch_it_on_again(alone: Alone) -> None:
    on = dict.fromkeys(SWITCHES, "0")
    done = alone.run([sys.executable, "-c", f"import sys\n{LIBRARIES['onnxruntime']}"], **on)
    assert done.returncode == 0, done.stderr
    assert (alone.asked(), alone.strays()) == ([], [])


@pytest.mark.parametrize(
    ("program", "heard"),
    [
        ("import socket; socket.getaddrinfo('example.org', 443)", "example.org"),
        ("import socket; socket.socket().connect(('192.0.2.1', 443))", "192.0.2.1"),
        ("import _socket; _socket.socket(2, 2).sendto(b'', ('192.0.2.1', 53))", "192.0.2.1"),
        # a process that a process starts
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'import urllib.request as web; "
         "web.urlopen(\"https://example.org\")'])", "example.org"),
    ],
)  # fmt: skip
def test_whoever_asks_is_heard(program: str, heard: str, alone: Alone) -> None:
    alone.run([sys.executable, "-c", program])
    assert heard in alone.asked()


def test_a_library_in_c_that_asks_is_heard(alone: Alone) -> None:
    if not apart():
        pytest.skip("this system has or allows no network namespaces")
    program = "import ctypes; libc = ctypes.CDLL(None); libc.getaddrinfo(b'example.org', b'443', None, bytes(64))"
    alone.run([sys.executable, "-c", program])
    assert any("by a library in C" in whom for whom in alone.asked())


def test_whatever_is_left_is_seen(alone: Alone, tmp_path: Path) -> None:
    program = "from pathlib import Path; import sys; (Path.home() / '.id').touch(); Path(sys.argv[1]).touch()"
    alone.run([sys.executable, "-c", program, str(tmp_path / "elsewhere")])
    assert [Path(path).name for path in alone.strays()] == [".id", "elsewhere"]


def test_whoever_imports_a_library_that_calls_home_has_imported_screening_before() -> None:
    late = []
    for path in (
        one for folder in ("models", "benchmarks", "examples", "fixtures") for one in (ROOT / folder).rglob("*.py")
    ):
        seen = False
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            names = {
                name.partition(".")[0]
                for node in ast.walk(statement)
                for name in (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import)
                    else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                )
            }  # fmt: skip
            if names & CALL_HOME and not seen:
                late.append(str(path.relative_to(ROOT)))
            seen = seen or ("screening" in names and isinstance(statement, (ast.Import, ast.ImportFrom)))
    assert late == []


def test_the_process_that_runs_the_tests_keeps_quiet_as_well() -> None:
    assert {name: os.environ.get(name) for name in SWITCHES} == SWITCHES
    assert sys.modules["openvino_telemetry"] is None
