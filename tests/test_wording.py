"""Words of cordons, exhibits, schools and appeals, and the words of any street that resemble them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.config import load
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.stages.wording import Wording
from screening.words import appeals, scene_words, schools, watermarks
from tests.observed import beside
from tests.ours import OURS

HOLD = 0.4


def _line(text: str, *, left: int = 100, top: int = 100, height: int = 30) -> Finding:
    box = Box(left, top, left + max(round(0.6 * height * len(text)), 1), top + height)
    return Finding("seen.text", 0.95, "text", box, text)


def _kinds(*found: Finding, watchwords: tuple[str, ...] = ()) -> dict[str, float]:
    photo = Photo.from_array(np.full((1000, 1600, 3), 200, np.uint8))
    return {finding.kind: finding.score for finding in Wording(watchwords=watchwords)(photo, found)}


@pytest.mark.parametrize(
    ("text", "tape"),
    [
        ("POLICE LINE DO NOT CROSS", True),
        ("POLICE LINE DO NOT CROSS POLICE LINE DO NOT CR", True),  # tape repeats itself
        ("CRIME SCENE DO NOT ENTER", True),
        ("LICE LINE DO NOT CRO", True),  # both ends torn
        ("NOT CROSS POLICE LI", True),  # from one repeat into the next
        ("POLICELINEDONOTCROSS", True),  # spaces lost
        ("P0LICE LlNE DO N0T CROSS", True),  # misread
        ("POLICE ACCIDENT", True),  # a sign
        ("CRIME SCENE", True),
        ("SSORC TON OD ENIL ECILOP", True),  # seen from behind
        ("22ORC TON OD 3NIJ 3CIJO9", True),  # and what a reader makes of turned letters
        ("DO NOT CROSS", False),  # a pedestrian crossing
        ("DO NOT ENTER", False),
        ("POLICE", False),  # a vehicle
        ("Police Station", False),
        ("CROSS WITH CARE", False),
        ("POLICE LINE", True),
        ("", False),
    ],
)
def test_cordon_tape_is_known_by_its_pieces(text: str, tape: bool) -> None:
    assert (scene_words.tape(text) is not None) is tape


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("St Example's C of E Primary School", 0.8, 1),
        ("EXAMPLE INFANT & NURSERY SCHOOL", 0.8, 1),
        ("Example High School", 0.8, 1),
        ("Little Acorns Day Nursery", 0.8, 1),
        ("Busy Bees Pre-school", 0.8, 1),
        ("school uniform", 0.8, 1),
        ("PRIMARYSCHOOL", 0.8, 1),  # spaces lost
        ("GREENLANE PRIMARYSCHOOL", 0.8, 1),
        ("Example Academy", 0.4, 0.8),  # perhaps a school
        ("OAKFIELD SCHOOL", 0.4, 0.8),
        ("GREEN LANE PRIMARY", 0.4, 0.8),
        ("Moseley School", 0.4, 0.8),
        ("The Moseley School", 0.4, 0.8),
        ("King Edward VI School", 0.4, 0.8),
        ("King Edward VI School for Boys", 0.4, 0.8),
        ("EXAMPLE DRIVING SCHOOL", 0, 0),
        ("School of Motoring", 0, 0),
        ("The Old School", 0, 0),
        ("SCHOOL ROAD", 0, 0),
        ("School Lane B12", 0, 0),
        ("SCHOOL KEEP CLEAR", 0, 0),
        ("Barber Academy", 0, 0),
        ("O2 Academy", 0, 0),
        ("Garden nursery", 0, 0),
        ("Primary care centre", 0, 0),
        ("School", 0, 0),
        ("SLOW SCHOOL", 0, 0),  # a road sign
        ("BACK TO SCHOOL", 0, 0),
        ("NEW SCHOOL", 0, 0),
        ("Sunday School", 0, 0),
        ("Welcome to our school", 0, 0),
        ("BALLET SCHOOL", 0, 0),
        ("Bertelsmann Business School", 0, 0),
        ("we went to school", 0, 0),
    ],
)
def test_a_school_for_children_is_told_from_other_schools(text: str, least: float, most: float) -> None:
    clue = schools.school(text)
    assert least <= (clue.score if clue else 0.0) <= most


@pytest.mark.parametrize(
    ("lines", "least"),
    [
        (["EXHIBIT REF: AP/1"], 0.7),
        (["EXHIBIT", "AEP/001"], 0.7),  # the word above, the reference below
        (["Exhibit No", "AP/1/1", "Signed"], 0.7),  # a sub-exhibit
        (["EXHIBIT", "JCK-280211-1"], 0.7),  # digital
        (["SEAL NO", "AP_1", "SIGNED"], 0.7),
        (["EVIDENCE BAG", "SEAL NO 12345678"], 0.7),
        (["AP/1"], 0),  # alone it is a number like others
        (["MG/11", "SIGNED", "EXHIBIT"], 0),  # a statement form
        (["CR/1234", "EXHIBIT"], 0),  # a crime number
        (["BS-145", "SEAL"], 0),  # a standard
        (["EXHIBITION", "A/4"], 0),
        (["SPRAYER SX-575-1", "SIGNED"], 0),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, list) else None,
)
def test_an_exhibit_reference_needs_a_label_around_it(lines: list[str], least: float) -> None:
    found = _kinds(*(_line(text, top=100 + 40 * number) for number, text in enumerate(lines)))
    assert found.get("evidence.exhibit", 0.0) >= least
    assert least or "evidence.exhibit" not in found


def test_words_far_from_a_reference_do_not_make_it_an_exhibit() -> None:
    assert _kinds(_line("AP/1"), _line("EXHIBIT", left=1300, top=900)) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MISSING PERSON", True),
        ("Have you seen this man?", True),
        ("WANTED FOR ROBBERY", True),
        ("Do you recognise these people?", True),
        ("WITNESS APPEAL", True),
        ("HAVE YOU SEEN SARAH?", True),
        ("HAVEYOUSEENTHISMAN", True),  # spaces lost
        ("MISSING: SARAH JONES", True),
        ("MISSING: SARAH JONES, AGED 14", True),
        ("Wanted - Dean Walker", True),
        ("Wanted on recall to prison", True),
        ("WANTED IN CONNECTION WITH A BURGLARY", True),
        ("MISSING GIRL", True),
        ("Last seen in Aston on 12 March", True),
        ("last seen today at 10:45", False),  # a chat
        ("WANTED: BAR STAFF", False),
        ("MISSING: TABBY CAT", False),
        ("HAVE YOU SEEN ANYTHING SUSPICIOUS?", False),
        ("Missing Persons Unit", False),
        ("WANTED", False),  # without a face: staff, scrap, dead or alive
        ("STAFF WANTED", False),
        ("MISSING CAT", False),
        ("Have you seen our new menu?", False),
        ("wanted by everyone", False),
    ],
)
def test_an_appeal_is_told_from_other_notices(text: str, found: bool) -> None:
    assert (_kinds(_line(text)).get("text.appeal", 0.0) >= HOLD) is found


def test_a_bare_headline_over_a_face_is_held() -> None:
    face = Finding("face.identifiable", 0.9, "a face", Box(100, 200, 200, 330))
    assert _kinds(_line("WANTED"), face) == {"text.appeal": 0.5}


def test_a_headline_that_names_somebody_is_surer_over_a_face() -> None:
    face = Finding("face.identifiable", 0.9, "a face", Box(100, 200, 200, 330))
    for text in ("MISSING: SARAH JONES", "Have you seen Sarah?"):
        assert _kinds(_line(text)) == {"text.appeal": 0.5}
        assert _kinds(_line(text), face) == {"text.appeal": 0.8}


@pytest.mark.parametrize(
    ("where", "text", "kinds"),
    [
        ("file name", "wanted man 0012", {"text.appeal"}),
        ("folder name", "misper 2013", {"text.appeal"}),
        ("file name", "unwanted", set()),
        ("XMP description", "Pupils of Example Primary School at the fair.", {"juvenile.school"}),
        ("IPTC headline", "Schoolchildren meet the horses", {"juvenile.school"}),
        ("XMP description", "John Example was convicted of theft.", {"text.accusation", "text.appeal"}),
        ("XMP description", "John Example opened the fair. A burglar was not seen.", set()),  # two sentences
        ("XMP description", "West Midlands Police arrested nobody.", set()),  # not a person
        ("XMP description", "Officers at the summer fair in Example Park", set()),
        ("file name", "summer fair", set()),
    ],
)
def test_words_of_captions_and_names(where: str, text: str, kinds: set[str]) -> None:
    assert set(_kinds(beside(where, text))) == kinds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Example scandal", True),  # whatever the case
        ("EXAMPLE SCANDAL", True),
        ("example scandals", False),  # whole words
        ("a scandal, for example", False),
    ],
)
def test_a_listed_phrase_is_found_as_whole_words(text: str, found: bool) -> None:
    assert ("text.watchword" in _kinds(_line(text), watchwords=("example scandal",))) is found


def test_a_phrase_wrapped_over_two_lines_is_found_once() -> None:
    lines = _line("POLICE LINE"), _line("DO NOT CROSS", top=135)
    photo = Photo.from_array(np.full((1000, 1600, 3), 200, np.uint8))
    found = list(Wording()(photo, lines))
    assert [finding.kind for finding in found] == ["scene.tape"]
    assert found[0].score > 0.8


@pytest.mark.parametrize(
    ("others", "sign"),
    [
        ([("ST HELEN'S", 130, 60), ("Welcome", 300, 45)], Box(100, 130, 604, 345)),
        ([("SAINTS PETER", 60, 60), ("AND PAUL", 130, 60)], Box(100, 60, 604, 260)),  # a name over two lines
        ([("ST HELEN'S", 10, 180)], Box(100, 10, 1180, 260)),  # in letters three times as high
        ([("Welcome", 500, 60)], Box(100, 200, 604, 260)),  # too far off: another sign
    ],
)
def test_the_place_of_a_schools_name_is_the_whole_sign(others: list[tuple[str, int, int]], sign: Box) -> None:
    page = [_line("PRIMARY SCHOOL", top=200, height=60)]
    page += [_line(text, top=top, height=height) for text, top, height in others]
    (found,) = Wording()(Photo.from_array(np.full((1000, 1600, 3), 200, np.uint8)), page)
    assert (found.kind, found.box) == ("juvenile.school", sign)


def test_what_a_line_of_tape_stands_above_is_not_part_of_it() -> None:
    page = _line("POLICE LINE DO NOT CROSS"), _line("Welcome", top=135)
    (found,) = Wording()(Photo.from_array(np.full((1000, 1600, 3), 200, np.uint8)), page)
    assert found.box == page[0].box


@given(st.text(max_size=80))
def test_any_text_can_be_judged(text: str) -> None:
    for clue in (
        scene_words.tape(text),
        schools.school(text),
        appeals.appeal(text, face=True),
        scene_words.exhibit(text, [text]),
    ):
        assert clue is None or 0 < clue.score <= 1


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("alamy stock photo", 0.7),
        ("gettyimages", 0.7),
        ("www.alamy.com", 0.7),
        ("SHUTTERSTOCK", 0.7),
        ("PA Wire", 0.7),
        ("Credit: SWNS", 0.7),
        ("\N{COPYRIGHT SIGN} Ann Example 2024", 0.5),
        ("(c) 2019 Example Photography", 0.5),
        ("Copyright Ann Example", 0.5),
        ("\N{COPYRIGHT SIGN} 2024 West Midlands Police", 0),  # ours
        ("\N{COPYRIGHT SIGN} 2024", 0),  # nobody's name
        ("Reuters", 0.7),
        ("Meet our partners at Reuters this Friday at noon", 0),
        ("in stock", 0),
        ("Photo", 0),
        ("PA", 0),
        ("(c)", 0),
    ],
)
def test_a_watermark_says_that_a_picture_is_somebody_elses(text: str, least: float) -> None:
    found = watermarks.watermark(text, OURS)
    assert (found is not None) is (least > 0), found
    assert found is None or (found.score >= least and found.kind == "copyright.watermark")


def test_a_line_in_the_picture_is_held_for_copyright() -> None:
    assert _kinds(_line("alamy stock photo")) == {"copyright.watermark": 0.8}


@pytest.mark.parametrize(
    ("field", "text", "meant"),
    [
        ("XMP title", "MISPER found safe", 'jargon in XMP title: say "missing person"'),
        ("IPTC Headline", "Two cars in an RTC", 'jargon in IPTC Headline: say "collision"'),
        ("XMP title", "Found safe", ""),
        ("XMP title", "Article 8", ""),  # the letters inside a word
        ("XMP subject", "rtc", ""),  # a keyword is not announced
        ("file name", "rtc 12", ""),
    ],
)
def test_jargon_in_a_title_is_noted_with_plain_words_for_it(field: str, text: str, meant: str) -> None:
    stages = {stage.name: stage for stage in load().stages}
    photo = Photo.from_array(np.full((900, 1600, 3), 255, np.uint8))
    found = [one for one in stages["wording"](photo, (beside(field, text),)) if one.is_a("text.jargon")]
    assert [one.evidence for one in found] == ([meant] if meant else [])
    assert all(load().policy.judge(one).verdict is Verdict.CLEAR for one in found)
