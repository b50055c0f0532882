"""What every request goes through: a time limit, headers that say how to treat an answer, and a line of log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screening.service.answers import NOTICE

# Seconds that a request may take with its answer, however slowly either comes.
LONGEST = 900.0
METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
HEADERS = {
    "Cache-Control": "no-store",
    # the report page is one file with its own style and script, and asks for nothing
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Screening-Notice": NOTICE,
}


class Guard:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, tell: Callable[..., None], longest: float = LONGEST) -> None:
        self.app, self.tell, self.longest = app, tell, longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
                ]
            await send(message)

        error = ""
        try:
            async with asyncio.timeout(self.longest):
                await self.app(scope, receive, answer)
        except TimeoutError:  # the connection is closed, as its answer has no end
            error = "TimeoutError"
        except Exception as fault:
            error = type(fault).__name__
            if not status:
                await _fault(answer)
        finally:
            self.tell(
                "request", **_about(scope), status=status, seconds=round(time.monotonic() - began, 3), error=error
            )


def _about(scope: Scope) -> dict[str, Any]:
    """What is logged of a request: never its path or its headers, which could say anything."""
    route = scope.get("route")
    return {
        "method": scope["method"] if scope["method"] in METHODS else "",
        "route": getattr(route, "path", ""),
        "batch": scope.get("state", {}).get("batch", ""),
        "token": scope.get("state", {}).get("token", ""),
    }


async def _fault(send: Callable[[Message], Awaitable[None]]) -> None:
    body = b'{"notice": "%s", "detail": "this is a fault in screening, please report it"}' % NOTICE.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
