"""The service, in a process of its own or in the test's, as a client sees it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.office.office import Office
from screening.service.tokens import Tokens
from tests import PATIENCE
from tests.command import command

LINE = b"\r\n"


def form(pictures: Sequence[tuple[str, bytes]], **fields: str) -> tuple[bytes, str]:
    """A form as multipart/form-data, and its media type."""
    parts = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    parts += [(f'name="pictures"; filename="{name}"', data) for name, data in pictures]
    body = b"".join(
        b"--limit" + LINE + f"Content-Disposition: form-data; {about}".encode() + LINE * 2 + data + LINE
        for about, data in parts
    )
    return body + b"--limit--" + LINE, "multipart/form-data; boundary=limit"


@dataclass
class Service:
    """A service in a process of its own, which can be killed and started again."""

    office: Office
    options: tuple[object, ...] = ()
    token: str = ""
    host: str = ""
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        self.token = self.token or Tokens(self.office).make("desk")
        with (self.office.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                command("serve", "--port", "0", "--jobs", "1", *self.options),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "SCREENING_HOME": str(self.office.folder)},
            )
        assert self.process.stdout
        self.host = self.process.stdout.readline().strip().removeprefix("http://")
        assert self.host, self.log()

    def end(self, how: int = signal.SIGTERM) -> int:
        """Ends it, and returns its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def log(self) -> str:
        """What it has logged since it was first started."""
        return (self.office.folder / "log").read_text()

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/octet-stream", token: str = ""
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, what an answer says, and its headers; JSON is read."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": kind}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data, said = answer.read(), {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(data) if "json" in said.get("content-type", "") else data, said
        finally:
            connection.close()

    def send(self, *pictures: tuple[str, bytes], **fields: str) -> str:
        """Sends a batch, and returns its id."""
        status, said, _ = self.ask("POST", "/v1/batches", *form(pictures, **fields))
        assert status == 202, said
        return str(said["id"])

    def until(self, id: str, *states: str) -> dict[str, Any]:
        """What is said of a batch once it is in one of these states."""
        while True:
            status, said, _ = self.ask("GET", f"/v1/batches/{id}")
            assert status == 200, said
            if said["state"] in states:
                return dict(said)
            time.sleep(0.05)


@contextmanager
def served(folder: Path, *options: object) -> Iterator[Service]:
    """A service with an office of its own; killed at the end if it is still there."""
    service = Service(Office(folder / "office"), options)
    service.office.prepare()
    service.start()
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
