"""The packets of XMP in a file and what they say (ISO 16684-1).

Every packet is read, wherever it lies, and every string in it, whatever property it belongs to: programs write packets
twice, properties twice and prefixes that they do not declare, and viewers show them all the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

# The first tag of a packet, and what its last ends with; two bytes a letter have zeros between.
TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?RDF(?=[\s/>])")
NAME = 45
# What stands around a packet.
WRAPPING = re.compile(
    rb"<\?xpacket [^>]{0,80}\?>|</?x:xmpmeta|xmlns:x=[\"']adobe:ns:meta/[\"']|http://ns\.adobe\.com/xap/1\.0/"
)
# A file has one packet, or one for each of its pictures; nobody nests so deep.
PACKETS, DEPTH = 64, 64
# Elements of RDF that name nothing.
SYNTAX = frozenset(f"rdf:{name}" for name in "RDF Description Bag Seq Alt li value type resource".split())
# What an attribute says that is about the XML: a namespace's address, a language, how a structure is written.
ABOUT_XML = re.compile(r"xmlns.*=(?:https?://[\w./#%-]+|[\w:./-]{1,40})|(?:xml:lang|rdf:parseType)=[\w-]{1,12}")


# Strings of a packet that is not well formed: an attribute, and what stands behind a tag.
LOOSE = re.compile(
    r"""(?:(?P<group>[\w.-]+):)?(?P<name>[\w.-]+)\s*=\s*(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)')"""
    r"|<(?:(?P<prefix>[\w.-]+):)?(?P<element>[\w.-]+)[^<>]*>(?P<text>[^<]+)"
)


class XmpError(Exception):
    """A packet that is cut short, declares what XMP has no use for, or nests too deep."""


class MalformedError(XmpError):
    """A packet that is not well-formed XML."""


@dataclass(frozen=True, slots=True)
class Said:
    """One string of a packet.

    Attributes:
        path: the names of the property and of the fields of its structure, without their namespaces.
        group: the prefix of the property's namespace, which a file may choose.
        entry: which structure it belongs to: strings with the same one belong together.
        text: what it says.
    """

    path: tuple[str, ...]
    group: str
    entry: int
    text: str


def packets(raw: bytes) -> Iterator[tuple[int, int, str]]:
    """Each packet in some bytes, from one tag of RDF to the other: where it begins and ends, and its text.

    Raises:
        XmpError: if one has no end, or there are too many.
    """
    count = 0
    for zeros in (b"", b"\0"):
        place, sign = 0, zeros.join((b"R", b"D", b"F"))
        while (found := raw.find(sign, place)) >= 0:
            place = found + len(sign)
            start = raw.rfind(b"<", max(0, found - NAME * (1 + len(zeros))), found)
            head = raw[start : place + 2]
            if start < 0 or not TAG.match(head.replace(b"\0", b"") if zeros else head):
                continue
            place = _end(raw, start, place, zeros)
            count += 1
            if count > PACKETS:
                raise XmpError("there are more packets of XMP than are read")
            yield start, place, _wide(raw[start:place]) if zeros else raw[start:place].decode("utf-8", "replace")


def without_packets(raw: bytes) -> bytes:
    """Bytes without the packets in them, and what stands around these.

    Raises:
        XmpError: if one has no end, or there are too many.
    """
    rest, place = b"", 0
    for start, end, _ in packets(raw):
        rest += raw[place:start] + b"\0"
        place = end
    return WRAPPING.sub(b"\0", rest + raw[place:]) if place else raw


def _end(raw: bytes, start: int, place: int, zeros: bytes) -> int:
    """Where a packet ends: behind its closing tag, or its only one."""
    close = raw.find(zeros.join((b"R", b"D", b"F", b">")), place)
    only = raw.find(b">", start)
    if close < 0 and raw[only - 1 - len(zeros) : only - len(zeros)] != b"/":
        raise XmpError("a packet of XMP is cut short")
    return 1 + only if close < 0 else close + 4 + 3 * len(zeros)


def _wide(raw: bytes) -> str:
    """Text in two bytes a letter, from one tag's first sign to another's last: in which order, its letters tell."""
    both = (raw + b"\0").decode("utf-16-le", "replace"), (b"\0" + raw).decode("utf-16-be", "replace")
    return max(both, key=lambda text: sum("\x1f" < char < "\u0250" for char in text))


def said(packet: str) -> tuple[Said, ...]:
    """Every string of a packet, from its first tag of RDF to its last.

    Raises:
        MalformedError: if it is not well-formed XML.
        XmpError: if it declares entities or nests too deep.
    """
    reader = _Reader()
    # without namespaces, so that prefixes that nobody declared are read
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.add
    parser.CommentHandler = reader.add
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(packet.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise MalformedError("a packet of XMP is not well formed") from error
    return tuple(reader.said)


def said_loosely(packet: str) -> Iterator[Said]:
    """What can be made out of a packet that is not well formed: its strings by the names next to them."""
    for found in LOOSE.finditer(packet):
        text = html.unescape(found["text"] or found["double"] or found["single"] or "").strip()
        name, group = found["name"] or found["element"], found["group"] or found["prefix"] or ""
        if text and not ABOUT_XML.fullmatch(f"{group}:{name}={text}"):
            yield Said((name[:40],), group, 0, text)


class _Reader:
    """Collects the strings between tags and in attributes, with the way to them."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self._way: list[tuple[str, int]] = []
        self._text: list[str] = [""]
        self._entries = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._way) >= DEPTH:
            raise XmpError("a packet of XMP nests too deep")
        self._close()
        self._entries += 1
        self._way.append((name, self._entries))
        self._text.append("")
        for key, text in attributes.items():
            if not ABOUT_XML.fullmatch(f"{key}={text}"):
                self._keep([*self._way, (key, 0)], text)

    def end(self, _name: str) -> None:
        self._close()
        self._way.pop()
        self._text.pop()

    def add(self, text: str) -> None:
        self._text[-1] += text

    def refuse(self, *_declared: object) -> None:
        raise XmpError("a packet of XMP declares entities")

    def _close(self) -> None:
        """Keeps the text of the element that is open, up to here."""
        if self._way:
            self._keep(self._way, self._text[-1])
        self._text[-1] = ""

    def _keep(self, way: list[tuple[str, int]], text: str) -> None:
        names = [name for name, _ in way if name not in SYNTAX]
        if text.strip():
            path = tuple(re.sub(r"\W", "", name.rpartition(":")[2])[:40] for name in names)
            group = names[0].rpartition(":")[0] if names else ""
            # fields of a structure are elements of their own, or attributes, beside each other
            self.said.append(Said(path, group, way[-2][1] if len(way) > 1 else 0, text.strip()))
