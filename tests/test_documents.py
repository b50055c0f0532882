"""Identity documents, officers, badges and briefings, and the words of streets and posters that resemble them.

The passport is the specimen of ICAO 9303, the driver's number the one that the DVLA shows; the people are invented.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import draw
from screening.config import load
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.stages.documents import Documents
from screening.stages.text import Text
from screening.words import access_codes
from screening.words import documents as rules

CLEAR, HOLD, BLOCK = Verdict.CLEAR, Verdict.HOLD, Verdict.BLOCK
PASSPORT = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
FACE = Finding("face.identifiable", 0.9, "a face", Box(400, 100, 520, 260))


def line(text: str, *, left: int = 100, top: int = 100, height: int = 30) -> Finding:
    box = Box(left, top, left + max(round(0.6 * height * len(text)), 1), top + height)
    return Finding("seen.text", 0.95, "text", box, text)


def page(*texts: str) -> list[Finding]:
    return [line(text, top=100 + 45 * number) for number, text in enumerate(texts)]


def findings(*found: Finding) -> list[Finding]:
    photo = Photo.from_array(np.full((1400, 1800, 3), 200, np.uint8))
    return list(Documents()(photo, found))


def verdict(*found: Finding, policy: str = "default") -> tuple[Verdict, set[str]]:
    """The strictest verdict, and the kinds that are not clear."""
    judged = [load(policy).policy.judge(one) for one in findings(*found)]
    return (
        max((one.verdict for one in judged), default=CLEAR),
        {one.finding.kind for one in judged if one.verdict is not CLEAR},
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PASSPORT[0], True),
        (PASSPORT[1], True),
        ("I<UTOD231458907<<<<<<<<<<<<<<<", True),  # an identity card's three lines
        ("7408122F1204159UTO<<<<<<<<<<<6", True),
        ("ERIKSSON<<ANNA<MARIA<<<<<<<<<<", True),
        ("|<UT0D231458907<<<<<<<<<<<<<<<", True),  # a bar for the I
        ("P<UT0ERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", True),  # noughts
        ("L898902C36UTO07408122F1204159ZE184226B<<<<<10", True),  # a digit seen twice
        ("P<UTOERIKSSON<<ANNA", True),  # the end is cut off
        ("P < UTO ERIKSSON << ANNA < MARIA <<<<<<<<<<", True),  # spaces read into it
        ("P‹UTOERIKSSON«ANNA‹MARIA‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹‹", True),  # other signs for the filler
        ("PKUTOERIKSSONKKANNAKMARIAKKKKKKKKKKKKKKKKKKK", True),  # letters for it
        ("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", False),  # a road's chevrons
        ("DIVERSION <<<<<<<<<<", False),
        ("IIIIIIIIIIIIIIIII<<IIIIIIIIII<<<<<", False),  # a railing
        ("std::cout << name << std::endl;", False),
        ("SN 4CE0460D0GABC1234567890XYZ", False),  # a serial number
        ("PICCADILLY CIRCUS UNDERGROUND STATION", False),
        ("", False),
    ],
)
def test_a_zone_for_machines_is_known_by_its_fillers_and_dates(text: str, found: bool) -> None:
    assert rules.zone(text) is found
    assert (verdict(line(text)) == (BLOCK, {"personal.document"})) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MORGA753116SM9IJ", True),
        ("5. MORGA753116SM9IJ 35", True),  # as the card has it
        ("5.MORGA753116SM9IJ35", True),  # spaces lost
        ("MORGA 753116 SM9IJ", True),
        ("M0RGA7531I6SM9IJ", True),  # a nought for an O, an I for a one
        ("FOX99 612029 J99AZ", True),  # a short name, one initial, a woman born in November
        ("MORGA799116SM9IJ", False),  # no such month
        ("MORGA753996SM9IJ", False),  # no such day
        ("AB9CD753116SM9IJ", False),  # nines only fill up
        ("XMORGA753116SM9IJ", False),
        ("MORGAN 753116", False),
        ("CALL MOBIL 0121 496 0123", False),
    ],
)
def test_a_drivers_number_is_told_by_its_shape_and_its_date(text: str, found: bool) -> None:
    assert rules.driver_number(text) is found
    assert (verdict(line(text)) == (BLOCK, {"personal.document"})) is found


PAGES = [
    # lines one below the other, the verdict, the kinds
    (["WARRANT CARD", "POLICE CONSTABLE 21345", "JOHN SMITH"], BLOCK, {"staff.warrant_card", "staff.collar_number"}),
    (["WARRANTCARD", "POLICECONSTABLE 21345"], BLOCK, {"staff.warrant_card", "staff.collar_number"}),  # spaces lost
    (["KENT POLICE WARRANT CARD", "Detective Sergeant", "A. EXAMPLE"], BLOCK, {"staff.warrant_card", "staff.officer"}),
    (["WARRANT CARD", "JOHN SMITH"], HOLD, {"staff.warrant_card"}),
    (["All officers carry a", "WARRANT CARD", "ask to see it"], CLEAR, set()),  # a leaflet
    (["Show your warrant card at the gate", "PC 21345"], HOLD, {"staff.collar_number"}),  # not a line of its own
    (["IDENTITY CARD", "JOHN SMITH", "Card No 1234567", "Expires 01/02/2027"], BLOCK, {"personal.document"}),
    (["IDENTITY CARD", "JOHN SMITH", "21345"], BLOCK, {"personal.document"}),
    (["IDENTITY CARD", "21345"], CLEAR, set()),
    (["PASSPORT PASSEPORT", "Surname/Nom", "ERIKSSON", "Date of birth", "12 AUG 74"], BLOCK, {"personal.document"}),
    (["PASSPORT", *PASSPORT], BLOCK, {"personal.document"}),
    (["DRIVING LICENCE", "1. MORGAN", "2. SARAH", "3. 11.03.1976 UNITED KINGDOM"], BLOCK, {"personal.document"}),
    (["DRIVING LICENCE", "1. MORGAN"], HOLD, {"personal.document"}),
    (["UNITED KINGDOM OF", "GREAT BRITAIN", "PASSPORT"], CLEAR, set()),  # a closed one
    (["PASSPORT PHOTOS", "Visa", "ID card", "Snappy Prints"], CLEAR, set()),  # a shop
    (["PASSPORT", "VISA", "DRIVING LICENCE", "ID CARD", "Snappy Prints", "0121 496 0123"], CLEAR, set()),
    (["PASSPORT CONTROL", "Have your date of birth at hand"], CLEAR, set()),
    (["PC 21345"], HOLD, {"staff.collar_number"}),
    (["Sgt 1234 Example"], HOLD, {"staff.collar_number"}),
    (["PC 123 CW"], HOLD, {"staff.collar_number"}),  # the Met's letters
    (["POLICE CONSTABLE", "21345"], HOLD, {"staff.collar_number"}),  # over two lines
    (["JOHN SMITH PC 21345"], HOLD, {"staff.collar_number"}),
    (["1234 PC SMITH"], HOLD, {"staff.collar_number"}),
    (["PCSO Tom Example"], HOLD, {"staff.officer"}),
    (["Your neighbourhood team", "PC Jane Example", "Call 101"], HOLD, {"staff.officer"}),  # our own poster
    (["2134"], CLEAR, set()),  # a shoulder number alone
    (["POLICE", "www.west-midlands.police.uk", "101"], CLEAR, set()),  # a police car
    (["POLICE", "PC WORLD"], CLEAR, set()),
    (["PC REPAIRS", "PC 10 years", "Sgt Pepper"], CLEAR, set()),
    (["DC 12V", "DC 24", "PS 50", "PS5", "DI 1.9", "DS 3", "12.500 DC 1.5"], CLEAR, set()),
    (["FESTA DI ROMA", "Casa Di Luigi", "POLICE"], CLEAR, set()),
    (["West Midlands Police", "PS Please lock your car"], CLEAR, set()),
    (["Chief Constable"], CLEAR, set()),
    (["OPERATION FALCON", "surveillance from 0600", "Suspect: A N OTHER"], HOLD, {"staff.briefing"}),
    (["Op Falcon", "Targets", "warrant 0600"], HOLD, {"staff.briefing"}),
    (["OPERATION FALCON", "Hand in your knife", "No questions"], CLEAR, set()),  # a campaign
    (["OPERATION FALCON", "Twenty warrants in one day"], CLEAR, set()),  # its result
    (["CCTV IN OPERATION Images are kept", "24 hour surveillance"], CLEAR, set()),  # a sign
    (["Door code 4471"], HOLD, {"staff.access_code"}),
    (["Alarm code: C1234X"], HOLD, {"staff.access_code"}),
    (["Password: Winter2024"], HOLD, {"staff.access_code"}),
    (["pw: Stormfront9"], HOLD, {"staff.access_code"}),
    (["Password", "Stormfront9"], HOLD, {"staff.access_code"}),
    (["user ops1", "pass Stormfront9"], HOLD, {"staff.access_code"}),
    (["KEY SAFE 2486"], HOLD, {"staff.access_code"}),
    (["BACK GATE 9137"], HOLD, {"staff.access_code"}),
    (["wifi network: EVENTCC", "password: e5x4mpl32026"], HOLD, {"staff.access_code"}),  # the control room's own
    (["Computer password", "is", "Stormfront9"], HOLD, {"staff.access_code"}),
    (["WiFi password", "stormy-harbour-42"], HOLD, {"staff.access_code"}),
    (["WIFI", "OPSROOM", "7fG2kk91Qa"], HOLD, {"staff.access_code"}),  # its name and its key
    (["Username: ops", "Password: stormy"], HOLD, {"staff.access_code"}),
    (["Door code", "4471"], HOLD, {"staff.access_code"}),
    (["Front door", "2024"], CLEAR, set()),  # a year
    (["PASSWORDS", "Three random words", "make a strong one"], CLEAR, set()),  # advice
    (["Your password", "is like your toothbrush"], CLEAR, set()),
    (["FREE WIFI", "7fG2kk91Qa"], CLEAR, set()),
    (["Key", "Blue: wards"], CLEAR, set()),  # of a map
    (["CUSTODY SUITE", "GROUND FLOOR PLAN"], HOLD, {"staff.plan"}),
    (["Search map"], HOLD, {"staff.plan"}),
    (["Scale 1:500 at A3"], HOLD, {"staff.plan"}),
    (["KEY REGISTER"], HOLD, {"staff.plan"}),
    (["Our plan for the year", "Map of the park", "Plan your visit", "Scale model 1:43"], CLEAR, set()),
    (["Key workers", "Keys cut here", "Ground floor", "Five year plan"], CLEAR, set()),
    (["BOARDING PASS", "Seat 12A", "Booking ref ABC123"], BLOCK, {"personal.document"}),
    (["Boarding gate 12", "Gate 2486B", "Bus pass holders", "Password reset desk", "Room 12"], CLEAR, set()),
    (["Free WiFi", "Password: Winter2024"], CLEAR, set()),  # for guests
    (["Post code B12", "Promo code 1234", "Enter your password"], CLEAR, set()),
]  # fmt: skip


def named(value: object) -> str:
    """A case's name, which must be the same in every process: a set has no order."""
    return str(sorted(value) if isinstance(value, set) else value)[:60]


@pytest.mark.parametrize(("texts", "expected", "kinds"), PAGES, ids=named)
def test_documents_and_officers_are_told_from_other_words(texts: list[str], expected: Verdict, kinds: set[str]) -> None:
    assert verdict(*page(*texts)) == (expected, kinds)
    assert verdict(*page(*texts), policy="strict")[0] >= expected
    # printed on a poster they hold
    assert verdict(*page(*texts), policy="posters")[0] == min(expected, HOLD)


@given(st.sampled_from(["-", "key ", "the ", "password ", "wifi: ", "scale 1", "user "]), st.integers(1, 3000))
def test_a_long_text_announces_no_code_and_is_soon_read(part: str, count: int) -> None:
    text = part * count
    assert len(text) <= access_codes.LONGEST or not access_codes.is_label(text)
    assert not rules.plan(text)
    access_codes.opens(text)


COLUMNS = [
    # labels and values of a note in two columns, and whether it gives a code away
    (["Network", "Key"], ["OPSROOM", "7fG2kk91Qa"], True),
    (["User", "Password"], ["ops", "stormy"], True),
    (["Front door", "Alarm"], ["4471", "C9935Y"], True),
    (["Login", "PW"], ["ops1", "Stormfront9"], True),
    (["Home", "Away"], ["4471", "9935"], False),  # a score
    (["Key", "Network"], ["Blue: wards", "Neighbourhood"], False),  # of a map
    (["Guest network", "Key"], ["Foyer", "7fG2kk91Qa"], False),
]


@pytest.mark.parametrize(("labels", "values", "code"), COLUMNS, ids=named)
def test_a_code_in_the_next_column_belongs_to_its_word(labels: list[str], values: list[str], code: bool) -> None:
    note = [line(text, top=100 + 45 * row) for row, text in enumerate(labels)]
    note += [line(text, left=700, top=100 + 45 * row) for row, text in enumerate(values)]
    assert verdict(*note)[1] == ({"staff.access_code"} if code else set())


def test_words_far_from_a_title_do_not_make_it_a_document() -> None:
    assert (
        findings(line("PASSPORT"), line("Surname", left=1400, top=1300), line("Nationality", left=1400, top=1340)) == []
    )


def test_the_place_of_a_document_is_all_that_stands_on_it() -> None:
    whole = page("PASSPORT", "Surname", "ERIKSSON", "Given names", "ANNA MARIA", *PASSPORT)
    (found,) = findings(*whole, line("EXIT", left=1500, top=1300))
    places = [one.box for one in whole if one.box]
    assert found.box is not None and all(place.inside(found.box) == 1 for place in places)
    assert found.box.bottom < 1000
    assert "ERIKSSON" not in repr(found) and "ERIKSSON" in found.text


@pytest.mark.parametrize(
    ("text", "height", "top", "badge"),
    [
        ("JOHN SMITH", 18, 400, True),
        ("Jane Smith", 18, 400, True),
        ("J. SMITH", 18, 400, True),
        ("JOHN SMITH PC 21345", 18, 400, True),
        ("PC SMITH", 40, 400, True),
        ("PC 21345", 40, 400, True),
        ("JOHN SMITH", 60, 400, False),  # print on clothes
        ("JOHN SMITH", 18, 60, False),  # above the face
        ("JOHN SMITH", 18, 1200, False),  # too far below
        ("SMITH", 18, 400, False),  # one word says little
        ("POLICE OFFICER", 18, 400, False),
        ("COMMUNITY SUPPORT", 18, 400, False),
        ("EVENT STAFF", 18, 400, False),
        ("NEW YORK", 18, 400, False),
        ("PC WORLD", 40, 400, False),
        ("21345", 18, 400, False),
    ],
)
def test_a_name_badge_is_a_small_name_on_the_body_below_a_face(text: str, height: int, top: int, badge: bool) -> None:
    read = line(text, left=380, top=top, height=height)
    assert ("face.name_badge" in verdict(FACE, read)[1]) is badge
    assert "face.name_badge" not in verdict(read)[1]


@pytest.mark.parametrize(
    ("text", "left", "top", "height", "found"),
    [
        ("4471", 560, 290, 20, True),
        ("4471", 320, 300, 20, True),  # on the other shoulder
        ("CW 123", 560, 290, 20, True),  # with a division's letters
        ("4471", 440, 290, 20, False),  # at the throat
        ("4471", 560, 600, 20, False),  # on an arm
        ("4471", 560, 290, 70, False),  # a player's
        ("12", 560, 290, 20, False),
        ("TAXI", 560, 290, 20, False),
    ],
)
def test_a_small_number_on_a_shoulder_is_an_officers(text: str, left: int, top: int, height: int, found: bool) -> None:
    read = line(text, left=left, top=top, height=height)
    assert ("staff.collar_number" in verdict(FACE, read)[1]) is found
    assert "staff.collar_number" not in verdict(read)[1]


CAR = Finding("seen.vehicle", 0.9, "vehicle", Box(200, 500, 800, 900))
NAMED = line("POLICE", left=300, top=550, height=60)
NUMBER_PLATE = Finding("vehicle.plate.uk", 0.9, "plate", Box(390, 690, 720, 790), "AB1")


@pytest.mark.parametrize(
    ("text", "height", "around", "found"),
    [
        ("AB12", 90, [CAR, NAMED], True),
        ("W7", 90, [CAR, NAMED], True),
        ("AB12", 90, [CAR], False),  # a taxi, a racing car
        ("AB12", 30, [CAR, NAMED], False),  # small print
        ("101", 90, [CAR, NAMED], False),  # the number to call
        ("AB12", 90, [NAMED], False),  # on no vehicle
        ("AB12", 90, [replace(CAR, score=0.5), NAMED], False),  # on a hill, perhaps
        ("K9", 90, [CAR, NAMED], False),  # a dog's
        ("AB1", 90, [CAR, NAMED, NUMBER_PLATE], False),  # its number plate
    ],
)
def test_a_large_code_on_a_police_car_is_its_roofs(text: str, height: int, around: list[Finding], found: bool) -> None:
    read = line(text, left=400, top=695, height=height)
    assert ("staff.roof_code" in verdict(*around, read)[1]) is found


def test_the_place_of_a_briefing_is_all_of_it() -> None:
    board = page("OPERATION FALCON", "surveillance from 0600", "Suspect: A N OTHER")
    (found,) = findings(*board)
    assert found.box is not None and all(one.box and one.box.inside(found.box) == 1 for one in board)


def test_a_face_has_one_badge_and_one_beside_it_has_its_own() -> None:
    other = Finding("face.unidentifiable", 0.1, "a face", Box(1200, 100, 1320, 260))
    read = [
        line(text, left=left, top=top, height=16)
        for left in (380, 1180)
        for text, top in (("JOHN SMITH", 400), ("PC 21345", 420))
    ]
    found = [one.box for one in findings(FACE, other, *read) if one.kind == "face.name_badge"]
    assert found == [Box(380, 400, 476, 436), Box(1180, 400, 1276, 436)]


@given(st.text(max_size=80))
def test_any_text_can_be_judged(text: str) -> None:
    for judge in (rules.zone, rules.driver_number, rules.numbered_officer, rules.person, rules.rank, rules.operation):
        assert judge(text) in (True, False)
    assert rules.title(text) == "" or rules.title(text) in rules.TITLES
    assert isinstance(rules.fields(text), set)


CARDS = [
    (["WARRANT CARD", "POLICE CONSTABLE 21345", "JOHN SMITH"], "staff.warrant_card", BLOCK),
    (["PASSPORT", "Surname", "ERIKSSON", "Given names", "ANNA MARIA", *PASSPORT], "personal.document", BLOCK),
    (["DRIVING LICENCE", "1. MORGAN", "2. SARAH MEREDYTH", "5. MORGA753116SM9IJ 35"], "personal.document", BLOCK),
    (["OPERATION FALCON", "surveillance", "Door code 4471", "Suspect", "Informant"], "staff.briefing", HOLD),
    (["PASSPORT PHOTOS", "WHILE YOU WAIT", "PC WORLD"], "", CLEAR),
    (["POLICE", "OPERATION FALCON", "Hand in your knife", "Call 101"], "", CLEAR),
]


@pytest.mark.parametrize(("texts", "kind", "expected"), CARDS, ids=[texts[0] for texts, _, _ in CARDS])
def test_drawn_documents_are_read_and_known_at_an_angle(texts: list[str], kind: str, expected: Verdict) -> None:
    sheet = draw.panel(texts, 44, ground=(236, 232, 222), ink=draw.INK)
    picture = draw.place(draw.desk((1800, 1300), seed=3), sheet, 150, 150, 1300, lean=0.04)
    photo = Photo.from_array(np.ascontiguousarray(draw.photographed(picture, seed=4)))
    judged = [load().policy.judge(one) for one in Documents()(photo, list(Text()(photo, ())))]
    assert max((one.verdict for one in judged), default=CLEAR) is expected
    assert not kind or kind in {one.finding.kind for one in judged}


def test_a_drawn_badge_below_a_face_is_held_for_the_name() -> None:
    portrait = draw.enlarged(draw.sample("astronaut"), 1600)
    badge = draw.panel(["JOHN SMITH PC 21345"], 40, ground=(250, 250, 250), ink=draw.INK)
    height, width = badge.shape[:2]
    badge = np.asarray(cv2.resize(badge, (420, round(420 * height / width)), interpolation=cv2.INTER_AREA), np.uint8)
    portrait[900 : 900 + badge.shape[0], 450:870] = badge
    photo = Photo.from_array(portrait)
    read = list(Text()(photo, ()))
    face = Finding("face.identifiable", 0.9, "a face", Box(580, 180, 820, 560))
    kinds = {one.kind for one in Documents()(photo, [face, *read])}
    assert kinds == {"face.name_badge", "staff.collar_number"}
