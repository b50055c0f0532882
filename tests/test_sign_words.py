"""Ordinary words of signs, which are no registrations."""

from __future__ import annotations

import pytest

from screening.words.sign_words import ordinary


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("POLICE", True),
        ("Way Out", True),
        ("WAYOUT", True),  # the reader lost the space
        ("BAY 14", True),  # a number beside a word
        ("MAX 7.5 T", True),  # a letter beside words
        ("2 KG", True),  # a unit
        ("0 1221 BY", False),  # two letters may be any country's
        ("J6", False),  # no word
        ("RHOMBUS", False),
        ("AB12 CDE", False),
        ("1234", False),  # no letters
        ("", False),
    ],
)
def test_ordinary_words_are_told_from_other_letters(text: str, expected: bool) -> None:
    assert ordinary(text) == expected
