"""The personal-details stage: tables of what is one, what is not, and whose it is.

Telephone numbers are those that Ofcom reserves for drama; card, NHS and account numbers are the published examples.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.finding import Box, Finding
from screening.force import Force
from screening.photo.photo import Photo
from screening.stages.personal_details import PersonalDetails
from screening.words.phone_numbers import dialled, mended, numbers
from screening.words.private_numbers import is_card, is_nhs, private_numbers
from tests.observed import beside

PHOTO = Photo.from_array(np.full((600, 900, 3), 255, np.uint8))


def line(text: str, *, left: int = 40, top: int = 40, height: int = 24, width: int | None = None) -> Finding:
    right, bottom = left + (width or 12 * len(text)), top + height
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    points = tuple((float(x), float(y)) for x, y in corners)
    return Finding("seen.text", 0.98, "text", Box(left, top, right, bottom), text, points)


def metadata(text: str, field: str = "XMP description") -> Finding:
    return beside(field, text)


def details(*found: Finding, force: Force | None = None) -> list[Finding]:
    return list(PersonalDetails(force=force or Force())(PHOTO, found))


def blocked(*found: Finding) -> set[str]:
    """The kinds that the default policy blocks."""
    return {finding.kind for finding in details(*found) if finding.score >= 0.5}


DETAILS = [
    # a line, the kinds it must be blocked for
    ("07700 900123", {"personal.phone"}),  # a mobile
    ("Mob: 07700900123", {"personal.phone"}),  # without spaces
    ("MOB07700 900123", {"personal.phone"}),  # the space before it lost
    ("O77OO 9OO123", {"personal.phone"}),  # letters for noughts
    ("077OO-900-l23", {"personal.phone"}),  # and an l for a one
    ("(0044)(7700)900123", {"personal.phone"}),  # in brackets
    ("07700 - 900 - 123", {"personal.phone"}),  # with dashes set apart
    ("Mob:7700 900123", {"personal.phone"}),  # without its nought
    ("jordan.example (at) icloud.com", {"personal.email"}),  # hidden from programs
    ("jordan dot example at gmail dot com", {"personal.email"}),
    ("meet at example.com", set()),  # where something is
    ("+44 7700 900123", {"personal.phone"}),  # as dialled from abroad
    ("+44 (0)7700 900123", {"personal.phone"}),  # as letterheads have it
    ("0044 7700 900 123", {"personal.phone"}),  # the older way
    ("call Ann on 0121 496 0123", {"personal.phone"}),  # a landline
    ("(01632) 960001", {"personal.phone"}),  # code in brackets
    ("020 7946 0123", {"personal.phone"}),  # London
    ("+33 1 42 68 53 00", {"personal.phone"}),  # another country's
    ("0121 496 0123 / 07700 900456", {"personal.phone"}),  # two on a line
    ("101", set()),  # ours
    ("0345 113 5000", set()),  # ours
    ("+44 345 113 5000", set()),  # ours, from abroad
    ("0345 496 0123", set()),  # a company's
    ("0800 555 111", set()),  # Crimestoppers
    ("Tel 496 0123", set()),  # too little of a number to lead to anybody
    ("12.05.2014 12:34:56", set()),  # a date and a time
    ("2014-05-12T01:23:45", set()),  # as computers write them
    ("0.77009001234", set()),  # a fraction
    ("20140512 0123456789012345", set()),  # a run of digits
    ("0123 4567 8901 2345", set()),  # groups of four that are no card
    ("A4567 B38 6DG M6", set()),  # roads and other signs
    ("ann.example@example.org", {"personal.email"}),
    ("ann.example @ example . org", {"personal.email"}),  # with spaces read into it
    ("annexample@gmailcom", {"personal.email"}),  # the dot lost
    ("info@example.com", set()),  # a desk
    ("ann.example@west-midlands.police.uk", set()),  # ours
    ("press@homeoffice.gov.uk", set()),  # public
    ("ann.example@gov.uk.example.com", {"personal.email"}),  # only looks public
    ("2 @ 3.50", set()),  # a price
    ("12 @DISC", set()),  # a price
    ("@DISC", set()),  # a price that stands apart
    ("@ann_example", {"personal.handle"}),
    ("follow us @WMPolice", set()),  # ours
    ("facebook.com/ann.example", {"personal.handle"}),
    ("Snapchat: annexample99", {"personal.handle"}),
    ("instagram.com/westmidlandspolice", set()),  # ours
    ("QQ 12 34 56 C", {"personal.nino"}),  # the official example
    ("NI: AB123456C", {"personal.nino"}),
    ("AB12 34S6C", {"personal.nino"}),  # an S for a five
    ("DA123456C", set()),  # D begins none
    ("BG123456A", set()),  # never given out
    ("AB123456E", set()),  # ends A to D
    ("NHS No 943 476 5919", {"personal.nhs_number"}),
    ("NHS number 9434765919", {"personal.nhs_number"}),
    ("943 476 5919", {"personal.nhs_number"}),  # as it is printed
    ("9434765919", set()),  # ten digits alone
    ("NHS No 943 476 5918", set()),  # check digit wrong
    ("4111 1111 1111 1111", {"personal.card"}),  # Visa's example
    ("5555555555554444", {"personal.card"}),  # Mastercard's
    ("3782 822463 10005", {"personal.card"}),  # American Express's
    ("4111 1111 1111 1112", set()),  # check digit wrong
    ("9999 1111 1111 1114", set()),  # no scheme begins so
    ("GB29 NWBK 6016 1331 9268 19", {"personal.iban"}),  # the registry's example
    ("GB29 NWBK 6016 1331 9268 18", set()),  # check digits wrong
    ("DE89370400440532013000", {"personal.iban"}),  # another country's
    ("Sort code 12-34-56 Account 12345678", {"personal.account"}),
    ("12-34-56", set()),  # any three pairs
    ("DOB 12/05/1984", {"personal.date_of_birth"}),
    ("D.O.B: 12.5.84", {"personal.date_of_birth"}),
    ("Date of Birth 12 May 1984", {"personal.date_of_birth"}),
    ("born on 12th May 1984", {"personal.date_of_birth"}),
    ("D.O.B.12.03.1984", {"personal.date_of_birth"}),  # the space lost
    ("DOB12/03/1984", {"personal.date_of_birth"}),
    ("D0B 12/O3/1984", {"personal.date_of_birth"}),  # O and nought
    ("DOB: 12 MAR 84", {"personal.date_of_birth"}),  # a short year
    ("DOB 12MAR1984", {"personal.date_of_birth"}),
    ("d.o.b. : 12 / 03 / 1984", {"personal.date_of_birth"}),  # spaced out
    ("DOBBIN 12/03/1984", set()),  # a horse
    ("born 1984", set()),  # a year
    ("12/05/2014", set()),  # a day
    ("http://intranet/policies", {"personal.intranet"}),
    ("https://wmpnet.west-midlands.police.uk/", {"personal.intranet"}),
    ("ann.example@pnn.police.uk", {"personal.intranet"}),  # the closed mail network
    ("server01.local", {"personal.intranet"}),
    (r"\\server\share\case", {"personal.intranet"}),  # a network drive
    ("see our intranet", set()),  # a word
    ("Local Internal LAN", set()),  # words
    ("Drink.Local", set()),  # two words, the space lost
    ("www.example.co.uk", set()),  # a shop's page says nothing about a person
    ("Neighbourhood team meets here on Thursday", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), DETAILS)
def test_details_are_told_from_what_only_looks_like_one(text: str, kinds: set[str]) -> None:
    assert blocked(line(text)) == kinds


@pytest.mark.parametrize(("text", "kinds"), DETAILS)
def test_the_same_holds_in_metadata(text: str, kinds: set[str]) -> None:
    assert blocked(metadata(text)) == kinds


def test_two_numbers_on_a_line_are_two_findings() -> None:
    found = details(line("0121 496 0123 / 07700 900456"))
    assert {finding.text for finding in found} == {"07700 900456", "0121 496 0123"} and len(found) == 2


def test_evidence_is_masked_and_the_box_is_the_numbers_own() -> None:
    (finding,) = details(line("Ring Ann Example on 07700 900123 please", left=40, width=390))
    assert finding.evidence == "phone, ends 123" and "900123" not in repr(finding)
    assert finding.text == "07700 900123"
    assert finding.box is not None and 230 <= finding.box.left <= 245 and 345 <= finding.box.right <= 370


def test_an_e_mail_is_masked_to_its_ending() -> None:
    assert [finding.evidence for finding in details(line("ann@example.co.uk"))] == ["e-mail at a .co.uk address"]


SPLIT = [
    # neighbouring lines, the kinds
    ([line("07700", width=60), line("900123", left=110, width=72)], {"personal.phone"}),  # side by side
    ([line("4111 1111", width=110), line("1111 1111", left=160, width=110)], {"personal.card"}),  # a card's halves
    ([line("Date of birth"), line("12/05/1984", top=70, width=130)], {"personal.date_of_birth"}),  # above and below
    ([line("07700", width=60), line("900123", top=70, width=72)], {"personal.phone"}),  # one below the other
    ([line("07700", width=60), line("900", top=70, width=40), line("123", top=100, width=40)], {"personal.phone"}),
    ([line("07700", width=72), *(line("900123", top=70 + 30 * row, width=72) for row in range(3))], set()),  # a column
    ([line("12 May", width=60), line("07700", top=70, width=60), line("33", top=100, width=30)], set()),
    ([line("GB82 WEST 1234", width=160), line("5698 7654 32", top=70, width=140)], {"personal.iban"}),
    ([line("NHS No"), line("943 476 5919", top=70, width=130)], {"personal.nhs_number"}),  # announced above
    ([line("07700", width=60), line("900123", left=700, width=72)], set()),  # far apart
    ([line("Date of birth"), line("12/05/1984", left=600, top=43)], {"personal.date_of_birth"}),  # a form's columns
    ([line("Date of birth"), line("Surname", left=400), line("12/05/1984", left=700, top=43)], set()),  # another's
    ([line("NHS No"), line("943 476 5919", left=600, width=130)], {"personal.nhs_number"}),
    ([line("Sort code"), line("12-34-56", left=600), line("12345678", left=760)], {"personal.account"}),
    ([line("Tel 0121 496", width=140), line("0123", top=70, width=50)], {"personal.phone"}),
    ([line("ring Jo on 07700", width=190), line("900123 after six", top=70, width=190)], {"personal.phone"}),
    ([line("Bus 07700", width=110), line("900 seats", top=70, width=110)], set()),  # too few digits
    ([line("jordan.example@", width=180), line("example.org", top=70, width=130)], {"personal.email"}),
    ([line("Ask at the desk.", width=190), line("example.org", top=70, width=130)], set()),  # a page
    ([line("GB82 WEST", width=110), line("1234 5698", top=70, width=110), line("7654 32", top=100, width=90)],
     {"personal.iban"}),
    ([line("Mrs A Example"), line("12 Acacia Croft", top=70)], {"personal.name_and_address"}),
    ([line("Mrs A Example"), line("12 High Street", top=70)], {"personal.name_and_address"}),  # an envelope
    ([line("Ann Example"), line("Flat 2, 12 High Street", top=70, width=160)], {"personal.name_and_address"}),
    ([line("High Street"), line("12 Mile Road", top=70)], {"personal.name_and_address"}),  # a street may be a name
    ([line("Welcome to"), line("12 High Street", top=70)], set()),  # no name
]  # fmt: skip


@pytest.mark.parametrize(("read", "kinds"), SPLIT)
def test_details_over_neighbouring_lines_are_put_together(read: list[Finding], kinds: set[str]) -> None:
    assert blocked(*read) == kinds


def test_a_number_over_two_lines_is_not_hidden_by_the_half_of_it_that_is_a_local_one() -> None:
    (found,) = details(line("Tel 0121 496", width=140), line("0123", top=70, width=50))
    assert found.evidence == "phone over 2 lines, ends 123"


def test_a_number_in_a_row_is_found_once() -> None:
    read = [line("Tel", width=40), line("07700 900123", left=90)]
    assert len(details(*read)) == 1


VAN = Finding("seen.vehicle", 0.9, "van", Box(0, 0, 500, 300))
WITH_BIRTH = {"personal.phone", "personal.date_of_birth"}
SIGNS = [
    # what is read, and what it is blocked for
    ([line("0121 496 0123"), line("Example Plumbing Ltd", top=80)], set()),  # a tradesman's landline
    ([line("0121 496 0123"), VAN], set()),  # on a van
    ([line("www.example.co.uk  0121 496 0123")], set()),  # beside a page
    ([line("07700 900123"), line("Example Plumbing Ltd", top=80)], {"personal.phone"}),  # a mobile is somebody's own
    ([line("@exampleplumbing"), line("Example Plumbing Ltd", top=80)], set()),  # a business's handle
    ([line("ann@example.org"), line("Example Plumbing Ltd", top=80)], {"personal.email"}),  # a person's mailbox
    ([line("0121 496 0123"), line("Example Plumbing Ltd", top=500)], {"personal.phone"}),  # the sign is elsewhere
    ([line("0121 496 0123"), line("Saw the man leave the shop", top=80)], {"personal.phone"}),  # a statement
    ([line("0121 496 0123"), line("Social services", top=80)], {"personal.phone"}),  # an authority
    ([line("0121 496 0123"), line("Example Bank", top=80), line("Mrs A Example", top=400)], {"personal.phone"}),
    ([line("Home 0121 496 0123"), line("Example Bank", top=80)], {"personal.phone"}),
    ([line("0121 496 0123"), line("Cab driver", top=80), line("Surname", top=300)], {"personal.phone"}),
    ([line("0121 496 0123"), line("Bank", top=80), line("DOB 12/05/84", top=300)], WITH_BIRTH),
    ([line("IG: annexample84"), line("Shop referral", top=80)], {"personal.handle"}),
    ([line("0121 496 0123"), line("Mrs Example's Tea Shop", top=80)], set()),  # a shop's name
    ([line("0121 496 0123"), line("HOME DELIVERY", top=80)], set()),
    ([line("0121 496 0123"), line("Call us for a free quote", top=80), line("Example Ltd", top=120)], set()),
    ([line("0121 496 0123 ann@example.com")], {"personal.phone", "personal.email"}),  # her mailbox is no shop's page
]  # fmt: skip


@pytest.mark.parametrize(("found", "kinds"), SIGNS)
def test_a_business_is_not_a_person(found: list[Finding], kinds: set[str]) -> None:
    assert blocked(*found) == kinds


def test_a_business_number_is_noted_for_stricter_policies() -> None:
    found = details(line("0121 496 0123"), VAN)
    assert [(finding.kind, finding.score) for finding in found] == [("personal.phone.business", 0.3)]


CAMERA = [
    # field, what cameras and programs write there
    ("EXIF DateTimeOriginal", "2014:05:12 07:00:09"),
    ("EXIF BodySerialNumber", "07700900123"),  # eleven digits
    ("EXIF InternalSerialNumber", "4111111111111111"),
    ("EXIF ImageUniqueID", "01234960123456780121496012345678"),
    ("EXIF Software", "Adobe Photoshop Lightroom 5.4 (Windows) 01632.960001"),
    ("EXIF LensSpecification", "24-70 0121 4960123"),
    ("EXIF FirmwareVersion", "10.1.2.3"),
    ("XMP DocumentID", "xmp.did:0121496012341211965000"),
    ("XMP CreateDate", "2014-05-12T07:00:09.01+01:00"),
    ("XMP description", "1/200 s at f/2.8, ISO 100, 24-70 mm, 0.3 EV"),
    ("file name", "IMG 20140512 070009"),
    ("file name", "DSC 0123"),
    ("file name", "PXL 20140512 0701112345"),
    ("file name", "01214960123"),  # landlines in names are more often counters
    ("folder name", "2014 05 12 open day"),
]


@pytest.mark.parametrize(("field", "text"), CAMERA)
def test_what_cameras_count_is_nobodys_number(field: str, text: str) -> None:
    assert blocked(metadata(text, field)) - {"personal.phone"} == set()
    assert field == "file name" or blocked(metadata(text, field)) == set()


NAMES = [
    ("file name", "ann example 07700 900123", {"personal.phone"}),
    ("file name", "ann@example.org", {"personal.email"}),
    ("folder name", "QQ123456C", {"personal.nino"}),
    ("XMP description", "Mrs A Example, 12 High Street, Anytown B1 1AA", {"personal.name_and_address"}),
    ("XMP description", "High Street, Birmingham B1 1AA", set()),  # no name, no number
    ("EXIF Software", "made for ann@example.org", {"personal.email"}),  # words are words anywhere
]


@pytest.mark.parametrize(("field", "text", "kinds"), NAMES)
def test_names_and_captions_are_read(field: str, text: str, kinds: set[str]) -> None:
    assert blocked(metadata(text, field)) == kinds
    assert all(f"in {field}" in finding.evidence for finding in details(metadata(text, field)))


CODES = [
    ("tel:07700900123", {"personal.phone"}),
    ("mailto:ann@example.org", {"personal.email"}),
    ("BEGIN:VCARD\nTEL;CELL:07700900123\nEMAIL:ann@example.org\nEND:VCARD", {"personal.phone", "personal.email"}),
    ("https://www.gov.uk/", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), CODES)
def test_what_codes_say_is_read(text: str, kinds: set[str]) -> None:
    code = Finding("seen.code", 1.0, "QR Code", Box(10, 10, 60, 60), text)
    assert blocked(code) == kinds
    assert all(finding.box == Box(10, 10, 60, 60) for finding in details(code))


def test_our_own_numbers_are_those_of_the_force() -> None:
    assert blocked(line("0121 496 0123")) == {"personal.phone"}
    assert details(line("0121 496 0123"), force=Force(phones=("+44 121 496 0123",))) == []


@given(st.sampled_from(["07700 900123", "0121 496 0456", "01632 960789"]), st.sampled_from([" ", "-", ".", ""]))
def test_spacing_does_not_hide_a_number(number: str, separator: str) -> None:
    (found,) = numbers(f"ring {number.replace(' ', separator)} now")
    assert found.digits == number.replace(" ", "")


@given(st.text(max_size=80))
def test_any_text_is_survived_and_mending_keeps_its_length(text: str) -> None:
    assert len(mended(text)) == len(text)
    for number in numbers(text):
        assert 0 <= number.start < number.end <= len(text)
    for detail in private_numbers(text):
        assert 0 <= detail.start < detail.end <= len(text)


@given(st.text(alphabet="0123456789 -/.:@QABCO+()", max_size=60))
def test_digits_in_any_order_stay_masked(text: str) -> None:
    for finding in details(line(text or "x")):
        assert not any(run in finding.evidence for run in finding.text.split() if len(run) > 3)


@given(st.integers(0, 999_999_999))
def test_one_wrong_digit_is_no_nhs_number(body: int) -> None:
    digits = f"{body:09d}"
    assert sum(is_nhs(digits + str(check)) for check in range(10)) <= 1


@given(st.integers(0, 10**15 - 1))
def test_a_card_has_one_check_digit(body: int) -> None:
    assert sum(is_card(f"{body:015d}{check}") for check in range(10)) <= 1


def test_a_number_is_dialled_the_same_however_written() -> None:
    ways = ["+44 121 496 0123", "0044 121 496 0123", "0121 496 0123", "+44 (0)121 496 0123", "(0121) 496-0123"]
    assert {dialled(way) for way in ways} == {"01214960123"}
