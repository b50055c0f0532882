"""What the service answers to whom, asked within the test's process: limits, tokens, names, and what goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from starlette.types import ASGIApp

from screening import config
from screening.office import audit
from screening.office.office import Office, make_private
from screening.run.crew import Task
from screening.run.shoot import Entry
from screening.service import receive
from screening.service.application import application
from screening.service.desk import Desk
from screening.service.folder import Folder
from screening.service.guard import Guard
from screening.service.intake import plain_name
from screening.service.server import ServiceError, alone_in, serve
from screening.service.standing import Standing
from screening.service.store import State, Store
from screening.service.tokens import Tokens
from screening.service.work import Found
from tests.command import QUICK

Files = list[tuple[str, tuple[str | None, bytes]]]


@dataclass
class Client:
    """Asks an application, without a network."""

    app: ASGIApp
    headers: dict[str, str]

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here", headers=self.headers) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)


@dataclass
class Asked:
    """A service of which nothing is screened, its client, and what it has logged."""

    desk: Desk
    client: Client
    logged: list[dict[str, Any]] = field(default_factory=list)

    def send(self, *pictures: tuple[str, bytes], key: str = "", token: str = "", **fields: str) -> Any:
        files: Files = [("pictures", picture) for picture in pictures]
        headers = {"Idempotency-Key": key} if key else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.post("/v1/batches", files=files, data=fields, headers=headers)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    (tmp_path / "quick.toml").write_text(QUICK + "\n[limits]\nfile_megabytes = 0.001\n")
    office = Office(tmp_path / "office")
    logged: list[dict[str, Any]] = []

    def tell(event: str, **about: Any) -> None:
        logged.append({"event": event, **about})

    pipeline = str(tmp_path / "quick.toml")
    desk = Desk(folder=Folder(tmp_path / "served"), office=office, pipeline=pipeline, most=5, keep_days=0, tell=tell)
    tokens = Tokens(office)
    app = Guard(application(desk, tokens), tell)
    headers = {"Authorization": f"Bearer {tokens.make('desk')}"}
    yield Asked(desk, Client(app, headers), logged)
    desk.store.close()


def left(asked: Asked) -> list[str]:
    """Whatever lies in the service's folder without having been accepted."""
    known = {sent.id for sent in asked.desk.store.batches()}
    there = [*asked.desk.folder.arriving.iterdir(), *asked.desk.folder.batches.iterdir()]
    return [path.name for path in there if path.name not in known]


def test_nobody_is_told_anything_without_a_token_in_use(asked: Asked) -> None:
    sent = asked.send(("a.jpg", b"1")).json()["id"]
    stranger = Tokens(asked.desk.office).make("stranger")
    for method, path in (("GET", ""), ("GET", "/report"), ("DELETE", ""), ("POST", "/gate"), ("GET", "/copies")):
        address = f"/v1/batches/{sent}{path}"
        for header in ("", "Bearer ", "Bearer guess", "Basic guess", stranger):
            answer = asked.client.request(method, address, headers={"Authorization": header})
            assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer", (path, header)
        # another program's batch is not there
        answer = asked.client.request(method, address, headers={"Authorization": f"Bearer {stranger}"})
        assert answer.status_code == 404
    assert asked.client.post("/v1/batches", headers={"Authorization": "Bearer guess"}).status_code == 401
    assert len(asked.desk.store.batches()) == 1
    Tokens(asked.desk.office).revoke("desk")
    assert asked.client.get(f"/v1/batches/{sent}").status_code == 401


def test_a_damaged_list_of_tokens_lets_nobody_in(asked: Asked) -> None:
    Tokens(asked.desk.office).path.write_text("[")
    answer = asked.send(("a.jpg", b"1"))
    assert (answer.status_code, str(asked.desk.office.folder) in answer.text) == (503, False)


def test_as_many_pictures_wait_as_may_and_no_more(asked: Asked) -> None:
    assert asked.send(*((f"{n}.jpg", b"1") for n in range(6))).status_code == 429
    assert left(asked) == [] and asked.desk.store.waiting() == 0
    assert asked.send(*((f"{n}.jpg", b"1") for n in range(5))).status_code == 202
    answer = asked.send(("more.jpg", b"1"))
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 300
    assert asked.client.get("/health").json()["waiting"] == 5
    (sent,) = asked.desk.store.batches()
    assert asked.client.delete(f"/v1/batches/{sent.id}").json()["state"] == "purging"
    assert asked.send(("more.jpg", b"1")).status_code == 202


def test_what_is_sent_again_with_its_key_is_accepted_once(asked: Asked) -> None:
    pictures = [(f"{n}.jpg", b"%d" % n) for n in range(5)]
    first = asked.send(*pictures, key="k1", name="Fete")
    again = asked.send(*pictures, key="k1", name="Fete")  # also where no more can be taken
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json() and again.headers["location"] == first.headers["location"]
    others = [asked.send(*pictures[1:], key="k1", name="Fete"), asked.send(*pictures, key="k1")]
    others.append(asked.send(("other.jpg", b"0"), *pictures[1:], key="k1", name="Fete"))
    assert [one.status_code for one in others] == [422] * 3
    assert all("Idempotency-Key" in one.json()["detail"] for one in others)
    assert asked.send(*pictures, key="k2", name="Fete").status_code == 429
    assert len(asked.desk.store.batches()) == 1 and left(asked) == []
    assert b"k1" not in asked.desk.folder.state.read_bytes()
    asked.client.delete(first.headers["location"])
    stranger = Tokens(asked.desk.office).make("stranger")
    ids = {asked.send(*pictures[:2], key="k1", token=token).json()["id"] for token in ("", stranger)}
    assert len(ids | {first.json()["id"]}) == 3, "the key of a batch that is gone, or of somebody else, is another"
    assert asked.send(("a.jpg", b"1"), key="k" * 256).status_code == 422


def test_a_key_that_comes_twice_at_once_is_one_batch(asked: Asked) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: asked.send(("a.jpg", b"1"), key="k"), range(4)))
    (kept,) = asked.desk.store.batches()
    assert {one.json()["id"] for one in sent} == {kept.id}
    assert left(asked) == []


def test_a_state_from_before_there_were_keys_is_read(asked: Asked) -> None:
    sent = asked.send(("a.jpg", b"1")).json()["id"]
    path = asked.desk.folder.state
    asked.desk.store.close()
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript(
            "DROP INDEX by_key; ALTER TABLE batches DROP COLUMN key; ALTER TABLE batches DROP COLUMN content; "
            "PRAGMA user_version = 1"
        )
    asked.desk.store = Store(path)
    assert asked.client.get(f"/v1/batches/{sent}").json()["pictures"] == ["a.jpg"]
    assert asked.send(("b.jpg", b"2"), key="k").json() == asked.send(("b.jpg", b"2"), key="k").json()


@pytest.mark.parametrize(
    ("pictures", "fields", "status", "said"),
    [
        ([("a.jpg", b"1" * 1001)], {}, 413, "picture 1: is larger than the 0.001 MB"),
        ([("a.jpg", b"1" * 1000)] * 4 + [("b" * 151, b"")], {}, 422, "picture 5: its name is longer"),
        ([], {"name": "x"}, 422, "there is no picture in it"),
        ([], {"pictures": "x"}, 422, "pictures: is not a file"),
        ([("a.jpg", b"1")], {"name": "x" * 201}, 422, "name: is longer than 200 characters"),
        ([("a.jpg", b"1")], {"name": "x" * 2000}, 422, "name: is longer than 200 characters"),
        ([("a.jpg", b"1")], {"scene": "perhaps"}, 422, "scene: is neither true nor false"),
        ([("a.jpg", b"1")], {"copies": "all"}, 422, "copies: is neither none nor redacted"),
        ([("a.jpg", b"1")], {"sсene": "true"}, 422, "is not a field"),  # a letter that only looks like c
    ],
)
def test_what_is_no_batch_is_refused_in_one_line_and_leaves_nothing(
    asked: Asked, pictures: list[tuple[str, bytes]], fields: dict[str, str], status: int, said: str
) -> None:
    files: Files = [("pictures", one) for one in pictures] or [(name, (None, b"x")) for name in fields]
    answer = asked.client.post("/v1/batches", files=files, data=fields if pictures else {})
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert "clearance" in answer.json()["notice"]
    assert left(asked) == [] and asked.desk.store.batches() == []


@pytest.mark.parametrize("cut", [0, 1, 20, 60, 78, -1, -4])
def test_a_form_that_breaks_off_is_never_accepted(asked: Asked, cut: int) -> None:
    whole = b'--x\r\nContent-Disposition: form-data; name="pictures"; filename="a.jpg"\r\n\r\n123\r\n--x--'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert asked.client.post("/v1/batches", content=whole + b"\r\n", headers=headers).status_code == 202
    answer = asked.client.post("/v1/batches", content=whole[:cut], headers=headers)
    assert answer.status_code == 400, answer.text
    assert left(asked) == [] and len(asked.desk.store.batches()) == 1


@pytest.mark.parametrize("kind", ["", "image/jpeg", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 71])
def test_anything_but_a_form_is_refused(asked: Asked, kind: str) -> None:
    assert asked.client.post("/v1/batches", content=b"x", headers={"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a b.jpg", "a b.jpg"),
        ("Café 日本.jpg", "Café 日本.jpg"),
        ("/etc/passwd", "_etc_passwd"),
        ("SECRET/a.jpg", "SECRET_a.jpg"),  # a folder may carry a marking
        ("../../a.jpg", "_.._.._a.jpg"),
        ("..", "picture 7"),
        (".jpg", "_.jpg"),
        ("C:\\a.jpg", "C__a.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("a\x00\x1b[2J\u202egpj.jpg", "a__[2J_gpj.jpg"),
        ("a.jpg. ", "a.jpg"),
        ("", "picture 7"),
    ],
)
def test_a_name_leads_nowhere_and_can_be_read(sent: str, name: str) -> None:
    assert plain_name(sent, 7) == name


def test_no_name_reaches_the_disk_and_none_hides_another(asked: Asked) -> None:
    said = asked.send(("a.jpg", b"1"), ("A.JPG", b"2"), ("a.jpg", b"3"), ("x/a.jpg", b"4")).json()
    assert said["pictures"] == ["a.jpg", "A (2).JPG", "a (3).jpg", "x_a.jpg"]
    pictures = asked.desk.folder.pictures(said["id"])
    assert {path.name: path.read_bytes() for path in pictures.iterdir()} == {str(n): b"%d" % n for n in range(1, 5)}
    if os.name == "posix":
        assert all(path.stat().st_mode & 0o77 == 0 for path in (pictures, *pictures.iterdir(), *pictures.parents[:2]))


def test_a_full_disk_accepts_nothing_and_says_so(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = asked.send(("a.jpg", b"1"))
    assert (answer.status_code, "disk" in answer.json()["detail"]) == (507, True)
    assert left(asked) == [] and asked.desk.store.batches() == []
    monkeypatch.undo()
    assert asked.send(("a.jpg", b"1")).status_code == 202


def test_a_client_that_falls_silent_is_let_go(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "SILENCE", 0.05)
    begun = [{"type": "http.request", "body": b"--x\r\n", "more_body": True}]
    sent: list[Any] = []

    async def silent() -> Any:
        if begun:
            return begun.pop()
        await asyncio.sleep(3600)
        return None

    async def answered(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    headers += [(b"authorization", asked.client.headers["Authorization"].encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/batches", "query_string": b"", "headers": headers}
    asyncio.run(asked.client.app(scope, silent, answered))  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
    assert left(asked) == []


def test_a_request_that_takes_too_long_is_ended(asked: Asked) -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3600)

    logged: list[dict[str, Any]] = []
    guard = Guard(endless, lambda event, **about: logged.append(about), longest=0.05)
    scope = {"type": "http", "method": "GET", "path": "/"}
    asyncio.run(guard(scope, None, None))  # type: ignore[arg-type]
    assert logged[0]["error"] == "TimeoutError"


def test_the_log_says_nothing_of_what_was_sent(asked: Asked) -> None:
    asked.send(("SECRET-name.jpg", b"SECRET-bytes"), name="SECRET-batch", purpose="SECRET-purpose")
    asked.client.get("/v1/batches/SECRET-id?SECRET-query=1", headers={"X": "SECRET-header"})
    asked.client.request("SECRET", "/SECRET-path")
    assert [line["event"] for line in asked.logged] == ["accepted", "request", "request", "request"]
    assert "SECRET" not in json.dumps(asked.logged)


def screened(asked: Asked, found: Found | None) -> tuple[State, str]:
    """What becomes of a batch in which this is found; None if the process that screens it ends."""
    sent = asked.send(("a.jpg", b"1")).json()["id"]
    tries: list[str] = []

    def worker(batch: Any, progress: Any) -> Found | None:
        tries.append(batch.id)
        progress()
        return found

    asked.desk._worker = worker  # type: ignore[assignment]
    (batch,) = asked.desk.store.batches(id=sent)
    asked.desk._screen(batch)
    assert tries == [sent] * (3 if found is None else 1)
    said = asked.client.get(f"/v1/batches/{sent}").json()
    return said["state"], said["reason"]


def test_a_batch_that_cannot_be_screened_says_why_and_has_no_report(asked: Asked) -> None:
    assert screened(asked, Found(reason="the disk is full")) == ("failed", "the disk is full")
    state, reason = screened(asked, None)
    assert (state, "ended each time" in reason) == ("failed", True)
    for sent in asked.desk.store.batches():
        for what in ("report", "report.html", "copies", "copies/1"):
            assert asked.client.get(f"/v1/batches/{sent.id}/{what}").status_code == 409
        assert asked.client.post(f"/v1/batches/{sent.id}/gate", content=b"1").status_code == 409
    assert screened(asked, Found(clear=1)) == ("done", "")
    assert screened(asked, Found(clear=1, missing="no copies")) == ("done", "no copies")


def test_a_batch_that_was_kept_long_enough_is_removed_and_the_log_says_so(asked: Asked) -> None:
    screened(asked, Found(clear=1))
    (sent,) = asked.desk.store.batches()
    asked.desk._purge_old()
    assert asked.desk.store.batches(State.DONE)
    asked.desk.keep_days = 1
    asked.desk._purge_old()
    assert asked.desk.store.batches(State.DONE)
    asked.desk.store.become(sent, State.DONE, finished="2026-01-01T00:00:00.000+00:00")
    asked.desk._purge_old()
    (gone,) = asked.desk.store.batches(State.PURGING)
    # a service that is killed here goes on with it
    asked.desk.store.close()
    again = Desk(**{name: getattr(asked.desk, name) for name in "folder office pipeline most keep_days tell".split()})
    again._purge(gone)
    assert again.store.batches() == [] and list(again.folder.batches.iterdir()) == []
    (line,) = [line for line in audit.entries(again.office.audit_log) if line.event == "purge"]
    assert line.fields == {"batch": sent.id, "pictures": 1}
    again.store.close()


class Counted:
    """Processes that say what they are told to of each picture, and whether they were ended."""

    made: ClassVar[list[Counted]] = []
    result: ClassVar[object] = "found"
    broken = False

    def __init__(self, task: Task, count: int) -> None:
        self.ended = False
        self.made.append(self)

    def screen(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, object]]:
        yield from ((entry, self.result) for entry in entries)

    def stop(self) -> None:
        self.ended = True


def test_processes_stay_for_the_next_batch_as_long_as_a_result_depends_on_the_same(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.service.standing.Workers", Counted)
    monkeypatch.setenv("SCREENING_HOME", str(asked.desk.office.folder))
    monkeypatch.setattr(Counted, "made", [])
    crew, task = Standing(1), Task(config.load(asked.desk.pipeline), True, None, False)
    entries = [Entry("a.jpg", Path("1"))]

    def screened(about: Task = task) -> tuple[int, bool]:
        """How many times processes were started so far, and whether the last ones stay."""
        assert len(list(crew(entries, about))) == 1
        return len(Counted.made), not Counted.made[-1].ended

    assert [screened(), screened()] == [(1, True)] * 2
    other = replace(task, scene=False)
    assert [screened(other), screened(other)] == [(2, True)] * 2
    assert Counted.made[0].ended
    # consent that was given or withdrawn since must count
    make_private(asked.desk.office.registers)
    (asked.desk.office.registers / "release.jsonl").write_text("{}")
    assert [screened(other), screened(other)] == [(3, True)] * 2
    # what failed is tried again with the machine to itself, also where the scan is stopped half-way
    monkeypatch.setattr(Counted, "result", None)
    assert screened(other) == (3, False)
    monkeypatch.setattr(Counted, "result", "found")
    going = crew([*entries, *entries], other)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert (len(Counted.made), Counted.made[-1].ended) == (4, True)
    # of a stage that is not ours nobody knows what it depends on
    foreign = replace(other, pipeline=replace(other.pipeline, foreign=("own",)))
    assert screened(foreign) == (5, False)


def test_two_services_never_use_one_folder_or_port(asked: Asked, tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(ServiceError, match="another screening serve uses it"), alone_in(tmp_path):
        pass

    def desk() -> Desk:
        raise AssertionError("not before the port is ours")

    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        with pytest.raises(ServiceError, match="cannot be used"):
            serve(desk, Tokens(asked.desk.office), host="127.0.0.1", port=port, ready=print)


def test_without_the_extra_it_says_what_is_missing() -> None:
    code = "import sys; sys.modules['fastapi'] = None; from screening.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "serve"], capture_output=True, text=True, check=False)
    said = "screening: fastapi is not installed: install screening with its extra service\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_what_was_received_but_never_accepted_is_gone_after_the_next_start(asked: Asked) -> None:
    sent = asked.send(("a.jpg", b"1")).json()["id"]
    asked.desk.folder.begin("half")
    asked.desk.folder.begin("kept")
    asked.desk.folder.keep("kept")  # but its line in the store was never written
    asked.desk.store.close()
    again = Desk(**{name: getattr(asked.desk, name) for name in "folder office pipeline most keep_days tell".split()})
    assert list(again.folder.arriving.iterdir()) == []
    assert [path.name for path in again.folder.batches.iterdir()] == [sent]
    again.store.close()
