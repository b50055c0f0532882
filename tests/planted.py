"""Personal details made up for the leak test, as earlier stages hand them on and as a picture's file holds them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from tests.picture_files import picture, with_iptc

WIDTH, HEIGHT, ROW, TOP = 1400, 1200, 44, 20
# What stands in them that nobody may read in a report: all of it, and every longer word.
SECRETS = (
    "07700 900123", "zeb.quuxley@example.org", "@zebquuxley", "AB12 CDE", "QQ 12 34 56 C", "4111 1111 1111 1111",
    "SW1A 1AA", "MORGA753116SM9IJ", "GB29 NWBK 6016 1331 9268 19", "Zebedee Quuxley", "12/05/1984", "21345",
)  # fmt: skip
# They alone, and in the words that make a rule look at them.
LINES = (
    *SECRETS, "PC 21345 Quuxley", "DCI Zebedee Quuxley", "Zebedee Quuxley, 12 Quuxley Street, SW1A 1AA",
    "SECRET - Zebedee Quuxley", "WANTED: Zebedee Quuxley", "Zebedee Quuxley was convicted of theft.",
    "Quuxley Primary School", "\N{COPYRIGHT SIGN} Zebedee Quuxley", "Exhibit ZQ/21345", "Date of birth 12/05/1984",
    "Door code 21345", "Op Quuxley briefing",
)  # fmt: skip
# A face as the face finder hands it on: eyes, nose and corners of the mouth.
LANDMARKS = ((1100.0, 90.0), (1160.0, 90.0), (1130.0, 125.0), (1105.0, 155.0), (1155.0, 155.0))
FACE = Box(1070, 40, 1190, 200)


def plain(text: str) -> str:
    """Letters and digits alone, in small letters."""
    return re.sub(r"[\W_]", "", text).casefold()


@functools.cache
def needles() -> frozenset[str]:
    """What is looked for in evidence, as `plain` spells it."""
    words = {plain(word) for secret in SECRETS for word in re.split(r"[\W_]+", secret)}
    return frozenset({plain(secret) for secret in SECRETS} | {word for word in words if len(word) > 4})


def observations(kinds: Iterable[str]) -> list[Finding]:
    """Every line as a finding of each of these kinds: faces with landmarks, all others where the line stands."""
    found = []
    for kind in kinds:
        for number, text in enumerate(LINES):
            left, top, right, bottom = 20.0, TOP + number * ROW, 20.0 + 14 * len(text), TOP + 30.0 + number * ROW
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            face = kind.startswith("face")
            box, points = (FACE, LANDMARKS) if face else (Box.around(corners), corners)
            found.append(Finding(kind, 0.9, "something", box, text, points))
    return found


def photos(portrait: Path) -> Sequence[Photo]:
    """Pictures that show the lines, a code and a face, with the same words in their metadata and their names."""
    rgb = _drawn(portrait)
    said = "; ".join(LINES)
    exif = {0x010E: said, 0x013B: "Zebedee Quuxley", 0x8298: "Zebedee Quuxley 07700 900123"}
    xmp = "".join(
        f"<photoshop:{name}>{text}</photoshop:{name}>"
        for name, text in (("Headline", said), ("City", "Quuxley"), ("Credit", "Zebedee Quuxley"), ("Source", said))
    )
    person = "<ext:PersonInImage><rdf:Bag><rdf:li>Zebedee Quuxley</rdf:li></rdf:Bag></ext:PersonInImage>"
    press = [(name, b"Zebedee Quuxley") for name in ("Caption", "Byline", "Credit", "SubLocation", "Keywords")]
    files = {
        "07700 900123/Zebedee Quuxley.jpg": with_iptc(picture(rgb=rgb, exif=exif, xmp=xmp + person), press),
        "AB12 CDE/wanted Zebedee Quuxley.png": picture("PNG", xmp=xmp, exif=exif),
    }
    return [Photo.from_bytes(data, name=name) for name, data in files.items()]


def _drawn(portrait: Path) -> Pixels:
    import zxingcpp

    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(page)
    for number, text in enumerate(LINES):
        draw.text((20, TOP + number * ROW), text, "black", ImageFont.load_default(28))
    card = "BEGIN:VCARD\nN:Quuxley;Zebedee\nTEL:07700900123\nEND:VCARD"
    code = zxingcpp.create_barcode(card, zxingcpp.BarcodeFormat.QRCode)
    page.paste(Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=5)).squeeze()), (1000, 300))
    page.paste(Image.open(portrait).convert("RGB").resize((400, 400)), (960, 780))
    return np.asarray(page, np.uint8)
