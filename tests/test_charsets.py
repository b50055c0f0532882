"""Text in the alphabets that programs write metadata in."""

from __future__ import annotations

import pytest

from screening.photo.charsets import decode, decode_comment, runs

WORDS = "Neighbour on 07700 900864, Café"
BYTES = [
    WORDS.encode(),
    WORDS.encode("utf-8-sig"),
    WORDS.encode("cp1252"),
    WORDS.encode("utf-16"),  # with the mark of its order
    WORDS.encode("utf-16-le"),
    WORDS.encode("utf-16-be"),
    WORDS.encode().decode("cp1252").encode(),  # UTF-8 taken for the older code page and written again
]


@pytest.mark.parametrize("raw", BYTES)
def test_text_is_read_in_whatever_alphabet_it_is_written(raw: bytes) -> None:
    assert decode(raw) == WORDS


def test_japanese_is_told_from_western_letters() -> None:
    assert decode("テスト ０７７".encode("cp932")) == "テスト ０７７"
    assert decode("naïve Ünïöç".encode("cp1252")) == "naïve Ünïöç"


COMMENTS = [
    (b"UNICODE\0" + WORDS.encode(), WORDS),  # the name of one alphabet, the letters of another
    (b"UNICODE\0" + WORDS.encode("utf-16"), WORDS),
    (b"UNICODE\0" + WORDS.encode("utf-16-be"), WORDS),
    (b"UNICODE\0" + "’電話’".encode("utf-16-le"), "’電話’"),
    (b"JIS\0\0\0\0\0" + "電話０７".encode("cp932"), "電話０７"),  # not the code that the standard means
    (b"ASCII\0\0\0" + WORDS.encode("cp1252"), WORDS),
    (b"ASCII\0\0\0" + WORDS.encode() * 1000, WORDS * 1000),  # of any length
    (bytes(range(200)), ""),  # no text
]


@pytest.mark.parametrize(("raw", "text"), COMMENTS)
def test_comments_are_read_whatever_alphabet_they_name(raw: bytes, text: str) -> None:
    assert decode_comment(raw) == text


def test_text_between_other_bytes_is_found() -> None:
    raw = (
        b"\0\x01\x02Call 07700 900864\xff\xfe\0"
        + "at the flat".encode("utf-16-be")
        + b"\0\0\x90"
        + b"Caf\xc3\xa9 here\0"
    )
    assert list(runs(raw)) == ["Call 07700 900864", "Café here", "at the flat"]
