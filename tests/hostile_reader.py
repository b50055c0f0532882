"""A decoder that has been taken over: it tries what the name of its file says, and answers how far it got."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Callable
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np

from screening.sandbox import reader


def _network() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        return there.sendto(b"out", ("192.0.2.1", 9))


def _old_socket() -> object:
    """The call itself, whatever Python thinks of it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "a socket"


def _kill_parent() -> object:
    os.kill(os.getppid() or 1, 9)
    return "killed"


def _memory() -> object:
    taken = []
    while True:
        taken.append(np.ones(1 << 27, np.uint8))


def _hang() -> object:
    time.sleep(600)
    return "awake"


def _crash() -> object:
    return ctypes.string_at(0)


def _thread() -> object:
    import threading

    heard = []
    thread = threading.Thread(target=lambda: heard.append(1))
    thread.start()
    thread.join()
    return heard


TRIES: dict[str, Callable[[], object]] = {
    "network": _network,
    "socket": _old_socket,
    "read": lambda: Path("/etc/passwd").read_text(),
    "write": lambda: Path("/dev/shm/left.txt").write_text("here"),
    "program": lambda: subprocess.run(["/usr/bin/id"], check=True),
    "fork": lambda: os.fork(),
    "kill": _kill_parent,
    "memory": _memory,
    "hang": _hang,
    "crash": _crash,
    "thread": _thread,
}


class Attack:
    """Tries what the file's name says: a picture 2 pixels wide means that it did it, one of 1 that it could not."""

    def __init__(self, data: bytes, fields: dict[str, Any], area: mmap) -> None:
        name = fields["name"]
        try:
            Path(data.decode()).read_bytes() if name == "read it" else TRIES[name]()
            self.width = 2
        except OSError:
            self.width = 1

    def open(self) -> reader.Answer:
        return {**TRUE, "width": self.width}


class Lie:
    """Answers what cannot be true."""

    def __init__(self, data: bytes, fields: dict[str, Any], area: mmap) -> None:
        self.name = fields["name"]

    def open(self) -> reader.Answer:
        return LIES[self.name]


TRUE: reader.Answer = {"format": "PNG", "frame": "", "width": 1, "height": 1}
LIES: dict[str, reader.Answer] = {
    "too many pixels": {**TRUE, "width": 1 << 20, "height": 1 << 20},
    "none": {**TRUE, "width": 0},
    "fewer than none": {**TRUE, "width": -5, "height": -5},
    "another format": {**TRUE, "format": "<script>"},
    "a number as text": {**TRUE, "width": "1"},
    "a key of its own": {**TRUE, "sha256": "0" * 64},
    "nothing": {},
    "a list": {"format": [], "frame": "", "width": 1, "height": 1},
    "an error of its own": {"refused": "SystemExit", "said": "stop"},
    "an endless reason": {"refused": "PhotoError", "said": "x" * 100_000},
    "no reason": {"refused": "PhotoError", "said": None},
}
