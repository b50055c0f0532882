"""Reads QR codes and barcodes, and hands on their contents, because a code can contain what a person cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.force import Force
from screening.photo.photo import Photo

if TYPE_CHECKING:
    import zxingcpp

Points = tuple[tuple[float, float], ...]

UPRIGHT = {"try_rotate": False, "try_downscale": False, "try_invert": False}
SQUARE = ("QRCode", "MicroQRCode")
MATRIX = ("DataMatrix", "Aztec", "PDF417")
RETAIL = ("EAN13", "EAN8", "UPCA", "UPCE")
LINEAR = (*RETAIL, "Code128", "Code39", "Code93", "ITF", "Codabar", "DataBarOmni", "DataBarExp")
# Barcodes without a mandatory check digit: short ones are misread in railings and brickwork.
UNCHECKED = {"Code 39": 4, "Code 39 Standard": 4, "Code 39 Extended": 4, "ITF": 8, "ITF-14": 8, "Codabar": 6}
# What a code contains, by how it begins.
CONTENTS = (
    (re.compile(r"(?i)(begin:vcard|mecard:|bizcard:)"), "contact details"),
    (re.compile(r"(?i)wifi:"), "the key to a wireless network"),
    (re.compile(r"(?i)(mailto:|matmsg:|smtp:)"), "an e-mail address"),
    (re.compile(r"(?i)(tel:|sms(?:to)?:|facetime:)"), "a telephone number"),
    (re.compile(r"(?i)geo:"), "a position"),
    (re.compile(r"(?i)(begin:vevent|begin:vcalendar)"), "an appointment"),
    (re.compile(r"(?i)otpauth:"), "the key to an account"),
)
WEB = re.compile(r"(?i)(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Reads codes.

    Attributes:
        force: who "we" are; codes that lead to our own or to public addresses are clear.
        side: the longest side, in pixels, at which QR codes and barcodes are looked for.
        half: above this side, the costlier kinds (matrix and stacked codes, light on dark) are looked for at half size.
        retail: the score of a retail article number, which says what a thing is but not whose.
    """

    name: ClassVar[str] = "codes"
    kinds: ClassVar[tuple[str, ...]] = ("code.qr", "code.barcode", "seen.code")

    force: Force = field(default_factory=Force)
    side: int = 4000
    half: int = 2200
    retail: float = 0.3

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        for code, points in self.codes(photo):
            box = Box.around(points).clip(photo.width, photo.height)
            name = str(code.format)
            said = " ".join(code.text.split("\0"))
            if box is None or len(said) < UNCHECKED.get(name, 1):
                continue
            kind = "code.barcode" if is_linear(name) else "code.qr"
            score, content = self.judged(name, said)
            yield Finding("seen.code", 1.0, f"{name}, {len(said)} characters", box, said, points)
            yield Finding(kind, score, f"{name} with {content}", box, said, points)

    def codes(self, photo: Photo) -> list[tuple[zxingcpp.Barcode, Points]]:
        """Each code once, with its corners in pixels of the photo."""
        import cv2
        import zxingcpp

        whole, factor = grey(photo, self.side)
        half = halved(whole, self.half)
        shrunk = factor * half.shape[1] / whole.shape[1]
        # On 12 MP, one thread: 24, 8, 23 and 3 ms. Small codes need full size; costly kinds are looked for at half.
        looks: tuple[tuple[Pixels, float, tuple[str, ...], dict[str, Any]], ...] = (
            (whole, factor, SQUARE + LINEAR, UPRIGHT),
            (np.asarray(cv2.transpose(whole), np.uint8), factor, LINEAR, UPRIGHT),
            (half, shrunk, MATRIX, {"try_downscale": False, "try_invert": False}),
            (half, shrunk, SQUARE, {"try_rotate": False}),
        )
        seen: dict[tuple[str, str], tuple[zxingcpp.Barcode, Points]] = {}
        for number, (pixels, scale, names, options) in enumerate(looks):
            formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in names])
            for code in zxingcpp.read_barcodes(pixels, formats=formats, **options):
                points = corners(code, scale, turned=number == 1)
                seen.setdefault((str(code.format), code.text), (code, points))
        return list(seen.values())

    def judged(self, name: str, said: str) -> tuple[float, str]:
        """The score of a code's contents, and the contents, masked."""
        if name.replace("-", "") in RETAIL or name in ("ISBN",):
            return self.retail, "an article number"
        for pattern, content in CONTENTS:
            if pattern.match(said.strip()):
                return 0.95, content
        if WEB.fullmatch(said.strip()):
            if is_public(said, self.force):
                return 0.1, "an address of the force or of a public authority"
            return 0.95, "a web address"
        return 0.9, f"{len(said)} characters"


def is_linear(name: str) -> bool:
    """Whether a format, by zxing-cpp's name, is a barcode rather than a square code."""
    return not any(word in name for word in ("QR", "Matrix", "Aztec"))


def is_public(address: str, force: Force) -> bool:
    """Whether a web address is one of the force's or of a public authority."""
    address = address.strip()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return False
    host = host.rstrip(".").lower()
    hidden = any(host == name or host.endswith(f".{name}") or host.startswith(f"{name}.") for name in force.intranet)
    return not hidden and any(
        host == name or host.endswith(f".{name}") for name in (*force.domains, *force.public_domains)
    )


def grey(photo: Photo, side: int) -> tuple[Pixels, float]:
    """The photo in grey with its longer side limited, and the factor by which it was reduced."""
    import cv2

    # slightly too large costs less than resizing
    pixels, factor = (photo.rgb, 1.0) if max(photo.width, photo.height) <= 1.2 * side else photo.scaled(side)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), factor


def halved(pixels: Pixels, side: int) -> Pixels:
    """The picture at half size if either side is larger than that; halving is far cheaper than other factors."""
    import cv2

    height, width = pixels.shape
    if max(height, width) <= side or min(height, width) < 2:
        return pixels
    return np.asarray(cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def corners(code: Any, factor: float, *, turned: bool) -> Points:
    """A code's corners in pixels of the photo, clockwise from its start; `turned` if rows and columns were swapped."""
    place = code.position
    corner = [
        (at.y / factor, at.x / factor) if turned else (at.x / factor, at.y / factor)
        for at in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    ]
    (x0, y0), (x1, y1), _, (x3, y3) = corner
    # swapping mirrors the picture, and a barcode read backwards is returned mirrored
    clockwise = (x1 - x0) * (y3 - y0) - (y1 - y0) * (x3 - x0) > 0
    return tuple(corner if clockwise else (corner[3], corner[2], corner[1], corner[0]))
