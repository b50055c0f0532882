"""API tokens: shown once, kept as hashes, revocable at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from screening.office import audit
from screening.office.office import Office
from screening.service.tokens import TokenError, Tokens


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(Office(tmp_path))


def test_a_token_opens_until_it_is_revoked_also_where_the_list_was_read_before(tokens: Tokens) -> None:
    token = tokens.make("desk")
    running = Tokens(tokens.office)
    found = running.sent_by(token)
    assert found and found.name == "desk"
    assert [running.sent_by(other) for other in ("", token[:-1], token + "x", token.upper(), found.sha256)] == [
        None
    ] * 5
    tokens.revoke("desk")
    assert running.sent_by(token) is None
    again = tokens.make("desk")
    assert running.sent_by(token) is None
    assert running.sent_by(again)


def test_only_the_hash_is_kept_by_its_owner_alone_and_the_log_names_it(tokens: Tokens) -> None:
    token = tokens.make("desk")
    tokens.revoke("desk")
    kept = [path.read_text() for path in tokens.office.folder.iterdir()]
    assert not any(token in text or token.partition("_")[2] in text for text in kept)
    if os.name == "posix":
        assert tokens.path.stat().st_mode & 0o777 == 0o600
    lines = [(line.event, line.fields) for line in audit.entries(tokens.office.audit_log)]
    made = tokens.all()[0].id
    assert lines == [("token", {"token": made, "what": "made"}), ("token", {"token": made, "what": "revoked"})]


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_token_has_a_name(tokens: Tokens, name: str) -> None:
    with pytest.raises(TokenError, match="a line of at most 100"):
        tokens.make(name)


def test_two_in_use_never_have_one_name_and_what_is_not_there_is_not_revoked(tokens: Tokens) -> None:
    tokens.make("desk")
    with pytest.raises(TokenError, match="there is a token called desk already"):
        tokens.make("desk")
    with pytest.raises(TokenError, match="no token in use is called other"):
        tokens.revoke("other")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '[{"name": "a"}]',
        json.dumps([{"name": "a", "sha256": "b", "made": "yesterday", "revoked": ""}]),
    ],
)
def test_a_damaged_list_admits_nobody_and_is_not_written_over(tokens: Tokens, text: str) -> None:
    tokens.path.write_text(text)
    for attempt in (lambda: tokens.sent_by("x"), lambda: tokens.make("desk")):
        with pytest.raises(TokenError, match="is not a list of tokens"):
            attempt()
    assert tokens.path.read_text() == text
