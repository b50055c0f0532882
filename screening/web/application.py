"""The review page's server: who may ask, and what each address answers.

Other sites open in the browser must not read or decide anything. The client must have loaded the address with its token
once, which sets a cookie that only this site gets and no script can read. The request must name this computer as its
host, against DNS rebinding. A request that changes something must come from this page itself.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from screening.finding import ScreeningError
from screening.run.decisions import OvertakenError
from screening.web import asked, people
from screening.web.asked import TooMuchError
from screening.web.review import Review

PAGE = Path(__file__).resolve().parent / "page"
FILES = {
    "/": ("review.html", "text/html"),
    "/review.css": ("review.css", "text/css"),
    **{f"/{name}": (name, "text/javascript") for name in ("review.js", "view.js", "draw.js", "crops.js")},
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
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
        file, kind = FILES[request.url.path]
        return Response((PAGE / file).read_text(encoding="utf-8"), media_type=kind)

    async def state(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(review.state))

    async def thumbnail(request: Request) -> Response:
        return Response(await run_in_threadpool(review.thumbnail, asked.number(request)), media_type="image/jpeg")

    async def picture(request: Request) -> Response:
        return Response(await run_in_threadpool(review.picture, asked.number(request)), media_type="image/jpeg")

    async def crop(request: Request) -> Response:
        number, finding = asked.number(request), asked.number(request, "finding")
        return Response(await run_in_threadpool(review.crop, number, finding), media_type="image/jpeg")

    async def alike(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(people.proposed, review))

    async def decide(request: Request) -> Response:
        wishes = asked.wishes(await asked.body(request))
        changed = await run_in_threadpool(review.decide, wishes)
        return JSONResponse(await run_in_threadpool(review.state, changed))

    async def draw(request: Request) -> Response:
        drawing = asked.drawing(await asked.body(request))
        changed = await run_in_threadpool(review.draw, drawing)
        return JSONResponse(await run_in_threadpool(review.state, changed))

    async def answer(request: Request) -> Response:
        fields = await asked.body(request)
        question, said, after = (asked.text(fields, name) for name in ("question", "answer", "after"))
        await run_in_threadpool(lambda: review.answer(question, said, after=after))
        return JSONResponse(await run_in_threadpool(review.state, []))

    return Starlette(
        routes=[
            *(Route(path, guarded(page)) for path in FILES),
            Route("/state", guarded(state)),
            Route("/thumbnail/{number}", guarded(thumbnail)),
            Route("/picture/{number}", guarded(picture)),
            Route("/crop/{number}/{finding}", guarded(crop)),
            Route("/people", guarded(alike)),
            Route("/decide", guarded(decide), methods=["POST"]),
            Route("/draw", guarded(draw), methods=["POST"]),
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
