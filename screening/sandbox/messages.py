"""What crosses into the sandbox and back: a JSON object of a stated length, then perhaps bytes of a stated length.

Never a pickle, which can run code. Pixels cross in memory that both processes share.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

HEAD = struct.Struct(">II")
# The longest object that is read: metadata of 4,000 strings of 20,000 letters would be the longest that is screened.
LONGEST = 100_000_000


class MessageError(ValueError):
    """What arrived is not a message."""


def send(stream: BinaryIO, fields: dict[str, Any], data: bytes = b"") -> None:
    """Writes one message; OSError where the other end is gone."""
    body = json.dumps(fields).encode()
    stream.write(HEAD.pack(len(body), len(data)))
    stream.write(body)
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO, *, most: int) -> tuple[dict[str, Any], bytes]:
    """The next message, with no more than so many bytes after its object.

    Raises:
        EOFError: if the stream ends first.
        MessageError: if it is too long, or is not a JSON object.
    """
    size, more = HEAD.unpack(_read(stream, HEAD.size))
    if size > LONGEST or more > most:
        raise MessageError("is too long")
    body, data = _read(stream, size), _read(stream, more)
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError("is not JSON") from error
    if not isinstance(fields, dict):
        raise MessageError("is not an object")
    return fields, data


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError("the other end is gone")
    return data
