"""The strings that EXIF, IPTC and XMP hold, and what each is for."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from screening.photo import field_names
from screening.photo.charsets import WORDS, decode, decode_comment, runs, unmangled
from screening.photo.xmp import Said

if TYPE_CHECKING:
    import exiv2

# What a field is for, by the last part of its name, for EXIF and IPTC, then for XMP. All others are plain text.
ROLES = {
    "creator": "artist xpauthor byline cameraownername ownername / "
    "creator author artist imagecreatorname ownername cameraownername creatorname",
    "credit": "credit / credit imagesuppliername attributionname",
    "source": "source / source",
    "rights": "copyright / "
    "rights copyright copyrightnotice owner copyrightownername licensorname rightsowner aocopyrightnotice",
    "terms": " / usageterms webstatement otherconstraints",
    "address": "sublocation locationname location landmark locallocationname gpsareainformation / "
    "location sublocation locationname address streetaddress shotlocation locality verbatimlocality gpsareainformation",
    "place": "city city2 state country provincestate countryname countrycode / "
    "city state provincestate country countryname countrycode worldregion",
    "person": "babyname / personinimage personname persondisplayname personheard people person personality patientname",
    "release": " / modelreleasestatus",
    "release_id": " / modelreleaseid",
    "model_age": " / modelage",
    "minor_age": " / minormodelagedisclosure",
    "baby_age": "babyage babyage1 babyage2 / ",
    "contact_address": " / ciadrextadr ciadrpcode licensorstreetaddress licensorextendedaddress licensorpostalcode",
    "contact": "contact / ciadrcity ciadrregion ciadrctry citelwork ciemailwork ciurlwork licensorcity licensorregion "
    "licensorcountry licensoremail licensortelephone1 licensortelephone2 licensorurl",
    "keyword": "keywords xpkeywords / "
    "subject hierarchicalsubject tagslist lastkeywordxmp lastkeywordiptc catalogsets categories",
    "path": "documentname / filepath rawfilename imagefilename filename preservedfilename originalfilename "
    "lensprofilefilename camerafilename documentancestors ancestors",
}
# Values of these XMP namespaces are settings, not words, unless two words stand in one.
TECHNICAL = frozenset(
    "crs crd xmpMM stEvt stRef GDepth GImage xmpGImg hdrgm aux exifEX exif tiff Device xmpNote".split()
)
# Regions of these types have names that are nobody's.
NO_FACES = frozenset(("Focus", "BarCode", "Pet"))
# So many letters in a row are no word, and may be bytes.
PACKED = 1000
BASE64 = re.compile(r"[A-Za-z0-9+/=_\s-]+")
# A British mobile number, which nothing counts as.
MOBILE = re.compile(r"(?<![\w.])(?:\+44\s?(?:\(0\)\s?)?|0)7\d{3}[\s-]?\d{3}[\s-]?\d{3}(?![\w.])")
LETTERS = re.compile(r"[^\W\d_]{2}")
# A number as people write them, alone or behind a word.
NUMBERS = re.compile(r"(?:[^\W\d_]{3}[.,:;]?\s+[+(]?|\d{4,5}[ -])\d{3}")
# What a camera's own number is called.
SERIAL = re.compile(r"(?i)serial(?:number|no)\d?$")
# One word, number, name of a host or address: chance mixes capitals, small letters and signs.
WORD = re.compile(r"[A-Za-z0-9]+(?:[._@/:+-]+[A-Za-z0-9]+)*")
ALIKE = re.compile(r"[a-z]{4}|[A-Z]{6}|\d{7}")
# Names of formats, which say nothing.
NAMES = re.compile(r"(?:UNICODE|Photoshop 3\.0|8BIM|ICC_PROFILE|http://ns\.adobe\.com/[\w./]+|[\W_]+)\W*")
# EXIF tags that hold bytes other than text, or what is read by other means.
BINARY = frozenset(
    "MakerNote ImageResources InterColorProfile PrintImageMatching ComponentsConfiguration "
    "CFAPattern SceneType FileSource ExifVersion FlashpixVersion InteroperabilityVersion GPSVersionID TimeZoneOffset "
    "JPEGTables SpatialFrequencyResponse OECF".split()
)

# Those that are whole blocks of other metadata.
PACKETS = frozenset(("XMLPacket", "IPTCNAA"))


@dataclass(frozen=True, slots=True)
class Field:
    """One string of a file's metadata.

    Attributes:
        name: where it stands, such as "EXIF Artist" or "XMP title"; safe to print.
        text: what it says.
        role: what it is for: a key of ROLES, "setting" for what a program counts, or "text".
    """

    name: str
    text: str = field(repr=False)
    role: str = "text"


def exif(image: exiv2.Image) -> Iterator[Field]:
    """The strings among the EXIF tags, the camera maker's own too."""
    import exiv2

    fields: list[Field] = []
    loose: list[Field] = []
    for datum in image.exifData():
        _, _, tag = datum.key().split(".", 2)
        if datum.typeId() not in (
            exiv2.TypeId.asciiString,
            exiv2.TypeId.undefined,
            exiv2.TypeId.comment,
            exiv2.TypeId.unsignedByte,
        ):
            if SERIAL.search(tag):
                fields.append(Field(field_names.tag("EXIF", tag), datum.toString(), "setting"))
            continue
        raw = bytes(datum.value().data())
        if datum.typeId() == exiv2.TypeId.asciiString:
            text = decode(raw)
        elif re.fullmatch(r"XP[A-Z]\w+", tag):
            text = raw.decode("utf-16-le", "replace")
        else:
            text = "" if tag in BINARY | PACKETS else decode_comment(raw)
        name = field_names.tag("EXIF", tag)
        if text:
            fields.append(Field(name, text, role(tag, xmp=False)))
        elif tag not in PACKETS:
            loose += between(name, runs(raw))
    yield from (*fields, *unsaid(loose, fields))


def between(name: str, texts: Iterable[str]) -> Iterator[Field]:
    """Text between other bytes: where it is no more than one word, it has to look like one."""
    for text in texts:
        if WORDS.search(text) or NUMBERS.search(text) or MOBILE.search(text):
            yield Field(name, text)
        elif WORD.fullmatch(text) and ALIKE.search(text):
            yield Field(name, text, "setting")


def unsaid(loose: Iterable[Field], fields: Iterable[Field]) -> Iterator[Field]:
    """Text between other bytes that none of the fields gives."""
    given = "\n".join(" ".join(one.text.split()) for one in fields)
    for one in loose:
        text = " ".join(one.text.split())
        # a field's length before it may read as a letter
        if text not in given and text[1:] not in given and not NAMES.fullmatch(text):
            yield one


def iptc(image: exiv2.Image) -> Iterator[Field]:
    """The strings of the older press fields."""
    import exiv2

    for datum in image.iptcData():
        tag = datum.tagName()
        # versions and counters are numbers
        text = decode(bytes(datum.value().data())) if datum.typeId() == exiv2.TypeId.string else datum.toString()
        yield Field(field_names.tag("IPTC", tag), text, role(tag, xmp=False))


def xmp(packet: Sequence[Said]) -> Iterator[Field]:
    """The strings of an XMP packet, each language and list entry on its own."""
    types = {one.entry: one.text for one in packet if one.path[-1:] == ("Type",)}
    tree: list[str] = []
    for one in packet:
        text = unmangled(one.text)
        name = field_names.shown("XMP", *one.path[:1], *one.path[1:][-1:])
        last = one.path[-1] if one.path else ""
        if hidden := in_letters(text):
            yield Field(name, hidden)
        if packed(text):
            yield from (Field(name, run, "setting") for run in runs(unpacked(text)))
        elif one.path[:1] in (("Regions",), ("ImageRegion",)) and last == "Name":
            # a face marked in the picture, with the name of whose it is
            yield Field(name, text, "text" if types.get(one.entry) in NO_FACES else "person")
        elif one.group == "mwg-kw" and last == "Keyword":
            # a keyword lies below the one that was named before it, as deep as its path is long
            tree[max(0, len(one.path) - 3) :] = [text]
            yield Field(name, "|".join(tree), "keyword")
        else:
            setting = one.group in TECHNICAL and not (WORDS.search(text) or MOBILE.search(text))
            what = role(last, xmp=True, other="setting" if setting else "text")
            # a program's masks and curves are thousands of numbers
            if what != "setting" or LETTERS.search(text) or SERIAL.search(last):
                yield Field(name, text, what)


def in_letters(text: str) -> str:
    """The text that letters of base64 stand for, if they are that; else ""."""
    if len(text) < 32 or len(text) % 4 or not BASE64.fullmatch(text):
        return ""
    try:
        plain = unpacked(text).decode("utf-8").strip("\0")
    except (ValueError, UnicodeDecodeError):
        return ""
    return plain if WORDS.search(plain) and all(char.isprintable() or char in "\t\r\n" for char in plain) else ""


def role(tag: str, *, xmp: bool, other: str = "text") -> str:
    """What a field of that name is for, a key of ROLES, or the other."""
    return next((one for one, names in ROLES.items() if tag.lower() in names.split("/")[int(xmp)].split()), other)


def packed(text: str) -> bool:
    """Whether a text is bytes in letters (base64, RFC 4648), such as a picture or a curve, which reads as nothing.

    Every 64 letters of one are of many sorts, or all stand for zeros or ones.
    """
    if len(text) <= PACKED or not BASE64.fullmatch(text):
        return False
    pieces = (set(text[place : place + 64]) for place in range(0, len(text) - 63, 64))
    return all(len(piece) > 12 or piece <= {"A", "/"} for piece in pieces)


def unpacked(text: str) -> bytes:
    """The bytes that such letters stand for, but for the last one or two."""
    letters = re.sub(r"[\s=]", "", text).translate(str.maketrans("-_", "+/"))
    return base64.b64decode(letters[: len(letters) // 4 * 4])


def number(tags: exiv2.ExifData, key: str) -> int:
    """A whole-number EXIF tag; 0 where there is none."""
    import exiv2

    place = tags.findKey(exiv2.ExifKey(key))
    return int(place.toInt64()) if place != tags.end() and place.count() else 0
