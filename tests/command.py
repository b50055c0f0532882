"""The command line as tests call it, and a pipeline file that runs no networks."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

from PIL import Image
from pillow_heif import register_heif_opener

from screening.cli import main, understood
from screening.render.html import template
from screening.run.crew import Local, Screened, Task
from screening.run.shoot import Entry
from screening.sandbox import bubblewrap
from tests.forked import forked

# What most commands import.
NEEDED = (
    "cryptography.hazmat.primitives.asymmetric.ed25519 exiv2 filelock pebble rich.progress screening.config "
    "screening.release.clear screening.release.gate screening.release.redact screening.run.batch screening.run.purge "
    "screening.office.registers screening.stages.metadata screening.web.review"
).split()
# No networks: these tests are about files, folders and exits.
QUICK = """
[[stage]]
use = "metadata"
[rules.unscreened]
says = "What could not be screened does not go out."
lifted_by = "Mend it."
kinds = { "error" = { block = 0 }, "*" = { hold = 0 } }
[rules.scene-address]
says = "No address."
lifted_by = "Redaction."
not_looked_for = "handwriting"
kinds = { "address" = { block = 0.5 }, "metadata" = { hold = 0.5 } }
"""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from screening.cli import main; main()", *map(str, arguments)]


def ready() -> None:
    """Does what most commands would do first."""
    for name in NEEDED:
        importlib.import_module(name)
    understood()
    template("page.html.j2")
    Image.init()
    register_heif_opener()


def screening(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command says, in a process of its own."""
    return forked("tests.command:ready")("screening.cli:main", *arguments, cwd=cwd)


def quickly(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same from one process alone: for tests of what comes of a run, and not of who screens or decodes."""
    return forked("tests.command:ready")("tests.command:undivided", *arguments, cwd=cwd)


def undivided() -> None:
    """The command line with pictures decoded and screened in its own process: others take a second to start."""
    with patch.object(bubblewrap, "works", return_value=False), patch.object(Local, "__call__", in_this_process):
        main()


def in_this_process(self: Local, waiting: Sequence[Entry], task: Task) -> Iterator[tuple[Entry, Screened | None]]:
    """Stands in for the processes of a scan."""
    for entry in waiting:
        yield entry, task(entry)
