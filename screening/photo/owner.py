"""Who made a picture and who owns it: what a redacted copy keeps of its original's metadata, and nothing else.

It is read where the file is decoded and written into a file of our own making, so that no library that writes metadata
ever parses what came from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screening.photo.charsets import decode

if TYPE_CHECKING:
    import exiv2

KEPT = (
    "Exif.Image.Artist",
    "Exif.Image.Copyright",
    "Iptc.Application2.Byline",
    "Iptc.Application2.Credit",
    "Iptc.Application2.Copyright",
    "Xmp.dc.creator",
    "Xmp.dc.rights",
    "Xmp.photoshop.Credit",
    "Xmp.xmpRights.UsageTerms",
)
# How IPTC says that its text is UTF-8 (ISO 2022).
CHARSET, UTF8 = "Iptc.Envelope.CharacterSet", "\x1b%G"


@dataclass(frozen=True, slots=True)
class Owned:
    """One of KEPT, and what it says: an entry a person, or a language (`lang="en" text`)."""

    key: str
    values: tuple[str, ...]


def owned(image: exiv2.Image) -> tuple[Owned, ...]:
    """What an image's metadata says of these."""
    said: dict[str, list[str]] = {}
    for data in (image.exifData(), image.iptcData(), image.xmpData()):
        for datum in data:
            if datum.key() in KEPT:
                said.setdefault(datum.key(), []).extend(_values(datum))
    return tuple(Owned(key, tuple(values)) for key, values in said.items())


def put(image: exiv2.Image, said: Iterable[Owned]) -> None:
    """Adds them to the metadata of an image, which is still to be written; IPTC as UTF-8."""
    import exiv2

    exif, iptc, xmp = image.exifData(), image.iptcData(), image.xmpData()
    for one in said:
        if one.key.startswith("Exif."):
            exif[one.key] = ", ".join(one.values)
        elif one.key.startswith("Iptc."):
            iptc[CHARSET] = UTF8
            for text in one.values:
                iptc.add(exiv2.IptcKey(one.key), exiv2.StringValue(text))
        else:
            value = exiv2.Value.create(exiv2.XmpProperties.propertyType(exiv2.XmpKey(one.key)))
            for text in one.values:
                value.read(text)
            xmp.add(exiv2.XmpKey(one.key), value)


def _values(datum: exiv2.Metadatum) -> Iterator[str]:
    import exiv2

    value = datum.value()
    if isinstance(value, exiv2.LangAltValue):
        yield from (f'lang="{language}" {text}' for language, text in value.items())
    elif isinstance(value, exiv2.XmpArrayValue):
        yield from value
    else:
        yield decode(bytes(value.data())).rstrip("\0")
