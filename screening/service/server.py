"""Runs the service until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from filelock import FileLock, Timeout
from uvicorn.protocols.http.h11_impl import H11Protocol

from screening.finding import ScreeningError
from screening.service.application import application
from screening.service.desk import Desk
from screening.service.guard import Guard
from screening.service.tokens import Tokens

# Seconds within which the head of a request must have come, twice; and which requests have to end in at a stop.
HEAD, LAST = 15.0, 10
# How many connections there may be; further ones are answered with 503.
CONNECTIONS = 100
# Python's tracker of what processes share gives back what a killed one held, and says so on stderr, which is the log's.
TRACKED = "ignore::UserWarning:multiprocessing.resource_tracker"


class ServiceError(ScreeningError):
    """The service cannot be started."""


class Hurried(H11Protocol):
    """A connection that is closed where no request comes, or only bit by bit."""

    _glance: asyncio.TimerHandle
    _seen: Any = None

    def connection_made(self, transport: Any) -> None:
        """Begins to look, now and then, whether anything is being asked."""
        super().connection_made(transport)
        self._glance = self.loop.call_later(HEAD, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no more."""
        self._glance.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self.cycle is self._seen:
            self.transport.abort()
            return
        self._seen = self.cycle
        self._glance = self.loop.call_later(HEAD, self._look)


def serve(desk: Callable[[], Desk], tokens: Tokens, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C: then nothing new is begun, and what was accepted waits for the next start.

    Args:
        desk: makes the desk, once no other service uses its folder.
        tokens: who may ask.
        host: the address to listen on.
        port: 0 for any free one.
        ready: called with the address once the service answers.

    Raises:
        ServiceError: if the port cannot be used, or another service uses the folder.
        ScreeningError: if the folder or the pipeline cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as listener:
        if os.name == "posix":  # elsewhere it would take a port that another program listens to
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, TypeError, ValueError) as error:  # Python's own words for what is no address
            why = getattr(error, "strerror", None) or "not an address of this computer"
            raise ServiceError(f"{host}, port {port}: cannot be used ({why}); see --host and --port") from error
        os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (os.environ.get("PYTHONWARNINGS"), TRACKED)))
        opened = desk()
        app = application(opened, tokens)
        bound = listener.getsockname()[1]
        app.router.lifespan_context = _lifespan(opened, lambda: ready(f"http://{_written(host)}:{bound}"))
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # its words may say what was asked for
        config = uvicorn.Config(
            Guard(app, opened.tell),
            http=Hurried,
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=LAST,
        )
        listener.listen()
        # the server raises it again once it has stopped, which is then no reason to be killed
        signal.signal(signal.SIGTERM, lambda *_: None)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
        opened.tell("stopped")


@contextlib.contextmanager
def alone_in(folder: Any) -> Any:
    """Keeps other services from the folder.

    Raises:
        ServiceError: if there is one.
    """
    lock = FileLock(folder / ".serve.lock", timeout=0, mode=0o600)
    try:
        with lock:
            yield
    except Timeout as error:
        raise ServiceError(f"{folder}: another screening serve uses it; name another with --folder") from error


def _lifespan(desk: Desk, ready: Callable[[], None]) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        desk.start()
        ready()
        yield
        await asyncio.to_thread(desk.stop)

    return lifespan


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
