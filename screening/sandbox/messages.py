"""What crosses into the sandbox and back: a JSON object of a stated length.

Never a pickle, which can run code. A file's bytes and pixels cross in memory that both processes share.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

HEAD = struct.Struct(">I")
# The longest object that is read.
LONGEST = 100_000_000


class MessageError(ValueError):
    """What arrived is not a message."""


def send(stream: BinaryIO, fields: dict[str, Any]) -> None:
    """Writes one message; OSError where the other end is gone."""
    body = json.dumps(fields).encode()
    stream.write(HEAD.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> dict[str, Any]:
    """The next message.

    Raises:
        EOFError: if the stream ends first.
        MessageError: if it is too long, or is not a JSON object.
    """
    (size,) = HEAD.unpack(_read(stream, HEAD.size))
    if size > LONGEST:
        raise MessageError("is too long")
    body = _read(stream, size)
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError("is not JSON") from error
    if not isinstance(fields, dict):
        raise MessageError("is not an object")
    return fields


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError("the other end is gone")
    return data
