"""Runs the trainings' commands, each in a process of its own that begins with their libraries loaded.

Loading them takes longer than most of these short trainings. Where processes cannot be forked, each loads them anew.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests import PATIENCE
from tests.conftest import ROOT

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

# screening comes first: it keeps the others quiet
LIBRARIES = ["screening", "torch", "torch._dynamo", "sklearn.linear_model"]


def train(
    module: str, *arguments: object, to: Path, rounded: bool = False, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE ARGUMENT...` on one thread, without warnings.

    Args:
        module: the command.
        arguments: what it is told.
        to: a folder for what it says.
        rounded: whether the engine calculates in 16 bits.
        environment: the environment's variables.
    """
    command = [module, *map(str, arguments)]
    said = to / "stdout.txt", to / "stderr.txt"
    process = _context().Process(target=_run, args=(command, rounded, dict(environment), said))
    process.start()
    process.join(PATIENCE)
    process.kill()
    process.join()
    out, err = (file.read_text(encoding="utf-8", errors="replace") for file in said)
    return subprocess.CompletedProcess(command, process.exitcode or 0, out, err)


def _context() -> SpawnContext | ForkServerContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    return context


def _run(command: list[str], rounded: bool, environment: Mapping[str, str], said: tuple[Path, Path]) -> None:
    for stream, file in zip((1, 2), said, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    warnings.simplefilter("ignore")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if rounded:
        from tests.rounded import round_all

        round_all()
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
