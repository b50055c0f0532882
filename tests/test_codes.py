"""The codes stage: what codes say, which lead to us, and where they lie."""
# ruff: noqa: E501 - tables read best a row a line

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from screening.arrays import Pixels
from screening.finding import Finding
from screening.force import Force
from screening.photo.photo import Photo
from screening.stages.codes import Codes, is_public
from tests.picture_files import scenery


def drawn(format: str, text: str, *, module: int = 3, turns: int = 0, light_on_dark: bool = False) -> Photo:
    """A picture with one code in it, its modules so many pixels wide."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, format))
    pixels: Pixels = np.array(zxingcpp.write_barcode_to_image(code, scale=module)).squeeze()
    rgb = scenery(900, 700)
    pixels = np.rot90(255 - pixels if light_on_dark else pixels, turns)
    rgb[150 : 150 + pixels.shape[0], 200 : 200 + pixels.shape[1]] = pixels[:, :, None]
    return Photo.from_array(rgb)


def only(photo: Photo) -> Finding:
    seen, reported = Codes()(photo, ())
    assert seen.kind == "seen.code" and seen.text == reported.text and seen.box == reported.box
    return reported


CODES = [
    # format, text, kind, whether it is sure enough to hold, evidence
    ("QRCode", "https://www.west-midlands.police.uk/join-us", "code.qr", False, "QR Code with an address of the force or of a public authority"),  # ours
    ("QRCode", "https://www.gov.uk/report", "code.qr", False, "QR Code with an address of the force or of a public authority"),  # public
    ("QRCode", "https://gov.uk.example.com/", "code.qr", True, "QR Code with a web address"),  # only looks public
    ("QRCode", "http://intranet.west-midlands.police.uk/", "code.qr", True, "QR Code with a web address"),  # inside us
    ("QRCode", "WIFI:T:WPA;S:canteen;P:secret;;", "code.qr", True, "QR Code with the key to a wireless network"),
    ("QRCode", "BEGIN:VCARD\nFN:Ann Example\nEND:VCARD", "code.qr", True, "QR Code with contact details"),
    ("QRCode", "tel:07700900123", "code.qr", True, "QR Code with a telephone number"),
    ("QRCode", "mailto:someone@example.org", "code.qr", True, "QR Code with an e-mail address"),
    ("QRCode", "exhibit 17", "code.qr", True, "QR Code with 10 characters"),  # words
    ("DataMatrix", "AB/1234", "code.qr", True, "Data Matrix with 7 characters"),  # on labels and stamps
    ("Aztec", "a ticket of somebody", "code.qr", True, "Aztec with 20 characters"),  # on tickets
    ("Code128", "AB/12345-67", "code.barcode", True, "Code 128 with 11 characters"),  # on bags and identity cards
    ("EAN13", "4006381333931", "code.barcode", False, "EAN-13 with an article number"),  # on goods
    ("EAN8", "40123455", "code.barcode", False, "EAN-8 with an article number"),  # on small goods
]  # fmt: skip


@pytest.mark.parametrize(("format", "text", "kind", "held", "evidence"), CODES)
def test_a_code_is_judged_by_what_it_says(format: str, text: str, kind: str, held: bool, evidence: str) -> None:
    finding = only(drawn(format, text))
    assert (finding.kind, finding.score >= 0.5, finding.evidence, finding.text) == (kind, held, evidence, text)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("format", ["QRCode", "Code128", "DataMatrix"])
def test_codes_are_read_and_placed_whichever_way_up(format: str, turns: int) -> None:
    finding = only(drawn(format, "AB/12345-67", turns=turns))
    assert finding.box is not None and 190 <= finding.box.left <= 240 and 140 <= finding.box.top <= 200
    (x0, y0), (x1, y1), (x2, y2), _ = finding.points
    # clockwise in a picture whose y runs down
    assert (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0
    # from the code's own top left: each turn anticlockwise moves it on
    assert ((x0 > x2), (y0 > y2)) == [(False, False), (False, True), (True, True), (True, False)][turns]


def test_a_code_light_on_dark_is_read() -> None:
    assert only(drawn("QRCode", "on a dark poster", light_on_dark=True)).text == "on a dark poster"


def test_small_codes_in_a_large_picture_are_read() -> None:
    code = zxingcpp.create_barcode("https://example.com/", zxingcpp.BarcodeFormat.QRCode)
    pixels = np.array(zxingcpp.write_barcode_to_image(code, scale=3)).squeeze()
    rgb = scenery(4000, 3000)
    rgb[2000 : 2000 + pixels.shape[0], 3000 : 3000 + pixels.shape[1]] = pixels[:, :, None]
    finding = only(Photo.from_array(rgb))
    assert finding.box is not None and 2990 <= finding.box.left <= 3020


def test_scenery_holds_no_code() -> None:
    assert list(Codes()(Photo.from_array(scenery(1200, 900)), ())) == []


ADDRESSES = [
    ("https://www.gov.uk/", True),  # public
    ("WWW.POLICE.UK", True),  # without a scheme, in capitals
    ("wmp.police.uk/news", True),  # ours, without a scheme
    ("https://notgov.uk/", False),  # an ending is not a domain
    ("https://gov.uk@example.com/", False),  # a name before the host
    ("https://pnn.police.uk/", False),  # never to be shown
    ("https://[", False),  # no address
]


@pytest.mark.parametrize(("address", "public"), ADDRESSES)
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert is_public(address, Force()) is public
