"""Runs a command, such as an uploader, on pictures that the gate let pass: on a copy of the very bytes that it read."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from screening.finding import ScreeningError
from screening.release.gate_result import Checked, GateResult
from screening.weights import opened, sha256_of

# Stands for the picture's path in a command.
FILE = "{file}"
CHUNK = 1 << 20


class ThenError(ScreeningError):
    """A command that cannot be run, or failed."""


def words(line: str) -> tuple[str, ...]:
    """The words of a command, taken apart as a shell does; no shell ever sees them.

    On Windows a backslash is part of a path and takes no other meaning away.

    Raises:
        ThenError: if it cannot be taken apart, or does not say where the picture's path goes.
    """
    taken = shlex.shlex(line, posix=True, punctuation_chars=False)
    taken.whitespace_split, taken.commenters = True, ""
    if os.name == "nt":
        taken.escape = ""
    try:
        found = tuple(taken)
    except ValueError as error:
        raise ThenError(f"the command cannot be taken apart: {str(error).lower()}") from error
    if not any(FILE in word for word in found[1:]):
        raise ThenError(f"the command does not say where the picture goes: write {FILE} there")
    return found


def run(command: Sequence[str], result: GateResult) -> None:
    """Runs a command for each file, one after another, if every one of them passed; else for none.

    The command gets the path of a copy under the file's own name, in a folder that nobody else can open. The copy's
    hash is the one that the gate cleared, whatever became of the file since.

    Args:
        command: its words, with FILE in them.
        result: what the gate said.

    Raises:
        ThenError: if a file has changed since, the command fails, or the copy was changed. No later file is run then.
    """
    if not result:
        return
    for one in result.files:
        with tempfile.TemporaryDirectory(prefix="screening-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder, one.path.name)
            _copy(one, copy)
            given = [word.replace(FILE, str(copy)) for word in command]
            # by its whole path: Windows also looks in the folder where we are
            program = shutil.which(given[0]) or given[0]
            try:
                code = subprocess.run([program, *given[1:]], check=False).returncode
            except OSError as error:
                raise ThenError(f"{given[0]}: cannot be run ({error.strerror or 'input error'})") from error
            if code:
                raise ThenError(f"{one.path}: {given[0]} ended with {code}; it and what comes after it may not be out")
            if not copy.is_file() or sha256_of(copy) != one.sha256:
                raise ThenError(f"{one.path}: {given[0]} changed it; what went out may not be what was cleared")


def _copy(one: Checked, copy: Path) -> None:
    """Copies a file's bytes, if they still are those that the gate read."""
    sha256 = hashlib.sha256()
    try:
        with opened(one.path) as file, copy.open("xb") as out:
            while piece := file.read(CHUNK):
                sha256.update(piece)
                out.write(piece)
        copy.chmod(0o400)
    except OSError as error:
        raise ThenError(f"{one.path}: cannot be copied ({error.strerror or 'input error'})") from error
    if sha256.hexdigest() != one.sha256:
        raise ThenError(f"{one.path}: has changed since it was checked")
