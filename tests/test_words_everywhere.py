"""Words by which a picture is held or blocked, in print, captions, names and codes, and near misses that are clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from screening import config
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.pipeline import Pipeline
from screening.policy import Verdict
from screening.stages.metadata import names
from screening.words.watermarks import courtesy, watermark
from tests.observed import beside

READERS = ("markings", "wording", "plates", "addresses", "personal_details", "documents")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return config.load()


@pytest.fixture(scope="module")
def photo() -> Photo:
    return Photo.from_array(np.full((600, 1000, 3), 150, np.uint8))


def read(where: str, words: str) -> Sequence[Finding]:
    """The observations that stages are handed for some words: `|` is the end of a line of print."""
    if where == "print":
        return [
            Finding("seen.text", 0.97, "text", Box(100, 200 + 44 * row, 100 + 16 * len(line), 236 + 44 * row), line)
            for row, line in enumerate(words.split("|"))
        ]
    if where == "name":
        return list(names(words))
    if where == "code":
        return [Finding("seen.code", 1.0, "QRCode", Box(10, 10, 90, 90), words)]
    return [beside(where, words)]


def flagged(pipeline: Pipeline, photo: Photo, where: str, words: str) -> set[str]:
    """The kinds that hold or block."""
    found = list(read(where, words))
    for stage in pipeline.stages:
        if stage.name in READERS:
            found += stage(photo, tuple(found))
    judged = [(one, pipeline.policy.judge(one)) for one in found if not one.observation]
    return {one.kind for one, judgement in judged if judgement.verdict > Verdict.CLEAR}


CAPTION = "XMP description"
FOUND = [
    # what a court did, and custody
    (CAPTION, "John Smith was sentenced to three years today", "text.appeal"),
    (CAPTION, "Custody image released after conviction", "text.appeal"),
    (CAPTION, "Remanded in custody", "text.appeal"),
    # appeals
    ("print", "WE WANT TO SPEAK TO THIS MAN", "text.appeal"),
    ("print", "DO YOU RECOGNISE HIM?", "text.appeal"),
    (CAPTION, "Can you help identify the man pictured", "text.appeal"),
    (CAPTION, "Do you know who this is?", "text.appeal"),
    # children
    (CAPTION, "Ava, aged 12, with PC Jones", "juvenile.mentioned"),
    (CAPTION, "A toddler waves at the police horse", "juvenile.mentioned"),
    (CAPTION, "Tom (9) tries on a helmet", "juvenile.mentioned"),
    (CAPTION, "seven-year-old Mia at the open day", "juvenile.mentioned"),
    (CAPTION, "Pupils from Year 6 meet the dogs", "juvenile.school"),
    # whose it is
    (CAPTION, "Photo courtesy of Jane Doe", "copyright.courtesy"),
    ("print", "Courtesy of Example & Star", "copyright.courtesy"),
    # exhibits
    ("print", "EVIDENCE SEAL No. B0012345", "evidence.exhibit"),
    (CAPTION, "Exhibit AB/12 recovered knife", "evidence.exhibit"),
    # who may see it, and when
    ("print", "RECIPIENTS ONLY", "marking.handling"),
    ("print", "EMBARGOED UNTIL 6 MAY", "marking.handling"),
    (CAPTION, "Embargoed until Friday", "marking.handling"),
    ("print", "NOT FOR PUBLIC RELEASE", "marking.handling"),
    ("print", "POLICE USE ONLY", "marking.handling"),
    ("code", "NOT FOR PUBLIC RELEASE", "marking.handling"),
    # accusations in print
    ("print", "DEAN MARSH IS A THIEF", "text.accusation"),
    # networks
    ("print", "http://intranet01/forms", "personal.intranet"),
    ("print", "wmp-intranet:8080/duty", "personal.intranet"),
    ("print", "10.12.4.7/login", "personal.intranet"),
    ("print", "WiFi|BTHub-9|Key: 83hd72kd", "staff.access_code"),
    ("print", "wifi code 8f3kd92m", "staff.access_code"),
    # numbers: those that Ofcom keeps for drama
    ("print", "07700|900123", "personal.phone"),
    ("print", "0121 496|0123", "personal.phone"),
    ("print", "Tel: 7700 900123", "personal.phone"),
    ("print", "[0121] 496 0123", "personal.phone"),
    ("print", "0 7 7 0 0 9 0 0 1 2 3", "personal.phone"),
    ("print", "call 7700900123", "personal.phone"),
    ("print", "GB82 WEST 1234|5698 7654 32", "personal.iban"),
    ("print", "(0)7700 900456", "personal.phone"),
    ("print", "N52 29.174 W001 53.424", "address.position"),
    ("print", "A.C.A.B. ACAB", "text.watchword"),
    (CAPTION, "Protest against police brutality", "text.watchword"),
    ("print", "jane.doe at example.com", "personal.email"),
    ("print", "jane at gmail.com", "personal.email"),
    # registrations in a longer line
    ("print", "Vehicle AB12 CDE seen on Monday", "vehicle.plate.uk"),
    ("print", "white van A123 BCD stolen", "vehicle.plate.uk"),
    # streets
    ("print", "Heol y Felin", "address.street_name"),
    ("print", "Sráid Mhór", "address.street_name"),
    ("print", "Bóthar na Trá", "address.street_name"),
]
CLEAR = [
    # surnames are no streets
    ("print", "Sarah Hill"),
    ("print", "Ian Street"),
    ("print", "Dave Close"),
    ("print", "INSP HILL"),
    ("print", "PC LANE"),
    # OFFICIAL in other senses
    ("print", "OFFICIAL PROGRAMME"),
    ("print", "OFFICIAL|PROGRAMME"),
    ("print", "OFFICIAL OPENING OF THE NEW STATION"),
    (CAPTION, "The official opening of the new police station"),
    # a crest
    ("print", "EXAMPLE POLICE|NEWS AGENCY"),
    # children, of whom none is shown
    (CAPTION, "Children in Need raised 400 pounds"),
    (CAPTION, "A children's hospital receives a cheque"),
    (CAPTION, "Advice on protecting children online"),
    (CAPTION, "PC Mark Green with police dog Rex, a 3-year-old German shepherd"),
    (CAPTION, "Officers aged 30 and over"),
    (CAPTION, "Team (9) wins"),
    (CAPTION, "The boys in blue win the cup"),
    # words beside what is meant
    (CAPTION, "Embargo on trade lifted"),
    ("print", "POLICE VEHICLES ONLY"),
    ("print", "CUSTOMERS ONLY"),
    ("print", "RECIPIENTS OF THE AWARD"),
    ("print", "SPEAK TO YOUR LOCAL OFFICER"),
    ("print", "EVIDENCE BASED POLICING"),
    ("print", "SEAL THE DEAL"),
    (CAPTION, "An exhibit at the museum"),
    ("print", "Killer Heels"),
    ("print", "Criminal Justice System"),
    (CAPTION, "Sentence of the day"),
    ("print", "Courtesy coach"),
    # numbers of something else
    ("print", "Serial 1234567890"),
    ("print", "v10.12.4.7"),
    ("print", "Order 07700 parts"),
    ("print", "free wifi"),
    ("print", "Ask staff for the wifi code"),
    ("print", "Change your password"),
    ("print", "Score|14|22"),
    ("print", "100|200|300"),
    ("print", "ISBN 978 0 306 40615 7"),
    ("print", "Version 2.0.1"),
    # ours
    ("print", "Call 101"),
    ("print", "0345 113 5000"),
    ("print", "www.west-midlands.police.uk"),
    # Welsh that names no street
    ("print", "Heddlu|Police"),
    ("print", "Araf|Slow"),
    # names of files
    ("name", "IMG_20140612_101112.jpg"),
    ("name", "open day 2014/IMG_0001.jpg"),
]


@pytest.mark.parametrize(("where", "words", "kind"), FOUND)
def test_words_that_the_rule_book_asks_about_are_found(
    pipeline: Pipeline, photo: Photo, where: str, words: str, kind: str
) -> None:
    assert kind in flagged(pipeline, photo, where, words)


@pytest.mark.parametrize(("where", "words"), CLEAR)
def test_words_that_only_look_like_them_are_clear(pipeline: Pipeline, photo: Photo, where: str, words: str) -> None:
    assert flagged(pipeline, photo, where, words) == set()


# One for each rule that reads words; what a file's name cannot say is left out there.
ANYWHERE = [
    ("OFFICIAL-SENSITIVE", "marking.official_sensitive"),
    ("Wanted in connection with a robbery", "text.appeal"),
    ("Example Primary School", "juvenile.school"),
    ("Call Jane on 07700 900123", "personal.phone"),
    ("Seen at 14 Acacia Avenue", "address.street_name"),
    ("AB12 CDE", "vehicle.plate.uk"),
    ("NOT FOR PUBLIC RELEASE", "marking.handling"),
    ("aged 12", "juvenile.mentioned"),
    ("Door code 4821", "staff.access_code"),
    ("PC 1234 Example", "staff.collar_number"),
]


@pytest.mark.parametrize(
    "where", [CAPTION, "IPTC Headline", "IPTC Keywords", "XMP history", "code", "file name", "folder name"]
)
@pytest.mark.parametrize(("words", "kind"), ANYWHERE)
def test_every_rule_about_words_reads_them_wherever_they_are(
    pipeline: Pipeline, photo: Photo, where: str, words: str, kind: str
) -> None:
    assert kind in flagged(pipeline, photo, where, words)


def test_the_byline_of_our_own_photographer_is_ours_when_it_is_listed() -> None:
    force = replace(config.load().force, credits=("WMP", "Jane Example"))
    said = "\N{COPYRIGHT SIGN} Jane Example 2014"
    assert watermark(said, config.load().force) is not None
    assert watermark(said, force) is None
    assert courtesy("Photo courtesy of Jane Example", force) is None
