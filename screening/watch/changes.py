"""What changes in a folder, and sleeping until something does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from screening.inert import inert
from screening.watch.folders import WatchError


def changes(folder: Path) -> Iterator[object]:
    """What changed in a folder, again and again; nothing, about once a second, where nothing did.

    Raises:
        WatchError: if the extra is not installed.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise WatchError(f'this needs {error.name}; install "screening[watch]"') from error
    return watch(folder, watch_filter=None, rust_timeout=1000, yield_on_timeout=True, debug=False)


def sleep(seconds: float, wait: float, told: Iterator[object]) -> None:
    """Sleeps until a file may be whole, or where that is not soon until something changes.

    Args:
        seconds: for how long at most.
        wait: how long is soon, in seconds.
        told: what `changes` gives.

    Raises:
        WatchError: if the folder cannot be watched.
    """
    if seconds <= wait:
        time.sleep(seconds)
        return
    until = time.monotonic() + seconds
    try:
        for found in told:
            if found or time.monotonic() >= until:
                return
    except (OSError, RuntimeError) as error:
        raise WatchError(f"changes in the folder cannot be watched ({inert(str(error))})") from error
