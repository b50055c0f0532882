"""Text for Markdown: no name, whatever it contains, becomes markup, a picture or a link."""

from __future__ import annotations

import re

from screening.inert import inert

# What Markdown or HTML could take for markup within a line; at its beginning; and for an address to link to.
WITHIN = re.compile(r"[\\`*_\[\]<>&|~@!]")
BEGINNING = re.compile(r"^(\s*\d*)(?=[#+=.)-])")
ADDRESS = re.compile(r"(?i)(?<=www)\.|:(?=//)|(?<=mailto):|(?<=xmpp):")
# An address that is safe to link to: nothing in it ends the link or begins markup.
LINK = re.compile(r"(?i)https?://[\w.~:/?#$+,;=%-]+")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def plain(text: str) -> Markdown:
    """The text as plain words, without anything active."""
    said = BEGINNING.sub(r"\1\\", WITHIN.sub(_escaped, inert(text)))
    return Markdown(ADDRESS.sub(_escaped, said))


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


def code(text: str) -> Markdown:
    """The text unchanged, as inline code."""
    return Markdown(f"`{_unquoted(text)}`")


def block(text: str) -> Markdown:
    """Lines unchanged, as a code block."""
    lines = [_unquoted(line) for line in text.rstrip("\n").split("\n")]
    return Markdown("\n".join(["```text", *lines, "```"]))


def _unquoted(text: str) -> str:
    return inert(text).replace("`", "'")


def link(text: str) -> Markdown:
    """An address that somebody gave on purpose, as a link; anything else as words."""
    return Markdown(text) if LINK.fullmatch(text) else plain(text)


def words(text: str) -> str:
    """The text for a place that may be read as text, Markdown or HTML: without special characters of any of them."""
    return inert(text).translate(str.maketrans("<>[]`", "‹›()'"))
