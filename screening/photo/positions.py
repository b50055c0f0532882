"""The places on the map that metadata gives: EXIF's own group of tags, and pairs of values that are named so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import exiv2

LATITUDE = re.compile(r"(?i)(.*?)(?:gps|geo)?_?(dest)?_?lat(?:itude)?")
# A property that holds both, as two numbers.
BOTH = re.compile(r"(?i)(?:.*gps|.*geo|.*lat(?:itude)?_?lon(?:g|gitude)?)\w*|coordinates?|position")
PAIR = re.compile(r"([+-]?\d{1,2}\.\d{2,})[^\d+-]{1,4}([+-]?\d{1,3}\.\d{2,})")
# GeoTIFF's (OGC 19-008r4, 7.1): where one pixel lies, or all; a sensor's model (NGA STDI-0002, RPC00B); for each, the
# places of latitude and longitude among the numbers of a picture that counts in degrees.
GEOTIFF_NUMBERS = 200
GEOTIFF = {33922: (4, 3), 34264: (7, 3), 50844: (4, 5)}
# A number, or a fraction as EXIF has them.
NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+))?")


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the map.

    Attributes:
        name: where it stands, such as "EXIF GPS"; safe to print.
        latitude: degrees north, or None where the position is there but not legible.
        longitude: degrees east, or None.
    """

    name: str
    latitude: float | None = field(repr=False)
    longitude: float | None = field(repr=False)


def exif_positions(image: exiv2.Image) -> Iterator[Position]:
    """Where EXIF says the picture was taken, or what it shows lies (CIPA DC-008, 4.6.6)."""
    data = image.exifData()
    tags = {datum.key().split(".", 2)[2]: datum for datum in data if datum.key().startswith("Exif.GPSInfo.")}
    for name, dest in (("EXIF GPS", "GPS"), ("EXIF GPS destination", "GPSDest")):
        if f"{dest}Latitude" in tags or f"{dest}Longitude" in tags:
            sides = [
                _degrees(tags.get(f"{dest}{side}"), tags.get(f"{dest}{side}Ref")) for side in ("Latitude", "Longitude")
            ]
            # cameras without a fix write 0/0
            if any(side is None or side for side in sides):
                yield Position(name, sides[0], sides[1])
    for datum in data:
        # the library follows only the first picture's; a thumbnail or a further page may have a group of its own
        further = datum.tagName() == "GPSTag" and datum.groupName() != "Image"
        if further and datum.count() and datum.toInt64():
            yield Position("EXIF GPS of a thumbnail or further page", None, None)
        if datum.tag() in GEOTIFF and datum.groupName() not in ("Photo", "GPSInfo"):
            numbers = [datum.toFloat(place) for place in range(min(datum.count(), GEOTIFF_NUMBERS))]
            if any(numbers):
                yield _of_a_map(numbers, *GEOTIFF[datum.tag()])


def _of_a_map(numbers: Sequence[float], latitude: int, longitude: int) -> Position:
    """A position by GeoTIFF's numbers; not legible where they cannot be degrees."""
    if max(latitude, longitude) < len(numbers) and abs(numbers[latitude]) <= 90 and abs(numbers[longitude]) <= 180:
        return Position("GeoTIFF tags", numbers[latitude], numbers[longitude])
    return Position("GeoTIFF tags", None, None)


def _degrees(value: Any, ref: Any) -> float | None:
    """Degrees from three fractions and a letter; 0 where they are all 0 or 0/0, None where they make no sense."""
    import exiv2

    if value is None or not isinstance(value.value(), exiv2.RationalValue | exiv2.URationalValue):
        return None
    parts = [(int(part[0]), int(part[1])) for part in value.value()]
    if parts and all(numerator == 0 for numerator, _ in parts):
        return 0.0
    if not 1 <= len(parts) <= 3 or any(denominator == 0 and numerator for numerator, denominator in parts):
        return None
    degrees = sum(numerator / (denominator or 1) / 60**index for index, (numerator, denominator) in enumerate(parts))
    return _signed(degrees, str(ref.toString()) if ref is not None else "")


def _signed(degrees: float, ref: str) -> float | None:
    if degrees > 180:
        return None
    return -degrees if ref.strip("\0 ").upper()[:1] in ("S", "W") else degrees


def named_positions(name: str, values: Mapping[str, str]) -> Iterator[Position]:
    """The positions among values that belong together, by their names, whatever the namespace.

    `name` is what the report says of where they stand.
    """
    for key, text in values.items():
        pair = PAIR.search(text) if BOTH.fullmatch(re.split(r"[.:/]", key)[-1]) else None
        if pair and (float(pair[1]) or float(pair[2])):
            yield Position(name, float(pair[1]), float(pair[2]))
        match = LATITUDE.fullmatch(re.split(r"[.:/]", key)[-1])
        if match and NUMBER.search(text):
            other = re.sub("(?i)lat(?=itude$|$)", lambda found: "Long" if found[0][0].isupper() else "long", key)
            # a maker of drones writes "Longtitude"
            spelt = (other, re.sub("(?i)long$", "lon", other), re.sub("(?i)longitude$", "Longtitude", other))
            long = next((one for one in spelt if one in values), "")
            sides = (
                _stated(text, values.get(f"{key}Ref", "")),
                _stated(values[long], values.get(f"{long}Ref", "")) if long else None,
            )
            if any(side is None or side for side in sides):
                yield Position(name, *sides)


def _stated(text: str, ref: str) -> float | None:
    """Degrees from "52,28.8N", "52,28,48N", "52.48" or "52/1, 28/1, 4880/100"; the letter may stand elsewhere."""
    parts = [(float(number), float(divisor or 1)) for number, divisor in NUMBER.findall(text)]
    if all(number == 0 for number, _ in parts):
        return 0.0
    if not 1 <= len(parts) <= 3 or any(divisor == 0 and number for number, divisor in parts):
        return None
    degrees = sum(number / (divisor or 1) / 60**index for index, (number, divisor) in enumerate(parts))
    letter = text.strip()[-1]
    signed = _signed(degrees, letter if letter.isalpha() else ref)
    return -signed if signed is not None and text.strip().startswith("-") else signed
