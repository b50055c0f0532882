"""A server that speaks as Flickr does, for the tests of the upload: `python flickr_server.py FOLDER LOSE [HOW]`.

It keeps every picture that it is sent in FOLDER, checks the OAuth 1 signature of every request, prints its port, and
loses its first LOSE answers to an upload: the picture has arrived, and the sender is not told. HOW is "slow" for one
whose search does not know of new pictures yet, "page-find" or "page-upload" for one that answers that with a web page.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauthlib.oauth1 import Client

ACCOUNT = {"client_key": "key", "client_secret": "secret", "resource_owner_key": "token"}
TOKEN_SECRET = "token secret"
PAGE = b"<!doctype html><title>Back soon</title><p>We are being mended.<br>"


class Account(ThreadingHTTPServer):
    """What there is in the account.

    Attributes:
        folder: where each picture that arrives is kept, one file an arrival.
        lose: how many more answers get lost.
        how: in what else it is difficult, "" in nothing.
        tags: of each picture, by its number.
    """

    def __init__(self, folder: Path, lose: int, how: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.folder, self.lose, self.how = folder, lose, how
        self.tags: dict[int, str] = {}


class Requests(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Account

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        if not self._signed("GET", None):
            return self._answer(401, b"")
        if self.server.how == "page-find":
            return self._answer(200, PAGE)
        known = {} if self.server.how == "slow" else self.server.tags
        found = [{"id": str(number)} for number, tag in known.items() if tag == query["machine_tags"]]
        return self._answer(200, json.dumps({"stat": "ok", "photos": {"photo": found}}).encode())

    def do_POST(self) -> None:
        parts = self._parts(self.rfile.read(int(self.headers["Content-Length"])))
        photo = parts.pop("photo")
        fields = {name: value.decode() for name, value in parts.items()}
        if not self._signed("POST", fields):
            return self._answer(401, b"")
        if self.server.how == "page-upload":
            return self._answer(200, PAGE)
        number = len(self.server.tags) + 1
        self.server.tags[number] = fields["tags"]
        (self.server.folder / f"{number}-{hashlib.sha256(photo).hexdigest()}").write_bytes(photo)
        if self.server.lose > 0:
            self.server.lose -= 1
            self.close_connection = True
            return None
        return self._answer(200, f'<rsp stat="ok"><photoid>{number}</photoid></rsp>'.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _parts(self, body: bytes) -> dict[str, bytes]:
        """The parts of a multipart body, by name."""
        boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
        parts = {}
        for part in body.split(b"--" + boundary)[1:-1]:
            head, _, content = part[2:-2].partition(b"\r\n\r\n")
            name = re.search(rb'name="([^"]*)"', head)
            assert name
            parts[name[1].decode()] = content
        return parts

    def _signed(self, method: str, fields: dict[str, str] | None) -> bool:
        """Whether the request carries the account's signature over the address and all fields but the picture."""
        header = self.headers.get("Authorization", "")
        given = dict(re.findall(r'(\w+)="([^"]*)"', header))
        client = Client(
            **ACCOUNT,
            resource_owner_secret=TOKEN_SECRET,
            nonce=given.get("oauth_nonce"),
            timestamp=given.get("oauth_timestamp"),
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        address = f"http://{self.headers['Host']}{self.path}"
        _, headers, _ = client.sign(address, method, urlencode(fields) if fields else None, form)
        return bool(header) and headers["Authorization"] == header

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    account = Account(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
    print(account.server_port, flush=True)  # noqa: T201
    account.serve_forever()
