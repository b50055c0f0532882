"""A review that runs in a process of its own, as its page sees it."""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests import PATIENCE
from tests.command import command


@dataclass
class Server:
    """A review in a process of its own."""

    process: subprocess.Popen[str]
    address: str

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, text and headers of an answer; a body makes it a POST from the page itself."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        sent = {"Host": self.host, **headers}
        if body is not None:
            sent = {"Origin": f"http://{self.host}", "Content-Type": "application/json", **sent}
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        try:
            connection.request("GET" if body is None else "POST", path, data, sent)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def enter(self) -> str:
        """The cookie that the address with its token gives."""
        parts = urlsplit(self.address)
        status, _, headers = self.ask(f"/?{parts.query}")
        assert status == 303, status
        return headers["set-cookie"].split(";")[0]


def start(shoot: Path, *options: object, by: str = "Jo Smith") -> Server:
    process = subprocess.Popen(
        command(
            "review", shoot.parent / "run", "--by", by, "--no-open", "--pipeline", shoot.parent / "p.toml", *options
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), process.communicate()
    return Server(process, address)


def end(server: Server) -> None:
    server.process.kill()
    server.process.communicate()
