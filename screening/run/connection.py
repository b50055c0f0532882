"""Ray, connected to: a cluster that is running, or one of this computer alone, which nobody else can use."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from screening.analysis import wanted
from screening.finding import ScreeningError

# Bytes of the memory in which a cluster of this computer alone passes results on.
STORE = 200_000_000
# The longest path of a folder for temporary files in which there is room for the names of Ray's sockets.
ROOM = 30
# A cluster of this computer alone: nobody without its token can use it, and no other computer can reach it.
ALONE = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on every system: it listens to this computer alone
    "RAY_worker_niceness": "0",
    # an actor that is killed takes those with it that it had started
    "RAY_process_group_cleanup_enabled": "true",
    "RAY_memory_monitor_refresh_ms": "0",  # it would kill actors, and try their pictures for ever
}
# Ray's words about its own processes, which would stand among ours on standard output.
SILENT = {
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_DEDUP_LOGS_SKIP_REGEX": r"[\s\S]*",
}
# Where Ray looks for how a cluster was set up, in the home folder.
SETUP = "ray_bootstrap_config.yaml"
# Where the home folder is, by the system.
HOMES = ("HOME", "USERPROFILE")


class ClusterError(ScreeningError):
    """Ray cannot be started or reached, or has stopped."""


@contextlib.contextmanager
def connected(address: str, jobs: int) -> Iterator[None]:
    """Ray, connected to a cluster, or with one of its own until the block ends; left as it is where it is in use.

    Raises:
        AnalysisError: if Ray is not installed.
        ClusterError: if it cannot be started or reached.
    """
    os.environ |= SILENT  # before Ray is imported, which reads them once
    if not address:
        os.environ |= ALONE
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    with wanted("cluster"), _hushed():
        import ray
        import ray.data
    if ray.is_initialized():
        yield
        return
    folder = "" if address else _folder()
    try:
        with translated(address), _hushed():
            if address:
                ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL)
            else:
                _begin(jobs, folder)
        yield
    finally:
        with _hushed():
            ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _folder() -> str:
    """A folder for its sockets and logs; the path of a socket in it may have 107 characters."""
    usual = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="ray", dir="/tmp" if os.name == "posix" and len(usual) > ROOM else usual)


def _begin(jobs: int, folder: str) -> None:
    """Starts a cluster of this computer alone, which ends with this process."""
    import ray

    # it looks there for how the cluster was set up, and asks the clouds who they are where it finds nothing
    homes = {name: os.environ[name] for name in HOMES if name in os.environ}
    os.environ |= dict.fromkeys(homes, folder)
    (Path(folder) / SETUP).write_text("{}", encoding="utf-8")
    try:
        ray.init(
            num_cpus=jobs or os.cpu_count() or 1,
            include_dashboard=False,
            object_store_memory=STORE,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            _temp_dir=folder,
        )
    finally:
        os.environ |= homes


@contextlib.contextmanager
def translated(address: str) -> Iterator[None]:
    """Says in one line what Ray says in pages."""
    import ray

    try:
        yield
    except (ray.exceptions.RayError, ConnectionError, OSError, RuntimeError, ValueError) as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, ScreeningError):
            raise ClusterError(str(cause)) from error
        about = f"Ray at {address}" if address else "Ray"
        raise ClusterError(
            f"{about} cannot be used or has stopped ({type(error).__name__}); "
            "scan again into the same folder, which carries on"
        ) from error


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keeps what Ray's compiled parts print off the standard streams."""
    null, kept = os.open(os.devnull, os.O_WRONLY), [os.dup(stream) for stream in (1, 2)]
    try:
        for stream in (1, 2):
            os.dup2(null, stream)
        yield
    finally:
        for stream, was in zip((1, 2), kept, strict=True):
            os.dup2(was, stream)
        for one in (null, *kept):
            os.close(one)
