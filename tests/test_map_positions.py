"""Places on the map in words, and what only looks like them."""

from __future__ import annotations

import pytest

from screening.finding import Finding
from screening.words.captions import addresses
from screening.words.map_positions import map_positions

PLACES = [
    ("N52.4801 W1.9023 30 MPH", "coordinates"),  # a dashboard camera's
    ("Cordon at 52.480112, -1.902341", "coordinates"),
    ("latitude 52.4801, longitude -1.9023", "coordinates"),
    ("Lat: 52.480112 Long: -1.902341", "coordinates"),
    ("52.4801N 1.9023W", "coordinates"),
    ("+52.4801-001.9023/", "coordinates"),  # ISO 6709
    ("52°28'48.4\"N 1°54'8.4\"W", "coordinates"),
    ("52 deg 28' 48.40\" N, 1 deg 54' 8.43\" W", "coordinates"),
    ("52°28.8'N 001°54.1'W", "coordinates"),
    ("https://maps.google.com/?q=52.48,-1.90", "coordinates"),  # less exact, but in a link to a map
    ("geo:52.48,-1.90", "coordinates"),
    ("https://www.openstreetmap.org/#map=18/52.48011/-1.90234", "coordinates"),
    ("mlat=52.4801&mlon=-1.9023", "coordinates"),
    ("geo:lat=52.480112", "coordinates"),  # a keyword of Flickr's, whose other half is another
    ("https://maps.app.goo.gl/abCD12", "link to a map"),
    ("F3JX+2C Birmingham", "plus code"),
    ("9C4WF3JX+2C", "plus code"),
    ("SP 06610 86920", "grid reference"),
    ("SP0661086920", "grid reference"),
    ("grid ref SP 066 869", "grid reference"),
    ("RV point ///filled.copper.example", "three words of a map"),
    ("what3words: filled.copper.example", "three words of a map"),
]
NO_PLACES = [
    "ready.steady.go! Fresh. Local. Daily.",
    "SP 500 ml, part no. TQ-1234",
    "52.48   1.90",  # prices
    "XMP Core 5.6-c011 79.156380, 2014/05/21-23:38:37",
    "0.123456, 0.654321",  # a region, or a curve
    "2024+25",
    "NO 0770 0900, SN 12345 67890",
    "//www.example.com/foo",
    "https://example.co.uk/a.b.c",
]


@pytest.mark.parametrize(("text", "what"), PLACES)
def test_a_place_on_the_map_is_known_in_words(text: str, what: str) -> None:
    assert {one for one, _ in map_positions(text)} == {what}


@pytest.mark.parametrize("text", NO_PLACES)
def test_numbers_and_words_that_lead_nowhere_are_no_place(text: str) -> None:
    assert list(map_positions(text)) == []


def test_a_place_in_a_caption_is_an_address_and_masked() -> None:
    caption = Finding("seen.metadata", 1.0, "XMP description", text="Cordon at 52.480112, -1.902341")
    (found,) = addresses([caption])
    assert (found.kind, found.evidence) == ("address.position", "coordinates, in XMP description")
