"""API tokens: whoever sends one may use the service. The office keeps their hashes alone."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from screening.finding import ScreeningError
from screening.office import audit
from screening.office.office import Office, is_moment, locked, now, replace_file
from screening.typed import ShapeError, typed
from screening.weights import read_bytes

FILE = "tokens.json"
# What a token begins with, so that programs that look for leaked secrets know one.
PREFIX = "screening_"
LONGEST_NAME = 100


class TokenError(ScreeningError):
    """There is no such token, one of that name exists, or the list cannot be read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as the office keeps it.

    Attributes:
        name: of the program that sends it; whoever has a later token of the same name sees the same batches.
        sha256: of the token. It has 256 random bits, so that a slow hash, as for passwords, would add nothing.
        made: when, as ISO 8601.
        revoked: since when it is no longer accepted; "" if it is.
    """

    name: str
    sha256: str
    made: str
    revoked: str = ""

    @property
    def id(self) -> str:
        """What logs call it."""
        return self.sha256[:12]


class Tokens:
    """The office's list of tokens, read again whenever it has changed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.path = office.folder / FILE
        self._seen: tuple[int, ...] = ()
        self._known: tuple[Token, ...] = ()

    def all(self) -> tuple[Token, ...]:
        """Every token, also those that were revoked, in the order in which they were made.

        Raises:
            TokenError: if the list cannot be read.
        """
        try:
            about = self.path.stat()
            seen = (about.st_ino, about.st_mtime_ns, about.st_size)
            if seen != self._seen:
                self._known, self._seen = _parsed(self.path), seen
        except FileNotFoundError:
            self._known, self._seen = (), ()
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise TokenError(f"{self.path}: is not a list of tokens; remove it and make them anew") from error
        return self._known

    def sent_by(self, token: str) -> Token | None:
        """The token that this is, or None; how long it takes says nothing about any token.

        Raises:
            TokenError: if the list cannot be read.
        """
        sha256 = _hash(token)
        found = [one for one in self.all() if hmac.compare_digest(one.sha256.encode(), sha256.encode())]
        return found[0] if found and not found[0].revoked else None

    def make(self, name: str) -> str:
        """Makes a token and returns it: it is kept nowhere.

        Raises:
            TokenError: if the name is empty, too long or in use, or the list cannot be written.
            AuditError: if the log cannot be written; then there is no token.
        """
        if not name.strip() or len(name) > LONGEST_NAME:
            raise TokenError(f"a token's name is a line of at most {LONGEST_NAME} characters")
        token = PREFIX + secrets.token_urlsafe(32)
        made = Token(name=name, sha256=_hash(token), made=now())
        with locked(self.path.with_name(f".{FILE}.lock"), TokenError):
            known = self.all()
            if any(one.name == name and not one.revoked for one in known):
                raise TokenError(f"there is a token called {name} already; revoke it first, or name another")
            self._write((*known, made), made, "made")
        return token

    def revoke(self, name: str) -> Token:
        """Takes a token out of use at once.

        Raises:
            TokenError: if there is none of that name in use, or the list cannot be written.
            AuditError: if the log cannot be written; then it stays in use.
        """
        with locked(self.path.with_name(f".{FILE}.lock"), TokenError):
            known = self.all()
            gone = next((one for one in known if one.name == name and not one.revoked), None)
            if gone is None:
                raise TokenError(f"no token in use is called {name}; screening tokens list shows them")
            after = replace(gone, revoked=now())
            self._write([after if one is gone else one for one in known], after, "revoked")
        return after

    def _write(self, tokens: list[Token] | tuple[Token, ...], about: Token, what: str) -> None:
        # first: a token that is not in the log must not open anything
        audit.append(self.office.audit_log, "token", token=about.id, what=what)
        text = json.dumps([dataclasses.asdict(one) for one in tokens], indent=1) + "\n"
        try:
            replace_file(self.path, text)
        except OSError as error:
            raise TokenError(f"{self.path}: cannot be written ({error.strerror or 'input error'})") from error


def _parsed(path: Path) -> tuple[Token, ...]:
    found: tuple[Token, ...] = typed(tuple[Token, ...], json.loads(read_bytes(path, most=10e6).decode()))
    if not all(is_moment(at) for one in found for at in (one.made, one.revoked or one.made)):
        raise ShapeError("", "a time that is none")
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
