"""What the office writes into a redacted copy before it is screened: caption, credit and rights.

They stand in XMP and, in a JPEG file, in IPTC-IIM too, where picture desks and archives read them (IPTC Photo Metadata
Standard: Description, Credit Line, Copyright Notice).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from screening.photo.owner import CHARSET, UTF8
from screening.release.copy_file import RedactionError

XMP = {"caption": "Xmp.dc.description", "credit": "Xmp.photoshop.Credit", "rights": "Xmp.dc.rights"}
IPTC = {
    "caption": "Iptc.Application2.Caption",
    "credit": "Iptc.Application2.Credit",
    "rights": "Iptc.Application2.Copyright",
}
# The most bytes that IPTC-IIM allows.
LONGEST = {"caption": 2000, "credit": 32, "rights": 128}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a copy says besides its pixels; "" leaves what it keeps of its original.

    Attributes:
        caption: what the picture shows.
        credit: who is named beside it.
        rights: the copyright notice.
    """

    caption: str = ""
    credit: str = ""
    rights: str = ""

    def put(self, copy: Path) -> None:
        """Writes them into a copy; they are on disk when this returns.

        Raises:
            RedactionError: if they cannot be written.
        """
        said = {name: text for name in XMP if (text := getattr(self, name))}
        if not said:
            return
        import exiv2

        try:
            image = exiv2.ImageFactory.open(str(copy))
            image.readMetadata()
            xmp, iptc = image.xmpData(), image.iptcData()
            jpeg = Path(copy.stem).suffix == ".jpg"
            for name, text in said.items():
                xmp[XMP[name]] = text
                if jpeg:
                    iptc[IPTC[name]] = text.encode()[: LONGEST[name]].decode(errors="ignore")
                    iptc[CHARSET] = UTF8
            image.writeMetadata()
            with copy.open("rb+") as file:
                os.fsync(file.fileno())
        except (exiv2.Exiv2Error, OSError) as error:
            raise RedactionError(f"{copy.name}: its caption, credit and rights cannot be written") from error
