"""Names of metadata fields and programs as a report may show them: whoever writes a file chooses these too, and a
telephone number is as good a key as any. One that we do not know is shown as nothing but a field."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

# Keys of a PNG file's texts, of its standard and of programs that write many.
PNG = (
    "Title Author Description Copyright CreationTime Software Disclaimer Warning Source Comment Collection Make Model "
    "Artist Location Keywords Subject Caption Headline Credit Label URL Signature Credentials License Owner Rights "
    "parameters prompt workflow dateCreate dateModify dateTimestamp ThumbURI ThumbMTime ThumbSize ThumbMimetype"
).split()
# Parts of XMP fields that the metadata library has no list of: inside addresses, regions, places and artworks.
XMP = (
    "CiAdrExtadr CiAdrCity CiAdrRegion CiAdrPcode CiAdrCtry CiTelWork CiEmailWork CiUrlWork Regions RegionList Name "
    "Description Area Type Extensions AppliedToDimensions City Sublocation LocationName LocationId ProvinceState "
    "CountryName CountryCode WorldRegion AOTitle AOCreator AODateCreated AOSource AOSourceInvNo AOCopyrightNotice "
    "PersonDisplayName PersonName PersonId PersonDescription ImageCreatorName ImageCreatorID ImageSupplierName "
    "ImageSupplierID CopyrightOwnerName CopyrightOwnerID LicensorName LicensorID LicensorURL LicensorEmail "
    "LicensorTelephone1 LicensorTelephone2 LicensorStreetAddress LicensorCity LicensorCountry LicensorPostalCode "
    "Author Artist Copyright Owner State Country Address StreetAddress Location Comment Keywords Caption"
).split()
# The schemas that the metadata library has a table of. Those that it says it knows are no help: a file may add to them.
SCHEMAS = (
    "dc dcterms GPano Iptc4xmpCore Iptc4xmpExt MP MPRI MPReg MicrosoftPhoto acdsee audio aux crs crss digiKam dwc exif "
    "exifEX expressionmedia iptc iptcExt kipi lr mediapro mwg-kw mwg-rs pdf photoshop plus stArea stDim stEvt stFnt "
    "stJob stRef stVer tiff video xmp xmpBJ xmpDM xmpG xmpGImg xmpMM xmpRights xmpTPg"
).split()
# Programs that sign Content Credentials.
PROGRAMS = (
    "Adobe Firefly; Adobe Photoshop; Adobe Lightroom; Adobe; Truepic; OpenAI; ChatGPT; DALL-E; Microsoft; Bing; "
    "Google; Pixel; Samsung; Apple; Leica; Nikon; Canon; Sony; Fujifilm; Capture One; Midjourney; Stability AI; "
    "c2patool; c2pa-rs; make_test_images"
).split("; ")


def shown(family: str, *parts: str) -> str:
    """A field's name: its family and its parts where all of them are known, such as "XMP title"; else "XMP field"."""
    known = {"PNG": _png, "XMP": _xmp}[family]()
    names = [known.get(re.sub(r"\W|_", "", part).lower(), "") for part in parts]
    return " ".join((family, *names)) if names and all(names) else f"{family} field"


def tag(family: str, name: str) -> str:
    """The name of an EXIF or IPTC field, which the metadata library has out of a table of its own, but for numbers."""
    return f"{family} {name}" if re.fullmatch(r"[A-Za-z]\w{0,39}", name) else f"{family} field"


def program(said: str) -> str:
    """The program that Content Credentials name, if it is a known one; else how much they say."""
    plain = said.replace("_", " ").casefold()
    known = next((one for one in PROGRAMS if plain.startswith(one.replace("_", " ").casefold())), "")
    return known or f"a program, {len(said)} characters"


def _by_letters(names: Sequence[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


@functools.cache
def _png() -> dict[str, str]:
    return _by_letters(PNG)


@functools.cache
def _xmp() -> dict[str, str]:
    """The properties of the schemas that the metadata library has a table of, which no file can add to."""
    import exiv2

    names = []
    for prefix in SCHEMAS:
        try:
            names += [str(one["name"]) for one in exiv2.XmpProperties.propertyList(prefix)]
        except exiv2.Exiv2Error:  # it has no table of this one
            continue
    # of names that differ in capitals alone, the one in the schema that comes first
    return _by_letters([*reversed(names), *XMP])
