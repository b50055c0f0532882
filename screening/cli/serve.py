"""`screening serve`: screening over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from screening.cli.say import print_line, say

# Addresses that no other computer reaches.
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    folder: Annotated[
        Path | None, typer.Option(help="Where batches are kept.  [default: service, in the office's folder]")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 8750,
    pipeline: Annotated[
        str,
        typer.Option(
            "--pipeline", envvar="SCREENING_PIPELINE", help="default, strict, posters, or a file of your own."
        ),
    ] = "default",
    waiting: Annotated[int, typer.Option(min=1, help="How many accepted pictures may wait.")] = 500,
    keep_days: Annotated[float, typer.Option(min=0, help="Removes a batch so long after it is done; 0 never.")] = 30,
    jobs: Annotated[int, typer.Option(min=0, help="Photos screened in parallel; 0 is one per core.")] = 0,
) -> None:
    """Serves screening to programs that send pictures, with a token of screening tokens.

    Needs the extra service. Keeps what it accepts, and a run for each batch, in --folder, readable by you alone; writes
    the audit log's lines of scans, gate and purges. Prints its address, then a line of JSON on stderr for each event,
    which names no file. Clears nothing: people review and sign the runs. Stops with Ctrl-C or SIGTERM; what was
    accepted is screened after the next start.
    """
    try:
        from screening.service.server import alone_in, serve
    except ModuleNotFoundError as error:
        say(f"{error.name} is not installed: install screening with its extra service")
        raise typer.Exit(2) from None
    from screening.office.office import Office, make_private
    from screening.service.desk import Desk
    from screening.service.folder import Folder
    from screening.service.tokens import Tokens

    office = Office.here()
    place = folder or office.folder / "service"

    def desk() -> Desk:
        from screening import config

        config.load(pipeline)  # what is wrong with it is said now, not of each batch
        return Desk(
            folder=Folder(place),
            office=office,
            pipeline=pipeline,
            most=waiting,
            keep_days=keep_days,
            tell=_teller(),
            jobs=jobs,
        )

    if host not in LOOPBACK:
        say("tokens and pictures travel unencrypted: let other computers in through a reverse proxy with TLS only")
    make_private(place)
    with alone_in(place):
        serve(desk, Tokens(office), host=host, port=port, ready=print_line)


def _teller() -> Callable[..., None]:
    """Prints an event as a line of JSON; threads take turns."""
    import contextlib
    import json
    import threading

    from screening.office.office import now

    turns = threading.Lock()

    def tell(event: str, **about: Any) -> None:
        with turns, contextlib.suppress(OSError):  # a full disk must not stop what is accepted
            print_line(json.dumps({"at": now(), "event": event, **about}), err=True)

    return tell
