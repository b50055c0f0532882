"""Nothing in the package is called that another system does not have: what is, stands in a list here with its guard."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import screening

PACKAGE = Path(screening.__file__).parent
# Of these modules, what Linux, macOS and Windows all have, as far as the package uses it.
EVERYWHERE = {
    "os": set(
        "O_CREAT O_EXCL O_RDONLY O_RDWR O_TRUNC O_WRONLY O_APPEND PathLike SEEK_END chdir close cpu_count devnull dup "
        "dup2 environ fdopen fsdecode fsencode fspath fstat fsync ftruncate getpid kill name open path read replace "
        "scandir stat_result strerror truncate urandom utime walk write _exit".split()
    ),
    "signal": set("SIGINT SIGTERM SIG_DFL SIG_IGN Signals signal".split()),
}
ABSENT = set("crypt fcntl grp nis posix pty pwd readline resource spwd syslog termios tty".split())
# What else is used where, and what keeps other systems from it.
SANDBOX, CONFINED = "only where bubblewrap works, so on Linux", "runs in the sandbox alone"
HAS = "asked for first with hasattr"
GUARDED = {
    "compiled.py": {"os.geteuid": HAS},
    "patient.py": {"os.register_at_fork": HAS},
    "run/alone.py": {"resource": "behind a look at os.name"},
    "run/cluster.py": {"os.uname": HAS},
    "run/connection.py": {"/tmp": "behind a look at os.name"},
    "sandbox/blocks.py": dict.fromkeys(("os.MFD_CLOEXEC", "os.memfd_create", "/dev/fd/0", "/dev/fd/1"), SANDBOX),
    "sandbox/bubblewrap.py": dict.fromkeys(("/proc", "/dev", "/etc/ld.so.cache"), SANDBOX),
    "sandbox/confine.py": {"resource": CONFINED},
    "sandbox/process.py": {
        "fcntl": SANDBOX,
        "os.MFD_ALLOW_SEALING": SANDBOX,
        "os.MFD_CLOEXEC": SANDBOX,
        "os.memfd_create": SANDBOX,
        "pass_fds": SANDBOX,
    },
    "service/work.py": dict.fromkeys(("os.getpgrp", "os.killpg", "os.setsid", "signal.SIGKILL"), HAS),
    "service/worker.py": dict.fromkeys(("os.killpg", "signal.SIGKILL"), HAS),
    "watch/place.py": {"rename": "behind a look at os.name: elsewhere it would go over what lies there"},
}
# Arguments and methods that mean something else on another system, or nothing.
ELSEWHERE = {"pass_fds", "preexec_fn", "process_group", "shell", "start_new_session", "umask"}
PLACES = ("/dev", "/etc", "/proc", "/sys", "/tmp", "/var")


def uses(tree: ast.AST) -> Iterator[str]:
    """What a module uses that some system may lack: attributes of `os` and `signal`, modules, arguments, places."""
    documented = {node.body[0].value for node in ast.walk(tree) if _has_words(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in EVERYWHERE:
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr in ("rename", "renames"):
            yield node.attr
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module in EVERYWHERE:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.keyword) and node.arg in ELSEWHERE:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented:
            yield from (node.value for place in PLACES if f"{node.value}/".startswith(f"{place}/"))


def _has_words(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


def lacking(used: str) -> bool:
    """Whether some system may lack it."""
    module, _, name = used.partition(".")
    if module in EVERYWHERE and name:
        return name not in EVERYWHERE[module]
    return module in ABSENT or used in ELSEWHERE or used.startswith("/") or used in ("rename", "renames")


def test_whatever_another_system_lacks_is_guarded() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if used := {one for one in uses(ast.parse(path.read_text(encoding="utf-8"))) if lacking(one)}:
            found[path.relative_to(PACKAGE).as_posix()] = used
    assert found == {name: set(guards) for name, guards in GUARDED.items()}


def test_text_is_read_and_written_in_one_encoding_on_every_system() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("read_text", "write_text"):
                wrong += [f"{path.name}:{node.lineno}"] * (not any(one.arg == "encoding" for one in node.keywords))
    assert wrong == []


WITHOUT = f"""
import importlib, os, pkgutil, signal, sys
import screening
for name in {sorted(ABSENT - {"posix"})}:  # which Python itself is made of
    sys.modules[name] = None
for name in "fork geteuid getuid memfd_create MFD_CLOEXEC O_NONBLOCK O_NOFOLLOW O_DIRECTORY register_at_fork".split():
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGALRM", "SIGHUP", "SIGUSR1"):
    if hasattr(signal, name):
        delattr(signal, name)
for module in pkgutil.walk_packages(screening.__path__, "screening."):
    importlib.import_module(module.name)
"""


def test_every_module_can_be_imported_where_these_are_absent() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
