"""A disk that fails, or a program that is killed, at a chosen one of the calls by which something reaches the disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Killed(BaseException):
    """What a killed program would have done next is not done."""


@contextlib.contextmanager
def failing(at: int, *, killed: bool = False) -> Iterator[list[str]]:
    """The call of this number, from 1, fails like a full disk; with `killed` nothing after it reaches the disk either.

    Gives the names of the calls that were made.
    """
    made: list[str] = []

    def wrapped(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def act(*given: Any, **named: Any) -> Any:
            made.append(name)
            if killed and len(made) >= at:
                raise Killed
            if len(made) == at:
                raise OSError(28, "No space left on device")
            return call(*given, **named)

        return act

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", wrapped("fsync", os.fsync))
        patch.setattr(Path, "replace", wrapped("replace", Path.replace))
        patch.setattr(Path, "unlink", wrapped("unlink", Path.unlink))
        yield made
