"""Forms in columns and in rows: names, addresses and dates beside and below their labels, and what only looks so."""

from __future__ import annotations

import numpy as np
import pytest

from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.personal_details import PersonalDetails
from screening.text.lines import lines
from screening.words.forms import fields, is_label

PHOTO = Photo.from_array(np.full((900, 1600, 3), 255, np.uint8))
NAME, BIRTH, ADDRESS = "personal.name", "personal.date_of_birth", "personal.address"
Table = list[list[str]]


def laid(table: Table, *, across: int = 400, down: int = 50) -> list[Finding]:
    """The rows of a form, each a line of text per column; an empty cell has none."""
    found = []
    for row, cells in enumerate(table):
        for column, text in enumerate(cells):
            left, top = 40 + across * column, 40 + down * row
            box = Box(left, top, left + 12 * max(len(text), 1), top + 24)
            found += [Finding("seen.text", 0.98, "text", box, text)] if text else []
    return found


def blocked(table: Table, **spread: int) -> list[tuple[str, str]]:
    """The kinds that the default policy blocks, each with what was read."""
    found = PersonalDetails()(PHOTO, laid(table, **spread))
    return sorted((one.kind, one.text) for one in found if one.score >= 0.5)


FORMS: list[tuple[Table, list[tuple[str, str]]]] = [
    # labels at the left, values in the next column
    ([["Name", "Jordan Example"], ["DOB", "12/03/1984"]], [(BIRTH, "12/03/1984"), (NAME, "Jordan Example")]),
    ([["Name:", "Jordan Example"], ["Occupation: Roofer", ""]], [(NAME, "Jordan Example")]),
    ([["Surname", "EXAMPLE"], ["Forename", "Jordan"]], [(NAME, "EXAMPLE"), (NAME, "Jordan")]),
    ([["Victim", "Jordan Example"], ["Suspect", "Alex Sample"]], [(NAME, "Alex Sample"), (NAME, "Jordan Example")]),
    ([["Name", "J. Example"], ["Address", "14 Willowbank"], ["", "Anytown"]],
     [(ADDRESS, "14 Willowbank"), (NAME, "J. Example")]),
    # labels above, a row for each person
    ([["Name", "DOB"], ["Jordan Example", "12/03/1984"], ["Alex Sample", "01/09/1979"]],
     [(BIRTH, "01/09/1979"), (BIRTH, "12/03/1984"), (NAME, "Alex Sample"), (NAME, "Jordan Example")]),
    # each label above its value
    ([["Name"], ["Jordan Example"], ["Date of birth"], ["12 March 1984"]],
     [(BIRTH, "12 March 1984"), (NAME, "Jordan Example")]),
    # nothing about a person
    ([["Name", "Jordan Example"]], []),  # one label alone: a badge, a prize
    ([["Name", "Breed", "Age"], ["Rex", "Alsatian", "3"]], []),
    ([["Name", "Phone"], ["Anytown Police Station", "101"]], []),
    ([["Name", "Date of birth"], ["", ""]], []),  # an empty form
    ([["Name", "Address"], ["Please print", "Block capitals"]], []),
    ([["Victim", "Phone"], ["Support Service", "101"]], []),
    ([["Public address", "system"]], []),
    ([["Address", "Police Station"], ["Age", "12 and over"]], []),
    ([["Monday", "10.00 - 12.00"], ["Friday", "14.00 - 16.00"]], []),
]  # fmt: skip


@pytest.mark.parametrize(("table", "expected"), FORMS)
def test_values_belong_to_their_labels(table: Table, expected: list[tuple[str, str]]) -> None:
    assert blocked(table) == expected


@pytest.mark.parametrize("across", [200, 600])
def test_columns_may_be_near_or_far(across: int) -> None:
    assert blocked([["DOB", "12/03/1984"]], across=across) == [(BIRTH, "12/03/1984")]


def test_a_value_far_below_its_label_is_not_in_its_column() -> None:
    form = [["Date of birth"], ["12/03/1984"]]
    assert blocked(form, down=60) and blocked(form, down=300) == []


def test_a_masked_place_is_the_values_own() -> None:
    found = PersonalDetails()(PHOTO, laid([["Name", "Jordan Example"], ["DOB", "12/03/1984"]]))
    assert all(one.box is not None and one.box.left >= 440 for one in found)
    assert all(one.text not in one.evidence for one in found)


def test_a_label_beside_another_label_has_its_values_below() -> None:
    read = lines(laid([["Name", "Age"], ["Jordan", "34"]]))
    assert [(one.label.text, one.value.text) for one in fields(read, is_label)] == [("Name", "Jordan"), ("Age", "34")]
