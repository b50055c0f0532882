"""What lines of text say about addresses: house numbers, streets, postcodes, names of houses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.words.addresses import house_name, house_number, postcodes, street
from screening.words.number_words import spelt_number


@pytest.mark.parametrize(
    ("printed", "text", "likely"),
    [
        ("12", "12", True),  # the usual one
        ("12A", "12A", True),  # a divided house
        ("12 a", "12a", True),  # with a gap
        ("8 & 10", "8&10", True),  # two houses, with other signs between them
        ("2 bis", "2bis", True),  # a house between two numbers
        ("14-16", "14-16", True),  # two houses of one side
        ("15/2", "15/2", True),  # a corner house, elsewhere in Europe
        ("No. 5", "5", True),  # with a word
        ("Flat 3", "3", True),  # inside a house
        ("Apartment 12", "12", True),
        ("Unit 4", "4", True),
        ("FLATS 1-12", "1-12", True),  # a block of flats
        ("1 to 6", "1to6", False),  # flats, or hours
        ("2 to 4", "2to4", False),
        ("9491", "9491", True),  # four digits, as in North America
        ("1925", "1925", False),  # the year a house was built
        ("9-21", "9-21", False),  # opening hours
        ("10-20", "10-20", False),  # opening hours too
        ("2000", "2000", False),  # a price
        ("9m", "9m", False),  # a height, a depth
        ("240L", "240L", False),  # what a wheelie bin holds
        ("12 M", "12M", False),  # or a rare flat
        ("12G", "12G", True),  # a flat
        ("5G", "5G", False),  # a network
    ],
)
def test_a_lone_number_is_more_or_less_likely_a_house(printed: str, text: str, likely: bool) -> None:
    number = house_number(printed)
    assert number is not None
    assert number.text == text
    assert (number.likely > 0.7) == likely


@pytest.mark.parametrize(
    "printed",
    [
        "007",  # a leading nought
        "0",  # nothing has the number nought
        "12345",  # a meter, a collar number
        "50%",  # an offer
        "£12",  # a price
        "12.99",  # a price
        "1.8",  # an engine
        "965-95-44",  # a telephone number
        "18:30",  # a time
        "+44",  # the start of a telephone number
        "12 High Street",  # a street, answered by street()
        "A38",  # a road
        "1st",  # a place in a race
        "12 ABC",  # half a number plate
        "",  # nothing
    ],
)
def test_other_numbers_are_no_house_numbers(printed: str) -> None:
    assert house_number(printed) is None


@pytest.mark.parametrize(
    ("printed", "name", "number", "sure"),
    [
        ("HIGH STREET", "HIGH STREET", "", True),  # a street's name plate
        ("Lewes Road", "Lewes Road", "", True),  # small letters
        ("12 Lewes Road", "Lewes Road", "12", True),  # with the house's number
        ("ST JOHN'S ROAD B17", "ST JOHN'S ROAD", "", True),  # with the postal district
        ("STATION APPROACH", "STATION APPROACH", "", True),  # words that few lists have
        ("MILL GARTH", "MILL GARTH", "", True),
        ("KIRKGATE", "KIRKGATE", "", True),  # one word
        ("HEOL Y FELIN", "HEOL Y FELIN", "", True),  # Welsh
        ("Stryd Fawr", "Stryd Fawr", "", True),
        ("Acacia Close", "Acacia Close", "", False),  # a word that means other things too
        ("Acacia Dr", "Acacia Dr", "", False),
        ("Acacia Gdns", "Acacia Gdns", "", False),
        ("MOOR CROFT", "MOOR CROFT", "", False),
        ("THE BROADWAY", "THE BROADWAY", "", False),  # no name but the street's word
        ("12 Acacia Close", "Acacia Close", "12", True),  # a number makes it sure
        ("12 Victoria Park", "Victoria Park", "12", True),
        ("Flat 2, Acacia Close", "Acacia Close", "", True),  # and so does a flat's
        ("Acacia Close 12", "Acacia Close", "12", False),  # a number at the end may be of anything
        ("12 Acacia Avenue, Birmingham", "Acacia Avenue", "12", True),  # with the town
        ("Flat 2, 12 Acacia Avenue, Moseley, Birmingham", "Acacia Avenue", "12", True),
        ("12, Acacia Avenue", "Acacia Avenue", "12", True),
        ("Home address: 12 Acacia Avenue, Birmingham", "Acacia Avenue", "12", True),  # a form
        ("12AcaciaAvenue,Birmingham", "Acacia Avenue", "12", True),  # the spaces lost
        ("BRISTOL ROAD SOUTH", "BRISTOL ROAD SOUTH", "", True),  # a part of a long road
        ("ST CHAD'S QUEENSWAY", "ST CHAD'S QUEENSWAY", "", True),
        ("Rue de Rivoli", "Rue de Rivoli", "", True),  # France
        ("Hauptstrasse", "Hauptstrasse", "", True),  # Germany: one word needs no second
        ("улица Ефимова", "улица Ефимова", "", True),  # Russia
    ],
)
def test_streets_are_named(printed: str, name: str, number: str, sure: bool) -> None:
    found = street(printed)
    assert found is not None
    assert (found.text, found.number, found.sure) == (name, number, sure)


@pytest.mark.parametrize(
    "printed",
    [
        "ONE WAY",  # a road sign
        "NO THROUGH ROAD",  # a road sign
        "BUS LANE",  # a road marking
        "BOWLING ALLEY",  # a place to play
        "FINAL APPROACH",  # of an aeroplane
        "CROESO I GYMRU",  # Welsh, and no street
        "CROWN COURT",  # a court, no street
        "the road to nowhere is a long one",  # a sentence
        "Street",  # a word alone
        "off road",  # no capital letters
        "5 REASONS TO HIT THE ROAD",  # an advertisement
        "Hard Drive",  # a computer's
        "4 WHEEL DRIVE",  # a car's
        "10 MINUTE WALK",  # an advertisement's
        "CAR PARK",  # a place, and the three below too
        "VICTORIA PARK",
        "RETAIL PARK",
        "LLOYDS BANK",
    ],
)
def test_words_of_the_road_are_no_streets(printed: str) -> None:
    assert street(printed) is None


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("B12 3AD", ("B12 3AD",)),  # A99 9AA
        ("b12-3ad", ("B12 3AD",)),  # as people write it
        ("M1 1AE", ("M1 1AE",)),  # A9 9AA
        ("SW1A 1AA", ("SW1A 1AA",)),  # AA9A 9AA
        ("CR2 6XH Croydon", ("CR2 6XH",)),  # among words
        ("DN55 1PT", ("DN55 1PT",)),  # AA99 9AA
        ("W1A 0AX", ("W1A 0AX",)),  # A9A 9AA
        ("B1O 3AD", ("B10 3AD",)),  # O where a digit stands
        ("B12 OAD", ("B12 0AD",)),  # O for nought in the inward part
        ("GIR 0AA", ("GIR 0AA",)),  # the old bank
        ("BFPO 61", ("BFPO 61",)),  # the forces
        ("B904LN", ("B90 4LN",)),  # the space lost
        ("WV109HH", ("WV10 9HH",)),
        ("SW1A1AA", ("SW1A 1AA",)),
        ("Solihull,B904LN", ("B90 4LN",)),
        ("AB12CDE", ()),  # a number plate, the space lost
        ("P12SAB", ()),  # an older one: nothing is put right where the space is lost
        ("MG11AB", ()),  # no such area
        ("QX1 1AA", ()),  # no such area
        ("SPIN OUT", ()),  # two characters would have to be put right
        ("AB12 CDE", ()),  # a number plate
        ("B12 3CD", ()),  # letters that the inward part never has
    ],
)
def test_postcodes_are_found_and_put_right(printed: str, found: tuple[str, ...]) -> None:
    assert postcodes(printed) == found


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Rose Cottage", "Rose Cottage"),  # the usual one
        ("THE OLD RECTORY", "THE OLD RECTORY"),  # in capitals
        ("The Vicarage", "The Vicarage"),  # one word
        ("THE WILLOWS", "THE WILLOWS"),  # what grows by it
        ("Flat 2, Ivy House", "Flat 2, Ivy House"),  # one of several homes in it
        ("Coffee House", None),  # a café
        ("Opera House", None),  # a theatre
        ("a white house", None),  # no name
        ("House", None),  # a word alone
    ],
)
def test_names_of_houses(printed: str, expected: str | None) -> None:
    assert house_name(printed) == expected


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser_and_what_is_found_is_found_again(printed: str) -> None:
    number, named = house_number(printed), street(printed)
    house_name(printed)
    for postcode in postcodes(printed):
        assert postcode in postcodes(postcode)
    if number is not None:
        assert 0 < number.likely <= 1
        again = house_number(number.text)
        assert again is not None and again.text == number.text
    if named is not None:
        again_named = street(named.text)
        assert again_named is not None and again_named.text == named.text


@pytest.mark.parametrize(
    ("printed", "likely"),
    [
        ("Twenty-Two", 0.8),
        ("TWENTY TWO", 0.8),
        ("Number Nine", 0.9),
        ("Nine", 0.2),
        ("Nineteen Ltd", 0.0),
        ("Tension", 0.0),
    ],
)
def test_a_house_number_may_be_in_letters(printed: str, likely: float) -> None:
    assert spelt_number(printed) == likely
