"""DSSE envelopes: a payload, its type, and signatures over both.

The form is version 1 of https://github.com/secure-systems-lab/dsse. It allows several spellings of one envelope; here
only the one that `Envelope.text` writes is read, so that no two programs can read two things.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.office.audit_line import canonical


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its signatures.

    Attributes:
        payload: what is signed.
        payload_type: what the payload is, as a media type.
        signatures: by the ids of the keys.
        checkpoint: beside the envelope proper, where other programs ignore it: a signed head of the audit log.
    """

    payload: bytes
    payload_type: str
    signatures: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: str = ""

    @property
    def signed(self) -> bytes:
        """The bytes that a key signs: the pre-authentication encoding, which binds the payload to its type."""
        kind = self.payload_type.encode()
        return b" ".join((b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(self.payload), self.payload))

    def text(self) -> str:
        """The text of the envelope's file."""
        signatures = [{"keyid": key, "sig": _encoded(sig)} for key, sig in sorted(self.signatures.items())]
        fields = {"payload": _encoded(self.payload), "payloadType": self.payload_type, "signatures": signatures}
        return canonical({**fields, "checkpoint": self.checkpoint}).decode() + "\n"


def parse(data: bytes) -> Envelope:
    """The envelope in the bytes of a file.

    Raises:
        ValueError, TypeError, KeyError, RecursionError: if it is not one, is written in another way than ours, or has
            two signatures by one key.
    """
    fields = json.loads(data)
    signatures = {one["keyid"]: base64.b64decode(one["sig"], validate=True) for one in fields["signatures"]}
    payload, kind = base64.b64decode(fields["payload"], validate=True), fields["payloadType"]
    envelope = Envelope(payload, kind, signatures, fields["checkpoint"])
    if not all(isinstance(one, str) for one in (kind, envelope.checkpoint, *signatures)):
        raise TypeError("fields of other types")
    if envelope.text().encode() != data:
        raise ValueError("written in another way")
    return envelope


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
