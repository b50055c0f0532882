"""What is sent to the review page gets an answer of one line, whatever it is, and is not read without end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from screening.web.application import Door, application
from screening.web.asked import LARGEST


class Asked:
    """A review that notes what comes through to it."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def decide(self, wishes: list[Any]) -> list[int]:
        self.told += wishes
        return []

    def answer(self, question: str, answer: str, *, after: str) -> None:
        self.told.append((question, answer, after))

    def state(self, only: object = None) -> dict[str, object]:
        return {"counts": {}}

    def picture(self, number: int) -> bytes:
        self.told.append(number)
        return b""

    thumbnail = picture


def ask(
    path: str, chunks: Iterator[bytes] | list[bytes] | None = None, *headers: tuple[str, str]
) -> tuple[int, str, Asked]:
    """Status, text and what came through; chunks make it a POST, whose length nobody tells."""
    review, door = Asked(), Door(80)
    first = door.admit(door.token)
    assert first is not None
    cookie = first.headers["set-cookie"].split(";")[0]
    sent = {"host": "127.0.0.1:80", "origin": "http://127.0.0.1:80", "cookie": cookie, **dict(headers)}
    scope = {
        "type": "http",
        "method": "GET" if chunks is None else "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    waiting = iter(chunks or [])
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        chunk = next(waiting, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Any) -> None:
        answers.append(message)

    asyncio.run(application(review, door)(scope, receive, send))  # type: ignore[arg-type]
    return answers[0]["status"], b"".join(one.get("body", b"") for one in answers).decode(), review


WISH: dict[str, Any] = {"photo": 0, "action": "reject"}
# What is wrong with a wish.
WRONG: list[dict[str, Any]] = [
    {"photo": None},
    {"photo": True},
    {"photo": 1.0},
    {"photo": "0"},
    {"finding": "0"},
    {"action": None},
    {"action": ["reject"]},
    {"action": "wave"},
    {"reason": None},
    {"reason": 7},
    {"reason": "\ud800"},  # half of a character
    {"after": {}},
    {"by": "Somebody Else"},
]


@pytest.mark.parametrize("path", ["/decide", "/answer"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",  # no UTF-8
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"[" * 100_000,
        b'{"decisions":' * 50_000,
        b'{"a": ' + b"9" * 5000 + b"}",  # more figures than Python makes a number of
        b"{}",
        b'{"decisions": null}',
        b'{"decisions": {}}',
        b'{"decisions": "reject"}',
        b'{"decisions": [null]}',
        b'{"decisions": [[]]}',
        b'{"decisions": [{}]}',
        *(json.dumps({"decisions": [{**WISH, **change}]}).encode() for change in WRONG),
        b'{"question": null}',
        b'{"question": "q", "answer": null}',
        b'{"question": "q", "answer": ["yes"]}',
        b'{"question": "q", "answer": "\\ud800"}',
        b'{"question": "q", "answer": "yes", "after": 1}',
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_whatever_is_sent_gets_one_line_and_changes_nothing(path: str, body: bytes) -> None:
    status, text, review = ask(path, [body])
    if path == "/answer" and review.told:  # what is missing is empty there, and an unknown question for the review
        assert (status, review.told) == (200, [("", "", "")])
        return
    assert (status, review.told) == (422, [])
    assert text and "\n" not in text and len(text) < 200


def test_what_is_right_comes_through_in_however_many_pieces() -> None:
    data = json.dumps({"decisions": [WISH, {**WISH, "finding": 2, "reason": "ä"}]}).encode()
    status, _, review = ask("/decide", [data[at : at + 7] for at in range(0, len(data), 7)])
    assert (status, [(one.photo, one.finding, one.reason) for one in review.told]) == (
        200,
        [(0, None, ""), (0, 2, "ä")],
    )


@pytest.mark.parametrize("told", [(), (("content-length", "7"),), (("content-length", "many"),)], ids=str)
def test_no_more_is_read_than_a_review_asks_for_whatever_is_said_of_its_length(
    told: tuple[tuple[str, str], ...],
) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 65536
            yield b" " * 65536

    status, text, review = ask("/decide", endless(), *told)
    assert (status, text, review.told) == (413, "this is more than a review accepts", [])
    assert read <= LARGEST + 2 * 65536


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "1.5", "x", "²", "%00"])
@pytest.mark.parametrize("what", ["picture", "thumbnail"])
def test_a_picture_that_no_run_has_is_asked_of_the_review_as_one(what: str, number: str) -> None:
    status, _, review = ask(f"/{what}/{number}")
    assert (status, review.told) == (200, [-1])
