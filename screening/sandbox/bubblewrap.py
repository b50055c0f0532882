"""Where Linux has bubblewrap, a command runs in namespaces of its own: with no network, and few folders to read."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import screening

# What Python and its libraries need of the system; the rest of it is not there for the command.
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache")
# How long the smallest command may take before bubblewrap counts as broken, in seconds.
PATIENCE = 20.0


def python(code: str, *arguments: str, also: Sequence[Path] = ()) -> list[str]:
    """The command that runs Python code shut in, with `screening`, Python's own libraries and the folders `also`.

    The program reads these and writes nothing, sees no other process, has no capability and no network, and ends with
    the one that started it.
    """
    mine = [Path(sys.base_prefix), Path(sys.prefix), Path(screening.__file__).resolve().parent, *also]
    paths = [*sys.path, *map(str, also)]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *(part for folder in SYSTEM for part in ("--ro-bind-try", folder, folder)),
        *("--proc", "/proc", "--dev", "/dev"),
        *(part for folder in mine for part in ("--ro-bind", str(folder), str(folder))),
        *("--chdir", "/"),
        *(sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {paths!r}; {code}", *arguments),
    ]


@functools.cache
def works() -> bool:
    """Whether this system has bubblewrap and lets us use it; it is tried once."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return False
    try:
        done = subprocess.run(python("print('here')"), capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == b"here"
