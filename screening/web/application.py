"""The review page's server: who may ask, and what each address answers.

Other sites open in the browser must not read or decide anything. The client must have loaded the address with its token
once, which sets a cookie that only this site gets and no script can read. The request must name this computer as its
host, against DNS rebinding. A request that changes something must come from this page itself.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from screening.finding import ScreeningError
from screening.run.decision import Action
from screening.run.decisions import OvertakenError
from screening.web.review import Review, ReviewError, Wish

PAGE = Path(__file__).resolve().parent / "page"
KINDS = {"/": "text/html", "/review.css": "text/css", "/review.js": "text/javascript"}
FILES = {"/": "review.html", "/review.css": "review.css", "/review.js": "review.js"}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The most bytes of a request that are read.
LARGEST = 4_000_000
Handler = Callable[[Request], Awaitable[Response]]


class Door:
    """Who may ask.

    Attributes:
        port: the port of the page.
        token: the one-time token in the address that is opened first.
        asked: the time of the last request, from `time.monotonic`.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = secrets.token_urlsafe(24)
        self.asked = time.monotonic()
        self._session = secrets.token_urlsafe(24)
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"screening-{port}"

    @property
    def address(self) -> str:
        """The address to open first."""
        return f"http://{self._hosts[0]}/?token={self.token}"

    def refusal(self, request: Request) -> str:
        """Why a request is refused; "" if it is not."""
        if request.headers.get("host", "") not in self._hosts:
            return "this page is served to this computer alone"
        if request.method != "GET" and request.headers.get("origin") not in [f"http://{host}" for host in self._hosts]:
            return "only the page itself may decide anything"
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            # a link on another page may open the address, but without the token
            return "only the page itself may ask"
        return ""

    def known(self, request: Request) -> bool:
        """Whether the request comes from a browser that opened the address with the token."""
        return secrets.compare_digest(request.cookies.get(self._cookie, "").encode(), self._session.encode())

    def admit(self, token: str) -> Response | None:
        """The answer to the first load, which sets the cookie; None for a wrong or used token."""
        if not self.token or not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        self.token = ""
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        return answer


def application(review: Review, door: Door) -> Starlette:
    """The page, and the addresses that it requests."""

    def guarded(handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            response = await _answer(handler, request, door)
            response.headers.update(HEADERS)
            return response

        return answer

    async def page(request: Request) -> Response:
        file = PAGE / FILES[request.url.path]
        return Response(file.read_text(encoding="utf-8"), media_type=KINDS[request.url.path])

    async def state(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(review.state))

    async def thumbnail(request: Request) -> Response:
        return Response(await run_in_threadpool(review.thumbnail, _number(request)), media_type="image/jpeg")

    async def picture(request: Request) -> Response:
        return Response(await run_in_threadpool(review.picture, _number(request)), media_type="image/jpeg")

    async def decide(request: Request) -> Response:
        asked = await _body(request)
        wishes = _wishes(asked)
        changed = await run_in_threadpool(review.decide, wishes)
        return JSONResponse(await run_in_threadpool(review.state, changed))

    async def answer(request: Request) -> Response:
        asked = await _body(request)
        question, said, after = (_text(asked, name) for name in ("question", "answer", "after"))
        await run_in_threadpool(lambda: review.answer(question, said, after=after))
        return JSONResponse(await run_in_threadpool(review.state, []))

    return Starlette(
        routes=[
            *(Route(path, guarded(page)) for path in FILES),
            Route("/state", guarded(state)),
            Route("/thumbnail/{number}", guarded(thumbnail)),
            Route("/picture/{number}", guarded(picture)),
            Route("/decide", guarded(decide), methods=["POST"]),
            Route("/answer", guarded(answer), methods=["POST"]),
        ]
    )


async def _answer(handler: Handler, request: Request, door: Door) -> Response:
    if why := door.refusal(request):
        return PlainTextResponse(why, status_code=403)
    if "token" in request.query_params and not door.known(request):
        first = door.admit(request.query_params["token"])
        return first or PlainTextResponse("this address has been used already; start the review again", status_code=403)
    if not door.known(request):
        return PlainTextResponse("open the address that screening review printed", status_code=403)
    if "token" in request.query_params:
        return RedirectResponse("/", status_code=303)
    door.asked = time.monotonic()
    try:
        return await handler(request)
    except OvertakenError as error:
        return PlainTextResponse(str(error), status_code=409)
    except TooMuchError as error:
        return PlainTextResponse(str(error), status_code=413)
    except ScreeningError as error:
        return PlainTextResponse(str(error), status_code=422)


class TooMuchError(ReviewError):
    """The request is larger than any review."""


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; its bytes are counted as they arrive, whatever length was announced."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > LARGEST:
                raise TooMuchError("this is more than a review accepts")
        asked = json.loads(data)
    except ClientDisconnect as error:
        raise ReviewError("the rest of it did not arrive") from error
    except (ValueError, RecursionError) as error:
        raise ReviewError("this is not JSON") from error
    if not isinstance(asked, dict):
        raise ReviewError("this is not a JSON object")
    return asked


def _text(fields: dict[str, Any], name: str) -> str:
    """A text field of the request; "" if it was left out."""
    said = fields.get(name, "")
    try:
        if isinstance(said, str):
            said.encode()  # a lone surrogate is refused: no page could show it again
            return said
    except UnicodeEncodeError:
        pass
    raise ReviewError(f"{name} is not text")


def _wishes(asked: dict[str, Any]) -> list[Wish]:
    wishes = asked.get("decisions")
    if not isinstance(wishes, list):
        raise ReviewError("decisions is not a list")
    return [_wish(one) for one in wishes]


def _number(request: Request) -> int:
    """The picture's number in the address; one that no run has if it is not a number."""
    said = str(request.path_params["number"])
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def _wish(fields: Any) -> Wish:
    known = {field.name for field in dataclasses.fields(Wish)}
    if not isinstance(fields, dict) or not {"photo", "action"} <= set(fields) <= known:
        raise ReviewError("a decision needs a picture and an action")
    numbers = [fields["photo"]] + ([fields["finding"]] if fields.get("finding") is not None else [])
    if not all(type(one) is int for one in numbers):
        raise ReviewError("a decision's numbers must be whole numbers")
    action, reason, reference, after = (_text(fields, name) for name in ("action", "reason", "reference", "after"))
    if action not in tuple(Action):
        raise ReviewError(f"there is no action of that name; there are {', '.join(Action)}")
    return Wish(
        photo=fields["photo"],
        finding=fields.get("finding"),
        action=Action(action),
        reason=reason,
        reference=reference,
        after=after,
    )
