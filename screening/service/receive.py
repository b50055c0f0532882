"""Reads what a client sends, for as long as it sends something."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from screening.office.office import BINARY
from screening.service.desk import Desk
from screening.service.intake import Form, IntakeError
from screening.service.store import Sent, StoreError

# Seconds in which something must come; and for which the rest of what is refused is read, so that the client, which
# is still sending, gets the answer.
SILENCE, REST = 30.0, 10.0


async def batch(request: Request, desk: Desk, owner: str, at: Callable[[], str], key: str = "") -> Sent:
    """Receives a batch and accepts it; what was sent before with the same key is not accepted twice.

    Raises:
        IntakeError: if it is not a batch, no more can be taken, it cannot be kept, or the key came with another one.
    """
    hashed = hashlib.sha256(key.encode()).hexdigest() if key else ""
    again = bool(key and await run_in_threadpool(desk.store.batches, owner=owner, key=hashed))
    try:
        if not again:
            await run_in_threadpool(desk.refuse_if_full)
    except IntakeError as error:
        await _read_the_rest(request, error)
        raise
    async with _receiving(desk, again=again) as (new, form):
        try:
            form.begin(request.headers.get("content-type", ""))
            await _each(request, form.feed)
            await run_in_threadpool(form.end)
        except (IntakeError, OSError) as error:
            await _read_the_rest(request, error)
            raise _unkept(error) from error
        said = {name: text.strip() for name, text in form.fields.items()}
        for name, known in (("scene", ("true", "false")), ("copies", ("none", "redacted"))):
            if said.get(name, known[0]) not in known:
                raise IntakeError(f"{name}: is neither {known[0]} nor {known[1]}")
        sent = Sent(
            id=new,
            owner=owner,
            name=said.get("name") or f"batch {new[:8]}",
            purpose=said.get("purpose", ""),
            scene=said.get("scene", "true") == "true",
            redact=said.get("copies") == "redacted",
            accepted=at(),
            pictures=tuple(form.names),
            key=hashed,
            content=form.content if key else "",
        )
        try:
            return await run_in_threadpool(desk.accept, sent)
        except StoreError as error:
            raise _unkept(error) from error


async def one_file(request: Request, path: Path, most: float) -> None:
    """Receives the body of a request into a new file.

    Raises:
        IntakeError: if it has more than `most` bytes, does not arrive, or cannot be written.
    """
    size = 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb") as file:

            def write(data: bytes) -> None:
                nonlocal size
                size += len(data)
                if size > most:
                    raise IntakeError(f"the file is larger than the {most / 1e6:g} MB that the policy allows", 413)
                file.write(data)

            await _each(request, write)
    except (IntakeError, OSError) as error:
        await _read_the_rest(request, error)
        raise _unkept(error) from error


@contextlib.asynccontextmanager
async def _receiving(desk: Desk, *, again: bool) -> AsyncIterator[tuple[str, Form]]:
    """`Desk.receiving`, whose disk is waited for in other threads."""
    receiving = desk.receiving(again=again)
    opened = await run_in_threadpool(receiving.__enter__)
    try:
        yield opened
    finally:
        await asyncio.shield(run_in_threadpool(receiving.__exit__, None, None, None))


async def _each(request: Request, take: Callable[[bytes], None]) -> None:
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(SILENCE):
                chunk = await anext(stream, None)
            if chunk is None:
                return
            await run_in_threadpool(take, chunk)
    except TimeoutError as error:
        raise IntakeError(f"nothing came for {SILENCE:g} seconds; send it again", 408) from error
    except ClientDisconnect as error:
        raise IntakeError("the rest of it did not arrive", 400) from error


def _unkept(error: Exception) -> IntakeError:
    if isinstance(error, IntakeError):
        return error
    return IntakeError("it cannot be kept: the disk of the service is full, or does not answer", 507)


async def _read_the_rest(request: Request, why: Exception) -> None:
    if isinstance(why, IntakeError) and why.status == 408:
        return
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(REST):
            async for _ in request.stream():
                pass
