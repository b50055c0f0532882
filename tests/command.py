"""The command line as tests call it, and a pipeline file that runs no networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import PATIENCE

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


def screening(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=cwd,
        encoding="utf-8",
    )
