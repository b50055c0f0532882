"""How the labelled pictures are divided into what is learned from, what chooses and what judges."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models import split


def test_a_family_lies_in_one_part_and_a_picture_alone_is_its_own() -> None:
    families = {f"plates/{number}.jpg": "plates/0.jpg" for number in range(40)}
    divided = split.Split(families)
    assert len({divided.part(name) for name in families}) == 1
    assert {divided.part(f"plates/alone{number}.jpg") for number in range(40)} == set(split.Part)


def test_each_part_has_about_its_share_and_nothing_that_is_added_moves_a_picture() -> None:
    names = [f"ages/{number}.jpg" for number in range(4000)]
    count = Counter(split.Split().part(name) for name in names)
    assert 700 < count[split.Part.TUNE] < 900
    assert 700 < count[split.Part.TEST] < 900
    more = split.Split({"ages/new.jpg": "ages/9999.jpg", "ages/9999.jpg": "ages/9999.jpg"})
    assert [more.part(name) for name in names] == [split.Split().part(name) for name in names]


def test_pairs_become_families_through_each_other() -> None:
    pairs = [("b", "c"), ("a", "b"), ("d", "d")]
    assert split.families(["a", "b", "c", "d"], iter(pairs)) == {"a": "a", "b": "a", "c": "a"}


def test_what_was_settled_by_hand_holds_and_is_kept_in_the_file(tmp_path: Path) -> None:
    divided = split.Split({"identities/one/1.jpg": "identities/one"}, {"identities/one": split.Part.TEST})
    (tmp_path / "split.json").write_text(divided.text(), encoding="utf-8")
    again = split.Split.of(tmp_path)
    assert again == divided
    assert again.part("identities/one/1.jpg") is split.Part.TEST


@pytest.mark.parametrize("text", ["", "[]", '{"parts": {}}', '{"parts": {"a": "judge"}, "families": {}}'])
def test_a_file_that_is_no_split_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "split.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"split\.json: is not a split"):
        split.Split.of(tmp_path)


def test_no_near_copy_of_a_labelled_picture_lies_in_another_part(shared_data: Path) -> None:
    divided = split.Split.of(shared_data)
    for folder in ("faces", "damage_close", "rtc", "lanyards"):  # all folders would take a minute
        names = [name for name in split.pictures(shared_data) if name.startswith(f"{folder}/")]
        flat = split.thumbnails(shared_data, names).reshape(len(names), -1)
        parts = np.array([divided.part(name) for name in names])
        copies = np.argwhere(np.triu(flat @ flat.T > split.COPY, 1))
        assert [(names[one], names[other]) for one, other in copies if parts[one] != parts[other]] == []
