"""Programs that begin with their libraries loaded: children of one process that has imported them.

To start Python and to import what a command needs takes longer than what most commands in the tests do. Where
processes cannot be forked safely, each program starts anew.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tests import PATIENCE

ROOT = Path(__file__).resolve().parents[1]


class Forked:
    """Runs functions of modules as programs.

    Args:
        ready: MODULE:NAME of a function that does beforehand what they would all do first.
    """

    def __init__(self, ready: str) -> None:
        self._lock = threading.Lock()
        self._parent = None
        if sys.platform == "linux":
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", ready],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                # threads do not outlive a fork
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
            atexit.register(self._end)

    def __call__(
        self, function: str, *arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """What `from MODULE import NAME; NAME()` does in a process of its own, with nothing on its standard input.

        Args:
            function: MODULE:NAME.
            arguments: what `sys.argv` has beside the program.
            cwd: the folder that it runs in, instead of this process's.
            env: its environment's variables, instead of this process's.
        """
        module, _, name = function.partition(":")
        argv = [name, *map(str, arguments)]
        env = dict(os.environ if env is None else env)
        if self._parent is None:
            return subprocess.run(
                [sys.executable, "-c", f"from {module} import {name}; {name}()", *argv[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=PATIENCE,
                cwd=cwd,
                env=env,
                encoding="utf-8",
            )
        assert self._parent.stdin and self._parent.stdout
        with tempfile.TemporaryDirectory() as folder, self._lock:
            said = [str(Path(folder) / stream) for stream in ("stdout", "stderr")]
            asked = {"function": function, "argv": argv, "cwd": str(cwd or Path.cwd()), "env": env, "said": said}
            self._parent.stdin.write(json.dumps(asked) + "\n")
            self._parent.stdin.flush()
            code = int(self._parent.stdout.readline())
            out, err = (Path(file).read_text(encoding="utf-8") for file in said)
        return subprocess.CompletedProcess(argv, code, out, err)

    def _end(self) -> None:
        assert self._parent
        self._parent.communicate()


@functools.cache
def forked(ready: str) -> Forked:
    """The one of these tests that has done this beforehand."""
    return Forked(ready)


def _named(function: str) -> Callable[[], None]:
    module, _, name = function.partition(":")
    found: Callable[[], None] = getattr(importlib.import_module(module), name)
    return found


def main() -> None:
    """Gets ready, and forks a child for each line on standard input; answers with its exit code.

    The child returns, so that it ends as any program does.
    """
    asked, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _named(sys.argv[1])()
    gc.freeze()  # what is never looked at again is never copied
    for line in asked:
        child = os.fork()
        if not child:
            _run(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _run(function: str, argv: list[str], cwd: str, env: dict[str, str], said: list[str]) -> None:
    signal.alarm(PATIENCE)
    for stream, file in zip((1, 2), said, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), stream)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = argv
    _named(function)()


if __name__ == "__main__":
    main()
