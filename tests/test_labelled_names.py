"""Names on forms, and what forms and signs say that is no name."""

from __future__ import annotations

import numpy as np
import pytest

from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.personal_details import PersonalDetails
from screening.words.labelled_names import labelled_names

NAMES = [
    ("Patient Name:JordanExample", "JordanExample"),  # the space lost
    ("Name of patient: Jordan Example", "Jordan Example"),
    ("Surname: EXAMPLE", "EXAMPLE"),
    ("Forename(s): Jordan Lee", "Jordan Lee"),
    ("FULL NAME: Siân O'Example-Lee", "Siân O'Example-Lee"),
    ("Witness: Jordan Example", "Jordan Example"),
    ("Next of kin: Jordan Example Tel: 12", "Jordan Example"),  # the next label is none of it
    ("Patient: Please wait", ""),
    ("Surname (please print):", ""),
    ("Surname: Forename: Date:", ""),  # an empty form
    ("Full name: BLOCK CAPITALS", ""),
    ("Name: Ford Focus", ""),  # of what?
    ("File name: Example", ""),
    ("Victim Support: Call Us", ""),
    ("Patient Transport: Ambulance Only", ""),
    ("Guardian: read more inside", ""),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_known_by_the_words_before_it(text: str, name: str) -> None:
    assert [text[one.start : one.end] for one in labelled_names(text)] == ([name] if name else [])


def test_a_name_in_the_next_column_or_below_belongs_to_its_label() -> None:
    def line(text: str, left: int, top: int) -> Finding:
        box = Box(left, top, left + 12 * len(text), top + 24)
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        return Finding("seen.text", 0.98, "text", box, text, tuple((float(x), float(y)) for x, y in corners))

    photo = Photo.from_array(np.full((600, 900, 3), 255, np.uint8))
    for where in ((400, 40), (40, 70)):
        found = PersonalDetails()(photo, (line("Patient's name:", 40, 40), line("Jordan Example", *where)))
        assert {one.kind for one in found} == {"personal.name"}
