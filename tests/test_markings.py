"""Protective markings: what is one, however badly it is read, and what only looks like one."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import config
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.stages.markings import Markings, in_words
from screening.words.marking_words import PHRASES
from screening.words.markings import is_label, markings
from screening.words.pieces import parted
from tests.observed import beside

BLOCK, HOLD = 0.7, 0.4
PAGE = (1000, 1400)  # width, height
PALE, DARK, SCREEN = (235, 233, 228), (60, 30, 90), (24, 30, 44)


def _line(text: str, *, left: int, top: int, height: int = 30, turn: int = 0, page: tuple[int, int] = PAGE) -> Finding:
    """A line of text as the reader would hand it on; `turn` is its direction in degrees."""
    width = round(0.6 * height * len(text))
    angle = np.radians(turn)
    along, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    start = np.array([left, top], float)
    corners = [start, start + along * width, start + along * width + down * height, start + down * height]
    points = tuple((float(x), float(y)) for x, y in corners)
    box = Box.around(points).clip(*page)
    assert box is not None
    return Finding("seen.text", 0.95, "text", box, text, points)


def _page(colour: tuple[int, int, int] = PALE, page: tuple[int, int] = PAGE) -> Photo:
    return Photo.from_array(np.full((page[1], page[0], 3), colour, np.uint8))


def _read(*found: Finding, colour: tuple[int, int, int] = PALE) -> dict[str, float]:
    """The best score of each kind."""
    best: dict[str, float] = {}
    for finding in Markings()(_page(colour), found):
        kind = finding.kind.removeprefix("marking.")
        best[kind] = max(best.get(kind, 0.0), finding.score)
    return best


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("OFFICIAL", "official"),  # GSC since 2014
        ("OFFICIAL-SENSITIVE", "official_sensitive"),  # hyphen
        ("OFFICIAL\u2010SENSITIVE", "official_sensitive"),  # the dashes, each
        ("OFFICIAL\u2011SENSITIVE", "official_sensitive"),
        ("OFFICIAL \u2012 SENSITIVE", "official_sensitive"),
        ("OFFICIAL \u2013 SENSITIVE", "official_sensitive"),
        ("OFFICIAL\u2014SENSITIVE", "official_sensitive"),
        ("OFFICIAL\u2015SENSITIVE", "official_sensitive"),
        ("OFFICIAL SENSITIVE", "official_sensitive"),  # space
        ("OFFICIALSENSITIVE", "official_sensitive"),  # nothing
        ("OFFICIAL: Sensitive", "official_sensitive"),  # colon, the Australian form
        ("OFFICIAL-SENSITIVE COMMERCIAL", "official_sensitive"),  # with a descriptor
        ("OFFICIAL-SENSITIVE - LOCSEN", "official_sensitive"),
        ("OFF-SEN", "official_sensitive"),  # abbreviations
        ("OFFSEN", "official_sensitive"),
        ("O-S", "official_sensitive"),
        ("NPM", "not_protectively_marked"),
        ("SECRET", "secret"),
        ("TOP SECRET", "top_secret"),
        ("UK SECRET", "secret"),  # national prefix
        ("UK EYES ONLY", "caveat"),  # caveats
        ("UK / US EYES ONLY", "caveat"),
        ("CANUKUS EYES ONLY", "caveat"),
        ("AUSCANNZUKUS", "caveat"),
        ("HMG USE ONLY", "caveat"),
        ("FVEY", "caveat"),
        ("SECRET UK EYES ONLY", "secret"),  # the caveat belongs to the marking
        ("NOT PROTECTIVELY MARKED", "not_protectively_marked"),  # GPMS before 2014
        ("UNCLASSIFIED", "not_protectively_marked"),
        ("PROTECT", "protect"),
        ("PROTECT - PERSONAL", "protect"),
        ("PROTECT \u2013 STAFF", "protect"),
        ("RESTRICTED", "restricted"),
        ("RESTRICTED - INVESTIGATION", "restricted"),
        ("RESTRICTED (when complete)", "restricted"),
        ("CONFIDENTIAL", "confidential"),
        ("SECRET//NOFORN//20291001", "secret"),  # American banners
        ("TOP SECRET//SI//NOFORN", "top_secret"),
        ("SECRET SPECAT", "secret"),
        ("CLASSIFICATION: SECRET", "secret"),
        ("Protective Marking: Restricted", "restricted"),  # form fields
        ("Security Classification OFFICIAL", "official"),
        ("Property & Evidence Mgt NOT PROTECTIVELY MARKED CCJ", "not_protectively_marked"),  # a footer's middle
        ("0FFICIAL SENS1TIVE", "official_sensitive"),  # misread
        ("OFFICIAL SENSlTIVE", "official_sensitive"),
        ("5ECRET", "secret"),
        ("SECRFT", "secret"),
        ("RESTR1CTED", "restricted"),
        ("CONFIDENTIAI", "confidential"),
        ("NOT PROTECTIVELV MARKED", "not_protectively_marked"),
        ("SECRET/NOFOPN", "secret"),
        ("S E C R E T", "secret"),  # letters apart
        ("T O P  S E C R E T", "top_secret"),
        ("R-E-S-T-R-I-C-T-E-D", "restricted"),
        ("TOPSECRET", "top_secret"),  # spaces lost
        ("NOTPROTECTIVELYMARKED", "not_protectively_marked"),
        ("MgtNOT PROTECTIVELY MARKED", "not_protectively_marked"),  # grown together with a neighbour
        ("SECRETUKEYESONLY", "secret"),
        ("\u0421ONFIDENTIAL", "confidential"),  # a Cyrillic letter that looks Latin
        ("OFFICIAL\u200bSENSITIVE", "official_sensitive"),  # an invisible character between
    ],
)
def test_every_form_of_a_marking_is_recognised(text: str, kind: str) -> None:
    assert [marking.kind for marking in markings(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "RESTRICTED AREA",  # signs
        "POLICE RESTRICTED AREA",
        "RESTRICTED ACCESS",
        "RESTRICTED PARKING ZONE",
        "in confidence",
        "confidentially",
        "CONFIDENTIALITY",
        "CONFIDENCE LEVEL",
        "CONFIDENTIAL WASTE",  # on a bin
        "SECRETS",
        "Secretary of State",
        "SECRET SANTA",
        "SECRET GARDEN",
        "TOP SECRET TOYS",
        "PROTECT AND SERVE",
        "PROTECT YOUR HOME",
        "PROJECT",  # one letter from PROTECT
        "PROTEST",
        "FOR OFFICIAL USE ONLY",  # a box on a form
        "OFFICIALLY OPENED",
        "UNOFFICIAL",
        "UNRESTRICTED",
        "DISTRICT",
        "Markings",
        "FOR YOUR EYES ONLY",  # a film
        "",
    ],
)
def test_words_that_resemble_a_marking_are_none(text: str) -> None:
    assert markings(text) == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Protective Marking:", True),
        ("PROTECTIVE MARKING", True),
        ("Security Classification", True),
        ("Classification:", True),
        ("Classification", False),  # of anything
        ("Markings--", False),
        ("Protective Marking: SECRET", False),  # its value stands there too
        ("Protective clothing", False),
    ],
)
def test_the_name_of_a_marking_field_is_recognised(text: str, label: bool) -> None:
    assert is_label(text) is label


@pytest.mark.parametrize(
    "lines",
    [
        [_line("SECRET", left=430, top=40)],  # the head of a page
        [_line("RESTRICTED", left=430, top=1340)],  # its foot
        [_line("OFFICIAL-SENSITIVE", left=300, top=600)],  # unmistakable wherever it stands
        [_line("PROTECT", left=430, top=40), _line("PROTECT", left=430, top=1340)],  # a common word, head and foot
        [_line("TOP", left=380, top=40), _line("SECRET", left=450, top=40)],  # two boxes side by side
        [_line("OFFICIAL -", left=380, top=600), _line("SENSITIVE", left=380, top=640)],  # wrapped
        [_line("Protective Marking:", left=80, top=600), _line("Restricted", left=450, top=600)],  # a form's field
        [_line("Security Classification", left=80, top=600), _line("SECRET", left=80, top=640)],  # value below
        [_line("CONFIDENTIAL", left=60, top=900, turn=-90)],  # along the side, at an edge of what can be read
        [_line("OFFICIAL-SENSITIVE", left=300, top=600, turn=17)],  # a folder at an angle
        [_line("Property & Evidence Mgt RESTRICTED CCJ", left=100, top=1345)],  # in the middle of a footer
        [_line("RESTRICTED (when complete) MG 11(T)", left=200, top=40)],  # a form's number beside it
        [_line("FORM MG5 RESTRICTED(whencomplete)", left=200, top=40)],  # spaces lost
        [_line("RESTRICTED - POLICE", left=200, top=40)],  # whose it is
        [_line("RESTRICTED - FOR POLICE AND PROSECUTION ONLY", left=100, top=40)],
        [_line("WMP RESTRICTED", left=200, top=40)],
        [_line("WEST MIDLANDS POLICE RESTRICTED", left=200, top=40)],
    ],
    ids=lambda lines: " | ".join(line.text for line in lines),
)
def test_a_marked_page_is_blocked(lines: list[Finding]) -> None:
    body = _letter()
    if lines[0].points[1][0] == pytest.approx(lines[0].points[0][0]):  # turned text on a page turned with it
        body = [_line("A letter about nothing", left=150 + 60 * n, top=900, turn=-90) for n in range(6)]
    assert max(_read(*lines, *body).values()) >= BLOCK


def _letter() -> list[Finding]:
    """Ordinary text, so that there is a page to have an edge."""
    tops = [top + 60 * number for top in (250, 800) for number in range(4)]
    return [_line(f"Line {number} of a letter about nothing", left=200, top=top) for number, top in enumerate(tops)]


@pytest.mark.parametrize("text", ["OFFICIAL - POLICE AND PARTNERS", "OFFICIAL-POLICEAND PARTNERS", "OFFICIAL WMP"])
def test_official_at_the_head_of_a_page_is_held(text: str) -> None:
    assert HOLD <= _read(_line(text, left=200, top=40), *_letter())["official"] < BLOCK


@pytest.mark.parametrize("colour", [PALE, SCREEN])
@pytest.mark.parametrize("text", ["OFFICIAL", "PROTECT", "RESTRICTED"])
def test_a_marking_alone_in_the_middle_of_a_page_or_a_dark_screen_is_held(
    text: str, colour: tuple[int, int, int]
) -> None:
    page = [_line(text, left=300, top=560), _line("Incident log 4471", left=300, top=640)]
    found = list(Markings()(_page(colour), page))
    assert [str(config.load().policy.judge(finding).verdict) for finding in found] == ["hold"]


@pytest.mark.parametrize(
    ("lines", "colour"),
    [
        ([_line("OFFICIAL", left=300, top=560)], (190, 220, 30)),  # a steward's bib
        ([_line("OFFICIAL", left=300, top=560, height=120)], SCREEN),  # a shop's fascia
        ([_line("SECRET", left=300, top=560, height=120)], SCREEN),
        ([_line("OFFICIAL", left=300, top=560), _line("PARTNER", left=300, top=600)], SCREEN),
        ([_line("STAY HOME", left=300, top=520), _line("PROTECT", left=300, top=560)], SCREEN),
    ],
    ids=lambda value: " | ".join(line.text for line in value) if isinstance(value, list) else "",
)
def test_a_common_word_on_a_sign_is_not_held(lines: list[Finding], colour: tuple[int, int, int]) -> None:
    assert all(score < HOLD for score in _read(*lines, colour=colour).values())


@pytest.mark.parametrize(
    ("lines", "colour"),
    [
        ([_line("SECRET", left=300, top=100, height=120)], DARK),  # a shop's fascia
        ([_line("TOP SECRET", left=300, top=700, height=120)], DARK),  # a toy
        ([_line("RESTRICTED", left=300, top=500), _line("AREA", left=340, top=540)], DARK),  # a sign in two lines
        ([_line("VICTORIA'S", left=300, top=500), _line("SECRET", left=330, top=540)], DARK),
        ([_line("PROTECT", left=300, top=500)], DARK),
        ([_line("this facsimile contains CONFIDENTIAL information", left=100, top=600)], PALE),  # running prose
        ([_line("THIS FACSIMILE IS CONFIDENTIAL AND PRIVILEGED", left=100, top=1345)], PALE),
        ([_line("OFFICIAL MERCHANDISE", left=300, top=60)], PALE),
        ([_line("Official opening", left=300, top=60)], PALE),
        ([_line("The secret of our success", left=300, top=60)], PALE),
        ([_line("Protect our oceans", left=300, top=60)], PALE),
        ([_line("POLICE RESTRICTED AREA", left=300, top=60)], PALE),
        ([_line("RESTRICTED STAFF PARKING POLICE ONLY", left=300, top=60)], PALE),
        ([_line("POLICE AND OFFICIAL VEHICLES ONLY", left=300, top=60)], PALE),
    ],
    ids=lambda value: " | ".join(line.text for line in value) if isinstance(value, list) else "",
)
def test_a_look_alike_is_not_blocked(lines: list[Finding], colour: tuple[int, int, int]) -> None:
    assert all(score < BLOCK for score in _read(*lines, colour=colour).values())


@pytest.mark.parametrize(
    ("where", "text", "least", "most"),
    [
        ("XMP title", "OFFICIAL-SENSITIVE", BLOCK, 1),
        ("IPTC instructions", "RESTRICTED", BLOCK, 1),
        ("XMP keywords", "police, Restricted, briefing", HOLD, 1),  # an item of a list
        ("XMP title", "official sensitive", BLOCK, 1),  # unmistakable in small letters too
        ("file name", "OFFICIAL SENSITIVE ops plan", BLOCK, 1),
        ("file name", "official sensitive ops plan", BLOCK, 1),
        ("file name", "SECRET briefing room", BLOCK, 1),  # capitals among small letters
        ("file name", "SECRET 0012", BLOCK, 1),
        ("folder name", "Secret", HOLD, BLOCK),
        ("folder name", "Confidential", HOLD, BLOCK),
        ("file name", "NPM 0012", HOLD, 1),
        ("EXIF description", "Security Classification: Restricted", BLOCK, 1),
        ("XMP description", "Opening night\nSECRET", BLOCK, 1),  # a line of its own
        ("file name", "secret santa party", 0, HOLD),
        ("file name", "Official opening", 0, HOLD),
        ("XMP description", "The secret of the village is its garden.", 0, HOLD),
        ("XMP description", "Officers protect the route of the parade.", 0, HOLD),
        ("IPTC caption", "She told us in confidence, and confidentially at that.", 0, HOLD),
    ],
)
def test_a_marking_in_words_without_a_place(where: str, text: str, least: float, most: float) -> None:
    found = list(Markings(minimum=0.0)(_page(), [beside(where, text)]))
    best = max((finding.score for finding in found), default=0.0)
    assert least <= best <= most
    assert all(where in finding.evidence for finding in found)


def test_what_a_code_says_is_read_too() -> None:
    code = Finding("seen.code", 1.0, "a QR code", Box(10, 10, 90, 90), "SECRET")
    (finding,) = Markings()(_page(), [code])
    assert finding.score >= BLOCK
    assert finding.box == code.box


def test_the_evidence_names_the_marking_and_nothing_else_of_the_line() -> None:
    line = _line("John Example 07700 900123 NOT PROTECTIVELY MARKED", left=20, top=1345)
    (finding,) = Markings()(_page(), [line])
    assert "NOT PROTECTIVELY MARKED" in finding.evidence
    assert "Example" not in finding.evidence
    assert "07700" not in finding.evidence


def test_each_marking_of_a_choice_is_reported_and_says_so() -> None:
    line = _line("SECRET / CONFIDENTIAL / RESTRICTED / PROTECT", left=100, top=40)
    found = list(Markings(minimum=0.0)(_page(), [line]))
    assert {finding.kind for finding in found} >= {"marking.secret", "marking.confidential", "marking.restricted"}
    assert all("one of several" in finding.evidence for finding in found)


def test_a_marking_repeated_on_the_page_is_more_certain_than_one() -> None:
    once = _read(_line("PROTECT", left=430, top=40))
    twice = _read(_line("PROTECT", left=430, top=40), _line("PROTECT", left=430, top=1340))
    assert twice["protect"] > once.get("protect", 0.0)


@given(st.text(max_size=60))
def test_any_text_can_be_judged(text: str) -> None:
    for marking in markings(text):
        assert marking.written in {written for _, written, _ in PHRASES.values()} | {"O-S"}


@given(st.sampled_from(sorted(PHRASES)), st.integers(0, 30))
def test_one_misread_letter_never_makes_a_longer_marking_pass(phrase: str, place: int) -> None:
    if len(phrase) < 10:
        return
    place %= len(phrase)
    misread = phrase[:place] + "%" + phrase[place + 1 :]
    assert markings(misread) or markings(misread.replace("%", "H"))


def test_a_rendered_page_is_read_and_blocked() -> None:
    from screening.stages.text import Text

    picture = np.full((1100, 800, 3), 240, np.uint8)
    for top in (40, 1070):
        cv2.putText(picture, "OFFICIAL-SENSITIVE", (250, top), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20, 20, 20), 2)
    for number in range(6):
        cv2.putText(
            picture, f"Paragraph {number}", (80, 200 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (40,) * 3, 1
        )
    photo = Photo.from_array(picture)
    found = list(Markings()(photo, list(Text()(photo, ()))))
    assert {finding.kind for finding in found} == {"marking.official_sensitive"}
    assert all(finding.score >= BLOCK for finding in found)
    assert len(found) == 2


@pytest.mark.parametrize("separator", [" ", "-", ", a b c d "])
def test_a_long_text_is_read_in_pieces_that_lose_nothing(separator: str) -> None:
    """No more words are compared with each other than a piece has, however long the text."""
    text = separator.join(["SECRET"] * 2500)
    pieces = list(parted(text))
    lengths = [len(re.findall(r"\w+", piece)) for piece in pieces]
    assert max(lengths) <= 150
    assert sum(lengths) < 1.2 * len(re.findall(r"\w+", text)) + 150
    for place in (0, 149, 150, 170, 298):
        filled = [*["plain"] * place, "TOP SECRET", *["plain"] * (298 - place)]
        assert any(one.marking.kind == "top_secret" for one in in_words(" ".join(filled), frozenset())), place
