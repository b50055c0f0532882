"""The service keeps to its own description, whatever it is sent; and the description tells a new client enough."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks

from screening.office.office import Office, now
from screening.service.answers import NOTICE
from screening.service.application import application
from screening.service.desk import Desk
from screening.service.folder import Folder
from screening.service.guard import Guard
from screening.service.server import Hurried
from screening.service.store import Sent, State
from screening.service.tokens import Tokens
from screening.service.work import Found, Work
from tests import PATIENCE
from tests.command import QUICK
from tests.picture_files import picture, scenery
from tests.streets import PLACE

# Requests of each address and method, of those that the description allows, and of those that it does not.
EXAMPLES = 8
DESCRIPTION = application(None, None).openapi()  # type: ignore[arg-type]
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {one.ok().label: one.ok() for one in FOUND}
MODES = POSITIVE, _ = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error status_code_conformance content_type_conformance response_headers_conformance "
        "response_schema_conformance negative_data_rejection positive_data_acceptance unsupported_method "
        "allow_header_conformance ignored_auth"
    ).split()
]


@dataclass
class Live:
    """A service on a port of this computer, with a batch that is done."""

    desk: Desk
    address: str
    token: str
    done: str

    def another(self) -> str:
        """A batch that waits, which may be removed."""
        sent = Sent(id=secrets.token_hex(16), owner="desk", name="x", accepted=now(), pictures=("a.jpg",))
        self.desk.store.accept(sent)
        return sent.id


class Instant:
    """Finds nothing, at once."""

    def __call__(self, sent: Sent, progress: object) -> Found:
        return Found(clear=len(sent.pictures))

    def stop(self) -> None:
        """There is nothing to stop."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "quick.toml").write_text(QUICK)
    office = Office.here()
    place, pipeline = Folder(folder / "served"), str(folder / "quick.toml")
    desk = Desk(folder=place, office=office, pipeline=pipeline, most=10**6, keep_days=0, tell=lambda *_, **__: None)
    tokens = Tokens(office)
    app = Guard(application(desk, tokens), desk.tell)
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none", http=Hurried)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Live(desk, f"http://127.0.0.1:{port}", tokens.make("desk"), _done(desk))
    server.should_exit = True
    thread.join()
    desk.stop()


def _done(desk: Desk) -> str:
    """A batch of one picture, screened, with a redacted copy."""
    sent = Sent(id=secrets.token_hex(16), owner="desk", name="x", accepted=now(), pictures=("a.jpg",), redact=True)
    (desk.folder.begin(sent.id) / "1").write_bytes(picture(rgb=scenery(seed=3), gps=PLACE))
    desk.accept(sent)
    desk._worker = Work(folder=desk.folder, pipeline=desk.pipeline, jobs=1)  # type: ignore[assignment]
    desk._screen(sent)
    assert desk.store.batches(State.DONE)
    desk._worker = Instant()  # type: ignore[assignment]
    desk.start()
    return sent.id


@pytest.mark.parametrize(
    ("label", "mode"), [(one, mode) for one in OPERATIONS for mode in MODES if mode is POSITIVE or one != "GET /health"]
)
def test_every_answer_is_one_that_the_description_has(live: Live, label: str, mode: Any) -> None:
    operation = OPERATIONS[label]
    cases = operation.as_strategy(generation_mode=mode)

    @seed(1)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, known=st.sampled_from([True, True, False]))
    def asked(case: Any, known: bool) -> None:
        texts = [case.body.get(name, "") for name in ("name", "purpose")] if isinstance(case.body, dict) else []
        assume(all(isinstance(text, str) for text in texts))  # a form makes a text of anything
        if known and mode is POSITIVE and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = live.another() if operation.method == "delete" else live.done
        headers = {"Authorization": f"Bearer {live.token}"}
        case.call_and_validate(base_url=live.address, headers=headers, checks=CHECKED)

    asked()


@pytest.mark.parametrize("begun", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: x\r\nX: "])
def test_a_connection_on_which_nothing_is_asked_is_closed(
    live: Live, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("screening.service.server.HEAD", 0.05)
    with socket.create_connection(("127.0.0.1", int(live.address.rpartition(":")[2])), PATIENCE) as connection:
        connection.sendall(begun)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(100) == b""


def test_a_browser_shows_the_report_and_asks_for_nothing_else(live: Live, browser: Any) -> None:
    complaints: list[str] = []
    fetched: list[str] = []
    context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {live.token}"})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{live.address}/v1/batches/{live.done}/report.html")
    assert page.evaluate("document.documentElement.classList.contains('ready')")  # its script ran
    assert page.locator(".card").count() == 1
    context.close()
    assert complaints == []
    assert [url[:60] for url in fetched if not url.startswith(("data:image/", f"{live.address}/v1/batches/"))] == []


def test_the_description_says_what_it_is_not_and_shows_examples(live: Live) -> None:
    assert NOTICE in DESCRIPTION["info"]["description"]
    for name, model in DESCRIPTION["components"]["schemas"].items():
        for key, about in model.get("properties", {}).items():
            assert {"examples", "default", "$ref", "anyOf", "type"} & set(about), (name, key)
    for path, methods in DESCRIPTION["paths"].items():
        for method, about in methods.items():
            assert about["summary"] and about["description"], (method, path)
            assert path == "/health" or about["security"] == [{"HTTPBearer": []}]
