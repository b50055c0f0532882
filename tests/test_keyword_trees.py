"""People's names in trees of keywords, and trees that name nobody."""
# ruff: noqa: E501 - tables of files and texts read best a row a line

from __future__ import annotations

import pytest

from screening.words.keyword_trees import named_people

TREES = [
    ("People|Jordan Example", ["Jordan Example"]),  # Lightroom
    ("People/Family/Robin", ["Robin"]),  # digiKam, Windows
    ("Persons|Staff|Example, Jordan", ["Example, Jordan"]),
    ("Who|Jordan", ["Jordan"]),
    ("<Categories><Category Assigned='0'>People<Category Assigned='1'>Jordan Example</Category></Category></Categories>", ["Jordan Example"]),  # ACDSee
    ("People|Crowd", []),
    ("People|Police Officers", []),
    ("People|Events|Street Party", []),
    ("Places|West Midlands|Birmingham", []),
    ("Jordan Example", []),  # no tree
    ("darktable|style|Filmic Develop", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "people"), TREES)
def test_names_hang_from_branches_of_people(text: str, people: list[str]) -> None:
    assert list(named_people(text)) == people
