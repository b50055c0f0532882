"""What a redacted copy keeps of its original's metadata: whose it is, in whatever form and language it was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.finding import Box
from screening.photo.files import Limits
from screening.photo.masks import rectangle
from screening.photo.metadata import Metadata, read
from screening.photo.owner import KEPT, Owned, owned, put
from screening.photo.photo import Photo
from screening.release.copy_file import Covering, write_copy
from tests.picture_files import picture
from tests.streets import street

exiv2 = pytest.importorskip("exiv2")
SAID = (
    Owned("Exif.Image.Artist", ("Zoë Example",)),
    Owned("Exif.Image.Copyright", ("A Police",)),
    Owned("Iptc.Application2.Byline", ("Zoë Example", "B. Second")),
    Owned("Iptc.Application2.Credit", ("A Police / Zoë",)),
    Owned("Iptc.Application2.Copyright", ("© A Police",)),
    Owned("Xmp.dc.creator", ("Zoë Example", "B. Second, junior")),
    Owned("Xmp.dc.rights", ('lang="x-default" A Police, "all rights"', 'lang="cy" Heddlu')),
    Owned("Xmp.photoshop.Credit", ("A Police",)),
    Owned("Xmp.xmpRights.UsageTerms", ('lang="x-default" None',)),
)


def saying(path: Path, said: tuple[Owned, ...]) -> Path:
    path.write_bytes(picture(rgb=street(), quality=95))
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    put(image, said)
    image.exifData()["Exif.Image.Make"] = "A maker"
    image.writeMetadata()
    return path


def test_all_of_it_is_read_as_it_was_written_and_nothing_beside_it(tmp_path: Path) -> None:
    assert {one.key for one in SAID} == set(KEPT)
    assert sorted(read(Photo.open(saying(tmp_path / "a.jpg", SAID))).owner, key=lambda one: KEPT.index(one.key)) == [
        *SAID
    ]


def test_old_charsets_are_written_anew_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture(rgb=street()))
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    image.iptcData().add(exiv2.IptcKey("Iptc.Application2.Byline"), exiv2.DataValue("Zoë".encode("latin-1")))
    image.writeMetadata()
    assert read(Photo.open(path)).owner == (Owned("Iptc.Application2.Byline", ("Zoë",)),)


def test_a_copy_says_what_the_isolated_reader_read_and_no_other_parser_sees_the_original(tmp_path: Path) -> None:
    original = Photo.open(saying(tmp_path / "a.jpg", SAID))
    original.said = Metadata(owner=(Owned("Exif.Image.Artist", ("As it was read",)),))
    copy = tmp_path / "a.redacted.jpg.part"
    write_copy(original, Covering(masks=[rectangle(Box(20, 20, 60, 60))]), copy, limits=Limits())
    image = exiv2.ImageFactory.open(str(copy))
    image.readMetadata()
    assert owned(image) == (Owned("Exif.Image.Artist", ("As it was read",)),)
