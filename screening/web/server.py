"""Serves a review to this computer until it is stopped or has been idle for a while."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable

import uvicorn
from starlette.applications import Starlette

from screening.web.application import Door, application
from screening.web.asked import ReviewError
from screening.web.review import Review

HERE = "127.0.0.1"
# Seconds between checks for inactivity.
GLANCE = 1.0


def serve(review: Review, *, port: int, idle: float, ready: Callable[[str], None]) -> None:
    """Serves until it is stopped, or has not been used for `idle` seconds.

    Args:
        review: the review to serve.
        port: 0 for any free one.
        idle: seconds.
        ready: called with the address once the server answers.

    Raises:
        ReviewError: if the port is taken.
    """
    with contextlib.closing(socket.socket()) as listener:
        try:
            listener.bind((HERE, port))
        except OSError as error:
            raise ReviewError(f"port {port} cannot be used ({error.strerror}); name another with --port") from error
        door = Door(listener.getsockname()[1])
        app = application(review, door)
        # neither requests nor addresses are logged: they name pictures
        config = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, lifespan="on")
        server = uvicorn.Server(config)
        app.router.lifespan_context = _watched(server, door, idle, ready)
        listener.listen()
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the normal way to stop it
            server.run(sockets=[listener])


def _watched(
    server: uvicorn.Server, door: Door, idle: float, ready: Callable[[str], None]
) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    """Says that the server is ready, and stops it once it has been idle for that long."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async def watch() -> None:
            while time.monotonic() - door.asked < idle:
                await asyncio.sleep(min(GLANCE, idle))
            server.should_exit = True

        task = asyncio.create_task(watch())
        # only now is Ctrl-C the server's to handle: before, it would end a loop that is half made
        ready(door.address)
        yield
        task.cancel()

    return lifespan
