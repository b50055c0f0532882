"""Text as Markdown shows it: no markup, picture or link comes of a name, whatever it holds."""

from __future__ import annotations

import re

from screening.inert import inert

# What Markdown or HTML could take for markup within a line; at its beginning; and for an address to make a link of.
WITHIN = re.compile(r"[\\`*_\[\]<>&|~@!]")
BEGINNING = re.compile(r"^(\s*\d*)(?=[#+=.)-])")
ADDRESS = re.compile(r"(?i)(?<=www)\.|:(?=//)|(?<=mailto):|(?<=xmpp):")
# An address that a link may be made of: nothing in it ends the link or begins markup.
LINK = re.compile(r"(?i)https?://[\w.~:/?#$+,;=%-]+")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def plain(text: str) -> Markdown:
    """The text as words, without anything in it that acts."""
    said = BEGINNING.sub(r"\1\\", WITHIN.sub(_escaped, inert(text)))
    return Markdown(ADDRESS.sub(_escaped, said))


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


def code(text: str) -> Markdown:
    """The text as it is, as a piece of code."""
    return Markdown(f"`{_unquoted(text)}`")


def block(text: str) -> Markdown:
    """Lines as they are, as a block of code."""
    lines = [_unquoted(line) for line in text.rstrip("\n").split("\n")]
    return Markdown("\n".join(["```text", *lines, "```"]))


def _unquoted(text: str) -> str:
    return inert(text).replace("`", "'")


def link(text: str) -> Markdown:
    """An address that somebody gave on purpose, as a link; anything else as words."""
    return Markdown(text) if LINK.fullmatch(text) else plain(text)


def words(text: str) -> str:
    """The text for a place where nobody knows who reads it, as text, Markdown or HTML: without the signs of any."""
    return inert(text).translate(str.maketrans("<>[]`", "‹›()'"))
