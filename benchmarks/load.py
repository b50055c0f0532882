"""A service under load: a process that can be killed, clients that send and check, and clients that misbehave."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.quick import QUICK
from screening.office.office import Office
from screening.service.tokens import Tokens

# For how long nothing may happen before the service counts as stuck, in seconds.
PATIENCE = 300.0
# How many pictures may wait; how many are in a batch.
WAITING, IN_BATCH = 48, 4
KIND = "multipart/form-data; boundary=limit"


@dataclass(slots=True)
class Served:
    """A service that can be killed and started again."""

    folder: Path
    port: int = 0
    token: str = ""
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def office(self) -> Office:
        """Its office."""
        return Office(self.folder / "office")

    def start(self) -> None:
        """Starts it, and waits for its address."""
        if not self.token:
            self.office.prepare()
            (self.folder / "quick.toml").write_text(QUICK, encoding="utf-8")
            self.token = Tokens(self.office).make("load")
        options = ["--pipeline", str(self.folder / "quick.toml"), "--waiting", str(WAITING), "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from screening.cli import main; main()", "serve", *options],
                env=os.environ | {"SCREENING_HOME": str(self.office.folder)},
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout
        said = self.process.stdout.readline().decode().strip()
        if not said:
            raise OSError(f"the service did not start; {self.folder / 'log'} says why")
        self.port = int(said.rpartition(":")[2])

    def end(self, how: int) -> int:
        """Ends it, and returns its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/octet-stream") -> tuple[int, Any]:
        """Status and what an answer says; 0 where the connection broke."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        try:
            connection.request(method, path, body, headers, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def megabytes(self) -> float:
        """The memory of the server's process; 0 where the system does not say."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1000
        return 0.0


@dataclass(slots=True)
class Load:
    """What is sent, and what became of it."""

    served: Served
    pictures: tuple[tuple[str, bytes], ...]
    pace: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)
    pending: dict[str, list[int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _places: Iterator[int] = field(default_factory=itertools.count)
    _began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, slowly: bool = False) -> bool:
        """Sends a batch, and says whether it was accepted."""
        number = next(self._numbers)
        chosen = [(number * IN_BATCH + place) % len(self.pictures) for place in range(IN_BATCH)]
        body = form([self.pictures[one] for one in chosen])
        began = time.monotonic()
        status, said = self.served.ask("POST", "/v1/batches", _dripped(body) if slowly else body, KIND)
        if status == 202:
            self.pending[said["id"]] = chosen
            if not slowly:
                self.waits.append(time.monotonic() - began)
        self.count(str(status))
        return status == 202

    def count(self, what: str) -> None:
        """Counts something that happened; threads take turns."""
        with self._lock:
            self.counts[what] += 1

    def client(self) -> None:
        """Sends batches at the pace of the load, whatever it is answered."""
        while not self.over.is_set():
            due = self._began + next(self._places) * self.pace
            if not self.over.wait(max(0.0, due - time.monotonic())):
                self.send()

    def asker(self) -> None:
        """Asks for each accepted batch until it is answered, and looks at the answer."""
        while self.pending or not self.over.is_set():
            for sent in list(self.pending):
                status, said = self.served.ask("GET", f"/v1/batches/{sent}")
                if status == 0 or (status == 200 and said["state"] in ("accepted", "screening")):
                    continue
                right = status == 200 and said["state"] == "done" and self.right(sent, said)
                self.count("answered" if right else "wrong")
                del self.pending[sent]
                self.served.ask("DELETE", f"/v1/batches/{sent}")
            time.sleep(0.2)

    def right(self, sent: str, said: dict[str, Any]) -> bool:
        """Whether a batch's report is on the bytes that were sent, and judges them rightly; nothing is cleared."""
        chosen = [self.pictures[one] for one in self.pending[sent]]
        status, report = self._patiently("GET", f"/v1/batches/{sent}/report")
        found = {one["sha256"]: one["verdict"] for one in report.get("report", {}).get("photos", [])}
        wanted = {sha256(data).hexdigest(): "block" if name.startswith("b") else "clear" for name, data in chosen}
        gated, _ = self._patiently("POST", f"/v1/batches/{sent}/gate", chosen[0][1])
        return status == 200 and found == wanted and said["screened"] == IN_BATCH and gated == 409

    def _patiently(self, *asked: Any) -> tuple[int, Any]:
        while True:  # it may have been killed
            status, said = self.served.ask(*asked)
            if status:
                return status, said
            time.sleep(0.2)

    def nuisance(self) -> None:
        """A client that breaks off, says nonsense, takes its time or does not listen, one after another."""
        body = form(list(self.pictures[:IN_BATCH]))
        head = f"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\n"
        head += f"Authorization: Bearer {self.served.token}\r\n"
        asked = head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode()
        ways: list[Callable[[], object]] = [
            lambda: self._raw(asked + body[: len(body) // 2]),
            lambda: self._raw(b"\x16\x03\x01\x02\x00\x01\x00" + os.urandom(200)),
            lambda: self._raw(b""),
            lambda: self._raw(asked + body[:-9] + b"x" * 9, listen=True),
            lambda: self._raw(head.encode(), hold=3),
            lambda: self._raw(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20, hold=1),
            lambda: self.served.ask("POST", "/v1/batches", b"--limit--\r\n", KIND),
            lambda: self.send(slowly=True),
        ]
        for way in itertools.cycle(ways):
            if self.over.wait(0.2):
                return
            way()
            self.count("broken")

    def _raw(self, data: bytes, *, hold: float = 0, listen: bool = False) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.served.port), 20) as connection:
            connection.sendall(data)
            if listen:
                connection.recv(1000)
            self.over.wait(hold)


def form(pictures: list[tuple[str, bytes]]) -> bytes:
    """The body of a form with these pictures."""
    about = 'Content-Disposition: form-data; name="pictures"; filename="{}"\r\n\r\n'
    parts = [b"--limit\r\n" + about.format(name).encode() + data + b"\r\n" for name, data in pictures]
    return b"".join(parts) + b"--limit--\r\n"


def _dripped(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), len(body) // 8 + 1):
        time.sleep(0.3)
        yield body[start : start + len(body) // 8 + 1]
