"""What every stage keeps to, whoever wrote it: each check raises an AssertionError that names stage and mistake.

`check(stage, others)` makes them all, but for `check_leaks`, which takes a minute where a stage runs networks.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from screening.finding import KIND, OBSERVATION, Finding
from screening.photo.photo import Photo
from screening.stages import Stage
from tests.planted import HEIGHT, WIDTH, needles, observations, plain

RANDOM = np.random.default_rng(7)
PHOTOS = {
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "grey": np.full((240, 320, 3), 128, np.uint8),
    "very wide": RANDOM.integers(0, 256, (9, 1500, 3), dtype=np.uint8),
    "very tall": np.full((1500, 3, 3), 255, np.uint8),
    "noise": RANDOM.integers(0, 256, (300, 400, 3), dtype=np.uint8),
}
LONGEST = 200  # characters of one evidence
# What takes long to import, so only a call may.
HEAVY = "cv2 torch onnx onnxruntime openvino dlib PIL scipy pandas rapidocr easyocr ultralytics zxingcpp exiv2".split()
# Lines of a stage's own file that run when it is imported: the longest of ours takes some hundred.
LINES_RUN = 5_000
# Imports a module and says what heavy came with it, and how many lines of its own file ran.
IMPORTED = """
import importlib, importlib.util, sys
name, heavy = sys.argv[1], sys.argv[2:]
file, ran = importlib.util.find_spec(name).origin, 0
def line(frame, event, argument):
    global ran
    ran += 1
    return line
sys.settrace(lambda frame, event, argument: line if frame.f_code.co_filename == file else None)
importlib.import_module(name)
sys.settrace(None)
print(ran, *(one for one in heavy if one in sys.modules))
"""


def check_declared(stage: Stage) -> None:
    """It is a frozen dataclass that can go to a worker; each option has a default and a line in the docstring."""
    kind_of: Any = type(stage)
    parameters: Any = getattr(kind_of, "__dataclass_params__", None)
    assert parameters is not None, f"{stage.name} is not a dataclass"
    assert parameters.frozen, f"{stage.name} is not frozen"
    assert stage.kinds, f"{stage.name} declares no kinds"
    for kind in stage.kinds:
        assert KIND.fullmatch(kind), f"{stage.name} declares {kind!r}, which is not dotted words"
    # a dataclass without a docstring gets its signature for one
    documented = "\n".join(one.__doc__ or "" for one in kind_of.__mro__ if "Attributes:" in (one.__doc__ or ""))
    for field in dataclasses.fields(kind_of):
        missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        assert not missing, f"{stage.name}: the option {field.name} has no default"
        told = re.search(rf"^ +(\w+, )*{field.name}(, \w+)*:", documented, re.MULTILINE)
        assert told, f"{stage.name}: the option {field.name} is not documented"
    assert pickle.loads(pickle.dumps(stage)) == stage, f"{stage.name} does not survive the way to a worker"


def check_import(stage: Stage) -> None:
    """Its file is imported quickly: nothing heavy with it, and no work of its own."""
    command = [sys.executable, "-c", IMPORTED, type(stage).__module__, *HEAVY]
    own = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(command, capture_output=True, text=True, env=own, check=False)
    assert done.returncode == 0, f"{stage.name} cannot be imported: {done.stderr[-500:]}"
    ran, *heavy = done.stdout.split()
    assert not heavy, f"{stage.name} imports {', '.join(heavy)} with its file; import it where it is called"
    assert int(ran) <= LINES_RUN, f"{stage.name} runs {ran} lines when its file is imported"


def check_call(stage: Stage, photo: Photo, found: Sequence[Finding] = ()) -> list[Finding]:
    """It takes any photo, says nothing, changes nothing, and its findings are what it declared and lie in the photo."""
    before = photo.rgb.copy()
    with _heard() as heard:
        try:
            findings = list(stage(photo, found))
        except Exception as error:  # whatever it is, it is the stage's
            raise AssertionError(f"{stage.name} raises {type(error).__name__}: {error}") from error
    assert not heard, f"{stage.name} prints {heard[0][:80]!r}"
    assert np.array_equal(photo.rgb, before), f"{stage.name} changes the picture"
    for one in findings:
        assert any(one.is_a(kind) for kind in stage.kinds), (
            f"{stage.name} makes a {one.kind}, which it does not declare"
        )
        said = one.evidence
        assert said and "\n" not in said and len(said) < LONGEST, (
            f"{stage.name}: evidence is one short line, not {said!r}"
        )
        inside = one.box is None or one.box.clip(photo.width, photo.height) == one.box
        assert inside, f"{stage.name} makes a box outside the photo"
    return findings


def check_after(stage: Stage, others: Sequence[Stage]) -> None:
    """`after` names the stages that make the kinds it asks for, and no other; see `Stage` for what it may leave out."""
    asked: set[str] = set()

    class Asked(Finding):
        """A finding that notes what it is asked."""

        def is_a(self, kind: str) -> bool:
            asked.add(kind)
            return Finding.is_a(self, kind)

    list(stage(Photo.from_array(PHOTOS["grey"]), (Asked("other", 1.0, "-"),)))
    after = set(getattr(stage, "after", ()))
    makers, needed = set(), set()
    for one in others:
        read = [kind for kind in one.kinds if any(Finding(kind, 1.0, "-").is_a(there) for there in asked)]
        if read and one.name != stage.name:
            makers.add(one.name)
            adds = set(getattr(one, "adds_to", ()))
            if not adds or not adds <= after or any(kind.startswith(OBSERVATION) for kind in read):
                needed.add(one.name)
    assert needed <= after, f"{stage.name} reads what {', '.join(sorted(needed - after))} finds; name it in after"
    assert after <= makers, f"{stage.name} reads nothing of {', '.join(sorted(after - makers))}"


def check_leaks(stage: Stage, others: Sequence[Stage], photos: Sequence[Photo]) -> list[Finding]:
    """None of what is planted in photos and in what other stages hand on stands in its evidence."""
    handed = sorted({kind for one in others for kind in one.kinds if one.name != stage.name})
    seen = [kind for kind in handed if kind.startswith(OBSERVATION)]
    ground = Photo.from_array(np.full((HEIGHT, WIDTH, 3), 235, np.uint8))
    findings = [one for photo in photos for one in check_call(stage, photo)]
    # alone as well: a line on a vehicle means something else than on a wall
    for kinds in (handed, seen, *([kind] for kind in seen)):
        findings += check_call(stage, ground, observations(kinds))
    for one in findings:
        leaked = sorted(needle for needle in needles() if needle in plain(one.evidence))
        assert not leaked, f"{stage.name} puts what it read into the evidence of {one.kind}: {one.evidence!r}"
    return findings


def check(stage: Stage, others: Sequence[Stage]) -> None:
    """Every check but for leaks."""
    check_declared(stage)
    check_import(stage)
    for pixels in PHOTOS.values():
        check_call(stage, Photo.from_array(pixels))
    check_after(stage, others)


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """What is printed meanwhile, also by a library that is not written in Python; filled in at the end."""
    heard: list[str] = []
    said = io.StringIO()
    with tempfile.TemporaryFile() as file:
        kept = [os.dup(number) for number in (1, 2)]
        try:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                yield heard
        finally:
            for number, before in zip((1, 2), kept, strict=True):
                os.dup2(before, number)
                os.close(before)
        file.seek(0)
        heard += filter(None, (said.getvalue(), file.read().decode(errors="replace")))
