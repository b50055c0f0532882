"""Registrations: what a plate's text is taken for. A pattern labels; it never decides alone what is a plate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.words.registrations import FAIR, STRONG, WEAK, parse


@pytest.mark.parametrize(
    ("printed", "text", "pattern"),
    [
        ("AB12 CDE", "AB12 CDE", "current"),  # since 2001, as printed
        ("ab12cde", "AB12 CDE", "current"),  # the gap was not read
        ("AB12 COE", "AB12 COE", "current"),  # O is a letter here and stays one
        ("ABI2 CDE", "AB12 CDE", "current"),  # I where a digit stands
        ("AB12 C0E", "AB12 COE", "current"),  # nought where a letter stands
        ("BD51 5MR", "BD51 SMR", "current"),  # 5 for S: the gap shows whose pattern it is
        ("AB12 XYZ", "AB12 XYZ", "current"),  # Z is allowed among the last three
        ("GBAB12CDE", "AB12 CDE", "current"),  # the band's code was read with it
        ("АВ12 СХЕ", "AB12 CXE", "current"),  # Cyrillic letters that look Latin
        ("A123 BCD", "A123 BCD", "prefix"),  # 1983 to 2001
        ("XI43 CFJ", "X143 CFJ", "prefix"),  # I for 1
        ("P|42 ABC", "P142 ABC", "prefix"),  # a stroke for 1
        ("NS94 ABC", "N594 ABC", "prefix"),  # S for 5: no plate of 2044 is out yet
        ("Q5 ABC", "Q5 ABC", "prefix"),  # age unknown
        ("ABC 123A", "ABC 123A", "suffix"),  # 1963 to 1983
        ("ABC IS", "ABC IS", ""),  # too short to mend: anything is nearly a suffix mark
        ("AIA 1234", "AIA 1234", "Northern Ireland"),  # I in the letters
        ("JBZ 4321", "JBZ 4321", "Northern Ireland"),  # Z in the letters
        ("60 WAT", "60 WAT", "dateless"),  # digits first
        ("ABC 123", "ABC 123", "dateless"),  # letters first
        ("123 D 456", "123D456", "diplomatic"),  # printed as one group here
        ("12 AB 34", "12 AB 34", "military"),  # armed forces
    ],
)
def test_british_patterns_are_labelled_and_mended_by_position(printed: str, text: str, pattern: str) -> None:
    registration = parse(printed)
    assert registration is not None
    assert (registration.text, registration.pattern) == (text, pattern)
    assert registration.country == ("uk" if pattern else "")


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("AB-123-CD", "AB 123 CD"),  # France
        ("AB 120 CD", "AB 120 CD"),  # Italy: the gaps say it is not AB12 OCD
        ("BA125CD", "BA125CD"),  # Slovakia: 5 for S is less likely than another country
        ("1234 BCD", "1234 BCD"),  # Spain: not the prefix mark I234 BCD
        ("JJH-2297", "JJH 2297"),  # not the suffix mark JJH 229T
        ("M·AB 1234", "M AB 1234"),  # Germany, with its seal read as a dot
        ("Т457РН98", "T457PH98"),  # Russia: Cyrillic that looks Latin
        ("34 THN 47", "34 THN 47"),  # Turkey
        ("KP-52-HZ", "KP 52 HZ"),  # the Netherlands; also a British military shape
        ("JK0-6281", "JKO 6281"),  # nought among letters of one group
    ],
)
def test_plates_of_other_countries_are_not_bent_into_british_ones(printed: str, text: str) -> None:
    registration = parse(printed)
    assert registration is not None
    assert registration.text == text


@pytest.mark.parametrize(
    ("printed", "most"),
    [
        ("M6", WEAK),  # a motorway
        ("A38", WEAK),  # a road
        ("30 MPH", WEAK),  # a limit
        ("PC 1234", WEAK),  # a constable's number
        ("LEVEL 1", WEAK),  # a car park
        ("Alfa 75 1.8", WEAK),  # a car's badge
        ("POLICE", WEAK),  # letters alone
        ("2024", WEAK),  # digits alone
        ("220-volt.ru", WEAK),  # a web site
    ],
)
def test_everyday_text_says_little(printed: str, most: float) -> None:
    registration = parse(printed)
    assert registration is None or registration.weight <= most


def test_the_current_pattern_says_much_and_mending_takes_some_of_it() -> None:
    exact, mended = parse("AB12 CDE"), parse("ABI2 CDE")
    assert exact is not None and mended is not None
    assert exact.weight == STRONG
    assert FAIR < mended.weight < STRONG


@pytest.mark.parametrize("printed", ["IB12 CDE", "QA12 CDE", "AB12 IDE", "AB12 QDE", "AZ12 CDE"])
def test_letters_that_are_never_issued_are_not_the_current_pattern(printed: str) -> None:
    registration = parse(printed)
    assert registration is None or registration.pattern != "current" or registration.mended > 0


@given(st.text(max_size=20))
def test_any_text_is_parsed_without_an_error_and_to_a_fixed_point(printed: str) -> None:
    registration = parse(printed)
    if registration is not None:
        assert 0.0 <= registration.weight <= 1.0
        again = parse(registration.text)
        assert again is not None
        assert again.text == registration.text


@given(st.from_regex(r"[A-HJ-PR-Y]{2}[1267][0-9] ?[A-HJ-PR-Z]{3}", fullmatch=True))
def test_every_current_registration_is_british_as_it_stands(printed: str) -> None:
    registration = parse(printed)
    assert registration is not None
    assert (registration.country, registration.pattern, registration.mended) == ("uk", "current", 0)
