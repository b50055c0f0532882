"""Which letters bytes stand for: metadata is written in every alphabet there has been, seldom with its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Text in two bytes a letter is told from others by its zeros: at least so many of its letters are Latin ones.
ZEROS = 0.25
# Runs of readable bytes (ASCII, and accented letters in UTF-8 or in the older code page between others), and of Latin
# letters in two bytes each, that are long enough to say something.
LEAST = 6
RUN = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc3-\xc9][\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x90-\xbf]"
    rb"|(?<=[A-Za-z]{2})[\xc0-\xff](?=[A-Za-z ])){%d,}" % LEAST
)
WIDE = re.compile(rb"(?:[\t\n\r\x20-\x7e\xa0-\xff]\0){%d,}|(?:\0[\t\n\r\x20-\x7e\xa0-\xff]){%d,}" % (LEAST, LEAST))
# What chance makes of bytes has few letters in a row, and many signs.
TELLING = re.compile(rb"[A-Za-z]{4}|\d{5}|@\w")
PLAIN = re.compile(r"[\w\s.,:;@/'\"()+<>=&|-]")
# Two words, which chance seldom makes.
WORDS = re.compile(r"[^\W\d_]{2}[.,:;]?\s+[^\W\d_]{2}")
# What UTF-8 looks like that was read as the older Western code page and written again.
MOJIBAKE = re.compile("[ÂÃâÅÄ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]")
JAPANESE = re.compile("[\u3000-\u30ff\uff01-\uff60\u4e00-\u9fff]")
KANA = re.compile("[\u3000-\u30ff\uff01-\uff60]")


def decode(raw: bytes) -> str:
    """Text in UTF-8, UTF-16, Shift-JIS or the older Western code page, whichever the bytes look like."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if side := _zeros(raw):
        return raw.decode(side, "replace")
    try:
        return unmangled(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _japanese(raw) or raw.decode("cp1252", "replace")


def decode_comment(raw: bytes) -> str:
    """An EXIF comment (CIPA DC-008, 4.6.5): eight bytes name its alphabet, not always truly. Without them, text only if
    it looks like it."""
    head, body = raw[:8].rstrip(b"\0 ").upper(), raw[8:]
    if head == b"UNICODE":
        return _wide(body)
    if head == b"JIS":
        return body.decode("iso2022_jp" if b"\x1b" in body else "cp932", "replace")
    text = decode(body if head in (b"ASCII", b"") and len(raw) > 8 else raw).strip("\0 ")
    if head == b"ASCII":
        return text
    printable = sum(char.isprintable() or char in "\r\n\t\0" for char in text)
    return text if len(text) >= 4 and printable == len(text) else ""


def unmangled(text: str) -> str:
    """The text as it was before a program took its UTF-8 for the older Western code page, as often as one did."""
    for _ in range(3):
        if not MOJIBAKE.search(text):
            break
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            break
    return text


def runs(raw: bytes) -> Iterator[str]:
    """The stretches of bytes that read as text, in one byte a letter, UTF-8, or two bytes a letter."""
    for match in RUN.finditer(raw):
        if not TELLING.search(match[0]):
            continue
        text = decode(match[0]).strip()
        if len(PLAIN.findall(text)) >= 0.9 * len(text):
            yield text
    for match in WIDE.finditer(raw):
        yield match[0].replace(b"\0", b"").decode("latin-1").strip()


def _zeros(raw: bytes) -> str:
    """The alphabet of two bytes a letter that the places of the zeros tell; "" where they tell none."""
    body = raw.rstrip(b"\0")
    if len(body) < 3:
        return ""
    even, odd = body[::2].count(0), body[1::2].count(0)
    if max(even, odd) < ZEROS * len(body) / 2 or min(even, odd) > max(even, odd) / 8:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _wide(raw: bytes) -> str:
    """Text under the name of Unicode: two bytes a letter, in the order of the file, the program or none, or UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or _zeros(raw):
        return decode(raw if len(raw) % 2 == 0 else raw + b"\0")
    try:
        text = raw.rstrip(b"\0").decode("utf-8")
        if all(char.isprintable() or char in "\r\n\t" for char in text):
            return unmangled(text)
    except UnicodeDecodeError:
        pass
    little, big = raw.decode("utf-16-le", "replace"), raw.decode("utf-16-be", "replace")
    return max(little, big, key=lambda text: sum(char < "\u0250" or bool(JAPANESE.match(char)) for char in text))


def _japanese(raw: bytes) -> str:
    """Text in Shift-JIS, if at least half of what is not ASCII is Japanese script; else ""."""
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return ""
    foreign = [char for char in text if char > "\x7f"]
    return text if len(KANA.findall(text)) >= max(1, len(foreign) / 2) else ""
