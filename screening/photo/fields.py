"""The strings and the places on the map that EXIF, IPTC and XMP hold, as the metadata library gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from screening.photo import field_names

if TYPE_CHECKING:
    import exiv2

# A block of bytes longer than this is data, not a comment.
COMMENT_BYTES = 20_000

# What a field is for, by the last part of its name, for EXIF and IPTC, then for XMP. All others are plain text.
ROLES = {
    "creator": "artist xpauthor byline cameraownername / creator author artist imagecreatorname",
    "credit": "credit / credit imagesuppliername",
    "source": "source / source",
    "rights": "copyright / rights copyright copyrightnotice owner copyrightownername licensorname",
    "terms": " / usageterms webstatement otherconstraints",
    "address": "sublocation locationname / location sublocation locationname address streetaddress",
    "place": "city provincestate countryname countrycode / "
    "city state provincestate country countryname countrycode worldregion",
    "person": " / personinimage personname persondisplayname",
    "release": " / modelreleasestatus",
    "release_id": " / modelreleaseid",
    "model_age": " / modelage",
    "minor_age": " / minormodelagedisclosure",
}
# Values of these XMP namespaces are settings and histories, not words.
TECHNICAL = frozenset(
    {"crs", "crd", "xmpMM", "GDepth", "GImage", "xmpGImg", "hdrgm", "aux", "exifEX", "tiff", "Device"}
)
WORDS = re.compile(r"[^\W\d_]{2}\s+[^\W\d_]{2}")
# EXIF tags that hold bytes other than text, or what exiv2 reads by other means.
BINARY = frozenset(
    "MakerNote XMLPacket ImageResources IPTCNAA InterColorProfile PrintImageMatching ComponentsConfiguration "
    "CFAPattern SceneType FileSource ExifVersion FlashpixVersion InteroperabilityVersion GPSVersionID TimeZoneOffset "
    "JPEGTables SpatialFrequencyResponse OECF".split()
)
LATITUDE = re.compile(r"(?i)(.*?)(?:gps|geo)?_?(dest)?_?lat(?:itude)?")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One string of a file's metadata.

    Attributes:
        name: where it stands, such as "EXIF Artist" or "XMP title"; safe to print.
        text: what it says.
        role: what it is for: a key of ROLES, or "text".
    """

    name: str
    text: str = field(repr=False)
    role: str = "text"


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


def exif(image: exiv2.Image) -> Iterator[Field]:
    """The strings among the EXIF tags, the camera maker's own too."""
    import exiv2

    for datum in image.exifData():
        _, _, tag = datum.key().split(".", 2)
        if tag in BINARY:
            continue
        if datum.typeId() not in (
            exiv2.TypeId.asciiString,
            exiv2.TypeId.undefined,
            exiv2.TypeId.comment,
            exiv2.TypeId.unsignedByte,
        ):
            continue
        raw = bytes(datum.value().data())
        if datum.typeId() == exiv2.TypeId.asciiString:
            text = decode(raw)
        elif re.fullmatch(r"XP[A-Z]\w+", tag):
            text = raw.decode("utf-16-le", "replace")
        else:
            text = _decode_comment(raw) if len(raw) <= COMMENT_BYTES else ""
        yield Field(field_names.tag("EXIF", tag), text, _role(tag, xmp=False))


def iptc(image: exiv2.Image) -> Iterator[Field]:
    """The strings of the older press fields."""
    import exiv2

    for datum in image.iptcData():
        tag = datum.tagName()
        # versions and counters are numbers
        text = (
            decode(bytes(datum.value().data())) if datum.typeId() == exiv2.TypeId.string else _plain(datum.toString())
        )
        yield Field(field_names.tag("IPTC", tag), text, _role(tag, xmp=False))


def xmp(image: exiv2.Image) -> Iterator[Field]:
    """The strings of the XMP packet, each language and list entry on its own."""
    import exiv2

    for datum in image.xmpData():
        value = datum.value()
        if isinstance(value, exiv2.LangAltValue):
            texts = list(value.values())
        elif isinstance(value, exiv2.XmpArrayValue):
            texts = list(value)
        else:
            texts = [] if value.xmpStruct() or value.xmpArrayType() else [datum.toString()]
        _, group, path = datum.key().split(".", 2)
        parts = [re.sub(r"\[\d+\]|^.*:", "", part) for part in path.split("/")]
        parts = [part for part in (re.sub(r"\W", "", part)[:40] for part in parts) if part]
        name = field_names.shown("XMP", *parts[:1], *parts[1:][-1:])
        for text in texts:
            text = _plain(str(text))
            # a picture or a curve in letters has no spaces; a setting has no two words
            if (group in TECHNICAL and not WORDS.search(text)) or (len(text) > 1000 and " " not in text[:1000]):
                continue
            # a face marked in the picture, with the name of whose it is
            named = parts[:1] == ["Regions"] and parts[-1] == "Name"
            yield Field(name, text, "person" if named else _role(parts[-1] if parts else "", xmp=True))


def _role(tag: str, *, xmp: bool) -> str:
    for role, names in ROLES.items():
        if tag.lower() in names.split("/")[int(xmp)].split():
            return role
    return "text"


def decode(raw: bytes) -> str:
    """Text in UTF-8, or in the older Western code page where it is not."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _decode_comment(raw: bytes) -> str:
    """A user comment: eight bytes name its alphabet. Without them, text only if it looks like it."""
    head, body = raw[:8].rstrip(b"\0 ").upper(), raw[8:]
    if head == b"UNICODE":
        # the byte order is the file's, the programs' or none's: Latin text shows which
        little, big = body.decode("utf-16-le", "replace"), body.decode("utf-16-be", "replace")
        return max(little, big, key=lambda text: sum(char < "\u0250" for char in text))
    if head == b"JIS":
        return body.decode("iso2022_jp", "replace")
    text = decode(body if head in (b"ASCII", b"") and len(raw) > 8 else raw).strip("\0 ")
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return text if head == b"ASCII" or (len(text) >= 4 and printable == len(text)) else ""


def _plain(text: str) -> str:
    """Text that came through with bytes that are no UTF-8, put right."""
    return decode(text.encode("utf-8", "surrogateescape"))


def number(tags: exiv2.ExifData, key: str) -> int:
    """A whole-number EXIF tag; 0 where there is none."""
    import exiv2

    place = tags.findKey(exiv2.ExifKey(key))
    return int(place.toInt64()) if place != tags.end() and place.count() else 0


def positions(image: exiv2.Image) -> Iterator[Position]:
    """Where EXIF and XMP say the picture was taken, or what it shows lies."""
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
    yield from xmp_positions(image)


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


def xmp_positions(image: exiv2.Image) -> Iterator[Position]:
    """The places that XMP fields give, whatever their namespace."""
    values = {datum.key(): datum.toString() for datum in image.xmpData()}
    for key, text in values.items():
        match = LATITUDE.fullmatch(re.split(r"[.:/]", key)[-1])
        if match and NUMBER.search(text):
            other = re.sub("(?i)lat(?=itude$|$)", lambda found: "Long" if found[0][0].isupper() else "long", key)
            others = [values[name] for name in (other, re.sub("(?i)long$", "lon", other)) if name in values]
            sides = _xmp_degrees(text), _xmp_degrees(others[0]) if others else None
            if any(side is None or side for side in sides):
                yield Position("XMP GPS", *sides)


def _xmp_degrees(text: str) -> float | None:
    """Degrees from "52,28.8N", "52,28,48N" or "52.48"."""
    parts = [float(part) for part in NUMBER.findall(text)]
    if not 1 <= len(parts) <= 3:
        return None
    degrees = sum(part / 60**index for index, part in enumerate(parts))
    signed = _signed(degrees, text.strip()[-1])
    return -signed if signed is not None and text.strip().startswith("-") else signed
