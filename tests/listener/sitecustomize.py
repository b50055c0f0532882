"""Python runs this by itself, in every process, where the folder is on PYTHONPATH.

It notes whom the process asks for and which files it makes in the file that LISTENER_LOG names, and refuses it
everything but this computer.
"""

from __future__ import annotations

import os
import sys

HERE = {"localhost", "::1", "0.0.0.0", "", None}
ASKS = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
# What makes a file or folder, and which argument names it.
MAKES = {"open": 0, "os.mkdir": 0, "os.rename": 1, "sqlite3.connect": 0}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# opened once: opening it would be heard again
LOG = os.open(os.environ["LISTENER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(what: str, whom: object) -> None:
    os.write(LOG, f"{what}\t{os.fsdecode(whom) if isinstance(whom, (bytes, str)) else whom}\n".encode())


def is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name in HERE or str(name).startswith("127.")


def listen(event: str, arguments: tuple[object, ...]) -> None:
    """Is told by Python of everything that it does, before it does so.

    Raises:
        OSError: where it would ask for another computer.
    """
    if event in ASKS or event in SENDS:
        host = arguments[ASKS.get(event, 1)]
        if event in SENDS:  # an address: of a socket that is a file it is no tuple
            host = host[0] if isinstance(host, tuple) else None
        if not is_here(host):
            note("asked for", host)
            raise OSError(f"{host}: no other computer may be asked for")
    elif event in MAKES:
        path = arguments[MAKES[event]]
        writes = event != "open" or (isinstance(arguments[2], int) and arguments[2] & WRITES)
        if writes and isinstance(path, (str, bytes)) and not os.path.lexists(path):
            note("made", os.path.abspath(os.fsdecode(path)))  # noqa: PTH100  pathlib would be heard as well


sys.addaudithook(listen)
