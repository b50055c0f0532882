"""A signed head of the audit log, for computers that do not have the log.

The form is a C2SP checkpoint (https://c2sp.org/tlog-checkpoint) in a signed note (https://c2sp.org/signed-note) with an
Ed25519 signature. Our log is a chain, not a tree: in place of a tree's root stands the hash of the last line, which
covers all lines before it. A further line names what the head belongs to, so that it cannot stand beside anything else.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from screening.office import audit
from screening.office.audit_line import Head
from screening.office.key_list import Key
from screening.office.keys import sign
from screening.office.office import Office

ORIGIN = "screening/log"
DASH = "\u2014"
# A note's mark of an Ed25519 key.
ED25519 = b"\x01"
# No clearance is valid for longer, in days.
LONGEST = 90


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log at some moment.

    Attributes:
        origin: which log, by the hash of its first line.
        head: the number and hash of its last line then.
        about: the name of the clearance whose line that is.
        signature: four bytes that tell the key, and its signature; empty until it is signed.
    """

    origin: str = ""
    head: Head = Head()
    about: str = ""
    signature: bytes = b""

    @property
    def body(self) -> bytes:
        """The text of the note, which is what is signed."""
        root = base64.b64encode(bytes.fromhex(self.head.sha256)).decode()
        return f"{self.origin}\n{self.head.number}\n{root}\n{self.about}\n".encode()

    def text(self) -> str:
        """The whole note."""
        return f"{self.body.decode()}\n{DASH} {self.origin} {base64.b64encode(self.signature).decode()}\n"

    def sign(self, office: Office, key: Key, passphrase: str) -> Checkpoint:
        """This checkpoint, signed.

        Raises:
            KeysError: if the key cannot be used.
        """
        return replace(self, signature=self._mark(key) + sign(office, key, passphrase, self.body))

    def signed_by(self, key: Key) -> bool:
        """Whether it has a good signature by this key."""
        mark, signature = self.signature[:4], self.signature[4:]
        return mark == self._mark(key) and key.signed(self.body, signature)

    def _mark(self, key: Key) -> bytes:
        return hashlib.sha256(self.origin.encode() + b"\n" + ED25519 + base64.b64decode(key.public)).digest()[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A clearance that the log has given before another.

    Attributes:
        clearance: its name.
        number, sha256: of its line in the log.
        stands: whether it is still valid, and its run was not cleared again since.
    """

    clearance: str
    number: int
    sha256: str
    stands: bool

    @property
    def sound(self) -> bool:
        """Whether each field has the right type: a file can contain anything."""
        texts = isinstance(self.clearance, str) and isinstance(self.sha256, str)
        return texts and type(self.number) is int and type(self.stands) is bool


def parse(text: str) -> Checkpoint:
    """The checkpoint in a signed note.

    Raises:
        ValueError: if it is not one, or is written in another way than ours.
    """
    origin, number, root, about, *rest = text.split("\n")
    signature = base64.b64decode(rest[1].rpartition(" ")[2]) if len(rest) == 3 else b""
    made = Checkpoint(origin, Head(int(number), base64.b64decode(root).hex()), about, signature)
    if made.text() != text:
        raise ValueError("written in another way")
    return made


def origin(log: Path) -> str:
    """The name of a log that has at least one line.

    Raises:
        AuditError: if it cannot be read.
    """
    return f"{ORIGIN}/{next(audit.entries(log)).sha256[:32]}"


def earlier(log: Path, run: str) -> tuple[Earlier, ...]:
    """The clearances of the last `LONGEST` days, before this run is cleared (again).

    Raises:
        AuditError: if the log cannot be read.
    """
    now = datetime.datetime.now(datetime.UTC)
    begun = {one.sha256 for one in audit.unfinished(log, "clearance")}
    since = now - datetime.timedelta(days=LONGEST + 1)
    given = [one for one in audit.counting(log, "clearance") if one.sha256 not in begun and one.time > since]
    latest = {one.fields.get("run"): one.number for one in given}
    return tuple(
        Earlier(
            clearance=str(one.fields.get("clearance")),
            number=one.number,
            sha256=one.sha256,
            stands=str(one.fields.get("until", "")) > now.isoformat(timespec="milliseconds")
            and one.fields.get("run") != run
            and latest[one.fields.get("run")] == one.number,
        )
        for one in given
    )
